"""The public record of what became of entries: one row for each change, in the transaction that makes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.timezone import localdate

from pilotage.audit.models import AuditEvent
from pilotage.audit.signals import Moved
from pilotage.directory.campaign_enums import ChangeKind
from pilotage.directory.changes_difference import differences
from pilotage.directory.models import Entry, EntryChange


def note_moves(moves: Sequence[Moved]) -> None:
    """One insert for all. The reason of a publication is its edition, which the row names already."""
    EntryChange.objects.bulk_create(
        (
            _change(move.obj, ChangeKind(move.verb), move.event, reason=move.event.reason)
            for move in moves
            if move.verb in ChangeKind.values
        ),
        batch_size=1000,
    )


def note_label(entry: Entry, event: AuditEvent, label: str, former: str) -> None:
    kind = ChangeKind.LABELLED if label else ChangeKind.UNLABELLED
    _change(entry, kind, event, reason=event.reason, detail={"label": label or former}).save()


def note_update(entry: Entry, event: AuditEvent, before: Mapping[str, Any]) -> None:
    names = {row["code"]: row for row in entry.edition.codes.get("scenarios", [])}
    _change(entry, ChangeKind.UPDATED, event, detail={"fields": differences(before, entry.facts, names)}).save()


def _change(entry: Entry, kind: ChangeKind, event: AuditEvent, *, reason: str = "", detail: dict[str, Any] | None = None) -> EntryChange:
    return EntryChange(
        edition_id=entry.edition_id, entry=entry, kind=kind, on=localdate(event.at), at=event.at, reason=reason, detail=detail or {}
    )
