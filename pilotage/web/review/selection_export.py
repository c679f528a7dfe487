"""The whole ranked list with its reasons as a spreadsheet."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import npgettext, pgettext
from django.views.decorators.http import require_safe

from pilotage.core import clock
from pilotage.core.tables import Column, write_xlsx
from pilotage.review.enums import Outcome, SelectionState
from pilotage.review.models import Selection, SelectionRow
from pilotage.review.rules import can_see_results, visible_selections
from pilotage.review.selectors import current_selection
from pilotage.review.wording import REASONS, bar_sentence
from pilotage.web.downloads import workbook
from pilotage.web.review.board import call_of
from pilotage.web.review.panels import rows_of
from pilotage.web.review.quota_panel import Names, names_of
from pilotage.web.review.why_panel import sentence_of


@require_safe
def export(request: HttpRequest, slug: str) -> HttpResponse:
    call = call_of(request, slug)
    can_see_results(request.user).require()
    number = request.GET.get("number", "")
    rows = visible_selections(request.user).filter(call=call)
    chosen = get_object_or_404(rows, number=int(number)) if number.isdecimal() else current_selection(rows, call)
    if chosen is None:
        raise Http404
    title = _("%(call)s, selection %(number)s") % {"call": call.title, "number": chosen.number}
    names = names_of(call, chosen.results or {})
    lines = (_line(row, names) for row in rows_of(chosen).order_by("position"))
    file = write_xlsx(_columns(), lines, title=_("Selection"), notes=_notes(chosen, title))
    return workbook(f"selection-{call.slug}-{chosen.number}", file)


def _columns() -> list[Column]:
    return [
        Column(pgettext("review", "Rank"), 8),
        Column(_("Application"), 18),
        Column(_("Applicant"), 36),
        Column(_("Project"), 36),
        Column(_("Province"), 14),
        Column(_("City"), 14),
        Column(pgettext("review", "Industry"), 24),
        Column(_("Finished reviews"), 10),
        Column(_("Raw mean"), 10, "0.000"),
        Column(_("Spread"), 10, "0.000"),
        Column(_("Calibrated"), 10, "0.000"),
        Column(_("Shift"), 10, "0.000"),
        Column(_("Standard error"), 10, "0.000"),
        Column(_("Bar"), 10, "0.000"),
        Column(_("Made of"), 60),
        Column(_("Chance of selection"), 10, "0.0%"),
        Column(_("Outcome"), 12),
        Column(_("Kind of reason"), 24),
        Column(pgettext("review", "Reason"), 70),
    ]


def _line(row: SelectionRow, names: Names) -> list[Any]:
    a, f = row.application, row.figures
    summary = getattr(a, "review_summary", None)
    return [
        row.position,
        a.number,
        a.enterprise.name,
        a.project_title,
        a.province.name if a.province else "",
        a.prefecture.name if a.prefecture else "",
        a.industry.name if a.industry else "",
        f.get("finished", summary.finished_count if summary else 0),
        _number(f.get("raw", row.mean)),
        summary.spread if summary else None,
        *(_number(f.get(name)) for name in ("calibrated", "shift", "error", "bar")),
        bar_sentence(f, names),
        _number(f.get("chance")),
        Outcome(row.outcome).label,
        str(REASONS[row.reason]),
        sentence_of(row, names),
    ]


def _number(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _notes(chosen: Selection, title: str) -> list[str]:
    state = SelectionState(chosen.state).label
    total = chosen.parameters["total"]
    places = npgettext("review", "%(count)s place", "%(count)s places", total) % {"count": total}
    return [
        title,
        _("State: %(state)s. %(places)s. Inputs %(digest)s") % {"state": state, "places": places, "digest": chosen.inputs_digest},
        _made(),
    ]


def _made() -> str:
    return _("Printed %(moment)s") % {"moment": timezone.localtime(clock.now()).strftime("%Y-%m-%d %H:%M")}
