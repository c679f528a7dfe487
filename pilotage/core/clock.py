"""What time it is for the programme.

Everything that decides by time (deadlines, notices, validity, audit) asks here, so a
demonstration can live in its own year and a test can stand at the minute before a deadline.
Sessions, tokens and mail keep the machine's time.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils import timezone

_pinned: ContextVar[datetime | None] = ContextVar("pinned", default=None)


def now() -> datetime:
    """Aware datetime: pinned by :func:`at`, else the machine's time plus the demo's offset."""
    pinned = _pinned.get()
    if pinned is not None:
        return pinned
    return timezone.now() + timedelta(seconds=settings.CLOCK_OFFSET_SECONDS)


def today() -> date:
    return timezone.localdate(now())


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Pin the clock inside the block. ``moment`` must be aware."""
    if timezone.is_naive(moment):
        raise ValueError("clock.at() takes an aware datetime")
    token = _pinned.set(moment)
    try:
        yield
    finally:
        _pinned.reset(token)
