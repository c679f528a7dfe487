"""The list of projects with its filters, as a table out and in."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_safe

from pilotage.core import clock
from pilotage.core.keyset import page
from pilotage.core.verdict import Conflict, Invalid
from pilotage.finance.pipeline import rules, services, sheet
from pilotage.finance.pipeline.enums import Market, Stage
from pilotage.finance.pipeline.models import ListingProject
from pilotage.finance.pipeline.selectors import EXCHANGES, Filter, filtered, overdue
from pilotage.registry.models import Division
from pilotage.web.downloads import workbook
from pilotage.web.pipeline.common import Reader, put_errors, reader_of, tabs, worker_of
from pilotage.web.pipeline.forms import NewForm

MOST_BYTES = 5 * 1024 * 1024


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    asked = Filter.read(request.GET.dict())  # type: ignore[arg-type]
    rows = filtered(_told_limits(reader, asked), asked)
    found = page(rows.select_related("enterprise__province", "owner"), order=("-id",), after=request.GET.get("after", ""), size=50)
    today = clock.today()
    context = {
        "reader": reader,
        "tabs": tabs(reader, "home"),
        "page": found,
        "total": rows.count(),
        "lines": [_line(row, today, reader) for row in found.rows],
        "overdue": overdue(limits_of(reader), today).count(),
        "asked": asked,
        "is_filtered": asked != Filter(),
        "told": _told(asked),
        "owners": list(rules.owners()) if reader.sees_all else [],
        **choices(),
    }
    return render(request, "pipeline/home.html", context)


def limits_of(reader: Reader) -> QuerySet[ListingProject]:
    """Of whose suspensions the reader may know cause and limit: a receiver of recommendations is told of stages only."""
    rows = rules.visible_projects(reader.actor)
    return rows if reader.sees_all else rows.filter(enterprise__in=reader.enterprises)


def _told_limits(reader: Reader, asked: Filter) -> QuerySet[ListingProject]:
    return limits_of(reader) if asked.overdue else rules.visible_projects(reader.actor)


def _line(row: ListingProject, today: date, reader: Reader) -> dict[str, Any]:
    """``word``: where the stage alone does not say the round. ``overdue``: days past the limit of the suspension."""
    tells = reader.sees_all or row.enterprise_id in reader.enterprises
    late = (today - row.suspended_until).days if tells and row.suspended_until and row.suspended_until < today else 0
    word = _("Inquiry, round %(number)d") % {"number": row.inquiry_round} if row.state == Stage.INQUIRY and row.inquiry_round > 1 else ""
    return {"project": row, "days": (today - row.stage_on).days, "overdue": late, "word": word}


def choices() -> dict[str, Any]:
    """The values of the filters. One query."""
    return {
        "markets": [*Market.choices, (EXCHANGES, pgettext("market", "The three exchanges"))],
        "stages": [*Stage.choices, ("tutoring", pgettext("stage of a listing", "In tutoring, filed or accepted"))],
        "provinces": Division.objects.filter(level="province").order_by("pk"),
    }


def _told(asked: Filter) -> list[str]:
    """What a number opened, in words, beside the filters that have a field of their own."""
    names = dict(Stage.choices)
    told = []
    if asked.reached:
        told.append(_("Ever reached: %(stage)s") % {"stage": names[asked.reached]})
    if asked.left:
        told.append(_("Left from: %(stage)s") % {"stage": names[asked.left]})
    if asked.paused:
        told.append(_("Suspended at: %(stage)s") % {"stage": names[asked.paused]})
    if asked.round:
        told.append(_("Had round %(number)d of inquiry") % {"number": asked.round})
    if asked.overdue:
        told.append(_("Suspended past the limit"))
    if asked.as_of:
        told.append(_("As of %(day)s; stage and days are those of today") % {"day": asked.as_of.isoformat()})
    if asked.since and asked.reached:
        told.append(_("Not before %(day)s") % {"day": asked.since.isoformat()})
    elif asked.since:
        told.append(_("In the present stage since %(day)s or later") % {"day": asked.since.isoformat()})
    return told


@require_safe
def export(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    asked = Filter.read(request.GET.dict())  # type: ignore[arg-type]
    rows = filtered(_told_limits(reader, asked), asked)
    found = rows.select_related("enterprise__province", "owner").order_by("-id").iterator(chunk_size=2000)
    return workbook("listing-pipeline", sheet.workbook(found, with_notes=reader.sees_all))


@require_safe
def template(request: HttpRequest) -> HttpResponse:
    worker_of(request)
    return workbook("cultivation-list", sheet.template())


def new(request: HttpRequest) -> HttpResponse:
    reader = worker_of(request)
    form = NewForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.enter(actor=reader.actor, **form.cleaned_data)
        except Invalid as problem:
            put_errors(form, problem)
        except Conflict as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, _("On the cultivation list."))
            return redirect("pipeline:project", made.number)
    context = {"form": form, "tabs": tabs(reader, "home"), "title": _("Put on the cultivation list"), "back": "pipeline:home"}
    return render(request, "pipeline/form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    reader = worker_of(request)
    context: dict[str, Any] = {"tabs": tabs(reader, "home"), "errors": {}, "done": None}
    if request.method == "POST":
        try:
            context["done"] = _imported(request, request.FILES.get("file"))
        except (Invalid, Conflict) as problem:
            context["errors"] = {"file": str(problem)}
    bad = context["errors"] or (context["done"] and context["done"].refused)
    return render(request, "pipeline/import.html", context, status=422 if bad else 200)


def _imported(request: HttpRequest, file: UploadedFile | None) -> sheet.Imported:
    if file is None:
        raise Invalid({"file": _("Choose a file first.")})
    if (file.size or 0) > MOST_BYTES:
        raise Invalid({"file": _("The file is larger than 5 MB.")})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table"
        with path.open("wb") as target:
            for chunk in file.chunks():
                target.write(chunk)
        return sheet.import_file(actor=request.user, path=path)
