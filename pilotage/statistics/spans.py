"""Which months, quarters or years does a data set run through, and when is the return of each due?

Data: a kind of period, a first day and perhaps a last one. Keys are 2023-06, 2023Q2 and 2023.
Algorithm: whole numbers of months; nothing here reads a clock or a database.
Invariants: the periods of a kind follow each other without gap or overlap; a key names one period and ``span_of`` finds it again.
Refuses: a key that is not written so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

MONTH, QUARTER, YEAR = "month", "quarter", "year"
MONTHS = {MONTH: 1, QUARTER: 3, YEAR: 12}
_KEY = re.compile(r"(?P<year>\d{4})(?:-(?P<month>0[1-9]|1[0-2])|Q(?P<quarter>[1-4]))?")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """One period, both days included."""

    starts_on: date
    ends_on: date
    kind: str

    @property
    def key(self) -> str:
        year, month = self.starts_on.year, self.starts_on.month
        if self.kind == MONTH:
            return f"{year:04d}-{month:02d}"
        return f"{year:04d}Q{(month + 2) // 3}" if self.kind == QUARTER else f"{year:04d}"

    def due_on(self, days: int) -> date:
        return self.ends_on + timedelta(days=days)

    def moved(self, periods: int) -> Span:
        return _span(_first_month(self.starts_on) + periods * MONTHS[self.kind], self.kind)


def span_of(key: str) -> Span:
    """Raises ``ValueError`` where ``key`` names no period."""
    found = _KEY.fullmatch(key)
    if found is None or found["year"] == "0000":
        raise ValueError(f"no period: {key}")
    months = int(found["year"]) * 12
    if found["month"]:
        return _span(months + int(found["month"]) - 1, MONTH)
    return _span(months + 3 * (int(found["quarter"]) - 1), QUARTER) if found["quarter"] else _span(months, YEAR)


def span_at(day: date, kind: str) -> Span:
    """The period in which a day lies."""
    months = _first_month(day)
    return _span(months - months % MONTHS[kind], kind)


def spans(kind: str, first: date, until: date) -> Iterator[Span]:
    """The periods from the one that holds ``first``, as long as they have begun by ``until``."""
    span = span_at(first, kind)
    while span.starts_on <= until:
        yield span
        span = span.moved(1)


def _first_month(day: date) -> int:
    return day.year * 12 + day.month - 1


def _span(months: int, kind: str) -> Span:
    return Span(_day(months), _day(months + MONTHS[kind]) - timedelta(days=1), kind)


def _day(months: int) -> date:
    return date(months // 12, months % 12 + 1, 1)
