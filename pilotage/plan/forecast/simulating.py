"""Forecast simulated histories and score them."""

from __future__ import annotations

import numpy as np

from pilotage.plan.forecast.kernel import draws_of, forecast
from pilotage.plan.forecast.scoring import Outcome
from pilotage.plan.forecast.simulated import Case, histories


def simulate(count: int, *, seed: int, draws: int = 2_000) -> list[Outcome]:
    return [outcome(case, number, seed, draws) for number, case in enumerate(histories(count, seed))]


def outcome(case: Case, number: int, seed: int, draws: int) -> Outcome:
    found = forecast([(case.goal, case.inputs)], draws=draws, seed=seed)[0]
    values = draws_of(case.goal, case.inputs, draws=draws, seed=seed)
    below, same = float((values < case.outcome - 1e-9).mean()), float((np.abs(values - case.outcome) < 1e-9).mean())
    lot = float(np.random.default_rng([seed, number, 1]).random())
    return Outcome(case.goal, found, case.outcome, case.straight_line, below + lot * same)
