"""News from the rooms below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.dispatch import receiver

from pilotage.audit.signals import Moved, moved, transitioned
from pilotage.calls.models import Application
from pilotage.directory import services
from pilotage.directory.models import Entry
from pilotage.directory.services.changes import note_moves


@receiver(transitioned, sender=Application, dispatch_uid="directory.update_confirmed")
def update_confirmed(sender: Any, obj: Application, verb: str, actor: Any, **_kwargs: Any) -> None:
    """A confirmed yearly update brings its facts into the entry."""
    if verb == "confirm_update":
        services.refresh_from_update(actor=actor, application=obj)


@receiver(moved, sender=Entry, dispatch_uid="directory.changes")
def entries_moved(sender: Any, moves: Sequence[Moved], **_kwargs: Any) -> None:
    note_moves(moves)
