"""How long a step takes: the stated wait and the waits observed, mixed; on equidistant nodes of time."""

from __future__ import annotations

import math

import numpy as np
from scipy.special import ndtr

from pilotage.plan.forecast.chance import Floats
from pilotage.plan.forecast.model import Prior, Step
from pilotage.plan.forecast.stated import OBSERVED_WAITS_CAP, PACE_DRIFT, PACE_UNSEEN, PRIOR_WAITS

_Z90 = 1.2815515655446004
_LEAST_SPREAD = 0.1
_LEAST_LEFT = 1e-3


def prior_part(step: Step) -> float:
    """The weight of the stated wait beside those observed, 0 to 1."""
    return PRIOR_WAITS / (PRIOR_WAITS + min(sum(number for _days, number in step.waits), OBSERVED_WAITS_CAP))


def pace_spread(steps: list[Step]) -> float:
    """Standard deviation of the log of the pace: what differs by year, and what is not known yet."""
    unseen = [prior_part(step) for step in steps if not step.together]
    return math.sqrt(PACE_DRIFT**2 + PACE_UNSEEN**2 * (sum(unseen) / len(unseen) if unseen else 0))


def log_spread(prior: Prior) -> float:
    return max(_LEAST_SPREAD, math.log(max(prior.days_90, 0.1) / max(prior.days, 0.1)) / _Z90)


def passed_by(step: Step, days: Floats) -> Floats:
    """The chance of having gone on within so many days: the mixture's distribution function. An observed wait of d days is d, give or take half a day."""
    stated = ndtr((np.log(np.maximum(days, 1e-9)) - math.log(max(step.prior.days, 0.1))) / log_spread(step.prior)) * (days > 0)
    weight = prior_part(step)
    if not step.waits:
        return np.asarray(stated)
    seen, number = np.array([day for day, _n in step.waits], float), np.array([n for _day, n in step.waits], float)
    low, high = np.maximum(seen - 0.5, 0), seen + 0.5
    observed = (np.clip((np.asarray(days)[..., None] - low) / (high - low), 0, 1) * number).sum(-1) / number.sum()
    return np.asarray(weight * stated + (1 - weight) * observed)


def on_nodes(step: Step, length: float, count: int) -> Floats:
    """Mass of the wait at the nodes 0, 1, … of ``length`` days; what lasts longer is left out."""
    edges = (np.arange(count + 1) - 0.5) * length
    return np.diff(passed_by(step, np.maximum(edges, 0)))


def still_on_nodes(step: Step, ages: tuple[tuple[float, int], ...], length: float, count: int) -> Floats:
    """Mass of the time still to wait, for records that have waited so many days already, averaged over them."""
    if not ages:
        return np.zeros(count)
    edges = np.maximum((np.arange(count + 1) - 0.5) * length, 0)
    old, number = np.array([age for age, _n in ages], float), np.array([n for _age, n in ages], float)
    # who has waited longer than anything seen or stated waits anew
    old = np.where(passed_by(step, old) > 1 - _LEAST_LEFT, 0.0, old)
    before = passed_by(step, old)
    left = 1 - before
    going = np.clip((passed_by(step, old[:, None] + edges) - before[:, None]) / left[:, None], 0, 1)
    return np.asarray(np.diff((going * (number / number.sum())[:, None]).sum(0)))


def pooled(ages: tuple[tuple[float, int], ...], most: int = 12) -> tuple[tuple[float, int], ...]:
    """Ages of neighbours put together, at their mean, so that at most so many are left."""
    ordered = sorted((age, number) for age, number in ages if number > 0)
    if len(ordered) <= most:
        return tuple(ordered)
    parts = np.array_split(np.arange(len(ordered)), most)
    return tuple(_together([ordered[index] for index in part]) for part in parts)


def _together(part: list[tuple[float, int]]) -> tuple[float, int]:
    number = sum(n for _age, n in part)
    return sum(age * n for age, n in part) / number, number
