"""How good and how quick is the assignment of experts, on public instances and at national scale?

Public instances (../shared/data/review, not shipped; the script says so in one word where they are absent): the known
optimum beside ours, the expected totals under a pair cap, and the peer's time where it was measured (openreview-matcher
2.0.7 on the same kind of machine). Synthetic ones: fields, provinces by Zipf, recusal by province, every pair counted.
Each large one runs in a process of its own, for its peak memory. Prints lines of:

    assignment instance=… pairs=… seconds=… cpu=… total=… known=… gap=… unfilled=… rss_mb=… peer=…
    lottery instance=… q=… seconds=… expected=… known=… price=… draw_seconds=…
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
DATA = ROOT.parent / "shared" / "data" / "review"

from pilotage.review.assignment import BarredPairs, Bridging, Problem, SameGroup, Slots, largest_floor, randomise, solve  # noqa: E402

# Optimum or, for the lottery, expected total at q = 1/2, from exact solvers of other makes; seconds of the peer.
KNOWN = {"midl": "201.885", "preflib3": "453.00", "sigir": "127.25", "aamas2015": "1389.75"}
KNOWN_HALF = {"midl": "171.05", "preflib3": "386.125", "aamas2015": "1163.50"}
PEER = {"midl": "0.34", "preflib3": "0.44", "aamas2015": "4.18"}
SYNTHETIC: dict[str, Callable[[], Problem]] = {
    "10k_x_3k": lambda: synthetic(10_000, 3_000, 12),
    "10k_x_3k_slots": lambda: with_slots(synthetic(10_000, 3_000, 20)),
    "50k_x_10k": lambda: synthetic(50_000, 10_000, 18),
}


def midl() -> Problem:
    scores = np.load(DATA / "midl_scores.npy").T.astype(np.float32)
    return Problem(np.load(DATA / "midl_covs.npy"), np.load(DATA / "midl_loads.npy"), scores, floor=0.0)


def masked(name: str, load: int) -> Callable[[], Problem]:
    def read() -> Problem:
        with np.load(DATA / f"{name}.npz") as file:
            scores, mask = file["similarity_matrix"].T.astype(np.float32), file["mask_matrix"].T
        count, pool = scores.shape
        return Problem(np.full(count, 3), np.full(pool, load), scores, bars=[BarredPairs("conflict", np.argwhere(mask > 0))])

    return read


def aamas() -> Problem:
    count, pool, *values = (DATA / "aamas2015.in").read_text(encoding="ascii").split()
    scores = np.array(values[: int(count) * int(pool)], np.float32).reshape(int(count), int(pool))
    return Problem(np.full(int(count), 3), np.full(int(pool), 11), scores)


INSTANCES: dict[str, Callable[[], Problem]] = {
    "midl": midl,
    "preflib1": masked("preflib1", 6),
    "preflib3": masked("preflib3", 5),
    "sigir": masked("query", 3),
    "aamas2015": aamas,
}


def synthetic(count: int, pool: int, load: int, fields: int = 60) -> Problem:
    """Projects in two fields, experts in three, the demand for fields more uneven than the supply; 31 provinces by Zipf; nobody judges the own province."""
    rng = np.random.default_rng(1)
    zipf = 1 / np.arange(1, 32)
    provinces = [rng.choice(31, size, p=zipf / zipf.sum()) for size in (count, pool)]
    left, right = _fields(rng, count, fields, 2, 0.8), _fields(rng, pool, fields, 3, 0.3)
    turned = np.ascontiguousarray(right.T)
    bars = [SameGroup("same_province", *provinces)]
    return Problem(np.full(count, 3), np.full(pool, load), lambda lo, hi: left[lo:hi] @ turned, bars=bars)


def with_slots(problem: Problem) -> Problem:
    """Five seats, at least one of each of three disciplines, at most one of a fourth, one expert per employer, bridges."""
    rng = np.random.default_rng(2)
    count, pool = problem.shape
    discipline = rng.choice(5, pool, p=[0.25, 0.25, 0.2, 0.1, 0.2])
    slots = Slots(discipline, np.tile([1, 1, 1, 0, 0], (count, 1)), np.tile([5, 5, 5, 1, 5], (count, 1)))
    bridging = Bridging(rng.integers(0, 6, count), rng.integers(0, 6, pool), 0.2)
    return replace(problem, seats=np.full(count, 5), slots=slots, employer=rng.integers(0, 600, pool), bridging=bridging)


def _fields(rng: np.random.Generator, size: int, fields: int, kinds: int, skew: float) -> np.ndarray:
    """Rows of length 1: a few strong fields, some in more demand than others, over a weak background."""
    likely = np.arange(1, fields + 1) ** -skew
    rows = 0.12 * rng.random((size, fields), np.float32)
    for _ in range(kinds):
        rows[np.arange(size), rng.choice(fields, size, p=likely / likely.sum())] += 0.5 + 0.5 * rng.random(size, np.float32)
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def best_of(times: int, act: Callable[[], object]) -> tuple[float, object]:
    least, found = float("inf"), None
    for _ in range(times):
        begun = time.perf_counter()
        found = act()
        least = min(least, time.perf_counter() - begun)
    return least, found


def assign(name: str, problem: Problem, times: int) -> None:
    from pilotage.review.assignment import Solution

    begun = time.process_time()
    seconds, found = best_of(times, lambda: solve(problem, seed="bench"))
    cpu = (time.process_time() - begun) / times
    assert isinstance(found, Solution)
    pairs = problem.shape[0] * problem.shape[1]
    print(
        f"assignment instance={name} pairs={pairs} seconds={seconds:.3f} cpu={cpu:.3f} total={found.total:.3f} known={KNOWN.get(name, '–')} "
        f"gap={found.gap:.4f}% unfilled={found.vacant} most_load={found.loads.max()} bridges={found.bridge_share:.3f} "
        f"parts={found.components.max() + 1} rss_mb={peak()} peer={PEER.get(name, '–')}",
        flush=True,
    )


def lottery(name: str, problem: Problem, cap: Fraction) -> None:
    begun = time.perf_counter()
    found = randomise(problem, cap, seed="bench")
    seconds = time.perf_counter() - begun
    begun = time.perf_counter()
    found.draw("bench")
    known = KNOWN_HALF.get(name, "–") if cap == Fraction(1, 2) else "–"
    print(
        f"lottery instance={name} q={cap} seconds={seconds:.3f} expected={found.expected:.3f} known={known} "
        f"price={found.price:.2f}% draw_seconds={time.perf_counter() - begun:.3f}",
        flush=True,
    )


def public() -> None:
    if not DATA.is_dir():
        print("skipped")
        return
    for name, read in INSTANCES.items():
        problem = read()
        assign(name, problem, 3)
        seconds, floor = best_of(1, lambda problem=problem: largest_floor(problem))
        print(f"floor instance={name} seconds={seconds:.3f} value={floor.value:.4f} seats={floor.seats}", flush=True)
        for cap in (Fraction(3, 4), Fraction(1, 2), Fraction(1, 4)):
            lottery(name, problem, cap)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=["public", *SYNTHETIC])
    chosen = parser.parse_args().only
    if chosen in SYNTHETIC:
        # The compiler is loaded before the clock starts; what it makes is kept on disk after the first run.
        solve(synthetic(2100, 2000, 12), method="auction")
        assign(chosen, SYNTHETIC[chosen](), 1)
        return
    public()
    for name in SYNTHETIC if chosen is None else ():
        subprocess.run([sys.executable, __file__, "--only", name], check=True)


if __name__ == "__main__":
    main()
