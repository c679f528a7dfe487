"""When a goal is met: by the value on the day, as the plan's progress says it of a counted value."""

from __future__ import annotations

import numpy as np

from pilotage.plan.forecast.chance import Floats
from pilotage.plan.forecast.model import Goal

KINDS = ("minimum", "exact", "range", "about", "deliverable", "growth", "rate")
ABOUT_TOLERANCE = 10.0  # percent


def met(goal: Goal, values: Floats) -> Floats:
    """Which of the values meet the goal. ``exact`` compares whole numbers where the goal is whole."""
    if goal.kind == "exact":
        return np.asarray(np.abs(values - goal.value) < 0.5)
    if goal.kind == "range":
        return np.asarray((values >= goal.value) & (values <= (np.inf if goal.value_max is None else goal.value_max)))
    if goal.kind == "about":
        tolerance = ABOUT_TOLERANCE if goal.tolerance is None else goal.tolerance
        return np.asarray(np.abs(values - goal.value) * 100 <= abs(goal.value) * tolerance + 1e-9)
    return np.asarray(values >= goal.value - 1e-9)
