"""Bad input: named, explained, nothing half-assigned."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from pilotage.review.assignment import AssignmentError, BarredBlocks, BarredPairs, Bridging, Problem, SameGroup, Slots, scan, solve, solving

BASE = Problem(
    seats=np.array([2, 1]),
    load_max=np.array([1, 1, 1]),
    suitability=np.array([[0.5, 0.4, 0.3], [0.2, 0.9, 0.1]], np.float32),
    project_names=("Mine", "Port"),
    expert_names=("Li", "Wang", "Chen"),
)


def slots(least: list[list[int]], most: list[list[int]]) -> Slots:
    return Slots(np.array([0, 0, 1]), np.array(least), np.array(most), names=("network", "safety"))


CASES: list[tuple[str, dict[str, Any], str]] = [
    ("seats", {"seats": np.array([-1, 2])}, "Mine needs -1 seats. Give zero or more."),
    ("load_max", {"load_max": np.array([1, -2, 1])}, "Wang may hold -2 seats. Give zero or more."),
    ("load_min", {"load_min": np.array([0, 2, 0])}, "Wang should hold at least 2 and at most 1 seats. Mend one of the two."),
    (
        "load_min_sum",
        {"load_min": np.array([1, 1, 1]), "seats": np.array([1, 1])},
        "The least loads add up to 3, but there are only 2 seats. Lower the least loads.",
    ),
    (
        "suitability",
        {"suitability": np.array([[0.5, np.nan, 0.3], [0.2, 0.9, 0.1]])},
        "The suitability of Wang for Mine is nan, not a number. Mend it, or bar the pair by a rule.",
    ),
    (
        "suitability",
        {"suitability": np.array([[0.5, 1e9, 0.3], [0.2, 0.9, 0.1]])},
        "The suitability of Wang for Mine is 1000000000.0, too large.",
    ),
    ("whole", {"seats": np.array([1.5, 1])}, "seats holds numbers that are not whole. Give whole numbers."),
    ("shape", {"suitability": np.ones((2, 2))}, "suitability has shape (2, 2); 2 projects and 3 experts need (2, 3)."),
    ("shape", {"suitability": lambda lo, hi: np.ones((1, 3))}, "Suitability of projects 0 to 2 has shape (1, 3); (2, 3) is needed."),
    ("shape", {"employer": np.array([1])}, "employer has shape (1,); 2 projects and 3 experts need (3,)."),
    ("shape", {"bars": [SameGroup("same_city", np.array([1]), np.array([1, 1, 1]))]}, "bar same_city, projects has shape (1,)"),
    ("floor", {"floor": float("nan")}, "The competence floor is nan, not a number."),
    ("bridging", {"bridging": Bridging(np.array([0, 1]), np.array([0, 1, 1]), 1.5)}, "The bridging share is 1.5."),
    ("empty_pool", {"load_max": np.array([], int), "suitability": np.ones((2, 0)), "expert_names": ()}, "There is no expert in the pool."),
    (
        "loads",
        {"load_max": np.array([1, 1, 0])},
        "3 seats are to be filled, but all loads add up to 2. Raise the loads to 1 each or invite 1 more experts.",
    ),
    (
        "all_barred",
        {"bars": [BarredBlocks("declared", lambda lo, hi: np.ones((hi - lo, 3), bool))]},
        "No expert may take any seat; the rules keep all 3 away from all 2 projects. For Mine: declared 3.",
    ),
    (
        "slots",
        {"slots": slots([[2, 0], [0, 0]], [[1, 2], [1, 1]])},
        "Mine asks for at least 2 and at most 1 of network. Mend one of the two.",
    ),
    (
        "slots",
        {"slots": slots([[2, 1], [0, 0]], [[2, 2], [1, 1]])},
        "Mine has 2 seats, but its slots allow at least 3. Mend the slots or the seats.",
    ),
    (
        "slots",
        {"slots": slots([[0, 0], [0, 0]], [[1, 0], [1, 1]])},
        "Mine has 2 seats, but its slots allow at most 1. Mend the slots or the seats.",
    ),
    (
        "discipline",
        {"slots": Slots(np.array([0, 5, 1]), np.zeros((2, 2), int), np.full((2, 2), 2))},
        "Wang has discipline 5; 0 to 1 exist.",
    ),
    (
        "fixed_barred",
        {"fixed": np.array([[0, 1]]), "bars": [SameGroup("same_province", np.array([7, 8]), np.array([1, 7, 1]))]},
        "Wang is fixed to Mine, but the rule same_province bars the pair. Release the pair or mend the rule.",
    ),
    (
        "fixed_barred",
        {"fixed": np.array([[0, 1]]), "bars": [BarredPairs("declared", np.array([[0, 1]]))]},
        "Wang is fixed to Mine, but the rule declared bars the pair.",
    ),
    (
        "fixed_barred",
        {"fixed": np.array([[0, 1]]), "forbidden": np.array([[0, 1]])},
        "Wang is fixed to Mine, but the rule forbidden bars the pair.",
    ),
    ("fixed_twice", {"fixed": np.array([[0, 1], [0, 1]])}, "A fixed pair is given twice. Give each once: Wang is fixed to Mine."),
    ("fixed_room", {"fixed": np.array([[1, 0], [1, 1]])}, "Port has 2 fixed seats, but 1 seats. Release some."),
    ("fixed_room", {"fixed": np.array([[0, 0], [1, 0]])}, "Li has 2 fixed seats, but 1 as most load. Release some."),
    (
        "fixed_employer",
        {"fixed": np.array([[0, 0], [0, 1]]), "employer": np.array([4, 4, 5])},
        "Two experts of one employer are fixed to Mine, Wang is one. Release one.",
    ),
    (
        "fixed_slots",
        {"fixed": np.array([[0, 0], [0, 1]]), "slots": slots([[0, 1], [0, 0]], [[2, 2], [1, 1]])},
        "The experts fixed to Mine leave no panel within its slots. Release one.",
    ),
    ("pairs", {"fixed": np.array([[0, 9]])}, "The fixed pair [0, 9] does not exist among 2 projects and 3 experts."),
    ("pairs", {"forbidden": np.array([[-1, 0]])}, "The forbidden pair [-1, 0] does not exist among 2 projects and 3 experts."),
]


@pytest.mark.parametrize(("code", "change", "sentence"), CASES, ids=[f"{code}-{i}" for i, (code, _, _) in enumerate(CASES)])
def test_named_and_explained(code: str, change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(AssignmentError) as refused:
        solve(replace(BASE, **change))
    assert refused.value.code == code
    assert str(refused.value).startswith(sentence)


def test_an_unknown_method() -> None:
    with pytest.raises(AssignmentError, match="There is no method best; choose auto, flow or auction"):
        solve(BASE, method="best")


def test_the_auction_refuses_least_loads() -> None:
    with pytest.raises(AssignmentError, match="cannot keep least loads"):
        solve(replace(BASE, load_min=np.array([1, 0, 0])), method="auction")


def test_without_ortools_a_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ortools.graph.python", None)
    with pytest.raises(AssignmentError, match="needs OR-tools, which is not installed"):
        solve(BASE)


def test_without_numba_the_flow_does_it_all(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = solve(BASE).pairs.tolist()
    for module in (solving, scan):
        monkeypatch.setattr(module, "kernels", lambda: None)
    monkeypatch.setattr(solving, "FLOW_PAIRS", 0)
    monkeypatch.setattr(scan, "COMPILE_FROM", 0)
    found = solve(BASE)
    assert (found.algorithm, found.pairs.tolist()) == ("min-cost flow with pricing over all pairs", wanted)
    with pytest.raises(AssignmentError, match="needs numba, which is not installed"):
        solve(BASE, method="auction")
