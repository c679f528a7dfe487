"""What happened to an application, from the audit chain. Outsiders read the office, insiders the name too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from pilotage.audit.models import AuditEvent
from pilotage.calls.models import Application

_LABELS = {
    "start": _("Application started"),
    "submit": _("Submitted"),
    "resubmit": _("Resubmitted"),
    "return": _("Returned for correction"),
    "pass_up": _("Passed up to the city"),
    "unpass": _("Taken back from the city"),
    "check": _("Check passed"),
    "uncheck": _("Check taken back"),
    "undecline": _("Decision taken back"),
    "decline": _("Not recommended"),
    "reconsider": _("Taken up again"),
    "shortlist": _("Put on the list"),
    "unshortlist": _("Taken off the list"),
    "move_rank": _("Rank changed"),
    "cosign": _("Decision of the communications administration"),
    "recommend": _("Recommended"),
    "confirm_update": _("Yearly update confirmed"),
    "accept": _("Accepted for review"),
    "reject": _("Not accepted"),
    "start_review": _("Review started"),
    "select": _("Selected"),
    "reserve": _("Put on the reserve list"),
    "not_select": _("Not selected"),
    "promote": _("Moved up from the reserve list"),
    "announce": _("Announced in the public notice"),
    "exclude": _("Excluded after an objection"),
    "list": _("Listed in the directory"),
    "withdraw": _("Withdrawn"),
}
# what an enterprise reads of its own application; the rest is inner work until the result is public
_OPEN = frozenset(
    {
        "start", "submit", "resubmit", "return", "pass_up", "unpass", "check", "uncheck", "decline", "undecline", "reconsider", "recommend",
        "confirm_update", "accept", "reject", "start_review", "announce", "exclude", "list", "withdraw",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Event:
    at: datetime
    label: Any
    who: str
    reason: str
    number: int


def of(application: Application, *, insider: bool) -> list[Event]:
    """Newest first; saves of the draft are left out. One query."""
    verbs = {f"application.{verb}": verb for verb in (_LABELS if insider else _OPEN)}
    events = AuditEvent.objects.filter(object_type="calls.application", object_id=str(application.pk), verb__in=verbs).order_by("-number")
    return [
        Event(
            event.at, _LABELS[verbs[event.verb]], event.actor_label if insider else _office(event.actor_label), event.reason, event.number
        )
        for event in events
    ]


def _office(label: str) -> str:
    """``name, office`` -> ``office``: the person's name stays inside."""
    return label.partition(", ")[2] or ""
