"""What was decided about a note over time: when it was tagged, by issuer or by use, by what held on which day, and when not any more."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pilotage.audit.models import AuditEvent, AuditSnapshot
from pilotage.finance.matching.paper_models import BondNote


@dataclass(frozen=True, slots=True)
class Act:
    """``basis`` and ``checked_on`` as they stood after the act; amounts in whole yuan."""

    verb: str
    at: datetime
    who: str
    reason: str
    basis: str
    checked_on: date | None
    amount: int
    proceeds_to_tech: int | None


def history(note: BondNote) -> list[Act]:
    """Oldest first, from the record alone. Two queries."""
    events = list(AuditEvent.objects.filter(object_type=note._meta.label_lower, object_id=str(note.pk)).order_by("number"))
    digests = [event.snapshot_digest for event in events]
    stood = dict(AuditSnapshot.objects.filter(digest__in=digests).order_by("digest").values_list("digest", "body"))
    return [_act(event, json.loads(stood.get(event.snapshot_digest, "{}"))) for event in events]


def _act(event: AuditEvent, stood: dict[str, Any]) -> Act:
    checked = stood.get("checked_on")
    return Act(
        event.verb,
        event.at,
        event.actor_label,
        event.reason,
        str(stood.get("basis") or ""),
        date.fromisoformat(checked) if checked else None,
        int(stood.get("amount") or 0),
        stood.get("proceeds_to_tech"),
    )
