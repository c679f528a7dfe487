"""The scale path beside the exact one: same rules, total between its own figure and its bound."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from pilotage.review.assignment import Bridging, Problem, SameGroup, scan, solve
from pilotage.review.assignment.frame import make_frame
from pilotage.review.assignment.scan import Units
from tests.review.assignment.problems import SEEDS, made
from tests.review.assignment.reference import check, truth

pytest.importorskip("numba")


def compare(problem: Problem) -> None:
    near = solve(problem, partial=True, method="auction")
    check(problem, near)
    best = truth(problem)
    assert near.vacant >= best.vacant
    if near.vacant == best.vacant:
        assert near.total <= best.total + 1e-5 <= near.bound + 2e-5


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_plain_problems_fill_what_can_be_filled(seed: int) -> None:
    problem = made(seed, size=8)
    near, best = solve(problem, partial=True, method="auction"), truth(problem)
    check(problem, near)
    assert near.vacant == best.vacant
    assert near.total <= best.total + 1e-5 <= near.bound + 2e-5


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_slots_employers_and_floor(seed: int) -> None:
    compare(made(seed, slots=True, employers=True, floor=True, size=8))


def large(seed: int = 1) -> Problem:
    rng = np.random.default_rng(seed)
    count, pool = 300, 120
    left, right = rng.random((count, 8), np.float32) ** 3, rng.random((pool, 8), np.float32) ** 3
    return Problem(
        seats=np.full(count, 3),
        load_max=np.full(pool, 9),
        suitability=lambda lo, hi: left[lo:hi] @ right.T / 3,
        bars=[SameGroup("same_province", rng.integers(0, 12, count), rng.integers(0, 12, pool))],
        employer=rng.integers(0, 60, pool),
    )


def test_close_to_the_flow_and_every_seat_filled() -> None:
    exact, near = solve(large()), solve(large(), method="auction")
    assert (exact.vacant, near.vacant) == (0, 0)
    assert exact.optimal
    assert near.total <= exact.total + 1e-6 <= near.bound + 1e-5
    assert near.gap <= 0.5


def test_a_time_limit_gives_what_there_is() -> None:
    solution = solve(large(), method="auction", time_limit=1e-9)
    assert not solution.finished
    assert solution.bound >= solve(large()).total - 1e-4
    assert {entry.code for entry in solution.unfilled} == {"stopped"}


@pytest.mark.parametrize("kind", ["plain", "slots", "employers", "bridging", "units"])
def test_both_passes_over_all_pairs_agree(kind: str) -> None:
    for seed in range(15):
        problem = made(seed, slots=kind == "slots", employers=kind in ("employers", "slots"), floor=True, size=9)
        # no ties: the passes may keep different ones of equal experts
        noise = np.random.default_rng(seed).random(problem.shape).astype(np.float32) / 100
        problem = replace(problem, suitability=problem.suitability + noise)
        if kind == "bridging":
            rng = np.random.default_rng(seed)
            problem = replace(problem, bridging=Bridging(rng.integers(0, 3, problem.shape[0]), rng.integers(0, 3, problem.shape[1]), 0.4))
        frame = make_frame(problem, "x")
        prices = np.random.default_rng(seed).random(problem.shape[1])
        units = Units(4, 3) if kind == "units" else Units()
        plain = scan.scan(frame, prices, 3, empty=-1.0, units=units)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(scan, "COMPILE_FROM", 0)
            compiled = scan.scan(frame, prices, 3, empty=-1.0, units=units)
        np.testing.assert_allclose(compiled.worth, plain.worth, atol=1e-5)
        assert compiled.vacant == plain.vacant
        pool = problem.shape[1]
        np.testing.assert_array_equal(np.sort(compiled.columns.keys(pool)), np.sort(plain.columns.keys(pool)))
        np.testing.assert_array_equal(
            np.sort(compiled.columns.keys(pool)[compiled.wanted]), np.sort(plain.columns.keys(pool)[plain.wanted])
        )
