"""Does calibration ever do worse than the raw mean, and how long does it take?

Single scores are held out (five folds) and foretold from the rest by the raw mean of the project, by per-expert z-scores
(for comparison; the platform never uses them) and by the calibrated model: figure skating (BuzzFeed News, figure-skating-scores,
data CC BY 4.0; each panel of nine judges its own component) and simulated panels with the variances of NeurIPS 2014. Then the
share of the true best tenth that is found when pools of experts are linked by 20 % bridging seats, and the time at size.

    calibration_holdout data=… scores=… rmse_raw=… rmse_z=… rmse_calibrated=… spearman_raw=… spearman_calibrated=…
    calibration_recall world=… raw=… calibrated=…
    calibration_size projects=… experts=… scores=… seconds=… sample_seconds=…
"""

from __future__ import annotations

import csv
import sys
import time
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
from scipy import stats  # noqa: E402

from pilotage.review.calibration import Score, calibrate, sample  # noqa: E402
from tests.review.calibration.panels import recall, simulated  # noqa: E402

SKATING = ROOT.parent / "shared" / "data" / "review" / "figure_skating_panel_scores.csv"
FOLDS = 5
Foretold = tuple[float, float, float, float]  # truth, raw, z-scores, calibrated


def skating() -> list[Score]:
    with SKATING.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [Score(row["performance_id"], f"{row['competition']} {row['program']} {row['judge']}", float(row["score"])) for row in rows]


def holdout(scores: list[Score], seed: int) -> list[Foretold]:
    fold = np.random.RandomState(seed).permutation(len(scores)) % FOLDS
    return [line for part in range(FOLDS) for line in foretold(scores, fold == part)]


def foretold(scores: list[Score], held: np.ndarray) -> list[Foretold]:
    kept = [score for score, out in zip(scores, held, strict=True) if not out]
    found = calibrate(kept)
    z_of_project, of_expert = z_scores(kept)
    projects = {figures.project: figures for figures in found.projects}
    shifts = {figures.expert: float(figures.shift) for figures in found.experts}
    lines = []
    for score, out in zip(scores, held, strict=True):
        if not out or score.project not in projects or score.expert not in of_expert:
            continue
        figures, (mean, deviation) = projects[score.project], of_expert[score.expert]
        by_z = mean + deviation * z_of_project[score.project]
        lines.append((float(score.value or 0), float(figures.raw), by_z, float(figures.expected) + shifts[score.expert]))
    return lines


def z_scores(scores: list[Score]) -> tuple[dict[str, float], dict[str, tuple[float, float]]]:
    values = defaultdict(list)
    for score in scores:
        values[score.expert].append(float(score.value or 0))
    of_expert = {name: (float(np.mean(mine)), float(np.std(mine)) or 1.0) for name, mine in values.items()}
    of_project = defaultdict(list)
    for score in scores:
        mean, deviation = of_expert[score.expert]
        of_project[score.project].append((float(score.value or 0) - mean) / deviation)
    return {name: float(np.mean(mine)) for name, mine in of_project.items()}, of_expert


def show(name: str, **fields: object) -> None:
    print(name, *(f"{key}={value}" for key, value in fields.items()), flush=True)


def show_holdout(data: str, lines: list[Foretold]) -> None:
    truth, raw, z, calibrated = np.array(lines).T
    rmse = {name: f"{np.sqrt(np.mean((truth - guess) ** 2)):.4f}" for name, guess in (("raw", raw), ("z", z), ("calibrated", calibrated))}
    spearman = {name: f"{stats.spearmanr(truth, guess).statistic:.4f}" for name, guess in (("raw", raw), ("calibrated", calibrated))}
    show(
        "calibration_holdout",
        data=data,
        scores=len(lines),
        **{f"rmse_{k}": v for k, v in rmse.items()},
        **{f"spearman_{k}": v for k, v in spearman.items()},
    )


def show_recall(world: str, **given: float) -> None:
    found = []
    for seed in range(8):
        true, scores = simulated(seed, projects=1000, experts=150, **given)
        figures = calibrate(scores).projects
        found.append((recall(true, [p.raw for p in figures], 100), recall(true, [p.calibrated for p in figures], 100)))
    raw, calibrated = np.mean(found, axis=0)
    show("calibration_recall", world=world, raw=f"{raw:.4f}", calibrated=f"{calibrated:.4f}")


def show_size(projects: int, experts: int, seats: int) -> None:
    random = np.random.RandomState(1)
    quality, shift = random.standard_normal(projects) * 11, random.standard_normal(experts) * 5
    scores = [
        Score(f"p{p:06}", f"e{e:05}", round(float(60 + quality[p] + shift[e] + random.standard_normal() * 11), 3))
        for p in range(projects)
        for e in random.choice(experts, seats, replace=False)
    ]
    started = time.perf_counter()
    found = calibrate(scores)
    seconds = time.perf_counter() - started
    started = time.perf_counter()
    sample(found, 200, "bench")
    drawn = time.perf_counter() - started
    show(
        "calibration_size",
        projects=projects,
        experts=experts,
        scores=len(scores),
        errors="exact" if found.exact_errors else "sampled",
        seconds=f"{seconds:.2f}",
        sample_seconds=f"{drawn:.2f}",
    )


def main() -> None:
    if SKATING.exists():
        show_holdout("figure_skating", holdout(skating(), 1))
    else:
        print("figure skating: absent")
    for seats in (3, 5):
        show_holdout(f"neurips_2014_{seats}_seats", [line for seed in range(3) for line in holdout(simulated(seed, seats=seats)[1], seed)])
    show_recall("neurips_2014")
    show_recall("pools_differ_in_quality_20_percent_bridging", pools=10, bridging=0.2, quality=0.6)
    show_recall("pools_differ_in_severity_20_percent_bridging", pools=10, bridging=0.2, severity=0.6)
    show_size(3000, 450, 3)
    show_size(10000, 3000, 3)
    show_size(50000, 10000, 3)


if __name__ == "__main__":
    main()
