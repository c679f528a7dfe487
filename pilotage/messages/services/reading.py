"""From decisions to messages: the audit chain is read on from where reading stopped.

Events have gapless numbers and are committed in order, so the last number read is all that must be remembered.
Messages and that number change in one transaction: whoever is killed here reads the batch again, nobody reads it twice.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction

from pilotage.audit.models import AuditEvent, AuditHead
from pilotage.core import clock
from pilotage.messages.models import PostOffice
from pilotage.messages.news import Letter, folded, letters
from pilotage.messages.services.inbox import write
from pilotage.messages.services.outbox import locked_office

logger = logging.getLogger("pilotage.messages")
BATCH = 500
STALE = timedelta(days=30)  # what is older is history: it stands in the record, not in an inbox


def read_news() -> int:
    """Read the next batch of decisions. Returns how many events were read; 0 when all are."""
    start = PostOffice.objects.filter(pk=1).values_list("last_event", flat=True).first() or 0
    head = AuditHead.objects.filter(pk=1).values_list("number", flat=True).first() or 0
    if head <= start:
        return 0
    events = list(AuditEvent.objects.filter(number__gt=start).order_by("number")[:BATCH])
    # found out before the lock is taken, so that nobody who writes waits for it
    found = _letters([event for event in events if event.at > clock.now() - STALE])
    with transaction.atomic():
        office = locked_office()
        if office.last_event == start:  # else another worker has read them meanwhile
            write(found)
            office.last_event = events[-1].number
            office.save(update_fields=["last_event"])
    return len(events)


def _letters(events: Sequence[AuditEvent]) -> list[Letter]:
    """What follows. A decision that cannot be told is logged and left out, so that it does not silence all later ones."""
    try:
        return letters(events)
    except Exception:
        if len(events) == 1:
            logger.exception("event %s could not be told to the people concerned", events[0].number)
            return []
        return folded(letter for event in events for letter in _letters([event]))
