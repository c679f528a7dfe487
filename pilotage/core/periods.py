"""Which reports does a stage ask for, and from when until when may each be filed?

Data: ``every`` (quarter or year), the opening and the close of the stage as local times, and a few numbers of days.
Two shapes, told apart by their length:
- a stage shorter than one period is a window that comes again in each period: the report of 2024 is filed in the window of 2024
  and is due when the window closes;
- a longer stage runs: a report opens on the day after its period has ended and is due ``due_days`` later, at the hour at which the
  stage closes. The first period is the one that ended last before the stage opened.
``until`` is the moment up to which a late report is still taken: ``late_days`` after it was due; a running stage takes it until it closes
unless it says otherwise. None: without end.
Invariants: keys rise and are unique; ``opens_at < due_at``, and ``due_at <= until`` where there is an end; what was computed stays the
same as time goes by. Nothing here reads a clock or a database.
Refuses: nothing; a stage that never opens asks for nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils.translation import gettext as _

QUARTER, YEAR = "quarter", "year"
DUE_DAYS = 30
_MONTHS = {QUARTER: 3, YEAR: 12}
_KEY = re.compile(r"(\d{4})(?:Q([1-4]))?")
_END_OF_WORK = time(17)


@dataclass(frozen=True, slots=True)
class Period:
    """``key``: 2024Q1 or 2024."""

    key: str
    opens_at: datetime
    due_at: datetime
    until: datetime | None

    def takes(self, now: datetime) -> bool:
        """Whether its report can be filed, late or not."""
        return self.opens_at <= now and (self.until is None or now < self.until)

    def is_overdue(self, now: datetime) -> bool:
        return now >= self.due_at


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What a stage says about its reports; local times."""

    every: str
    opens: datetime
    closes: datetime | None = None
    due_days: int = DUE_DAYS
    late_days: int | None = None
    last: str = ""


def key_of(day: date, every: str) -> str:
    return f"{day.year}Q{(day.month + 2) // 3}" if every == QUARTER else str(day.year)


def parts_of(key: str) -> tuple[int, int | None]:
    """Year and quarter; raises ValueError for anything that names no period."""
    found = _KEY.fullmatch(key)
    if found is None:
        raise ValueError(key)
    return int(found[1]), int(found[2]) if found[2] else None


def schedule(rhythm: Rhythm, up_to: datetime) -> list[Period]:
    """Every period that has opened by ``up_to``, and the next one, oldest first."""
    found = []
    for period in _periods(rhythm):
        if rhythm.last and period.key > rhythm.last:
            break
        found.append(period)
        if period.opens_at > up_to:
            break
    return found


def _periods(rhythm: Rhythm) -> Iterator[Period]:
    months = _MONTHS[rhythm.every]
    if rhythm.closes is not None and rhythm.closes < _later(rhythm.opens, months):
        return _windows(rhythm, months, rhythm.closes)
    return _running(rhythm, months)


def _windows(rhythm: Rhythm, months: int, closes: datetime) -> Iterator[Period]:
    number = 0
    while rhythm.opens.year + number * months // 12 < 9000:
        opens, due = _later(rhythm.opens, number * months), _later(closes, number * months)
        yield Period(key_of(opens.date(), rhythm.every), opens, due, due + timedelta(days=rhythm.late_days or 0))
        number += 1


def _running(rhythm: Rhythm, months: int) -> Iterator[Period]:
    opens, closes = rhythm.opens, rhythm.closes
    first = _first_day(opens.date(), months)  # of the period after the one reported on
    hour = closes.timetz() if closes else _END_OF_WORK.replace(tzinfo=opens.tzinfo)
    while first.year < 9000:
        begins = max(opens, datetime.combine(first, time(), opens.tzinfo))
        if closes is not None and begins >= closes:
            return
        due = max(datetime.combine(first + timedelta(days=rhythm.due_days - 1), hour), begins + timedelta(hours=1))
        due = min(due, closes) if closes else due
        until = closes if rhythm.late_days is None else due + timedelta(days=rhythm.late_days)
        yield Period(key_of(first - timedelta(days=1), rhythm.every), begins, due, min(until, closes) if until and closes else until)
        first = _later_day(first, months)


def _first_day(day: date, months: int) -> date:
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def _later_day(day: date, months: int) -> date:
    whole = day.month - 1 + months
    return date(day.year + whole // 12, whole % 12 + 1, 1)


def _later(moment: datetime, months: int) -> datetime:
    """The same day and hour some months on; the last day of a month that is too short."""
    whole = moment.month - 1 + months
    year, month = moment.year + whole // 12, whole % 12 + 1
    after = date(year + month // 12, month % 12 + 1, 1)
    last = (after - timedelta(days=1)).day
    return moment.replace(year=year, month=month, day=min(moment.day, last))


def period_title(key: str) -> str:
    """2024Q1 in words; what names no period stays as it is."""
    try:
        year, quarter = parts_of(key)
    except ValueError:
        return key
    if quarter is None:
        return _("year %(year)s") % {"year": year}
    return _("quarter %(quarter)s of %(year)s") % {"year": year, "quarter": quarter}


def period_name(key: str) -> dict[str, str]:
    """In both languages, for messages."""
    year, quarter = parts_of(key)
    if quarter is None:
        return {"zh": f"{year}年度", "en": str(year)}
    return {"zh": f"{year}年第{quarter}季度", "en": f"quarter {quarter} of {year}"}
