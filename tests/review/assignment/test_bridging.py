"""Seats across pools, and a graph in one piece where there can be one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pilotage.review.assignment import Bridging, Problem, SameGroup, Slots, solve
from tests.review.assignment.reference import check


def pooled(share: float | None, pools: int = 4, each: int = 6) -> Problem:
    """Experts fit only their own pool, so without bridging nothing crosses."""
    rng = np.random.default_rng(4)
    mine, theirs = np.repeat(np.arange(pools), each), np.repeat(np.arange(pools), each)
    suitability = rng.random((len(mine), len(theirs))) / 4 + 0.7 * (mine[:, None] == theirs)
    bridging = None if share is None else Bridging(mine, theirs, share)
    return Problem(np.full(len(mine), 3), np.full(len(theirs), 4), suitability.astype(np.float32), bridging=bridging)


def test_without_bridging_the_pools_fall_apart() -> None:
    assert len(np.unique(solve(pooled(None)).components)) == 4


@pytest.mark.parametrize("share", [0.05, 0.2, 0.5])
@pytest.mark.parametrize("method", ["flow", "auction"])
def test_the_share_is_kept_and_the_graph_is_one(share: float, method: str) -> None:
    if method == "auction":
        pytest.importorskip("numba")
    problem = pooled(share)
    solution = solve(problem, method=method, seed="s")
    check(problem, solution)
    assert solution.vacant == 0
    assert solution.bridge_share >= share - 1e-9
    assert len(np.unique(solution.components)) == 1
    assert not solution.fixed.any()


def test_one_seat_per_pool_is_enough_to_tie_when_the_share_is_tiny() -> None:
    """The share alone would let parts hang in the air; they are tied on."""
    problem = pooled(0.0)
    solution = solve(problem)
    check(problem, solution)
    assert len(np.unique(solution.components)) == 1


def test_parts_that_no_rule_lets_tie_are_reported() -> None:
    problem = pooled(0.0, pools=2)
    pools = problem.bridging.projects
    apart = SameGroup("same_pool", pools, 1 - pools)
    solution = solve(replace(problem, bars=[apart]))
    assert len(np.unique(solution.components)) == 2


def test_beside_slots() -> None:
    problem = pooled(0.2)
    slots = Slots(np.arange(24) % 3, np.tile([1, 1, 0], (24, 1)), np.tile([2, 2, 2], (24, 1)))
    problem = replace(problem, slots=slots, load_max=np.full(24, 6))
    solution = solve(problem)
    check(problem, solution)
    assert solution.vacant == 0
    assert solution.bridge_share >= 0.2


def test_fixed_seats_that_cross_count() -> None:
    problem = pooled(0.2)
    fixed = np.array([[project, (project + 6) % 24] for project in range(20)])
    assert solve(problem.with_fixed(fixed)).bridge_share >= 0.2
