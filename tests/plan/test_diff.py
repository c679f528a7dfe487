from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pilotage.plan.diff import Change, ChangeKind, diff

SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-5, 5), st.text("abé行", max_size=3))
TREES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.sampled_from(["code", "key", "title", "targets"]), inner, max_size=3),
        st.lists(
            st.fixed_dictionaries({"code": st.sampled_from(["A", "B", "C"]), "value": inner}),
            max_size=3,
            unique_by=lambda item: item["code"],
        ),
    ),
    max_leaves=15,
)


@given(TREES)
def test_nothing_differs_from_itself(tree: Any) -> None:
    assert diff(tree, json.loads(json.dumps(tree))) == []


@given(TREES, TREES)
@settings(max_examples=200)
def test_a_difference_looks_the_same_from_both_sides(before: Any, after: Any) -> None:
    forth, back = diff(before, after), diff(after, before)
    swapped = {ChangeKind.ADDED: ChangeKind.REMOVED, ChangeKind.REMOVED: ChangeKind.ADDED, ChangeKind.CHANGED: ChangeKind.CHANGED}
    assert {(c.path, c.kind) for c in forth} == {(c.path, swapped[c.kind]) for c in back}
    assert len({c.path for c in forth}) == len(forth)


@given(TREES, TREES)
@settings(max_examples=200)
def test_only_equal_trees_do_not_differ(before: Any, after: Any) -> None:
    assert (diff(before, after) == []) == (json.dumps(before, sort_keys=True) == json.dumps(after, sort_keys=True))


def test_a_part_added_is_one_change() -> None:
    before = {"areas": [{"code": "policy", "measures": []}]}
    after = {"areas": [{"code": "policy", "measures": [{"code": "M01", "title": {"zh": "甲", "en": "A"}}]}]}
    assert diff(before, after) == [Change("areas[policy].measures[M01]", ChangeKind.ADDED, None, after["areas"][0]["measures"][0])]


def test_a_value_changed_is_named_by_its_dotted_path() -> None:
    before = {"areas": [{"code": "policy", "title": "甲"}, {"code": "ecology", "title": "乙"}]}
    after = {"areas": [{"code": "policy", "title": "甲"}, {"code": "ecology", "title": "丙"}]}
    assert diff(before, after) == [Change("areas[ecology].title", ChangeKind.CHANGED, "乙", "丙")]


def test_another_order_is_one_change() -> None:
    before = [{"code": "A", "n": 1}, {"code": "B", "n": 2}]
    assert diff(before, before[::-1]) == [Change("[]", ChangeKind.CHANGED, ["A", "B"], ["B", "A"])]


def test_true_is_not_one() -> None:
    assert diff({"verified": True}, {"verified": 1}) == [Change("verified", ChangeKind.CHANGED, True, 1)]


def test_the_kernel_needs_no_database() -> None:
    for name in ("positions", "schema", "refs/plan", "refs/calls", "refs/forms", "folder", "diff"):
        text = (Path(__file__).resolve().parents[2] / "pilotage" / "plan" / f"{name}.py").read_text(encoding="utf-8")
        assert ("django.db" in text, "plan.models" in text) == (False, False), name
