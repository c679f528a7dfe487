"""What the applicant reads of the review once the public notice has opened: own figures, own bar, and how to object."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from pilotage.calls.models import Application
from pilotage.calls.rules import is_filer, visible_applications
from pilotage.directory.enums import NoticeState
from pilotage.directory.rules import can_object, visible_notices
from pilotage.review.enums import Outcome
from pilotage.review.selection.feedback import Feedback, feedback_of
from pilotage.review.wording import bar_sentence, reason_sentence
from pilotage.web.review.quota_panel import Names, names_of
from pilotage.web.review.score_plot import Scale, scale_of, shift_text
from pilotage.web.review.why_panel import bars_of, gap_text


@require_safe
def feedback(request: HttpRequest, number: str) -> HttpResponse:
    application = _own(request, number)
    found = feedback_of(application)
    context: dict[str, Any] = {"application": application, "call": application.call, "feedback": found}
    return render(request, "review/feedback.html", context | (_judged(request, application, found) if found else {}))


def _own(request: HttpRequest, number: str) -> Application:
    """Of the applicant's own enterprise; nobody else learns that there is such a page."""
    related = visible_applications(request.user).select_related("call__current", "enterprise", "province", "version")
    application = get_object_or_404(related.prefetch_related("call__stages"), number=number)
    if not is_filer(request.user, application):
        raise Http404
    return application


def _judged(request: HttpRequest, application: Application, found: Feedback) -> dict[str, Any]:
    figures = found.row.figures
    names = _names(application, figures)
    line = figures.get("line")
    bars, scale = bars_of(figures, Decimal(line) if line else None, names)
    notice = visible_notices(request.user).filter(call=application.call_id).exclude(state=NoticeState.DRAFT).order_by("-opens_at").first()
    return {
        "row": found.row,
        "bars": bars,
        "scale": scale,
        "gap": gap_text(figures),
        "sentence": bar_sentence(figures, names),
        "reason": reason_sentence(found.row.reason, figures, names),
        "shift": shift_text(figures),
        "strip": _strip(found),
        "enough": found.enough if found.row.outcome != Outcome.SELECTED else None,
        "more_than_bar": found.enough is not None and figures.get("bar") is not None and found.enough > Decimal(figures["bar"]),
        "notice": notice,
        "may_object": can_object(notice) if notice else None,
    }


def _names(application: Application, figures: dict[str, Any]) -> Names:
    parts = [*(figures.get("parts") or ()), *(figures.get("blockers") or ())]
    return names_of(application.call, {}, (part["value"] for part in parts if part["attribute"] == "group"))


def _strip(found: Feedback) -> dict[str, Any] | None:
    """Every expert's total as a ring without a name, with raw mean, calibrated score and bar on one printed scale."""
    figures = found.row.figures
    if figures.get("raw") is None:
        return None
    values = [{"raw": str(total)} for total in found.totals]
    scale: Scale = scale_of([figures, *values])
    return {
        "scale": scale,
        "experts": [scale.place(total) for total in found.totals],
        "raw": scale.place(figures["raw"]),
        "calibrated": scale.place(figures.get("calibrated")),
        "bar": scale.place(figures.get("bar")),
    }
