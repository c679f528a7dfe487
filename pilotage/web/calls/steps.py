"""What happens next to an application, and by when, as its enterprise may know it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pilotage.calls import deadlines, scope
from pilotage.calls.enums import ApplicationKind, ApplicationState, StageKind
from pilotage.calls.models import Application

S = ApplicationState

# state an applicant sees -> (sentence, kind of the stage whose closing time stands beside it)
_NEXT: dict[str, tuple[Promise, str]] = {
    S.DRAFT: (_("Complete and submit"), StageKind.APPLY),
    S.RETURNED: (_("Correct and resubmit"), StageKind.CHECK),
    S.SUBMITTED: (_("Waits for the local check"), StageKind.CHECK),
    S.RESUBMITTED: (_("Waits for the local check"), StageKind.CHECK),
    S.DISTRICT_CHECKED: (_("Passed by the district, waits for the city's check"), StageKind.CHECK),
    S.CHECKED: (_("Waits for the recommendation by the province"), StageKind.RECOMMEND),
    S.NOT_RECOMMENDED: (_("Not put forward in this call"), ""),
    S.RECOMMENDED: (_("Waits for acceptance by the ministry"), StageKind.ACCEPT),
    S.ACCEPTED: (_("Waits for the expert review"), StageKind.REVIEW),
    S.NOT_ACCEPTED: (_("Closed without review"), ""),
    S.UNDER_REVIEW: (_("The result is announced in the public notice"), StageKind.SELECT),
    S.SELECTED: (_("Selected; the public notice follows"), StageKind.NOTICE),
    S.RESERVE: (_("On the reserve list; moves up if a place becomes free"), StageKind.NOTICE),
    S.NOT_SELECTED: (_("Not selected in this call"), ""),
    S.IN_NOTICE: (_("In public notice; listed if no objection is upheld"), StageKind.NOTICE),
    S.EXCLUDED: (_("Taken out after an objection"), ""),
    S.LISTED: (_("Listed in the directory"), ""),
    S.UPDATE_CONFIRMED: (_("The yearly update is confirmed"), ""),
    S.WITHDRAWN: (_("Withdrawn by the enterprise"), ""),
}
# the officers follow no deadline with an update
_NEXT_OF_UPDATE: dict[str, tuple[Promise, str]] = {
    S.SUBMITTED: (_("Waits for the local check"), ""),
    S.RESUBMITTED: (_("Waits for the local check"), ""),
    S.CHECKED: (_("Waits for confirmation by the province"), ""),
}
OVER = frozenset({S.NOT_RECOMMENDED, S.NOT_ACCEPTED, S.NOT_SELECTED, S.EXCLUDED, S.LISTED, S.UPDATE_CONFIRMED, S.WITHDRAWN})


def next_step(application: Application, state: str) -> tuple[Any, datetime | None]:
    """``state`` is the one the reader may know of (``selectors.state_for``)."""
    if scope.is_with_district(application):
        return _("Waits for the district's check"), application.call.district_stage.closes_at  # type: ignore[union-attr]
    sentence, kind = _NEXT_OF_UPDATE.get(state, _NEXT[S(state)]) if application.kind == ApplicationKind.UPDATE else _NEXT[S(state)]
    return sentence, _closes(application, kind)


def _closes(application: Application, kind: str) -> datetime | None:
    if application.state == S.RETURNED:
        return deadlines.correction_deadline(application)
    if application.kind == ApplicationKind.UPDATE and kind in {StageKind.APPLY, StageKind.CHECK, StageKind.RECOMMEND}:
        kind = StageKind.UPDATE
        if application.period:
            return deadlines.report_due(application)
    stage = application.call.stage(kind) if kind else None
    return stage.closes_at if stage else None
