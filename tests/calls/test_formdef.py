from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from pilotage.calls.forms.definition import FormDef, effect
from pilotage.calls.forms.display import display
from pilotage.calls.forms.fields import FIELD_TYPES
from pilotage.core.verdict import Invalid
from tests.factories.calls import answers, call_document

DOCUMENT = call_document()
REAL = FormDef.parse(DOCUMENT["form"], DOCUMENT["codes"])
REGISTRY = {f"enterprise.{name}": "有" for name in ("name_zh", "uscc", "province", "prefecture", "address", "ownership", "size")}
CODES = {"scenarios": [{"code": f"{n:02d}", "zh": f"场景{n}", "en": f"Scenario {n}"} for n in range(1, 5)]}


def field(kind: str, **extra: Any) -> dict[str, Any]:
    base: dict[str, Any] = {"key": kind, "type": kind, "label": {"zh": f"题{kind}", "en": kind.title()}}
    if kind in {"choice", "multichoice"}:
        base["options"] = [{"value": v, "label": {"zh": v}} for v in ("a", "b", "c")]
    if kind == "computed":
        base["formula"] = "1 + 1"
    if kind == "table":
        base["columns"] = [field("text"), field("decimal"), field("choice", required=True), field("month")]
    return base | extra


def form(*fields: dict[str, Any]) -> FormDef:
    return FormDef.parse({"sections": [{"key": "s", "title": {"zh": "节"}, "fields": list(fields)}]}, CODES)


EVERY = form(*(field(kind, required=True) for kind in sorted(FIELD_TYPES)))
STORED = sorted(FIELD_TYPES - {"registry", "attachment", "computed"})

words = st.text(max_size=40)
numbers = st.one_of(st.integers(-(10**17), 10**17), st.floats(), st.decimals(allow_nan=False, allow_infinity=False).map(str))
anything: st.SearchStrategy[Any] = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        numbers,
        words,
        st.sampled_from(
            ["a", "b", "34", "320505", "2023-08-31", "2023年8月31日", "2023-8", "１２.5", "−3,000.10", "true", "on", "01", "03"]
        ),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.sampled_from(["before", "after", "text", "decimal", "choice", "month", "01", "02", "agreed", "x"]), inner, max_size=4
        ),
    ),
    max_leaves=8,
)


@given(st.sampled_from(STORED), anything)
def test_clean_keeps_what_it_made_and_it_is_json(kind: str, raw: Any) -> None:
    try:
        value = EVERY.clean(kind, raw)
    except Invalid as error:
        refusal = error.errors
    else:
        refusal = {}
    if refusal:
        assert list(refusal) == [kind]
        assert refusal[kind].startswith(f"题{kind}")
        return
    assert EVERY.clean(kind, value) == value
    assert json.loads(json.dumps(value, ensure_ascii=False).encode().decode()) == value


@given(st.dictionaries(st.sampled_from(STORED), anything, max_size=8))
def test_what_is_kept_has_no_other_problem_than_being_short_of_something(raw: dict[str, Any]) -> None:
    data = {}
    for key, value in raw.items():
        try:
            data[key] = EVERY.clean(key, value)
        except Invalid:
            continue
    problems = EVERY.problems(data, {"attachment": 1}, {"": "x"})
    assert set(problems) >= {key for key in STORED if data.get(key) is None}
    assert list(problems) == [key for key in EVERY.by_key if key in problems]
    [progress] = EVERY.completeness(data, {"attachment": 1}, {"": "x"})
    assert (progress.required - progress.done, progress.required) == (len(problems), len(FIELD_TYPES))
    assert EVERY.with_computed(data) == data | {"computed": "2.00"}


fields_of_any_kind = st.lists(st.tuples(st.sampled_from(sorted(FIELD_TYPES)), st.booleans(), st.booleans()), min_size=1, max_size=12).map(
    lambda rows: [
        field(kind, key=f"f{i}", required=required, **({"show_if": {"f0": "never"}} if hidden and i else {}))
        for i, (kind, required, hidden) in enumerate(rows)
    ]
)


@given(fields_of_any_kind)
def test_an_empty_form_lacks_exactly_its_required_visible_fields(fields: list[dict[str, Any]]) -> None:
    parsed = form(*fields)
    expected = [each["key"] for each in fields if each["required"] and "show_if" not in each and each["type"] != "computed"]
    assert list(parsed.problems({})) == expected
    assert list(parsed.problems(parsed.empty_data())) == expected


answer_sets = st.dictionaries(st.sampled_from(STORED), st.one_of(st.none(), words, st.integers(), st.lists(words, max_size=2)), max_size=8)


def without_blanks(data: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if value not in (None, "", [], {})}


@given(answer_sets, answer_sets)
def test_a_difference_applied_gives_the_newer_form(old: dict[str, Any], new: dict[str, Any]) -> None:
    changes = EVERY.diff(old, new)
    assert EVERY.diff(old, old) == []
    assert without_blanks(EVERY.apply(old, changes)) == without_blanks(new)
    assert [(c.key, c.old, c.new) for c in EVERY.diff(new, old)] == [(c.key, c.new, c.old) for c in changes]
    assert {c.key for c in changes} == {k for k in STORED if without_blanks(old).get(k) != without_blanks(new).get(k)}


def test_the_shipped_form_is_complete_with_the_demo_answers() -> None:
    assert REAL.problems(answers(), {"evidence_network": 1}, REGISTRY) == {}
    assert all(section.is_complete for section in REAL.completeness(answers(), {"evidence_network": 1}, REGISTRY))
    assert {key: REAL.clean(key, value) for key, value in answers().items()} == answers()


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        ("text", "  两个\n字  空格 ", "两个 字 空格"),
        ("textarea", "一行\r\n二行\n", "一行\n二行"),
        ("integer", "１，234", 1234),
        ("integer", 12.0, 12),
        ("decimal", "＋007.50", "7.50"),
        ("decimal", "−0.0", "0.0"),
        ("money", "3,240", "3240"),
        ("date", "2023年8月5日", "2023-08-05"),
        ("month", "2023/8", "2023-08"),
        ("multichoice", ["c", "a", "c"], ["a", "c"]),
        ("multichoice", "b", ["b"]),
        ("boolean", "off", False),
        ("statement", {"agreed": True, "by": "somebody else"}, True),
        ("scenarios", ["03", "01"], {"01": "", "03": ""}),
        ("before_after", {"before": " 42.0 ", "after": ""}, {"before": "42.0", "after": None}),
        ("before_after", {"before": "", "after": None}, None),
        ("table", [{"text": " "}, {"text": "甲", "decimal": "1"}], [{"text": "甲", "decimal": "1", "choice": None, "month": None}]),
        ("industry", "34", "34"),
        ("division", "320505", "320505"),
        ("choice", "", None),
    ],
)
def test_what_is_typed_becomes_what_is_kept(kind: str, raw: Any, value: Any) -> None:
    assert EVERY.clean(kind, raw) == value


@pytest.mark.parametrize(
    ("kind", "raw", "sentence"),
    [
        ("integer", "3.5", "Integer: expected a whole number."),
        ("integer", True, "Integer: expected a whole number."),
        ("decimal", "many", "Decimal: expected a number."),
        ("decimal", "1.234", "Decimal: at most 2 decimals."),
        ("decimal", float("nan"), "Decimal: expected a number."),
        ("money", "-1", "Money: not less than 0."),
        ("date", "31 August", "Date: expected a date such as 2023-08-31."),
        ("date", "2023-02-30", "Date: expected a date such as 2023-08-31."),
        ("month", "2023-13", "Month: expected a month such as 2023-08."),
        ("choice", "z", "Choice: choose one of the options listed."),
        ("choice", ["a"], "Choice: choose one of the options listed."),
        ("multichoice", ["a", "z"], "Multichoice: choose from the options listed."),
        ("boolean", "perhaps", "Boolean: expected yes or no."),
        ("industry", "3", "Industry: choose a major category of GB/T 4754 (two digits)."),
        ("division", "苏州", "Division: choose a place of GB/T 2260 (six digits)."),
        ("scenarios", {"99": "x"}, "Scenarios: choose from the options listed."),
        ("before_after", {"during": 1}, "Before_After: expected a figure before and a figure after."),
        ("table", [{"other": 1}], "Table, row 1: there is no column “other”."),
        ("table", [{"decimal": "x"}], "Table, row 1: Decimal: expected a number."),
        ("table", "rows", "Table: expected rows of a table."),
        ("text", "x" * 201, "Text: at most 200 characters, this text has 201."),
        ("text", "a\x00b", "Text: the text holds characters that cannot be shown; type them again."),
        ("text", 5, "Text: expected text."),
        ("registry", "x", "Registry: this comes from the enterprise register and is corrected there."),
        ("computed", "2", "Computed: this is computed from other answers and not typed."),
        ("attachment", "x", "Attachment: files are added one by one, not typed."),
    ],
)
def test_a_refusal_names_the_field_and_what_was_expected(kind: str, raw: Any, sentence: str) -> None:
    with translation.override("en"), pytest.raises(Invalid) as refused:
        EVERY.clean(kind, raw)
    assert refused.value.errors == {kind: sentence}


def test_an_unknown_field_is_an_error_and_a_problem() -> None:
    with translation.override("en"):
        with pytest.raises(Invalid) as refused:
            EVERY.clean("nosuch", "x")
        assert refused.value.errors == {"nosuch": "There is no field “nosuch” in this form."}
        assert form(field("text")).problems({"nosuch": 1}) == {"nosuch": "There is no field “nosuch” in this form."}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"overview": "太短"}, "Overview: at least 100 characters, this text has 2."),
        ({"scenarios": {"04": ""}}, "Typical scenarios: describe “Flexible manufacturing”."),
        ({"effect_cost": {"before": "1", "after": None}}, "Operating cost: both figures are needed, before and after."),
        ({"partners": [{"name": "甲", "role": None}]}, "Partners, row 1: Role: an answer is required."),
        ({"truth_statement": {"agreed": False}}, "Truth statement: the statement must be made."),
        ({"level": "galaxy"}, "Level: choose one of the options listed."),
        ({"planned_finish_on": None, "building_state": "building"}, "Planned completion: an answer is required."),
    ],
)
def test_what_stands_against_submission(changes: dict[str, Any], sentence: str) -> None:
    with translation.override("en"):
        problems = REAL.problems(answers(**changes), {"evidence_network": 1}, REGISTRY)
    assert list(problems.values()) == [sentence]


def test_a_hidden_answer_is_kept_but_not_checked_or_published() -> None:
    data = answers(building_state="building", planned_finish_on="2024-01")
    assert REAL.problems(data, {"evidence_network": 1}, REGISTRY) == {}
    assert "finished_on" in data
    assert "finished_on" not in REAL.public_data(data)
    assert REAL.public_data(data)["building_state"] == "building"


def test_files_and_register_are_counted() -> None:
    problems = REAL.problems(answers(), {"evidence_network": 6}, {**REGISTRY, "enterprise.uscc": ""})
    assert list(problems) == ["enterprise_uscc", "evidence_network"]


@pytest.mark.parametrize(
    ("unit", "better", "value", "expected"),
    [
        ("", "higher", {"before": "42.0", "after": "51.3"}, (Decimal("22.1"), False, True)),
        ("", "lower", {"before": "10", "after": "11"}, (Decimal("10.0"), False, False)),
        ("", "lower", {"before": "-4", "after": "-6"}, (Decimal("-50.0"), False, True)),
        ("", "higher", {"before": "0", "after": "5"}, (None, False, True)),
        ("", "higher", {"before": "5", "after": "5"}, (Decimal("0.0"), False, None)),
        ("%", "higher", {"before": "90", "after": "96.5"}, (Decimal("6.5"), True, True)),
    ],
)
def test_the_change_an_effect_states(unit: str, better: str, value: dict[str, str], expected: tuple[Any, ...]) -> None:
    asked = form(field("before_after", better=better, unit={"zh": unit, "en": unit})).field("before_after")
    found = effect(asked, value)
    assert found is not None
    assert (found.percent, found.in_points, found.is_better) == expected
    assert effect(asked, {"before": "1", "after": None}) is None


def test_an_earlier_form_carries_over_what_still_fits() -> None:
    old = form(field("text"), field("choice"), field("integer"), field("statement"))
    new = form(
        field("text"), field("choice", options=[{"value": "b", "label": {"zh": "乙"}}]), field("decimal", key="integer"), field("statement")
    )
    assert new.carried_over({"text": "文", "choice": "a", "integer": 3, "statement": True}, old) == {"text": "文"}


@pytest.mark.parametrize(
    ("fields", "fragment"),
    [
        ([field("text"), field("text")], "used twice"),
        ([field("text", type="hologram")], "unknown type 'hologram'"),
        ([field("choice", options=[])], "needs options"),
        ([field("choice", codes="nosuch")], "no code list 'nosuch'"),
        ([field("text", show_if={"later": 1}), field("text", key="later")], "not asked before it"),
        ([field("attachment", accept=["exe"])], "cannot be checked"),
        ([field("text", maps_to="state")], "maps_to must be one of"),
        ([field("integer", min="few")], "'few' is no number"),
        ([field("table", columns=[field("attachment")])], "unknown type 'attachment'"),
    ],
)
def test_a_faulty_form_is_refused_by_name(fields: list[dict[str, Any]], fragment: str) -> None:
    with pytest.raises(Invalid) as refused:
        form(*fields)
    assert fragment in str(refused.value)


@pytest.mark.parametrize(
    ("key", "value", "zh", "en"),
    [
        ("level", "workshop", "车间级", "Workshop"),
        ("it_ot_systems", ["mes", "wms"], "制造执行系统（MES）、仓储管理系统（WMS）", "MES, WMS"),
        ("investment_total", "12345.60", "12,345.60万元", "CNY 123.456 million"),
        ("coverage", "96.5", "96.5%", "96.5%"),
        ("effect_cost", {"before": "12.5", "after": None}, "12.5 → –元/件", "12.5 → – CNY per piece"),
        ("innovation", None, "–", "–"),
        ("industry", "34", "34", "34"),
    ],
)
def test_an_answer_in_words(key: str, value: Any, zh: str, en: str) -> None:
    assert display(REAL.field(key), value) == zh
    with translation.override("en"):
        assert display(REAL.field(key), value) == en
