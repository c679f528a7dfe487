"""The draws of a reported value without a pipeline: its pace goes on, by season where two years are there, with its own unrest.

A value that never falls grows by gamma amounts (mean pace, over-dispersed as it was seen to be); any other by normal ones. The
pace is as uncertain as the points leave it, and differs from year to year.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
from scipy.special import gammaincinv, ndtr, stdtrit

from pilotage.plan.forecast.chance import LEVELS, Floats, at_quantiles
from pilotage.plan.forecast.model import Series
from pilotage.plan.forecast.stated import HALF_LIFE_DAYS, SEASONS_FROM_DAYS, SERIES_DRIFT, TAIL

_UNREST = 3.0  # increments the stated unrest (Poisson-like for counts) stands for


@dataclass(frozen=True, slots=True)
class Pace:
    """Per day. ``unrest``: variance of an increment per unit of its mean (never falling) or per day (else)."""

    daily: float
    error: float
    unrest: float
    increments: int
    seasons: tuple[float, ...] = (1.0,) * 12


def pace_of(series: Series) -> Pace:
    days = np.array([(day - series.points[0][0]).days for day, _value in series.points], float)
    values = np.array([value for _day, value in series.points], float)
    spans, grown = np.diff(days), np.diff(values)
    usual_pace = float(grown.sum() / spans.sum())
    seasons = _seasons(series, usual_pace) if days[-1] >= SEASONS_FROM_DAYS and series.never_falls and usual_pace > 0 else (1.0,) * 12
    worked = np.array([_working(seasons, a, b) for (a, _x), (b, _y) in pairwise(series.points)])
    # of two years the later says more of what comes next
    weights = 0.5 ** ((days[-1] - days[1:]) / HALF_LIFE_DAYS)
    daily = float((weights * grown).sum() / (weights * worked).sum())
    seen_days = float((weights * spans).sum() ** 2 / (weights**2 * spans).sum())
    usual = daily * worked
    squared = (grown - usual) ** 2
    if not series.never_falls:
        unrest = float((squared / spans).sum() / max(len(grown) - 1, 1))
        return Pace(daily, math.sqrt(unrest / seen_days), unrest, len(grown), seasons)
    seen = float((squared / np.maximum(usual, 1e-9)).sum())
    unrest = (seen + _UNREST) / (max(len(grown) - 1, 1) + _UNREST)
    return Pace(daily, math.sqrt(unrest * daily / seen_days), unrest, len(grown), seasons)


class Reported:
    """``by_day(days)`` gives the draws of the value so many days from now."""

    def __init__(self, series: Series, *, seed: int, draws: int) -> None:
        self.series, self.pace = series, pace_of(series)
        self.seed, self.draws = seed, draws
        self.last_day, self.value = series.points[-1]
        # what was counted in whole numbers stays whole
        self.is_whole = series.never_falls and all(value == round(value) for _day, value in series.points)

    def by_day(self, days: float) -> Floats:
        day = self.series.as_of + timedelta(days=int(days))
        span = (day - self.last_day).days
        if span <= 0:
            return np.full(self.draws, self.value)
        pace = self.pace
        mean = pace.daily * _working(pace.seasons, self.last_day, day)
        of_pace = (
            (mean * math.hypot(pace.error / max(abs(pace.daily), 1e-12), SERIES_DRIFT)) ** 2 if pace.daily else (pace.error * span) ** 2
        )
        if not self.series.never_falls:
            spread = math.sqrt(pace.unrest * span + of_pace)
            return self._at(self.value + mean + spread * self._tails())
        variance = pace.unrest * mean + of_pace
        return self._at(self.value + gammaincinv(mean**2 / variance, np.minimum(ndtr(self._tails()), 1 - 1e-12)) * variance / mean)

    def _tails(self) -> Floats:
        """Standard quantiles, heavier in the tails the fewer the values are."""
        found: Floats = stdtrit(min(max(self.pace.increments - 1, 2), TAIL), LEVELS)
        return found

    def _at(self, levels: Floats) -> Floats:
        found = at_quantiles(levels, self.seed, "series", self.draws)
        return np.round(found) if self.is_whole else found


def _working(seasons: tuple[float, ...], start: date, end: date) -> float:
    """Days from start to end, each counted by its month's season."""
    if len(set(seasons)) == 1:
        return float((end - start).days)
    total, day = 0.0, start
    while day < end:
        following = min(end, (day.replace(day=1) + timedelta(days=32)).replace(day=1))
        total += seasons[day.month - 1] * (following - day).days
        day = following
    return total


def _seasons(series: Series, daily: float) -> tuple[float, ...]:
    """Growth by calendar month over the mean month, drawn half way to one; their mean is one."""
    grown, spent = np.zeros(12), np.zeros(12)
    for (start, low), (end, high) in pairwise(series.points):
        part, length = (high - low) / max((end - start).days, 1), (end - start).days
        for ahead in range(length):
            month = (start + timedelta(days=ahead)).month - 1
            grown[month] += part
            spent[month] += 1
    factors = np.where(spent > 0, grown / np.maximum(spent, 1) / daily, 1.0)
    years = spent / 30.4
    factors = (factors * years + 1.0) / (years + 1.0)
    return tuple(float(factor) for factor in factors / factors.mean())
