"""How long a notice really stands: its days, its working days, the holidays in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from pilotage.core import working_days
from pilotage.core.working_days import Holiday


@dataclass(frozen=True, slots=True)
class Period:
    """``unknown``: a sentence where the holidays of its year are not known, else ''."""

    days: int
    working_days: int
    holidays: tuple[Holiday, ...]
    ends_on_free_day: bool
    unknown: str


def period(opens_at: datetime, closes_at: datetime) -> Period:
    """Counted by local days, the first and the last included; one that closes at midnight does not reach into the new day."""
    first = timezone.localdate(opens_at)
    last = max(first, timezone.localdate(closes_at - timedelta(microseconds=1)))
    return Period(
        days=(last - first).days + 1,
        working_days=working_days.count(first, last),
        holidays=tuple(working_days.holidays(first, last)),
        ends_on_free_day=not working_days.is_working(last),
        unknown=working_days.problem(first, last),
    )
