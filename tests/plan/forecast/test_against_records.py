"""The kernel against the same story told record by record."""

from __future__ import annotations

import numpy as np
import pytest

from pilotage.plan.forecast import Pipeline
from pilotage.plan.forecast.flow import flow
from tests.plan.forecast.cases import CALL, FIRST_COME, UNDATED, day
from tests.plan.forecast.slowly import counted_by

RUNS = 150
DUE = day(180)


@pytest.mark.parametrize(
    ("pipeline", "days"),
    [(UNDATED, 15), (UNDATED, 45), (UNDATED, 120), (CALL, 150), (CALL, 180), (FIRST_COME, 20), (FIRST_COME, 90)],
    ids=lambda value: str(value) if isinstance(value, int) else "pipeline",
)
def test_it_agrees_with_records_that_walk_by_themselves(pipeline: Pipeline, days: int) -> None:
    quick = flow(pipeline, DUE, 240, seed=5, draws=10_000).by_day(days)
    slow = counted_by(pipeline, DUE, day(days), RUNS, seed=days)
    error = max(float(slow.std()), 0.5) / np.sqrt(RUNS)

    assert abs(quick.mean() - slow.mean()) < 4 * error + 0.04 * max(float(slow.mean()), 1)
    apart = [abs((quick <= k).mean() - (slow <= k).mean()) for k in range(int(slow.max()) + 1)]
    assert max(apart) < 1.95 / np.sqrt(RUNS) + 0.04  # Kolmogorov and Smirnov at 0.1 %, and the grid
