"""How good were forecasts whose outcome is known? Coverage of the intervals, Brier score, beside a straight line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pilotage.plan.forecast.goals import met
from pilotage.plan.forecast.kernel import INTERVALS
from pilotage.plan.forecast.model import Forecast, Goal


@dataclass(frozen=True, slots=True)
class Outcome:
    """``place``: where the outcome fell in the draws, 0 to 1, by lot among draws that equal it; None where draws are not kept."""

    goal: Goal
    forecast: Forecast
    value: float
    straight_line: float
    place: float | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """``coverage``: share of outcomes inside the shown interval, ends included; ``exact_coverage``: by the place in the draws.

    Where many draws share an end, the shown interval holds more than its name says; the second figure does not.
    """

    count: int
    coverage: dict[int, float]
    exact_coverage: dict[int, float]
    brier: float
    brier_straight_line: float
    error: float
    error_straight_line: float


def score(outcomes: Sequence[Outcome]) -> Score:
    happened = np.array([float(met(each.goal, np.array([each.value]))[0]) for each in outcomes])
    chances = np.array([each.forecast.chance for each in outcomes])
    straight = np.array([float(met(each.goal, np.array([each.straight_line]))[0]) for each in outcomes])
    return Score(
        count=len(outcomes),
        coverage={level: float(np.mean([_inside(each, level) for each in outcomes])) for level in INTERVALS},
        exact_coverage={level: _placed(outcomes, level) for level in INTERVALS},
        brier=float(np.mean((chances - happened) ** 2)),
        brier_straight_line=float(np.mean((straight - happened) ** 2)),
        error=float(np.mean([abs(each.forecast.median - each.value) for each in outcomes])),
        error_straight_line=float(np.mean([abs(each.straight_line - each.value) for each in outcomes])),
    )


def _inside(each: Outcome, level: int) -> bool:
    low, high = each.forecast.intervals[level]
    return low - 1e-9 <= each.value <= high + 1e-9


def _placed(outcomes: Sequence[Outcome], level: int) -> float:
    places = np.array([each.place for each in outcomes if each.place is not None])
    return float((np.abs(places - 0.5) <= level / 200).mean()) if len(places) else float("nan")
