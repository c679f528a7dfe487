"""When dated steps close: worlds, each with a pace of work and a slip of each date. Days are counted from ``as_of``.

A step keeps its date with chance ``ON_TIME``, else it is late by an exponential time; a date that is over already and not kept
is late by as much again (the exponential forgets). A step never closes before the step ahead of it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from pilotage.plan.forecast.chance import Floats, normal, uniform
from pilotage.plan.forecast.model import Pipeline, Step
from pilotage.plan.forecast.stated import ON_TIME, WORLDS
from pilotage.plan.forecast.waits import pace_spread, passed_by

_LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Schedule:
    """``pace`` multiplies waits still to come; ``closes`` is infinite where a step has no date, ``opens`` 0 where it is open."""

    pace: Floats
    opens: tuple[float, ...]
    closes: tuple[Floats, ...]

    @property
    def worlds(self) -> int:
        return len(self.pace)


def schedule(pipeline: Pipeline, seed: int, draws: int) -> Schedule:
    worlds = min(WORLDS, draws)
    pace = np.exp(pace_spread(list(pipeline.steps)) * normal(seed, "pace", worlds))
    closes, ahead = [], np.zeros(worlds)
    for step in pipeline.steps:
        closing = _closing(pipeline, step, pace, ahead, seed)
        closes.append(closing)
        ahead = np.where(np.isfinite(closing), closing, ahead)
    opens = tuple(float(max(0, (step.opens_on - pipeline.as_of).days)) if step.opens_on else 0.0 for step in pipeline.steps)
    return Schedule(pace, opens, tuple(closes))


def slips(u: Floats, slip_90: float, overdue: bool) -> Floats:
    """Days late at each quantile. One of ten is later than ``slip_90`` where the date lies ahead."""
    mean = max(slip_90, 0.0) / math.log((1 - ON_TIME) / 0.1)
    late = np.minimum(u, 1 - 1e-9) if overdue else np.clip((u - ON_TIME) / (1 - ON_TIME), 0, 1 - 1e-9)
    return np.asarray(-mean * np.log1p(-late))


def _closing(pipeline: Pipeline, step: Step, pace: Floats, ahead: Floats, seed: int) -> Floats:
    day = step.closes_on or (step.opens_on if step.together else None)
    u = uniform(seed, f"slip:{step.key}", len(pace))
    if day is not None:
        left = (day - pipeline.as_of).days
        # what was to be over by now or today, and is not, comes tomorrow at the earliest
        floor = 1.0 if step.together else 0.0
        return np.maximum(np.maximum(left, floor) + slips(u, step.prior.slip_90, left < 0), ahead)
    if step.together:
        return np.asarray(ahead + np.maximum(1.0, pace * _wait_at(step, u)))
    return np.full(len(pace), np.inf)


def _wait_at(step: Step, u: Floats) -> Floats:
    days = np.concatenate([np.linspace(0, 400, 801), np.linspace(401, _LONGEST, 400)])
    return np.interp(u, passed_by(step, days), days)
