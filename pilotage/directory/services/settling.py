"""What an act on an entry means for the re-evaluation it stands in."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from pilotage.audit import services as audit
from pilotage.core import clock
from pilotage.core.verdict import Refused
from pilotage.directory.campaign_enums import OPEN
from pilotage.directory.models import Entry, Evaluation


def open_evaluation(entry: Entry) -> Evaluation | None:
    return Evaluation.objects.filter(entry=entry, state__in=sorted(OPEN)).select_related("campaign").first()


def refuse_during_evaluation(entry: Entry) -> None:
    """What is examined is decided there, so that both say the same."""
    evaluation = open_evaluation(entry)
    if evaluation is not None:
        raise Refused(_("The entry is in “%(campaign)s”: decide it there.") % {"campaign": evaluation.campaign.title})


def settle(entry: Entry, verb: str, *, actor: Any, reason: str) -> None:
    """The entry left the directory (``fail``: removed by two people, ``drop``: otherwise); its examination ends with it."""
    evaluation = open_evaluation(entry)
    if evaluation is not None:
        evaluation.entry = entry
        changes = {"finding": reason, "decided_at": clock.now(), "due_on": None}
        audit.transition(evaluation, verb, actor=actor, reason=reason, changes=changes)
