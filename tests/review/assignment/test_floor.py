"""The largest floor against trying every value."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from pilotage.review.assignment import Problem, floor, largest_floor
from tests.review.assignment.problems import SEEDS, made
from tests.review.assignment.reference import truth


def slow(problem: Problem) -> float | None:
    most = truth(problem)
    if most.vacant == problem.seats.sum():
        return None
    values = np.unique(problem.suitability)
    return max(float(value) for value in values if truth(replace(problem, floor=float(value))).vacant == most.vacant)


@pytest.mark.parametrize("kind", ["plain", "slots", "employers"])
@settings(max_examples=15, deadline=None)
@given(SEEDS)
def test_every_value_tried(kind: str, seed: int) -> None:
    problem = made(seed, slots=kind == "slots", employers=kind == "employers", size=5)
    if problem.seats.sum():
        assert largest_floor(problem).value == slow(problem)


@settings(max_examples=25, deadline=None)
@given(SEEDS)
def test_a_short_list_grows_over_the_cut(seed: int) -> None:
    problem = made(seed, size=9)
    whole = largest_floor(problem)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(floor, "ALL_PAIRS", 0)
        patch.setattr(floor, "FIRST", -99)
        patch.setattr(floor, "MORE", 1)
        assert largest_floor(problem) == whole
