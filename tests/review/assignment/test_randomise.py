"""Marginals are best and kept by the draws; seeds are committed to and repeatable."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from pilotage.review.assignment import AssignmentError, Bridging, Problem, chance, randomise, solve
from tests.review.assignment.problems import SEEDS, made
from tests.review.assignment.reference import barred, check

CAPS = st.sampled_from([Fraction(1, 2), Fraction(3, 4), Fraction(1, 4), Fraction(5, 8), Fraction(1)])


def slow(problem: Problem, cap: Fraction) -> tuple[float, float]:
    """Fewest empty seats and most suitability of fractional assignments, by linear programming."""
    count, pool = problem.shape
    suit = problem.block(0, count).astype(float)
    cost = np.concatenate([-suit.ravel(), np.full(count, 1e3)])
    seats = np.hstack([np.kron(np.eye(count), np.ones(pool)), np.eye(count)])
    loads = np.hstack([np.kron(np.ones(count), np.eye(pool)), np.zeros((pool, count))])
    upper = np.concatenate([(~barred(problem)).ravel() * float(cap), np.full(count, np.inf)])
    found = linprog(
        cost, A_eq=seats, b_eq=problem.seats, A_ub=loads, b_ub=problem.load_max, bounds=np.stack([np.zeros(len(upper)), upper], 1)
    )
    return float(found.x[count * pool :].sum()), float((found.x[: count * pool] * suit.ravel()).sum())


@settings(max_examples=40, deadline=None)
@given(SEEDS, CAPS)
def test_expected_total_is_the_best_there_is(seed: int, cap: Fraction) -> None:
    problem = made(seed)
    if not problem.seats.sum():
        return
    lottery = randomise(problem, cap, partial=True)
    assert (lottery.probability <= float(cap) + 1e-12).all()
    vacant, total = slow(problem, cap)
    assert lottery.vacant == pytest.approx(vacant, abs=1e-6)
    assert lottery.expected == pytest.approx(total, abs=1e-4)
    assert lottery.best == pytest.approx(solve(problem, partial=True).total, abs=1e-5)


@settings(max_examples=30, deadline=None)
@given(SEEDS, CAPS)
def test_every_draw_keeps_every_rule(seed: int, cap: Fraction) -> None:
    problem = made(seed, slots=seed % 2 == 0, employers=seed % 2 == 1, least=True)
    if not problem.seats.sum():
        return
    lottery = randomise(problem, cap, partial=True)
    likely = set(zip(lottery.project.tolist(), lottery.expert.tolist(), strict=True))
    for number in range(5):
        drawn = lottery.draw(f"draw {number}")
        check(problem, drawn)
        assert {tuple(pair) for pair in drawn.pairs.tolist()} <= likely


def test_frequencies_are_the_marginals() -> None:
    rng = np.random.default_rng(5)
    problem = Problem(np.full(8, 2), np.full(10, 2), rng.random((8, 10)).astype(np.float32))
    lottery = randomise(problem, Fraction(3, 8))
    draws, counts = 250, np.zeros(problem.shape)
    for number in range(draws):
        np.add.at(counts, tuple(lottery.draw(f"seed {number}").pairs.T), 1)
    wanted = np.zeros(problem.shape)
    wanted[lottery.project, lottery.expert] = lottery.probability
    error = np.sqrt(wanted * (1 - wanted) / draws)
    assert (np.abs(counts / draws - wanted) <= 4.5 * error).all()
    assert lottery.price > 0


def test_a_draw_can_be_repeated_and_another_seed_differs() -> None:
    rng = np.random.default_rng(2)
    problem = Problem(np.full(12, 3), np.full(12, 3), rng.random((12, 12)).astype(np.float32))
    first, again = (randomise(problem, Fraction(1, 2)).draw("the seed revealed after") for _ in range(2))
    other = randomise(problem, Fraction(1, 2)).draw("another seed")
    np.testing.assert_array_equal(first.pairs, again.pairs)
    assert first.pairs.tolist() != other.pairs.tolist()


def test_bridging_holds_in_every_draw() -> None:
    rng = np.random.default_rng(3)
    problem = Problem(np.full(10, 2), np.full(10, 3), rng.random((10, 10)).astype(np.float32))
    problem = replace(problem, bridging=Bridging(np.arange(10) % 2, np.arange(10) % 2, 0.4))
    lottery = randomise(problem, Fraction(1, 2))
    assert all(lottery.draw(str(number)).bridge_share >= 0.4 for number in range(10))


@pytest.mark.parametrize("cap", [Fraction(1, 3), Fraction(0), Fraction(3, 2), Fraction(1, 1 << 20)])
def test_refused_caps(cap: Fraction) -> None:
    problem = Problem(np.array([1]), np.array([1, 1]), np.ones((1, 2), np.float32))
    with pytest.raises(AssignmentError, match=f"The pair cap is {cap}"):
        randomise(problem, cap)


def test_commitment() -> None:
    published = chance.commitment("a seed of enough characters")
    assert chance.matches("a seed of enough characters", published)
    assert not chance.matches("a seed of enough characterS", published)
    with pytest.raises(ValueError, match="fewer than 16 characters"):
        chance.commitment("short")


def test_chance_is_the_same_for_ever() -> None:
    assert chance.bits(16, "seed", "name").tolist() == [1, 0, 1, 1, 0, 1, 1, 1, 0, 0, 1, 0, 1, 1, 0, 0]
    assert chance.order(8, "seed", "name").tolist() == [6, 7, 2, 5, 3, 1, 0, 4]
