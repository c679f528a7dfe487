from __future__ import annotations

from datetime import date

import pytest

from pilotage.plan.forecast import Forecast, Goal, Pipeline, Series
from pilotage.plan.forecast.scoring import Outcome, score
from pilotage.plan.forecast.simulated import histories
from pilotage.plan.forecast.simulating import simulate

DUE = date(2023, 12, 31)


def outcome(value: float, chance: float, line: float, place: float | None = None) -> Outcome:
    intervals = {50: (90.0, 110.0), 80: (80.0, 120.0), 95: (70.0, 130.0)}
    found = Forecast(date(2023, 7, 1), DUE, 100.0, intervals, chance, {50: None, 90: None}, (), 10, 1)
    return Outcome(Goal("minimum", 100, None, None, DUE), found, value, line, place)


def test_the_score_counts_what_fell_inside_and_how_sure_it_was() -> None:
    found = score([outcome(100, 0.9, 90, 0.5), outcome(115, 0.8, 120, 0.85), outcome(125, 0.4, 80, 0.94), outcome(60, 0.2, 101, 0.001)])
    assert found.count == 4
    assert found.coverage == {50: 0.25, 80: 0.5, 95: 0.75}
    assert found.exact_coverage == {50: 0.25, 80: 0.5, 95: 0.75}
    assert found.brier == pytest.approx((0.01 + 0.04 + 0.36 + 0.04) / 4)
    assert found.brier_straight_line == pytest.approx((1 + 0 + 1 + 1) / 4)
    assert (found.error, found.error_straight_line) == (pytest.approx(20.0), pytest.approx((10 + 5 + 45 + 41) / 4))


def test_histories_are_the_same_for_the_same_seed_and_tell_nothing_of_the_outcome() -> None:
    first, again, other = (list(histories(10, seed)) for seed in (1, 1, 2))
    assert first == again
    assert first != other
    assert [type(case.inputs) for case in first] == [Pipeline, Pipeline, Pipeline, Pipeline, Series] * 2
    for case in first:
        counted = case.inputs.counted if isinstance(case.inputs, Pipeline) else case.inputs.points[-1][1]
        assert counted <= case.outcome


def test_intervals_hold_about_what_they_promise() -> None:
    """Few histories, so the bounds are wide; ``bench/forecast.py`` looks at thousands."""
    found = score(simulate(100, seed=21, draws=1_000))
    assert 0.38 <= found.exact_coverage[50] <= 0.68
    assert found.exact_coverage[95] >= 0.88
    assert found.brier < found.brier_straight_line / 1.5
    assert found.error < found.error_straight_line
