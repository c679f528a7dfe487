"""The exact path against an integer programme: fewest empty seats, fewest missing least loads, most suitability."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from pilotage.review.assignment import Problem, exact, scan, solve
from tests.review.assignment.problems import SEEDS, made
from tests.review.assignment.reference import check, truth


def agrees(problem: Problem, **options: object) -> None:
    solution = solve(problem, partial=True, **options)
    check(problem, solution)
    wanted = truth(problem)
    assert (solution.vacant, sum(entry.least - entry.load for entry in solution.short)) == (wanted.vacant, wanted.short)
    assert solution.total == pytest.approx(wanted.total, abs=1e-5)
    assert solution.finished
    assert solution.optimal


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_plain(seed: int) -> None:
    agrees(made(seed))


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_least_loads(seed: int) -> None:
    agrees(made(seed, least=True))


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_slots_and_floor(seed: int) -> None:
    agrees(made(seed, slots=True, floor=True))


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_one_expert_per_employer(seed: int) -> None:
    agrees(made(seed, employers=True, least=True))


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_slots_and_employers_cross(seed: int) -> None:
    """No flow does both exactly; what is given must hold, and the bound must not be passed."""
    problem = made(seed, slots=True, employers=True)
    solution = solve(problem, partial=True)
    check(problem, solution)
    wanted = truth(problem)
    assert solution.vacant >= wanted.vacant
    if solution.vacant == wanted.vacant:
        assert solution.total <= wanted.total + 1e-5 <= solution.bound + 2e-5


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_short_lists_are_priced_until_nothing_is_missing(seed: int) -> None:
    """With one candidate per project at first and one more a round the answer is that of all pairs."""
    problem = made(seed, size=9)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exact, "ALL_PAIRS", 0)
        patch.setattr(exact, "FIRST", -99)
        patch.setattr(exact, "MORE", 1)
        agrees(problem)


@settings(max_examples=20, deadline=None)
@given(SEEDS)
def test_blocks_give_what_the_array_gives(seed: int) -> None:
    problem = made(seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scan, "BLOCK_PAIRS", 1)
        blocks = solve(replace(problem, suitability=lambda lo, hi: problem.suitability[lo:hi]), partial=True)
    whole = solve(problem, partial=True)
    np.testing.assert_array_equal(blocks.pairs, whole.pairs)


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_fixed_seats_stay_and_the_rest_is_best(seed: int) -> None:
    problem = made(seed, slots=True)
    first = solve(problem, partial=True)
    locked = first.pairs[::2]
    again = solve(problem.with_fixed(locked), partial=True)
    check(problem.with_fixed(locked), again)
    assert again.total == pytest.approx(first.total, abs=1e-5)
    assert again.fixed.sum() == len(locked)


def test_the_same_seed_gives_the_same_seats() -> None:
    problem = made(7, size=12)
    first, second = (solve(problem, seed="a seed", partial=True) for _ in range(2))
    np.testing.assert_array_equal(first.pairs, second.pairs)


def test_forbidding_a_pair_moves_it_elsewhere() -> None:
    suitability = np.array([[0.9, 0.5, 0.1], [0.8, 0.7, 0.1]], np.float32)
    problem = Problem(np.array([1, 1]), np.array([1, 1, 1]), suitability)
    assert solve(problem).pairs.tolist() == [[0, 0], [1, 1]]
    assert solve(replace(problem, forbidden=np.array([[0, 0]]))).pairs.tolist() == [[0, 1], [1, 0]]


def test_progress_versions_and_timings_are_told() -> None:
    told: list[tuple[str, float]] = []
    solution = solve(made(3), partial=True, progress=lambda stage, share: told.append((stage, share)))
    assert {stage for stage, _ in told} == {"candidates", "flow", "certificate", "reasons"}
    assert all(0 <= share <= 1 for _, share in told)
    assert set(solution.timings) == {stage for stage, _ in told}
    assert "ortools" in solution.versions


def test_no_time_still_gives_an_answer_with_its_gap() -> None:
    problem = made(11, slots=True, employers=True, size=12)
    solution = solve(problem, time_limit=0.0, partial=True)
    check(problem, solution)
    assert not solution.finished
    assert solution.notes
    assert {entry.code for entry in solution.unfilled} <= {"stopped"}
    assert solution.bound >= truth(problem).total - 1e-5


def test_nothing_to_assign() -> None:
    solution = solve(Problem(np.array([0, 0]), np.array([1]), np.ones((2, 1), np.float32)))
    assert (len(solution.project), solution.total, solution.unfilled) == (0, 0.0, ())


def test_every_seat_fixed() -> None:
    problem = Problem(np.array([1, 1]), np.array([1, 1]), np.array([[0.1, 0.9], [0.9, 0.1]], np.float32), fixed=np.array([[0, 0], [1, 1]]))
    solution = solve(problem)
    check(problem, solution)
    assert (solution.fixed.all(), solution.vacant, solution.gap) == (True, 0, 0.0)
    assert solution.total == pytest.approx(0.2)
