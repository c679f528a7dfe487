"""Workbooks out and in: the template, what is uploaded, and the table of approved figures."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_http_methods, require_safe

from pilotage.core import clock
from pilotage.core.tables import Column, write_xlsx
from pilotage.core.verdict import Invalid
from pilotage.statistics import rules, workbook
from pilotage.statistics.models import DataSet, Return, Value
from pilotage.statistics.reporters import reporters_of
from pilotage.statistics.spans import span_of
from pilotage.statistics.workbook import BadWorkbook
from pilotage.web.downloads import workbook as file_answer
from pilotage.web.statistics import words
from pilotage.web.statistics.access import entered_by, own_data_set

PERIODS = 3
MOST_BYTES = 5 * 1024 * 1024
MOST_SHOWN = 200


@require_safe
def template(request: HttpRequest, slug: str) -> HttpResponse:
    """The last periods that are still open, with what is there already."""
    data_set, reporters = _entering(request, slug)
    spans = data_set.definition.spans(clock.today())[-PERIODS:]
    codes, keys = [each.code for each in reporters], [span.key for span in spans]
    reports = list(Return.objects.filter(data_set=data_set, reporter__in=codes, period__in=keys).select_related("version").order_by("pk"))
    own = [report for report in reports if rules.may_report(request.user, report)]
    known = {
        (reporter, period, code): value
        for reporter, period, code, value in Value.objects.filter(report__in=own)
        .order_by("pk")
        .values_list("report__reporter", "report__period", "element", "current")
    }
    return file_answer(f"{data_set.slug}-template", workbook.template(data_set, reporters, spans, known))


def _entering(request: HttpRequest, slug: str) -> tuple[DataSet, list[Any]]:
    data_set = own_data_set(request, slug)
    reporters = entered_by(request.user, data_set, reporters_of(data_set))
    if not reporters:
        raise PermissionDenied(_("You do not enter figures of this data set; you read and approve them."))
    return data_set, reporters


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest, slug: str) -> HttpResponse:
    data_set, _reporters = _entering(request, slug)
    values: dict[str, Any] = {"data_set": data_set, "cells": [], "errors": {}, "hidden": 0}
    if request.method == "POST":
        try:
            return _saved(request, data_set)
        except BadWorkbook as error:
            values |= {"cells": error.cells[:MOST_SHOWN], "hidden": max(0, len(error.cells) - MOST_SHOWN), "count": len(error.cells)}
        except Invalid as error:
            values["errors"] = {"file" if key == "" else key: sentence for key, sentence in error.errors.items()}
    status = 422 if values["cells"] or values["errors"] else 200
    return render(request, "statistics/upload.html", values, status=status)


def _saved(request: HttpRequest, data_set: DataSet) -> HttpResponse:
    file = request.FILES.get("file")
    if file is None:
        raise Invalid({"file": _("Choose a workbook first.")})
    if (file.size or 0) > MOST_BYTES:
        raise Invalid({"file": _("The workbook is larger than 5 MB.")})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "figures"
        path.write_bytes(file.read())
        saved = workbook.save_workbook(actor=request.user, data_set=data_set, path=path, why=request.POST.get("why", ""))
    count = sum(len(each.written) for each in saved)
    text = ngettext("%(count)s figure of the workbook was saved.", "%(count)s figures of the workbook were saved.", count)
    messages.success(request, text % {"count": count})
    return redirect("statistics:desk")


@require_safe
def export(request: HttpRequest, slug: str) -> HttpResponse:
    """Every approved figure the reader may see, one row a reporter and period."""
    data_set = own_data_set(request, slug)
    names = {reporter.code: reporter.name for reporter in reporters_of(data_set)}
    elements = data_set.definition.elements
    visible = rules.visible_returns(request.user).filter(data_set=data_set).order_by().values("pk")
    rows = Value.objects.filter(report__in=visible, decided__isnull=False).order_by("report__starts_on", "report__reporter", "pk")
    table: dict[tuple[str, str], dict[str, Any]] = {}
    for reporter, period, code, figure in rows.values_list("report__reporter", "report__period", "element", "decided"):
        table.setdefault((reporter, period), {})[code] = figure
    columns = [
        Column(_("Code"), 12), Column(_("Reporter"), 20), Column(pgettext("statistics", "Period"), 16),
        *(Column(f"{each.title} ({each.unit})" if each.unit else each.title, 20) for each in elements.values()),
    ]  # fmt: skip
    lines = [
        [reporter, names.get(reporter, reporter), words.period(span_of(period)), *(figures.get(code) for code in elements)]
        for (reporter, period), figures in table.items()
    ]
    notes = [data_set.title, _("Approved figures as of %(day)s") % {"day": clock.today().isoformat()}]
    return file_answer(f"{data_set.slug}-figures", write_xlsx(columns, lines, title=data_set.title, notes=notes))
