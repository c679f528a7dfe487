"""How long does a proven selection take at national size, and does everything that is said of it hold?

Simulated pools as in the reference measurements: 31 provinces of Zipf size, 20 industries, 3 sizes, groups of enterprises with at
most two each, minimum and maximum per province and industry. One line per pool:

    selection candidates=… rows=… seed=… quotas=… seconds=… solver_seconds=… method=… gap=… bars_agree=… bars_corrected=…
        improving_swaps=… naive_breaks=… single_reason=… milp_seconds=… milp_agrees=…
    enough candidates=… asked=… seconds=…
    grey_zone candidates=… draws=… seconds=… unsure=… fractional=…

`hard` quotas leave less room: 0.6 to 1.25 of a fair share instead of 0.4 to 1.4. `seconds` is everything select() does: reading in,
optimum, ties, bars, swap test, reserve, substitutes. `milp_seconds` is one scipy.optimize.milp over the same rows, for comparison, and
`milp_agrees` whether it finds the same sum.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
from scipy import optimize  # noqa: E402

from pilotage.review.selecting import SELECTED, Candidate, Quota, Selection, Terms, enough, grey_zone, select  # noqa: E402
from pilotage.review.selecting.engine import optimum  # noqa: E402

PROVINCES, INDUSTRIES, TOTAL = 31, 20, 300
SIZES = {"large": 0.25, "medium": 0.45, "small": 0.3}


def zipf(count: int, power: float) -> np.ndarray:
    weights = 1 / np.arange(1, count + 1) ** power
    return weights / weights.sum()


def pool(candidates: int, seed: int, hard: bool) -> tuple[list[Candidate], list[Quota]]:
    random = np.random.RandomState(seed)
    provinces, industries = zipf(PROVINCES, 0.8), zipf(INDUSTRIES, 0.6)
    province = random.choice(PROVINCES, candidates, p=provinces)
    industry = random.choice(INDUSTRIES, candidates, p=industries)
    size = random.choice(list(SIZES), candidates, p=list(SIZES.values()))
    group = random.randint(0, candidates // 7, candidates)
    quality = random.standard_normal(PROVINCES)[province] * 2 + random.standard_normal(INDUSTRIES)[industry] * 2 + 2 * (size == "large")
    score = np.clip(np.round(70 + quality + random.standard_normal(candidates) * 7, 3), 0, 100)
    found = [
        Candidate(
            f"{i:06}",
            Decimal(f"{score[i]:.3f}"),
            {"province": f"{province[i]:02}", "industry": f"{industry[i]:02}", "size": size[i], "group": f"{group[i]:05}"},
        )
        for i in range(candidates)
    ]
    quotas = [Quota("group", None, maximum=2), Quota("size", "large", maximum=110), Quota("size", "small", minimum=60)]
    least, most = (0.6, 1.25) if hard else (0.4, 1.4)
    for attribute, shares in (("province", provinces), ("industry", industries)):
        quotas += [
            Quota(attribute, f"{i:02}", int(least * share * TOTAL), int(np.ceil(most * share * TOTAL))) for i, share in enumerate(shares)
        ]
    return found, quotas


def naive_breaks(selection: Selection) -> int:
    """Limits that simply taking the best 300 would break."""
    top = np.zeros(len(selection.intake.eligible), dtype=np.int64)
    top[:TOTAL] = 1
    used = np.asarray(selection.intake.matrix @ top).ravel()
    return int(((used < selection.intake.low) | (used > selection.intake.high)).sum())


def whole_milp(selection: Selection) -> tuple[float, bool]:
    intake = selection.intake
    started = time.perf_counter()
    rows = optimize.LinearConstraint(intake.matrix.astype(float), selection.low.astype(float), intake.high.astype(float))
    ones = np.ones(len(intake.eligible))
    found = optimize.milp(
        -intake.weights.astype(float), integrality=ones, bounds=optimize.Bounds(0, 1), constraints=rows, options={"mip_rel_gap": 0.0}
    )
    value = int(intake.weights[found.x > 0.5].sum())
    return time.perf_counter() - started, found.status == 0 and value == int(selection.certificate.value * 1000)


def show(name: str, **fields: object) -> None:
    print(name, *(f"{key}={value}" for key, value in fields.items()), flush=True)


def measure(candidates: int, seed: int, draws: int, hard: bool) -> None:
    entrants, quotas = pool(candidates, seed, hard)
    terms = Terms(TOTAL, reserve=30, tie_break=("number",))
    started = time.perf_counter()
    found = select(entrants, quotas, terms)
    seconds = time.perf_counter() - started
    started = time.perf_counter()
    optimum(found.intake, terms)
    solver = time.perf_counter() - started
    above = [p for p in found.places if p.outcome != SELECTED and p.reason not in {"below_line"}]
    single = Counter(bool(p.figures.get("single")) for p in above)[True]
    milp_seconds, agrees = whole_milp(found)
    show(
        "selection",
        candidates=candidates,
        rows=len(found.intake.rows),
        seed=seed,
        quotas="hard" if hard else "usual",
        seconds=f"{seconds:.2f}",
        solver_seconds=f"{solver:.2f}",
        method=found.certificate.method,
        gap=found.certificate.gap,
        bars_agree=f"{found.checks.bars_agree}/{found.checks.bars}",
        bars_corrected=found.checks.bars_corrected,
        improving_swaps=f"{found.checks.improving_swaps}/{found.checks.swaps_tried}",
        naive_breaks=naive_breaks(found),
        single_reason=f"{single}/{len(above)}",
        milp_seconds=f"{milp_seconds:.2f}",
        milp_agrees="yes" if agrees else "no",
    )
    after(found, draws, [p.candidate.key for p in above[:3]])


def after(found: Selection, draws: int, asked: list[str]) -> None:
    started = time.perf_counter()
    for key in asked:
        enough(found, key)
    show("enough", candidates=len(found.places), asked=len(asked), seconds=f"{time.perf_counter() - started:.2f}")
    keys = [c.key for c in found.intake.eligible]
    noise = np.random.RandomState(1).standard_normal((draws, len(keys))) * 3000
    started = time.perf_counter()
    zone = grey_zone(found, keys, np.rint(found.intake.weights + noise).astype(np.int64))
    seconds = time.perf_counter() - started
    show("grey_zone", candidates=len(keys), draws=draws, seconds=f"{seconds:.2f}", unsure=len(zone.unsure), fractional=zone.fractional)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--draws", type=int, default=100)
    options.add_argument("--candidates", type=int, nargs="*", default=[3000, 30000])
    options.add_argument("--seeds", type=int, nargs="*", default=[1, 2, 3])
    chosen = options.parse_args()
    for candidates in chosen.candidates:
        for seed in chosen.seeds:
            measure(candidates, seed, chosen.draws, hard=False)
        measure(candidates, chosen.seeds[0], chosen.draws, hard=True)


if __name__ == "__main__":
    main()
