"""How many records are still to come, and when.

The total is what the operator expects (a lognormal with the stated 90 % range) and what has come so far over the part of the
window gone (by the profile of earlier calls), weighed by their precision on the log scale. After the window nobody comes.
"""

from __future__ import annotations

import math
from datetime import date

import numpy as np

from pilotage.plan.forecast.chance import Floats
from pilotage.plan.forecast.model import Arrivals
from pilotage.plan.forecast.stated import PROFILE, PROFILE_DRIFT

_Z95 = 1.6448536269514722
_FIRST_DAYS = 0.02  # of all that come


def window(arrivals: Arrivals, as_of: date, due_on: date) -> tuple[float, float]:
    """First and last day on which records come, in days from ``as_of``; a window without an end ends at the due date."""
    last = (arrivals.closes_on or due_on) - as_of
    first = (arrivals.opens_on - as_of).days if arrivals.opens_on else min(0, last.days)
    return float(first), float(last.days)


def filed_by(arrivals: Arrivals, part: Floats | float) -> Floats:
    """The share of all that is filed when so much of the window is gone."""
    profile = arrivals.profile or PROFILE
    return np.asarray(np.interp(part, [gone for gone, _share in profile], [share for _gone, share in profile]))


def to_come(arrivals: Arrivals, as_of: date, due_on: date, z: Floats) -> Floats:
    first, last = window(arrivals, as_of, due_on)
    if last < 0:
        return np.zeros_like(z)
    gone = np.clip(-first / max(last - first, 1e-9), 0.0, 1.0) if first < 0 else 0.0
    centre, spread = _total(arrivals, float(filed_by(arrivals, gone)) if gone else 0.0)
    return np.maximum(np.round(np.exp(centre + spread * z) - arrivals.so_far), 0.0)


def _total(arrivals: Arrivals, filed: float) -> tuple[float, float]:
    """Centre and spread of the log of the total."""
    told: list[tuple[float, float]] = []
    if arrivals.expected is not None:
        low, high = (math.log(max(bound, 0.5)) for bound in arrivals.expected)
        told.append(((low + high) / 2, max((high - low) / (2 * _Z95), 0.01)))
    # of the first days one cannot tell how many will come, but where nothing else is said
    if filed > _FIRST_DAYS or not told:
        seen, filed = max(arrivals.so_far, 0.5), max(filed, _FIRST_DAYS / 2)
        spread = math.sqrt((PROFILE_DRIFT * (1 - filed)) ** 2 + (1 - filed) / seen + 1e-4)
        told.append((math.log(seen / filed), spread))
    precision = [1 / spread**2 for _centre, spread in told]
    centre = sum(each[0] * weight for each, weight in zip(told, precision, strict=True)) / sum(precision)
    return centre, 1 / math.sqrt(sum(precision))


def arriving_by(arrivals: Arrivals, as_of: date, due_on: date, days: Floats) -> Floats:
    """The share of those still to come that is there by so many days from now."""
    first, last = window(arrivals, as_of, due_on)
    length = max(last - first, 1e-9)
    now = float(filed_by(arrivals, max(0.0, -first / length)))
    then = filed_by(arrivals, np.clip((days - first) / length, 0, 1))
    return np.asarray(np.clip((then - now) / max(1 - now, 1e-9), 0, 1))
