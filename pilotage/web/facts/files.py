"""A table of statements out and in: the template, the upload, and the report of every cell that does not fit."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from pilotage.core import clock
from pilotage.core.tables import Column, write_xlsx
from pilotage.core.verdict import Invalid
from pilotage.finance.facts import rules, services
from pilotage.finance.facts.metrics import STATEMENT
from pilotage.finance.facts.sheet import BadSheet
from pilotage.registry.models import localized
from pilotage.web.downloads import workbook as file_answer
from pilotage.web.facts import words

MOST_BYTES = 5 * 1024 * 1024
MOST_SHOWN = 200


@require_safe
def template(request: HttpRequest) -> HttpResponse:
    """A row for each of the last three years of the reader's own enterprise, else an empty table."""
    rules.can_import(request.user).require()
    columns = [Column(localized("统一社会信用代码", "Credit code"), 22), Column(localized("企业名称", "Enterprise"), 28)]
    columns.append(Column(localized("年度", "Year"), 8))
    columns += [Column(_head(metric), 18) for metric in STATEMENT]
    own = list(rules.own_enterprises(request.user).order_by("pk")[:5])
    last = clock.today().year - 1
    rows = [[each.uscc or "", each.name_zh, last - back] for each in own for back in range(3)]
    return file_answer("financing-data-template", write_xlsx(columns, rows, title=localized("企业数据", "Enterprise data")))


def _head(metric: Any) -> str:
    unit = {"yuan": "万元", "basis_points": "%", "persons": "人"}.get(metric.unit, "")
    return f"{words.name(metric)}（{unit}）" if unit else words.name(metric)


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    rules.can_import(request.user).require()
    values: dict[str, Any] = {"cells": [], "errors": {}, "asked": request.POST, "today": clock.today().isoformat()}
    if request.method == "POST":
        try:
            return _saved(request)
        except BadSheet as error:
            values |= {"cells": error.cells[:MOST_SHOWN], "hidden": max(0, len(error.cells) - MOST_SHOWN), "count": len(error.cells)}
            values |= {"doubts": sum(cell.is_doubt for cell in error.cells), "only_doubts": error.only_doubts}
        except Invalid as error:
            values["errors"] = {key or "file": sentence for key, sentence in error.errors.items()}
    status = 422 if values["cells"] or values["errors"] else 200
    return render(request, "facts/import.html", values, status=status)


def _saved(request: HttpRequest) -> HttpResponse:
    file = request.FILES.get("file")
    errors = {}
    if file is None:
        errors["file"] = _("Choose a file first.")
    elif (file.size or 0) > MOST_BYTES:
        errors["file"] = _("The file is larger than 5 MB.")
    known_from = _day(request.POST.get("known_from", ""), errors)
    if file is None or errors:
        raise Invalid(errors)
    done = _imported(request, file, known_from)
    told = {"rows": done.rows, "enterprises": done.enterprises, "facts": done.facts}
    messages.success(request, _("%(rows)d rows of %(enterprises)d enterprises read, %(facts)d values are new.") % told)
    return redirect("facts:home")


def _imported(request: HttpRequest, file: UploadedFile, known_from: date | None) -> services.Imported:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table"
        with path.open("wb") as target:
            for chunk in file.chunks():
                target.write(chunk)
        return services.import_file(
            actor=request.user,
            path=path,
            source=request.POST.get("source", ""),
            known_from=known_from,
            is_audited="is_audited" in request.POST,
            is_public="is_public" in request.POST,
            sure="sure" in request.POST,
        )


def _day(text: str, errors: dict[str, str]) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        errors["known_from"] = _("A day such as 2024-04-30 is expected.")
        return None
