"""Every empty seat has its reason."""

from __future__ import annotations

from typing import Any

import numpy as np

from pilotage.review.assignment import Bridging, Problem, SameGroup, Slots, Unfilled, solve

GOOD = np.full((2, 3), 0.5, np.float32)


def only(**given: Any) -> Unfilled:
    given = {"seats": np.array([2, 0]), "load_max": np.array([1, 1, 1]), "suitability": GOOD} | given
    (entry,) = solve(Problem(**given), partial=True).unfilled
    return entry


def test_too_few_after_the_rules() -> None:
    entry = only(bars=[SameGroup("same_province", np.array([1, 2]), np.array([1, 1, 3]))])
    assert (entry.code, entry.missing, entry.possible, dict(entry.barred_by)) == ("rules", 1, 1, {"same_province": 2})
    assert entry.sentence == "project 0: 1 empty, 1 possible experts are left; kept away: same_province 2."


def test_loads_exhausted() -> None:
    entry = only(seats=np.array([2, 2]))
    assert (entry.code, entry.missing, entry.possible) == ("load", 1, 3)
    assert entry.sentence.endswith("1 empty, all 3 possible experts have their load full.")


def test_floor() -> None:
    entry = only(suitability=np.array([[0.9, 0.1, 0.1], [0, 0, 0]], np.float32), floor=0.5)
    assert (entry.code, dict(entry.barred_by)) == ("floor", {"floor": 2})
    assert entry.sentence == "project 0: 1 empty, 2 experts are below the competence floor 0.5; without it there would be enough."


def test_discipline_missing() -> None:
    slots = Slots(np.array([0, 0, 0]), np.array([[0, 1], [0, 0]]), np.array([[2, 2], [2, 2]]), names=("network", "safety"))
    entry = only(slots=slots)
    assert (entry.code, entry.discipline, entry.possible) == ("discipline", 1, 3)
    assert entry.sentence == "project 0: 1 empty, 0 possible experts of safety; kept away: no rule."


def test_discipline_full() -> None:
    slots = Slots(np.array([0, 0, 0]), np.zeros((2, 2), int), np.array([[1, 1], [1, 1]]))
    assert only(slots=slots).code == "discipline_most"


def test_employer() -> None:
    assert only(employer=np.array([4, 4, 4])).code == "employer"


def test_pool() -> None:
    bridging = Bridging(np.array([0, 0]), np.array([0, 0, 1]), share=1.0)
    entry = only(bridging=bridging)
    assert (entry.code, entry.missing) == ("pool", 1)


def test_unavailable_experts_are_counted() -> None:
    entry = only(load_max=np.array([1, 0, 0]))
    assert (entry.code, dict(entry.barred_by)) == ("rules", {"no_load": 2})


def test_a_pool_smaller_than_the_panel() -> None:
    entry = only(seats=np.array([4, 0]), load_max=np.array([2, 2, 2]))
    assert (entry.code, entry.missing, entry.possible) == ("rules", 1, 3)


def test_slots_and_employers_together() -> None:
    """Network and safety are wanted, and the only expert of safety is a colleague of all of network."""
    slots = Slots(np.array([0, 0, 1]), np.array([[1, 1], [0, 0]]), np.array([[2, 2], [2, 2]]))
    entry = only(slots=slots, employer=np.array([4, 4, 4]))
    assert (entry.code, entry.missing) == ("panel", 1)
