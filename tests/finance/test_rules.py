"""Walker and SQL are two readings of one rule: random trees over random rows with gaps give the same verdicts and masks."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from django.db import connection
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from pilotage.finance.rules import (
    All,
    AnyOf,
    AtLeast,
    Attested,
    Category,
    Compare,
    Dialect,
    Holds,
    Metric,
    Node,
    NoneOf,
    NotInForce,
    Parameter,
    Rule,
    RuleError,
    Value,
    Verdict,
    compile_sql,
    explain,
    in_force,
    read_rule,
)
from pilotage.finance.rules.compiler import LETTERS
from pilotage.finance.rules.metrics_text import read_metric
from pilotage.finance.rules.walker import leaves

DAY = date(2024, 6, 1)
METRICS = {
    "revenue": Metric("revenue", "yuan", "营业收入", "Revenue", 3),
    "research": Metric("research", "yuan", "研发投入", "R&D", 3),
    "profit": Metric("profit", "yuan", "净利润", "Net profit", 2),
    "profit_core": Metric("profit_core", "yuan", "扣非净利润", "Net profit without what does not recur", 2),
    "staff": Metric("staff", "persons", "职工人数", "Staff", 1),
    "patents": Metric("patents", "count", "发明专利", "Invention patents", 1),
    "champion": Metric("champion", "truth", "单项冠军", "Single champion", 1),
    "industry": Metric("industry", "code", "行业", "Industry", 1),
}
TEXTS = ("revenue", "total(research, 3) / total(revenue, 3)", "lower(profit, profit_core)", "revenue / revenue[2]", "profit + profit[1]", "patents",
         "3 * research - profit", "revenue / staff")  # fmt: skip
STATED = ("stated_0", "stated_1", "stated_2")
COLUMNS = [metric.column(back) for metric in METRICS.values() for back in range(metric.years)]
LIMITS = [Fraction(number, over) for number, over in ((0, 1), (1, 20), (1, 4), (2, 1), (5, 1), (-3, 1), (7, 1))]


def value(amount: Any, **told: Any) -> Value:
    return Value(amount, date(2020, 1, 1), told.pop("in_force", date(2020, 1, 1)), "演示", **told)


# --- random rules, random rows --------------------------------------------------------------
@st.composite
def rules(draw: st.DrawFn) -> Rule:
    parameters: dict[str, Parameter] = {}
    count = iter(range(99))

    def leaf() -> Node:
        key = f"c{next(count)}"
        match draw(st.integers(0, 5)):
            case 0:
                return Attested(draw(st.sampled_from(STATED)), "", "")
            case 1:
                return Holds(key, "", "", metric="champion")
            case 2:
                parameters[key] = Parameter(key, "codes", (value(tuple(draw(st.sets(st.sampled_from("CDE"), min_size=1)))),))
                return Category(key, "", "", metric="industry", parameter=key)
        top, bottom = read_metric(draw(st.sampled_from(TEXTS)), METRICS, "test")
        parameters[key] = Parameter(key, "", (value(draw(st.sampled_from(LIMITS))),))
        growth = draw(st.booleans())
        op = draw(st.sampled_from((">=", ">", "<=", "<", "==")))
        return Compare(key, "", "", top=top, bottom=bottom, op=op, parameter=key, power=2 if growth else 1, plus_one=growth)

    def node(depth: int) -> Node:
        if depth == 0 or draw(st.integers(0, 3)) == 0:
            return leaf()
        parts = tuple(node(depth - 1) for _ in range(draw(st.integers(1, 3))))
        match draw(st.integers(0, 3)):
            case 0:
                return All(parts)
            case 1:
                return AnyOf(parts)
            case 2:
                return NoneOf(parts)
        points = draw(st.just(()) | st.tuples(*(st.integers(1, 9) for _ in parts)))
        return AtLeast(draw(st.integers(1, sum(points) or len(parts))), parts, points=points)

    return Rule("random", "", "", node(3), parameters, METRICS)


amounts = st.none() | st.integers(-8, 8)
rows = st.fixed_dictionaries(
    dict.fromkeys(COLUMNS, amounts)
    | {"champion": st.none() | st.booleans(), "industry": st.none() | st.sampled_from("CDEF")}
    | dict.fromkeys(STATED, st.none() | st.booleans())
)


def asked(cursor: Any, table: str, compiled: Any) -> list[tuple[Any, ...]]:
    """The letters and both masks, in the order of rows; three questions, as PostgreSQL's names of parameters are positional."""
    found = []
    for text, values in (
        (compiled.verdict, compiled.parameters), (compiled.failed, compiled.failed_parameters), (compiled.unknown, compiled.unknown_parameters),
    ):  # fmt: skip
        cursor.execute(f"SELECT {text} FROM {table} ORDER BY id", values)
        found.append([row[0] for row in cursor.fetchall()])
    return list(zip(*found, strict=True))


def walked(rule: Any, row: Mapping[str, Any]) -> tuple[str, int, int]:
    explanation = explain(rule, row)
    told = {each.condition.key: each.truth for each in explanation.told}
    keys = [leaf.key for leaf in leaves(rule.tree)]
    failed = sum(1 << place for place, key in enumerate(keys) if told[key] is False)
    return LETTERS[explanation.verdict], failed, sum(1 << place for place, key in enumerate(keys) if told[key] is None)


def lite() -> sqlite3.Cursor:
    cursor = sqlite3.connect(":memory:").cursor()
    cursor.execute(f"CREATE TABLE facts (id INTEGER PRIMARY KEY, {', '.join([*COLUMNS, *STATED])})")
    return cursor


@settings(max_examples=150)
@given(rule=rules(), facts=st.lists(rows, min_size=1, max_size=6))
def test_walker_and_sqlite_agree(rule: Rule, facts: list[dict[str, Any]]) -> None:
    cursor, resolved = lite(), in_force(rule, DAY)
    names = [*COLUMNS, *STATED]
    cursor.executemany(
        f"INSERT INTO facts VALUES (NULL, {', '.join('?' for _ in names)})", [[row[name] for name in names] for row in facts]
    )
    assert asked(cursor, "facts", compile_sql(resolved, Dialect.SQLITE)) == [walked(resolved, row) for row in facts]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has a test of its own")
def test_walker_and_postgresql_agree() -> None:
    names = [*COLUMNS, *STATED]
    kinds = {"champion": "boolean", "industry": "text", **dict.fromkeys(STATED, "boolean")}

    @settings(max_examples=100)
    @given(rule=rules(), facts=st.lists(rows, min_size=1, max_size=6))
    def agree(rule: Rule, facts: list[dict[str, Any]]) -> None:
        resolved = in_force(rule, DAY)
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS rule_facts")
            columns = ", ".join(f"{name} {kinds.get(name, 'bigint')}" for name in names)
            cursor.execute(f"CREATE TEMP TABLE rule_facts (id serial, {columns})")
            cursor.executemany(
                f"INSERT INTO rule_facts ({', '.join(names)}) VALUES ({', '.join('%s' for _ in names)})",
                [[row[name] for name in names] for row in facts],
            )
            assert asked(cursor, "rule_facts", compile_sql(resolved, Dialect.POSTGRESQL)) == [walked(resolved, row) for row in facts]

    agree()


# --- truth, by the table --------------------------------------------------------------------
@pytest.mark.parametrize("truths", list(product((True, False, None), repeat=3)))
def test_groups_follow_the_table_of_kleene(truths: tuple[bool | None, ...]) -> None:
    """Against the definition: an unknown is decided where both its readings give the same."""
    parts = tuple(Holds(f"c{place}", "", "", metric=f"m{place}") for place in range(3))
    facts = {f"m{place}": truth for place, truth in enumerate(truths)}
    readings = [
        reading for reading in product((True, False), repeat=3) if all(a is None or a == b for a, b in zip(truths, reading, strict=True))
    ]
    groups: list[tuple[Node, Any]] = [
        (All(parts), all),
        (AnyOf(parts), any),
        (NoneOf(parts), lambda each: not any(each)),
        *((AtLeast(k, parts), lambda each, k=k: sum(each) >= k) for k in (1, 2, 3)),
        *((AtLeast(k, parts, points=(5, 3, 2)), lambda each, k=k: 5 * each[0] + 3 * each[1] + 2 * each[2] >= k) for k in (2, 5, 6, 10)),
    ]
    for node, wanted in groups:
        outcomes = {wanted(reading) for reading in readings}
        verdict = explain(in_force(Rule("r", "", "", node, {}, METRICS), DAY), facts).verdict
        assert verdict == (
            Verdict.CANNOT_DETERMINE if len(outcomes) == 2 else Verdict.MEETS if outcomes == {True} else Verdict.DOES_NOT_MEET
        )


# --- scorecards -----------------------------------------------------------------------------
@given(st.lists(st.tuples(st.integers(1, 9), st.none() | st.booleans()), min_size=1, max_size=6), st.data())
def test_the_nearest_way_over_a_scorecard_changes_as_few_lines_as_any_other(
    lines: list[tuple[int, bool | None]], data: st.DataObject
) -> None:
    points = tuple(worth for worth, _truth in lines)
    needed = data.draw(st.integers(1, sum(points)))
    parts = tuple(Holds(f"c{place}", "", "", metric=f"m{place}") for place in range(len(lines)))
    tree = AtLeast(needed, parts, points=points)
    facts = {f"m{place}": truth for place, (_worth, truth) in enumerate(lines)}
    nearest = explain(in_force(Rule("r", "", "", tree, {}, METRICS), DAY), facts).nearest
    assert nearest is not None
    held, others = sum(worth for worth, truth in lines if truth), [worth for worth, truth in lines if not truth]
    fewest = min(
        sum(chosen)
        for chosen in product((0, 1), repeat=len(others))
        if held + sum(a * b for a, b in zip(chosen, others, strict=True)) >= needed
    )
    changed = {each.condition.key for each in nearest}
    gained = sum(worth for place, (worth, _truth) in enumerate(lines) if f"c{place}" in changed)
    assert (len(changed), held + gained >= needed) == (fewest, True)


def test_a_scorecard_keeps_the_points_of_what_is_left_on_the_day() -> None:
    parts = (Holds("a", "", "", metric="a"), Holds("b", "", "", metric="b", since=DAY + timedelta(days=1)))
    tree = in_force(Rule("r", "", "", AtLeast(60, parts, points=(40, 30)), {}, METRICS), DAY).tree
    assert tree == AtLeast(40, parts[:1], points=(40,))


# --- a rule as a file says it ---------------------------------------------------------------
SOURCE = {
    "key": "star-attribute",
    "title": {"zh": "科创属性", "en": "STAR attribute"},
    "parameters": {
        "research_share": {"unit": "percent", "values": [{"value": 5, "in_force": date(2020, 3, 20), "citation": "2020"}]},
        "research_sum": {
            "unit": "million_yuan",
            "values": [
                {"value": 60, "in_force": date(2020, 3, 20), "until": date(2024, 4, 29), "citation": "2020", "verified": True},
                {"value": 80, "in_force": date(2024, 4, 30), "citation": "2024", "verified": True},
            ],
        },
        "patents": {
            "unit": "count",
            "values": [
                {"value": 5, "in_force": date(2020, 3, 20), "until": date(2024, 4, 29), "citation": "2020"},
                {"value": 7, "in_force": date(2024, 4, 30), "citation": "2024"},
            ],
        },
        "growth": {"unit": "percent", "values": [{"value": 20, "in_force": date(2020, 3, 20), "citation": "2020"}]},
    },
    "rule": {
        "any": [
            {
                "all": [
                    {
                        "any": [
                            {"key": "share", "metric": "total(research, 3) / total(revenue, 3)", ">=": "research_share"},
                            {"key": "sum", "metric": "total(research, 3)", ">=": "research_sum"},
                        ]
                    },
                    {"key": "patents_held", "metric": "patents", ">=": "patents"},
                    {"key": "growing", "metric": "revenue / revenue[2]", "growth_over": 2, ">=": "growth"},
                ]
            },
            {"key": "leading", "attest": True},
        ]
    },
}
FACTS = {
    "revenue": 1_440_000_000, "revenue_1": 1_200_000_000, "revenue_2": 1_000_000_000, "research": 25_000_000, "research_1": 20_000_000,
    "research_2": 20_000_000, "patents": 6, "leading": False,
}  # fmt: skip


@pytest.mark.parametrize(
    ("day", "verdict"),
    [(date(2020, 3, 20), "meets"), (date(2024, 4, 29), "meets"), (date(2024, 4, 30), "does_not_meet"), (date(2025, 1, 1), "does_not_meet")],
)
def test_a_threshold_counts_from_its_day_and_not_a_day_earlier(day: date, verdict: str) -> None:
    assert explain(in_force(read_rule(SOURCE, METRICS), day), FACTS).verdict == verdict


def test_before_all_of_it_the_rule_is_not_in_force() -> None:
    source = {**SOURCE, "rule": SOURCE["rule"]["any"][0]}  # type: ignore[index]
    with pytest.raises(NotInForce):
        in_force(read_rule(source, METRICS), date(2020, 3, 19))


def test_the_explanation_names_value_threshold_margin_and_the_nearest_way_in() -> None:
    explanation = explain(in_force(read_rule(SOURCE, METRICS), DAY), FACTS)
    told = {each.condition.key: each for each in explanation.told}
    assert (told["sum"].value, told["sum"].threshold, told["sum"].margin) == (65_000_000, 80_000_000, -15_000_000)
    assert (told["growing"].value, told["growing"].threshold, told["growing"].truth) == (Fraction(36, 25), Fraction(36, 25), True)
    assert told["patents_held"].source is not None
    assert told["patents_held"].source.citation == "2024"
    assert explanation.nearest is not None
    # one statement is fewer than a patent and 15 million
    assert [each.condition.key for each in explanation.nearest] == ["leading"]


def test_what_is_missing_is_named_and_never_taken_for_zero() -> None:
    facts = {key: amount for key, amount in FACTS.items() if key != "patents"}
    explanation = explain(in_force(read_rule(SOURCE, METRICS), date(2024, 1, 1)), facts)
    assert (explanation.verdict, explanation.missing) == (Verdict.CANNOT_DETERMINE, ("patents",))


def test_what_only_a_person_can_state_is_asked_for() -> None:
    facts = {**FACTS, "leading": None}
    assert explain(in_force(read_rule(SOURCE, METRICS), DAY), facts).verdict == Verdict.NEEDS_ATTESTATION


def test_a_value_of_the_region_comes_before_the_countrys() -> None:
    own = (value(Fraction(1)), value(Fraction(2), region="320000"), value(Fraction(3), region="320500"))
    parameter = Parameter("rate", "", own)
    rule = Rule(
        "r", "", "", Compare("c", "", "", top=read_metric("patents", METRICS, "")[0], parameter="rate"), {"rate": parameter}, METRICS
    )
    found = {region: in_force(rule, DAY, region=region).values["rate"].value for region in ("", "320500", "320200", "110000")}
    assert found == {"": 1, "320500": 3, "320200": 2, "110000": 1}


def test_practice_may_begin_later_than_the_rule() -> None:
    late = Parameter("cap", "", (replace(value(Fraction(1)), operated_from=DAY + timedelta(days=1)),))
    rule = Rule("r", "", "", Compare("c", "", "", top=read_metric("patents", METRICS, "")[0], parameter="cap"), {"cap": late}, METRICS)
    assert in_force(rule, DAY).values["cap"].value == 1
    with pytest.raises(NotInForce):
        in_force(rule, DAY, operated=True)


# --- what is refused ------------------------------------------------------------------------
def changed(path: str, told: Any) -> dict[str, Any]:
    import copy

    found = copy.deepcopy(SOURCE)
    place: Any = found
    *way, last = path.split(".")
    for step in way:
        place = place[int(step) if step.isdigit() else step]
    place[int(last) if last.isdigit() else last] = told
    return found


PARTS = "rule.any.0.all"


@pytest.mark.parametrize(
    ("path", "told", "sentence"),
    [
        (f"{PARTS}.1.metric", "patent", "rule.any[0].all[1].metric: there is no metric “patent”. Expected: one of champion, industry"),
        (f"{PARTS}.1.metric", "patents[1]", "rule.any[0].all[1].metric: “patents” is kept for 1 years. Expected: fewer than that back"),
        (f"{PARTS}.1.metric", "patents + revenue", "rule.any[0].all[1].metric: count + yuan cannot be added. Expected: metrics of one unit"),
        (f"{PARTS}.1.metric", "revenue * profit", "rule.any[0].all[1].metric: a product of two metrics cannot be compared exactly."),
        (f"{PARTS}.1.metric", "__import__('os')", "rule.any[0].all[1].metric: “__import__(…)” is not known so."),
        (f"{PARTS}.1.metric", "revenue", "rule.any[0].all[1]: yuan is compared with the parameter “patents” in count"),
        (f"{PARTS}.1.metric", "champion", "rule.any[0].all[1].metric: a metric of the unit truth is no number. Expected: `is:` or `in:`"),
        (f"{PARTS}.1.>=", "nosuch", "rule.any[0].all[1]: there is no parameter “nosuch”. Expected: one of growth, patents"),
        (f"{PARTS}.1.key", "sum", "rule.any[0].all[1].key: “sum” is used twice"),
        ("parameters.patents.values.0.until", date(2024, 5, 1), "parameters.patents: the values from 2020-03-20 and 2024-04-30 overlap."),
        ("parameters.patents.values.0.until", date(2019, 5, 1), "parameters.patents.values[0]: it ends on 2019-05-01 before it begins"),
        ("parameters.patents.values.0.value", "many", "parameters.patents.values[0]: “many” is no number"),
        ("parameters.research_share.values.0.value", "5.000000001", "rule.any[0].all[0].any[0]: the numbers grow past 64 bits."),
        (PARTS, [], "rule.any[0].all: a list of conditions is expected"),
        ("rule", {"at_least": 3, "of": [{"key": "x", "attest": True}]}, "rule.at_least: “3” of 1 is not possible"),
        ("rule", {"at_least": 21, "of": [{"key": "x", "attest": True, "points": 20}]}, "rule.at_least: “21” of 20 is not possible"),
        (
            "rule",
            {"at_least": 1, "of": [{"key": "x", "attest": True, "points": 20}, {"key": "y", "attest": True}]},
            "rule.of[1].points: “None” is no number of points from 1 to 1000",
        ),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_place(path: str, told: Any, sentence: str) -> None:
    with translation.override("en"), pytest.raises(RuleError) as refused:
        read_rule(changed(path, told), METRICS)
    assert str(refused.value).lower().startswith(sentence.lower())
