"""Who gets one more opinion."""

from __future__ import annotations

import numpy as np
import pytest

from pilotage.review.assignment import AssignmentError, more_experts


def test_the_least_sure_first_as_far_as_the_budget_goes() -> None:
    scores, errors = np.array([80.0, 82.0, 90.0, 79.0, 70.0]), np.full(5, 2.0)
    found = more_experts(scores, 80.5, errors, np.array([3, 3, 3, 5, 3]), budget=2)
    assert found.unsure.tolist() == [0, 1, 3]
    assert found.extra.tolist() == [1, 1, 0, 0, 0]
    assert found.chance.round(3).tolist() == [0.401, 0.773, 1.0, 0.227, 0.0]


def test_nobody_beyond_the_most() -> None:
    found = more_experts(np.array([80.0]), 80.0, np.array([1.0]), np.array([5]))
    assert (found.unsure.tolist(), found.extra.tolist()) == ([0], [0])


@pytest.mark.parametrize(
    ("scores", "errors", "sentence"),
    [
        ([80.0, np.nan], [1.0, 1.0], "Project 1 has no usable score."),
        ([80.0, 80.0], [0.0, 1.0], "Project 0 has no usable standard error."),
    ],
)
def test_refusals(scores: list[float], errors: list[float], sentence: str) -> None:
    with pytest.raises(AssignmentError, match=sentence):
        more_experts(np.array(scores), 80.0, np.array(errors), np.array([3, 3]))


def test_refused_chance() -> None:
    with pytest.raises(AssignmentError, match="Give one between 0 and 1/2"):
        more_experts(np.array([1.0]), 1.0, np.array([1.0]), np.array([3]), low=0.7)
