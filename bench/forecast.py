"""Do the forecast's intervals hold, and how long does it take?

Simulated histories (pilotage/plan/forecast/simulated.py) of several seeds: 95 % intervals must hold 93 to 97 outcomes of a
hundred. ``exact`` places the outcome among the draws, by lot among those equal to it; ``shown`` counts the closed interval, which
holds more than its name where many draws share an end (a limit that is reached). Then 100 targets at 10,000 draws.

    forecast_coverage seed=… histories=… exact_50=… exact_80=… exact_95=… shown_95=… brier=… brier_straight=… error=… error_straight=…
    forecast_size targets=… draws=… seconds=… cpu_seconds=…
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from pilotage.plan.forecast import forecast  # noqa: E402
from pilotage.plan.forecast.scoring import Outcome, score  # noqa: E402
from pilotage.plan.forecast.simulated import histories  # noqa: E402
from pilotage.plan.forecast.simulating import simulate  # noqa: E402

SEEDS, HISTORIES = (31, 32, 33, 34), 500  # none of them was looked at while the kernel was made


def show(name: str, **fields: object) -> None:
    print(name, *(f"{key}={value}" for key, value in fields.items()), flush=True)


def show_coverage(seed: str, outcomes: list[Outcome]) -> None:
    found = score(outcomes)
    show(
        "forecast_coverage",
        seed=seed,
        histories=found.count,
        **{f"exact_{level}": f"{part:.3f}" for level, part in found.exact_coverage.items()},
        shown_95=f"{found.coverage[95]:.3f}",
        brier=f"{found.brier:.3f}",
        brier_straight=f"{found.brier_straight_line:.3f}",
        error=f"{found.error:.1f}",
        error_straight=f"{found.error_straight_line:.1f}",
    )


def show_size(targets: int, draws: int) -> None:
    cases = [(case.goal, case.inputs) for case in histories(targets, 1)]
    forecast(cases[:1], draws=draws, seed=1)
    began, cpu = time.perf_counter(), time.process_time()
    forecast(cases, draws=draws, seed=1)
    show(
        "forecast_size",
        targets=targets,
        draws=draws,
        seconds=f"{time.perf_counter() - began:.2f}",
        cpu_seconds=f"{time.process_time() - cpu:.2f}",
    )


def main() -> None:
    every: list[Outcome] = []
    for seed in SEEDS:
        outcomes = simulate(HISTORIES, seed=seed)
        show_coverage(str(seed), outcomes)
        every += outcomes
    show_coverage("all", every)
    show_size(100, 10_000)


if __name__ == "__main__":
    main()
