"""Were the forecasts right? Roll through the stored history and set each forecast beside what came.

At the end of each month (or each reading day) every target is forecast from what was known by then, for its due date or, while
that lies ahead, for today. Only indicators that can be counted for a past day take part.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from pilotage.core import clock
from pilotage.plan import indicators
from pilotage.plan.forecast import CannotForecast, Goal
from pilotage.plan.forecast.scoring import Outcome
from pilotage.plan.kept import kept
from pilotage.plan.models import Plan, Target
from pilotage.plan.outlook import OutlookLine, goal_of, month_ends, outlooks, seed_of
from pilotage.plan.progress import due_on, target_history

EVERY = {"month": 30, "quarter": 91, "week": 7}


@dataclass(frozen=True, slots=True)
class Tested:
    target: Target
    day: date
    outcome: Outcome


def days_of(plan: Plan, until: date, every: str) -> list[date]:
    """The days forecast from, oldest first, all before ``until``."""
    first = plan.starts_on + timedelta(days=27)
    if every == "month":
        months = (until.year - first.year) * 12 + until.month - first.month + 1
        return [day for day in month_ends(until, max(months, 0))[:-1] if day >= first]
    spread = EVERY[every]
    return [
        first + timedelta(days=spread * step)
        for step in range(max(0, (until - first).days) // spread + 1)
        if first + timedelta(days=spread * step) < until
    ]


def backtest(plan: Plan, *, every: str = "month") -> list[Tested]:
    today = clock.today()
    last = min(today, plan.ends_on)
    return [tested for day in days_of(plan, last, every) for tested in _on(plan, day, today)]


def _on(plan: Plan, day: date, today: date) -> Iterator[Tested]:
    for line in outlooks(plan, day, None):
        indicator = indicators.get(line.target.indicator)
        if indicator is None or not indicator.dated or line.line.value is None:
            continue
        until = min(due_on(line.target), today)
        tested = _compared(plan, line, day, until) if day < until else None
        if tested is not None:
            yield Tested(line.target, day, tested)


def _compared(plan: Plan, line: OutlookLine, day: date, until: date) -> Outcome | None:
    if line.inputs is None:
        return None
    goal: Goal = replace(goal_of(line.target, day), due_on=until)
    begin = plan.starts_on - timedelta(days=1)
    values: dict[date, Any] = dict(target_history(plan, line.target, [begin, until]))
    if values.get(until) is None:
        return None
    try:
        found = kept(goal, line.inputs, seed_of(plan))
    except CannotForecast:
        return None
    value, start = float(line.line.value or 0), float(values[begin] or Decimal(0))
    straight = start + (value - start) * (until - begin).days / (day - begin).days
    return Outcome(goal, found, float(values[until]), straight)
