"""From a goal and what is known to a forecast: value on the due date, chance, days of being met, path."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import date, timedelta

import numpy as np

from pilotage.plan.forecast.chance import Floats
from pilotage.plan.forecast.checking import check
from pilotage.plan.forecast.flow import flow
from pilotage.plan.forecast.goals import met
from pilotage.plan.forecast.model import Band, Forecast, Goal, Pipeline, Series
from pilotage.plan.forecast.reported import Reported
from pilotage.plan.forecast.stated import BEYOND_MAX, BEYOND_MIN, BEYOND_SHARE, DRAWS, PATH_DAYS, SURE

BAND = (0.025, 0.10, 0.25, 0.50, 0.75, 0.90, 0.975)
INTERVALS = {50: (2, 4), 80: (1, 5), 95: (0, 6)}
ByDay = Callable[[float], Floats]


def forecast(cases: Sequence[tuple[Goal, Pipeline | Series]], *, draws: int = DRAWS, seed: int) -> list[Forecast]:
    """One forecast for each goal with its inputs. Raises CannotForecast at the first that cannot be made."""
    return [_one(goal, inputs, draws, seed) for goal, inputs in cases]


def draws_of(goal: Goal, inputs: Pipeline | Series, *, draws: int = DRAWS, seed: int) -> Floats:
    """The draws of the value on the due date."""
    check(goal, inputs)
    return _draws_of(goal, inputs, _far(goal, inputs), draws, seed)((goal.due_on - inputs.as_of).days)


def _far(goal: Goal, inputs: Pipeline | Series) -> int:
    """Days from now to where a later day of being met is no longer looked for."""
    left = (goal.due_on - inputs.as_of).days
    return left + int(min(BEYOND_MAX, max(BEYOND_MIN, BEYOND_SHARE * left)))


def _one(goal: Goal, inputs: Pipeline | Series, draws: int, seed: int) -> Forecast:
    check(goal, inputs)
    left = (goal.due_on - inputs.as_of).days
    far = _far(goal, inputs)
    by_day = _draws_of(goal, inputs, far, draws, seed)
    grid = sorted({round(left * step / (PATH_DAYS - 1)) for step in range(PATH_DAYS)})
    values = {days: by_day(days) for days in grid}
    bands = {days: quantiles(found) for days, found in values.items()}
    chances = {days: float(met(goal, found).mean()) for days, found in values.items()}
    at_end = bands[left]
    return Forecast(
        as_of=inputs.as_of,
        due_on=goal.due_on,
        median=at_end[3],
        intervals={level: (at_end[low], at_end[high]) for level, (low, high) in INTERVALS.items()},
        chance=chances[left],
        met_by={sure: _first_day(goal, inputs.as_of, by_day, chances, far, sure / 100) for sure in SURE},
        path=tuple(Band(inputs.as_of + timedelta(days=days), *band) for days, band in bands.items()),
        draws=draws,
        seed=seed,
    )


def _draws_of(goal: Goal, inputs: Pipeline | Series, far: int, draws: int, seed: int) -> ByDay:
    if isinstance(inputs, Series):
        return Reported(inputs, seed=seed, draws=draws).by_day
    return flow(inputs, goal.due_on, far, seed=seed, draws=draws).by_day


def quantiles(values: Floats) -> list[float]:
    """Of the band, each a value that was drawn: whole numbers stay whole."""
    places = [min(len(values) - 1, max(0, math.ceil(part * len(values)) - 1)) for part in BAND]
    return [float(value) for value in np.partition(values, places)[places]]


def _first_day(goal: Goal, as_of: date, by_day: ByDay, chances: dict[int, float], far: int, sure: float) -> date | None:
    """The first day by which the goal is met with that chance; between the days looked at, by halving."""
    before = -1
    for days in (*chances, far):
        if (chances[days] if days in chances else _chance(goal, by_day, days)) >= sure:
            return as_of + timedelta(days=_halved(goal, by_day, before, days, sure))
        before = days
    return None


def _halved(goal: Goal, by_day: ByDay, before: int, days: int, sure: float) -> int:
    while days - before > 1 and days > 0:
        middle = (before + days) // 2
        if middle >= 0 and _chance(goal, by_day, middle) >= sure:
            days = middle
        else:
            before = middle
    return days


def _chance(goal: Goal, by_day: ByDay, days: int) -> float:
    return float(met(goal, by_day(days)).mean())
