"""What an address of these pages asks for; the same object writes the addresses that lead on."""

from __future__ import annotations

import calendar
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest

from pilotage.plan.models import Plan
from pilotage.web.plan.days import AsOf
from pilotage.web.plan.days import asked as asked_day

STEPS_MOST = 120  # ends of months on the slider
NAMES = ("directory", "measure", "province", "industry", "scenario", "figure", "sort", "level", "map")


@dataclass(frozen=True, slots=True)
class Asked:
    """``step`` of the slider is only read: addresses written name the day."""

    as_of: AsOf
    values: dict[str, str]

    @classmethod
    def read(cls, request: HttpRequest, plan: Plan) -> Asked:
        values = {name: request.GET.get(name, "").strip()[:80] for name in NAMES}
        as_of = asked_day(request)
        step = request.GET.get("step", "")
        if step.isdigit() and not request.GET.get("as_of"):
            days = month_ends(plan.starts_on, as_of.today)
            as_of = replace(as_of, day=days[min(int(step[:6]), len(days) - 1)])
        return cls(as_of, {name: value for name, value in values.items() if value})

    def __getattr__(self, name: str) -> str:
        if name in NAMES:
            return self.values.get(name, "")
        raise AttributeError(name)

    def query(self, **changes: Any) -> str:
        """``?…`` with these changes; None and '' leave a parameter out."""
        values = self.values | changes
        day = {} if self.as_of.is_today else {"as_of": self.as_of.day.isoformat()}
        return "?" + urlencode({name: value for name, value in {**day, **values}.items() if value})

    def kept(self, *without: str) -> list[tuple[str, str]]:
        """Hidden fields of a form that changes the parameters named."""
        day = [] if self.as_of.is_today or "as_of" in without else [("as_of", self.as_of.day.isoformat())]
        return day + [(name, value) for name, value in self.values.items() if name not in without]


def month_ends(first: date, last: date) -> list[date]:
    """The last days of the months from ``first`` on, and ``last`` itself; of a long time the latest."""
    found = []
    year, month = first.year, first.month
    while True:
        end = date(year, month, calendar.monthrange(year, month)[1])
        if end >= last:
            break
        found.append(end)
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return [*found, last][-STEPS_MOST:]


@dataclass(frozen=True, slots=True)
class Slider:
    """``place`` of the day among the ends of months: its own, or the next before it."""

    days: list[date]
    place: int

    @property
    def last(self) -> int:
        return len(self.days) - 1


def slider(plan: Plan, as_of: AsOf) -> Slider:
    days = month_ends(plan.starts_on, as_of.today)
    return Slider(days, max((place for place, day in enumerate(days) if day <= as_of.day), default=0))
