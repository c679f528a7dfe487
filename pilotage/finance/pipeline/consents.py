"""An enterprise decides on its own line of one list: by its legal representative, until the list is handed over."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from pilotage.audit import services as audit
from pilotage.core import clock
from pilotage.finance.pipeline.batch_models import BatchLine, RecommendationBatch

MOST_CHARACTERS = 500


def consent(*, actor: Any, line: BatchLine) -> BatchLine:
    """To this receiver, for this purpose, with the data of this line. Raises ``Refused``, ``Invalid``, ``Conflict``."""
    return _decide(actor, line, "consent", "")


def refuse(*, actor: Any, line: BatchLine, reason: str = "") -> BatchLine:
    """The line is off the list; the reason, where one is given, is read by the secretariat and auditors only."""
    return _decide(actor, line, "refuse", reason)


def withdraw(*, actor: Any, line: BatchLine, reason: str = "") -> BatchLine:
    """Until the second person has signed, also while the list is proposed: the proposal then holds for a list that is no more."""
    return _decide(actor, line, "withdraw", reason)


@transaction.atomic
def _decide(actor: Any, line: BatchLine, verb: str, reason: str) -> BatchLine:
    # signing holds the same row: either the line is signed or it is off the list, never both
    RecommendationBatch.objects.select_for_update().get(pk=line.batch_id)
    row = BatchLine.objects.select_related("batch", "project__enterprise").get(pk=line.pk)
    told = {"decided_by": actor, "decided_at": clock.now(), "reason": reason.strip()[:MOST_CHARACTERS]}
    audit.transition(row, verb, actor=actor, reason=reason, changes=told)
    return row
