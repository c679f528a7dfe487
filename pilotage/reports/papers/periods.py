"""Which span of days does a report speak of?

Data: a key, ``2023-06``, ``2023Q2`` or ``2023``, stands for a month, a quarter or a year of the calendar.
Invariants: keys of one rhythm sort like their days; ``parse(period.key) == period``; the period after the last day is the next one.
Refuses: keys in another form, months beyond twelve, quarters beyond four.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from pilotage.core.wording import MONTHS

_KEY = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2])|Q([1-4]))?")
MONTHS_OF = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, slots=True, order=True)
class Period:
    first: date
    every: str

    @property
    def months(self) -> int:
        return MONTHS_OF[self.every]

    @property
    def key(self) -> str:
        if self.every == "month":
            return f"{self.first:%Y-%m}"
        return f"{self.first.year}Q{self.first.month // 3 + 1}" if self.every == "quarter" else str(self.first.year)

    @property
    def last(self) -> date:
        return self.next().first - timedelta(days=1)

    def next(self) -> Period:
        return self._moved(self.months)

    def previous(self) -> Period:
        return self._moved(-self.months)

    def _moved(self, months: int) -> Period:
        count = self.first.year * 12 + self.first.month - 1 + months
        return Period(date(count // 12, count % 12 + 1, 1), self.every)

    def words(self, language: str) -> str:
        """2023年6月 · June 2023, 2023年第二季度 · second quarter of 2023, 2023年 · 2023."""
        year, part = self.first.year, self.first.month // 3
        if language.startswith("en"):
            if self.every == "month":
                return f"{MONTHS[self.first.month - 1]} {year}"
            return f"{('first', 'second', 'third', 'fourth')[part]} quarter of {year}" if self.every == "quarter" else str(year)
        if self.every == "month":
            return f"{year}年{self.first.month}月"
        return f"{year}年第{'一二三四'[part]}季度" if self.every == "quarter" else f"{year}年"


def parse(key: str) -> Period:
    """Raises ValueError."""
    found = _KEY.fullmatch(key)
    if found is None:
        raise ValueError(key)
    year, month, quarter = found.groups()
    if month:
        return Period(date(int(year), int(month), 1), "month")
    return Period(date(int(year), int(quarter) * 3 - 2, 1), "quarter") if quarter else Period(date(int(year), 1, 1), "year")


def of(every: str, day: date) -> Period:
    """The period that holds the day."""
    months = MONTHS_OF[every]
    return Period(date(day.year, (day.month - 1) // months * months + 1, 1), every)


def between(every: str, first: date, last: date) -> list[Period]:
    """All that touch the span, oldest first."""
    found, period = [], of(every, first)
    while period.first <= last:
        found.append(period)
        period = period.next()
    return found
