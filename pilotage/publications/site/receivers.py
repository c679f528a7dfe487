"""After an act is kept, the index reads what it concerns."""

from __future__ import annotations

import logging
from typing import Any

from django.db import DatabaseError, transaction
from django.dispatch import receiver

from pilotage.audit.signals import recorded
from pilotage.publications.site import index

logger = logging.getLogger("pilotage.publications")


@receiver(recorded)
def read_soon(sender: Any, types: set[str], **kwargs: Any) -> None:
    if types & index.touched_types():
        transaction.on_commit(_read, robust=True)


def _read() -> None:
    """A second act in the same transaction finds nothing left to do. A failure waits for the next tick."""
    try:
        index.catch_up()
    except DatabaseError:
        logger.exception("the search index could not be read up to date; the next tick tries again")
