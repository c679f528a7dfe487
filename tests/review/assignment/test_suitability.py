"""Plain and explained: the block and the explanation are the same figure."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pilotage.review.assignment import AssignmentError, Profile, Suitability, Weights
from pilotage.review.assignment.suitability import tokens

PROJECTS = [
    Profile(("network", "safety"), ("01", "05"), ("36",), "5G全连接工厂 机器视觉质检 machine vision quality"),
    Profile(("network",), (), ("37",), ""),
]
EXPERTS = [
    Profile(("network",), ("01",), ("36",), "机器视觉 与 5G machine vision"),
    Profile(("finance", "safety"), ("05",), ("39",), "供应链金融"),
    Profile(),
]
SECTIONS = {"36": "C", "37": "C", "39": "C"}


def test_tokens() -> None:
    assert tokens("5G全连接, the AI-based 厂") == ["5g", "全连", "连接", "ai-based", "厂"]
    assert tokens("") == []


def test_parts_and_shared_terms() -> None:
    found = Suitability(PROJECTS, EXPERTS, sections=SECTIONS).explain(0, 0)
    assert [(part.name, part.weight) for part in found.parts] == [
        ("discipline", 0.4),
        ("scenario", 0.15),
        ("industry", 0.15),
        ("text", 0.3),
    ]
    assert [part.value for part in found.parts[:3]] == [0.5, 0.5, 1.0]
    assert {term for term, _ in found.terms} == {"机器", "器视", "视觉", "5g", "machine", "vision"}
    assert sum(value for _, value in found.terms) == pytest.approx(found.parts[3].value)


def test_secondary_discipline_and_same_section_count_half() -> None:
    parts = Suitability(PROJECTS, EXPERTS, sections=SECTIONS).explain(0, 1).parts
    assert [part.value for part in parts] == [0.25, 0.5, 0.5, 0.0]


def test_unknown_parts_leave_their_weight_to_the_others() -> None:
    found = Suitability(PROJECTS, EXPERTS, sections=SECTIONS).explain(1, 0)
    assert [round(part.weight, 6) for part in found.parts] == [0.727273, 0, 0.272727, 0]
    assert found.suitability == pytest.approx(0.727273 + 0.272727 * 0.5, abs=1e-6)


def test_an_expert_nothing_is_known_of_fits_nothing() -> None:
    assert Suitability(PROJECTS, EXPERTS).block(0, 2)[:, 2].tolist() == [0.0, 0.0]


WORDS = st.lists(st.sampled_from(["工业", "互联网", "5G", "vision", "安全", "金融"]), max_size=6).map(" ".join)
CODES = st.lists(st.sampled_from(["a", "b", "c"]), max_size=3, unique=True)
PROFILES = st.lists(st.builds(Profile, CODES, CODES, CODES, WORDS), min_size=1, max_size=5)


@settings(max_examples=60, deadline=None)
@given(PROFILES, PROFILES)
def test_block_and_explanation_agree(projects: list[Profile], experts: list[Profile]) -> None:
    kernel = Suitability(projects, experts, sections={"a": "A", "b": "A", "c": "C"})
    block = kernel.block(0, len(projects))
    assert block.shape == (len(projects), len(experts))
    assert block.dtype == np.float32
    assert ((block >= 0) & (block <= 1 + 1e-5)).all()
    for project in range(len(projects)):
        for expert in range(len(experts)):
            assert kernel.explain(project, expert).suitability == pytest.approx(block[project, expert], abs=1e-5)


@pytest.mark.parametrize("weights", [Weights(0, 0, 0, 0), Weights(-1, 1, 1, 1), Weights(float("nan"), 1, 1, 1)])
def test_refused_weights(weights: Weights) -> None:
    with pytest.raises(AssignmentError, match="Give numbers of zero or more, one of them above zero"):
        Suitability(PROJECTS, EXPERTS, weights)
