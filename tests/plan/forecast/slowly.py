"""The forecast of a pipeline told record by record: what the kernel must agree with, and far too slow to serve a page.

Each run draws its shares, its pace, its slips and its number to come, then walks every record through the steps by itself.
Limits let the first pass. Places are left to tests of their own.
"""

from __future__ import annotations

import math
from datetime import date
from functools import cache

import numpy as np

from pilotage.plan.forecast import Pipeline, Step
from pilotage.plan.forecast.arriving import filed_by, to_come, window
from pilotage.plan.forecast.chance import learnt_share
from pilotage.plan.forecast.stated import ON_TIME
from pilotage.plan.forecast.waits import log_spread, pace_spread, passed_by, prior_part


def counted_by(pipeline: Pipeline, due_on: date, day: date, runs: int, seed: int) -> np.ndarray:
    """The number counted by the end of ``day``, once for each run."""
    random = np.random.default_rng(seed)
    return np.array([_run(pipeline, due_on, (day - pipeline.as_of).days, random) for _ in range(runs)])


def _run(pipeline: Pipeline, due_on: date, days: int, random: np.random.Generator) -> int:
    pace = math.exp(pace_spread(list(pipeline.steps)) * random.standard_normal())
    there = _arriving(pipeline, due_on, random)  # times of entering the step at hand
    behind = sum(n for step in pipeline.steps for _age, n in step.waiting)
    ahead = 0.0
    for step in pipeline.steps:
        behind -= sum(n for _age, n in step.waiting)
        closes = _closing(pipeline, step, pace, ahead, random)
        ahead = closes if math.isfinite(closes) else ahead
        opens = max(0, (step.opens_on - pipeline.as_of).days) if step.opens_on else 0
        going, ending = learnt_share(step.prior.share, step.prior.weight, step.passed, step.left)
        share = random.beta(going, ending) if going > 0 and ending > 0 else float(ending <= 0)
        waiting = [age for age, number in step.waiting for _ in range(number)]
        through = [_passing(step, None, entry, opens, closes, pace, random) for entry in there]
        through += [_passing(step, age, 0.0, opens, closes, pace, random) for age in waiting]
        there = sorted(time for time in through if time is not None and random.random() < share)
        if step.limit is not None:
            there = there[: max(0, step.limit - pipeline.counted - behind)]
    return pipeline.counted + sum(time <= days for time in there)


def _arriving(pipeline: Pipeline, due_on: date, random: np.random.Generator) -> list[float]:
    arrivals = pipeline.arrivals
    if arrivals is None:
        return []
    number = int(to_come(arrivals, pipeline.as_of, due_on, np.array([random.standard_normal()]))[0])
    first, last = window(arrivals, pipeline.as_of, due_on)
    parts = np.linspace(0, 1, 2001)
    begin = filed_by(arrivals, max(0.0, -first / max(last - first, 1e-9)))
    return [
        max(0.0, first + (last - first) * float(np.interp(random.uniform(begin, 1), filed_by(arrivals, parts), parts)))
        for _ in range(number)
    ]


def _closing(pipeline: Pipeline, step: Step, pace: float, ahead: float, random: np.random.Generator) -> float:
    day = step.closes_on or (step.opens_on if step.together else None)
    if day is None:
        return ahead + max(1.0, pace * _wait(step, 0, random)) if step.together else math.inf
    left = (day - pipeline.as_of).days
    late = left < 0 or random.random() >= ON_TIME
    slip = random.exponential(step.prior.slip_90 / math.log((1 - ON_TIME) / 0.1)) if late and step.prior.slip_90 else 0.0
    return max(max(left, 1 if step.together else 0) + slip, ahead)


def _passing(
    step: Step, age: float | None, entry: float, opens: float, closes: float, pace: float, random: np.random.Generator
) -> float | None:
    if step.together:
        return closes if age is not None or entry <= closes else None
    begin = max(entry, opens)
    if begin > closes:
        return begin
    waited = age if age is not None and opens <= 0 else 0
    if _is_stale(step, waited):
        waited = 0
    return min(begin + pace * (_wait(step, waited, random) - waited), closes)


@cache
def _shares(step: Step) -> np.ndarray:
    numbers = np.array([number for _days, number in step.waits], float)
    return np.cumsum(numbers / numbers.sum())


def _one_of(step: Step, u: float) -> int:
    return int(min(np.searchsorted(_shares(step), u), len(step.waits) - 1))


@cache
def _is_stale(step: Step, waited: float) -> bool:
    return bool(passed_by(step, np.array([waited]))[0] > 0.999)


def _wait(step: Step, longer_than: float, random: np.random.Generator) -> float:
    while True:
        if random.random() < prior_part(step) or not step.waits:
            found = math.exp(random.standard_normal() * log_spread(step.prior)) * max(step.prior.days, 0.1)
        else:
            days = step.waits[_one_of(step, random.random())][0]
            found = random.uniform(max(days - 0.5, 0), days + 0.5)
        if found > longer_than:
            return float(found)
