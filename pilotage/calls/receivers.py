from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.dispatch import receiver

from pilotage.audit.signals import Moved, moved
from pilotage.calls.models import Application
from pilotage.calls.services.flow import keep


@receiver(moved, sender=Application, dispatch_uid="calls.flow")
def keep_counts(moves: Sequence[Moved], **_: Any) -> None:
    keep(moves)
