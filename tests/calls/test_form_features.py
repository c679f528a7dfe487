"""Conditions, rules, computed fields, units, lengths of texts, and comparison across versions of a form."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from pilotage.calls.forms.definition import ChangeKind, FormDef, compare
from pilotage.calls.forms.display import display
from pilotage.calls.forms.values import totals
from pilotage.core.verdict import Invalid

CODES: dict[str, Any] = {"scenarios": [{"code": "01", "zh": "场景一", "en": "One"}, {"code": "02", "zh": "场景二", "en": "Two"}]}
UNITS = [
    {"code": "wan", "label": {"zh": "万元", "en": "CNY 10,000"}},
    {"code": "yi", "label": {"zh": "亿元", "en": "CNY 100 million"}, "factor": 10000},
    {"code": "yuan", "label": {"zh": "元", "en": "CNY"}, "factor": 0.0001},
]


def field(key: str, kind: str, **extra: Any) -> dict[str, Any]:
    return {"key": key, "type": kind, "label": {"zh": f"题{key}", "en": key.title()}, "required": False} | extra


def rule(key: str, check: str, *fields: str, **extra: Any) -> dict[str, Any]:
    return {"key": key, "check": check, "fields": list(fields), "message": {"zh": f"规则{key}", "en": f"Rule {key}"}} | extra


def form(*fields: dict[str, Any], rules: tuple[Any, ...] = ()) -> FormDef:
    return FormDef.parse({"sections": [{"key": "s", "title": {"zh": "节"}, "fields": list(fields)}], "rules": list(rules)}, CODES)


ITEMS = field(
    "items",
    "table",
    columns=[field("name", "text"), field("amount", "money", total=True), field("paid", "money")],
    row_rules=[rule("paid", "paid <= amount", "paid", "amount")],
)


# --- conditions -----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("condition", "data", "shown"),
    [
        ({"kind": "a"}, {"kind": "a"}, True),
        ({"kind": ["a", "b"]}, {"kind": "b"}, True),
        ({"kind": ["a", "b"]}, {}, False),
        ({"many": ["a"]}, {"many": ["b", "a"]}, True),
        ({"number": 3}, {"number": "3.00"}, True),
        ({"number": {"min": 3}}, {"number": "3"}, True),
        ({"number": {"min": 3}}, {"number": "2.99"}, False),
        ({"number": {"min": 3, "max": 4}}, {"number": "4.01"}, False),
        ({"number": {"max": 4}}, {}, False),
        ({"day": {"min": "2023-05-01"}}, {"day": "2023-06-01"}, True),
        ({"day": {"max": "2023-05-01"}}, {"day": "2023-06-01"}, False),
        ({"items": {"filled": True}}, {"items": [{"name": "x"}]}, True),
        ({"items": {"filled": True}}, {"items": []}, False),
        ({"items": {"filled": False}}, {}, True),
        ({"flag": False}, {"flag": False}, True),
        ({"flag": False}, {}, False),
        ({"kind": "a", "flag": True}, {"kind": "a"}, False),
        ({"kind": "a", "flag": True}, {"kind": "a", "flag": True}, True),
        ([{"kind": "a"}, {"flag": True}], {"flag": True}, True),
        ([{"kind": "a"}, {"flag": True}], {"kind": "b"}, False),
        ({"money": {"min": 10000}}, {"money": {"typed": "1", "unit": "yi", "value": "10000"}}, True),
    ],
)
def test_a_condition_shows_or_requires_a_field(condition: Any, data: dict[str, Any], shown: bool) -> None:
    options = [{"value": v, "label": {"zh": v}} for v in ("a", "b")]
    asked = form(
        field("kind", "choice", options=options),
        field("many", "multichoice", options=options),
        field("number", "decimal"),
        field("day", "date"),
        field("flag", "boolean"),
        field("money", "money", units=UNITS),
        ITEMS,
        field("shown", "text", show_if=condition, required=True),
        field("wanted", "text", required_if=condition),
    )
    assert asked.is_visible("shown", data) is shown
    expected = {"shown", "wanted"} if shown else set()
    assert set(asked.problems(data)) == expected
    [progress] = asked.completeness(data)
    assert (progress.done, progress.required) == (0, len(expected))
    if shown:
        [progress] = asked.completeness(data | {"shown": "x", "wanted": "y"})
        assert (progress.done, progress.required) == (2, 2)


def test_what_hangs_on_a_hidden_field_is_hidden() -> None:
    asked = form(field("a", "boolean"), field("b", "boolean", show_if={"a": True}), field("c", "text", show_if={"b": {"filled": False}}))
    assert [f.key for f in asked.visible_fields({"b": True})] == ["a"]
    assert [f.key for f in asked.visible_fields({"a": True})] == ["a", "b", "c"]
    assert [f.key for f in asked.visible_fields({"a": True, "b": True})] == ["a", "b"]


# --- rules ----------------------------------------------------------------------------------
RULED = form(
    field("total", "integer"),
    field("connected", "integer"),
    field("note", "text", show_if={"total": {"min": 10}}),
    ITEMS,
    rules=(
        rule("all", "connected <= total", "connected", "total"),
        rule("many", "connected >= 5", "connected", severity="warning"),
        rule("said", "total < 20 or filled(note)", "note"),
    ),
)


@pytest.mark.parametrize(
    ("data", "problems", "warnings"),
    [
        ({}, {}, {}),
        ({"connected": 7}, {}, {}),
        ({"total": 9, "connected": 7}, {}, {}),
        ({"total": 9, "connected": 4}, {}, {"connected": "Rule many"}),
        ({"total": 3, "connected": 4}, {"total": "Rule all", "connected": "Rule all"}, {"connected": "Rule many"}),
        ({"total": 30, "connected": 5}, {"note": "Rule said"}, {}),
        ({"total": 30, "connected": 5, "note": "x"}, {}, {}),
        ({"items": [{"amount": "5", "paid": "4"}, {"amount": "5", "paid": "6"}]}, {"items": "Items, row 2: Rule paid"}, {}),
        ({"items": [{"amount": "5", "paid": None}]}, {}, {}),
    ],
)
def test_a_rule_speaks_only_when_it_is_broken(data: dict[str, Any], problems: dict[str, str], warnings: dict[str, str]) -> None:
    with translation.override("en"):
        assert RULED.problems(data) == problems
        assert RULED.warnings(data) == warnings


def test_the_row_of_a_broken_rule_is_known() -> None:
    [violation] = RULED.violations({"items": [{"amount": "5", "paid": "6"}]})
    assert (violation.table, violation.row, violation.rule.fields, violation.is_error) == ("items", 1, ("paid", "amount"), True)


# --- computed fields ------------------------------------------------------------------------
COMPUTED = form(
    field("per_device", "computed", formula="spent / devices", places=1, unit={"zh": "万元/台", "en": "CNY 10,000 per device"}),
    field("spent", "computed", formula="sum(items.amount)"),
    field("devices", "integer"),
    field("hidden", "computed", formula="devices * 2", show_if={"devices": {"min": 5}}, required=True),
    ITEMS,
    rules=(rule("dear", "per_device <= 10", "per_device"),),
)


def test_computed_values_follow_the_answers_whatever_their_order() -> None:
    data = {"devices": 4, "items": [{"amount": "1.50"}, {"amount": "3"}]}
    assert COMPUTED.computed(data) == {"spent": "4.50", "per_device": "1.1"}
    assert COMPUTED.computed({"devices": 0, "items": [{"amount": "1"}]}) == {"spent": "1.00", "per_device": None}
    assert COMPUTED.computed({"devices": 5}) == {"spent": None, "per_device": None, "hidden": "10.00"}
    filed = COMPUTED.with_computed(data | {"spent": "999", "hidden": "7"})
    assert filed == data | {"spent": "4.50", "per_device": "1.1"}
    assert COMPUTED.with_computed(filed) == filed
    with translation.override("en"):
        assert display(COMPUTED.field("per_device"), filed["per_device"]) == "CNY 11,000 per device"
        assert COMPUTED.problems({"devices": 1, "items": [{"amount": "11"}]}) == {"per_device": "Rule dear"}


def test_answers_to_hidden_fields_are_not_reckoned_with() -> None:
    asked = form(field("a", "boolean"), field("b", "integer", show_if={"a": True}), field("c", "computed", formula="b + 1", required=True))
    assert asked.computed({"a": True, "b": 2}) == {"c": "3.00"}
    with translation.override("en"):
        assert asked.problems({"a": False, "b": 2}) == {"c": "C: cannot be computed yet; an answer it needs is missing."}


@pytest.mark.parametrize(
    ("fields", "fragment"),
    [
        ([field("a", "computed", formula="b"), field("b", "computed", formula="a")], "go round in a circle: a → b → a"),
        ([field("a", "text", show_if={"b": "x"}), field("b", "text", show_if={"a": "x"})], "go round in a circle: a → b → a"),
        ([field("a", "computed", formula="b", show_if={}), field("b", "integer", show_if={"a": 1})], "go round in a circle: "),
        ([field("a", "computed", formula="b + 1")], "“b” is not known here."),
        ([field("a", "computed", formula="1 < 2")], "it gives boolean, not number"),
        ([field("a", "text", required_if={"c": 1})], "required_if names 'c'"),
    ],
)
def test_a_form_that_waits_for_itself_is_refused(fields: list[dict[str, Any]], fragment: str) -> None:
    with translation.override("en"), pytest.raises(Invalid) as refused:
        form(*fields)
    assert fragment in str(refused.value)


# --- units ----------------------------------------------------------------------------------
MONEY = form(field("cost", "money", units=UNITS, max=1000000, places=4)).field("cost")


@pytest.mark.parametrize(
    ("raw", "kept", "shown"),
    [
        ("3240", "3240", "3,240万元"),
        ({"typed": "3240", "unit": "wan"}, "3240", "3,240万元"),
        ({"typed": "3240", "unit": ""}, "3240", "3,240万元"),
        ({"typed": "３.20", "unit": "yi"}, {"typed": "3.20", "unit": "yi", "value": "32000"}, "3.20亿元"),
        ({"typed": "12,345", "unit": "yuan", "value": "9"}, {"typed": "12345", "unit": "yuan", "value": "1.2345"}, "12,345元"),
        ({"typed": " ", "unit": "yi"}, None, "–"),
    ],
)
def test_a_figure_is_kept_in_one_unit_and_shown_as_typed(raw: Any, kept: Any, shown: str) -> None:
    asked = form(field("cost", "money", units=UNITS, places=4))
    assert asked.clean("cost", raw) == kept
    assert asked.clean("cost", kept) == kept
    assert display(asked.field("cost"), kept) == shown


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        ({"typed": "3", "unit": "mu"}, "Cost: choose one of the units listed."),
        ({"typed": "101", "unit": "yi"}, "Cost: not more than 1000000."),
        ({"typed": "0.5", "unit": "yuan"}, "Cost: at most 4 decimals."),
        ({"typed": "x", "unit": "yi"}, "Cost: expected a number."),
        ({"value": "3", "currency": "wan"}, "Cost: expected a number."),
    ],
)
def test_a_figure_in_another_unit_is_judged_in_the_first(raw: Any, sentence: str) -> None:
    with translation.override("en"), pytest.raises(Invalid) as refused:
        form(field("cost", "money", units=UNITS, max=1000000, places=4)).clean("cost", raw)
    assert refused.value.errors == {"cost": sentence}


@given(st.decimals(0, 99, places=3), st.sampled_from(["yi", "yuan", "wan"]))
def test_conversion_is_exact_both_ways(typed: Decimal, unit: str) -> None:
    asked = form(field("cost", "decimal", units=UNITS, places=12))
    kept = asked.clean("cost", {"typed": f"{typed:f}", "unit": unit})
    factor = {"yi": Decimal(10000), "yuan": Decimal("0.0001"), "wan": Decimal(1)}[unit]
    assert Decimal(kept["value"] if isinstance(kept, dict) else kept) == typed * factor
    assert Decimal(kept["typed"] if isinstance(kept, dict) else kept) == typed
    assert asked.clean("cost", kept) == kept


# --- texts ----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("十" * 9, "Text: at least 10 characters, this text has 9."),
        ("十" * 20, ""),
        ("one two three four", "Text: at least 5 words, this text has 4."),
        ("one two three four five", ""),
        ("五G two three", ""),
        ("word " * 11, "Text: at most 10 words, this text has 11."),
        ("十" * 21, "Text: at most 20 characters, this text has 21."),
        ("x" * 201, "Text: at most 10 words, this text has 11."),
    ],
)
def test_chinese_is_counted_in_characters_and_english_in_words(text: str, problem: str) -> None:
    asked = form(field("text", "textarea", min_chars=10, max_chars=20))
    with translation.override("en"):
        assert asked.problems({"text": text}).get("text", "") == problem


def test_totals_of_a_table_skip_blank_cells() -> None:
    assert totals(RULED.field("items"), [{"amount": "1.50"}, {"amount": None}, {"amount": "2"}]) == {"amount": "3.50"}
    assert totals(RULED.field("items"), None) == {"amount": "0"}


# --- versions -------------------------------------------------------------------------------
OLD = form(
    field("title", "text"),
    field("cost", "money", unit={"zh": "万元", "en": "CNY 10,000"}),
    field("site", "text"),
    field("gone", "text"),
    field("count", "integer"),
    field("double", "computed", formula="count * 2"),
    ITEMS,
)
NEW = form(
    field("title", "text"),
    field("spent", "decimal", renamed_from=["expense", "cost"], units=[UNITS[2] | {"factor": 1}, UNITS[0] | {"factor": 10000}]),
    field("place", "text", renamed_from="site"),
    field("count", "decimal"),
    field("double", "computed", formula="count * 2"),
    field("added", "text"),
    ITEMS,
)


def test_what_was_filed_under_an_older_form_compares_with_the_newer() -> None:
    old = {
        "title": "甲",
        "cost": "2.5",
        "site": "苏州",
        "gone": "旧",
        "count": 3,
        "items": [{"name": "a", "amount": "1", "paid": None}, {"name": "b", "amount": "2", "paid": None}],
    }
    new = {
        "title": "乙",
        "spent": {"typed": "3", "unit": "wan", "value": "30000"},
        "place": "苏州",
        "count": "3.00",
        "added": "新",
        "items": [{"name": "a", "amount": "1.00", "paid": "1"}],
    }
    changes = {change.key: change for change in compare(OLD, old, NEW, new)}
    assert [(key, change.kind.value, change.old_key) for key, change in changes.items()] == [
        ("title", "changed", "title"),
        ("spent", "changed", "cost"),
        ("place", "renamed", "site"),
        ("added", "added", ""),
        ("items", "changed", "items"),
        ("gone", "removed", "gone"),
    ]
    assert changes["spent"].old == {"typed": "2.5", "unit": "wan", "value": "25000"}
    assert [(cell.row, cell.column.key, cell.old, cell.new) for cell in changes["items"].cells] == [
        (1, "paid", None, "1"),
        (2, "name", "b", None),
        (2, "amount", "2", None),
    ]
    assert (changes["gone"].old, changes["gone"].new, changes["gone"].field.label_zh) == ("旧", None, "题gone")


def test_answers_are_carried_over_under_their_new_names() -> None:
    carried = NEW.carried_over({"title": "甲", "cost": "2.5", "site": "苏州", "gone": "旧", "count": 3, "double": "6"}, OLD)
    assert carried == {"title": "甲", "place": "苏州"}
    newer = form(field("spent", "money", renamed_from="cost", units=UNITS))
    assert newer.carried_over({"cost": "2.5"}, OLD) == {"spent": "2.5"}


data_sets = st.fixed_dictionaries(
    {},
    optional={
        "title": st.sampled_from(["甲", "乙"]),
        "cost": st.decimals(0, 99, places=2).map(str),
        "count": st.integers(0, 9),
        "items": st.lists(
            st.fixed_dictionaries({"name": st.sampled_from(["x", None]), "amount": st.sampled_from(["1", "2.5", None]), "paid": st.none()}),
            min_size=1,
            max_size=3,
        ),
    },
)


@given(data_sets, data_sets)
def test_every_answer_that_differs_is_named_once_in_either_direction(old: dict[str, Any], new: dict[str, Any]) -> None:
    there, back = compare(OLD, old, OLD, new), compare(OLD, new, OLD, old)
    opposite = {ChangeKind.ADDED: ChangeKind.REMOVED, ChangeKind.REMOVED: ChangeKind.ADDED, ChangeKind.CHANGED: ChangeKind.CHANGED}
    assert [(c.key, opposite[c.kind], c.new, c.old) for c in there] == [(c.key, c.kind, c.old, c.new) for c in back]
    assert compare(OLD, old, OLD, old) == []
    assert OLD.diff(OLD.apply(old, there), new) == []
