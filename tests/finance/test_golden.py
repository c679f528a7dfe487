"""Golden cases: every condition held, failed and unknown, and the day before and after each change of a channel's rule."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from ruamel.yaml import YAML

from pilotage.finance.channels.content import read
from pilotage.finance.facts.metrics import COLUMNS
from pilotage.finance.rules import Attested, Compare, Dialect, NotInForce, Rule, Told, Value, compile_sql, explain, in_force
from pilotage.finance.rules.walker import leaves
from pilotage.plan.folder import check

FOLDER = Path(__file__).parent / "golden"
NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml"))


@cache
def golden(name: str) -> dict[str, Any]:
    return YAML(typ="safe", pure=True).load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))


@cache
def channels() -> dict[str, dict[str, Any]]:
    folder = check(Path(settings.PLAN_DIR)).folder
    assert folder is not None
    return folder.further["channels"]


@cache
def rule(name: str) -> Rule:
    return read(channels()[name])


def facts_of(name: str, case: dict[str, Any]) -> dict[str, Any]:
    facts = {**golden(name)["facts"], **case.get("set", {}), **case.get("also", {})}
    known = {*COLUMNS, *(leaf.key for leaf in leaves(rule(name).tree) if isinstance(leaf, Attested))}
    assert set(facts) <= known
    return {column: value for column, value in facts.items() if value is not None}


def test_every_channel_with_a_rule_has_its_cases():
    assert [name for name, content in sorted(channels().items()) if "rule" in content] == NAMES


@pytest.mark.parametrize(("name", "number"), [(name, number) for name in NAMES for number in range(len(golden(name)["cases"]))])
def test_case(name: str, number: int):
    case = golden(name)["cases"][number]
    if case["verdict"] == "not_in_force":
        with pytest.raises(NotInForce):
            in_force(rule(name), case["on"], operated=True)
        return
    told = explain(in_force(rule(name), case["on"], operated=True), facts_of(name, case))
    truths = {each.condition.key: each.truth for each in told.told}
    assert {key: truths.get(key, "absent") for key in case["told"]} == case["told"]
    assert told.verdict == case["verdict"]


LETTERS = {"m": "meets", "x": "does_not_meet", "a": "needs_attestation", "u": "cannot_determine"}


@pytest.mark.parametrize("name", NAMES)
def test_the_database_says_the_same(name: str):
    """Each case as a row of a table: verdict, what failed, what is unknown."""
    attested = [leaf.key for leaf in leaves(rule(name).tree) if isinstance(leaf, Attested)]
    columns = [*COLUMNS, *attested]
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute(f"CREATE TABLE t ({', '.join(columns)})")
        for case in golden(name)["cases"]:
            if case["verdict"] == "not_in_force":
                continue
            facts = facts_of(name, case)
            database.execute("DELETE FROM t")
            database.execute(f"INSERT INTO t VALUES ({', '.join('?' * len(columns))})", [facts.get(column) for column in columns])
            found = compile_sql(in_force(rule(name), case["on"], operated=True), Dialect.SQLITE)
            values = (*found.parameters, *found.failed_parameters, *found.unknown_parameters)
            letter, failed, unknown = database.execute(f"SELECT {found.verdict}, {found.failed}, {found.unknown} FROM t", values).fetchone()
            assert LETTERS[letter] == case["verdict"]
            places = {key: 1 << place for place, key in enumerate(found.keys)}
            said = {key: False if failed & bit else None if unknown & bit else True for key, bit in places.items()}
            assert {key: said.get(key, "absent") for key in case["told"]} == case["told"]


@pytest.mark.parametrize("name", NAMES)
def test_every_condition_holds_fails_and_is_unknown_somewhere(name: str):
    seen = {(key, truth) for case in golden(name)["cases"] for key, truth in case.get("told", {}).items()}
    wanted = {(leaf.key, truth) for leaf in leaves(rule(name).tree) for truth in (True, False, None)}
    assert sorted(wanted - seen, key=str) == []


# --- what must have its cases, read from the channel files themselves ---------------------------
Condition = Compare | Attested | Any


def conditions() -> list[Any]:
    return [pytest.param(name, leaf, id=f"{name} {leaf.key}") for name in NAMES for leaf in leaves(rule(name).tree)]


def values(name: str, leaf: Condition) -> list[Value]:
    """Of its parameter, oldest first; none where it has no parameter."""
    parameter = getattr(leaf, "parameter", "")
    return sorted(rule(name).parameters[parameter].values, key=begins) if parameter else []


def begins(value: Value) -> date:
    return value.operated_from or value.in_force


def changes(name: str, leaf: Condition) -> set[date]:
    """The days on which this condition says something else than the day before."""
    found = {begins(value) for value in values(name, leaf)} | ({leaf.since} if leaf.since else set())
    ends = [leaf.until, *(value.until for value in values(name, leaf))]
    return found | {day + timedelta(days=1) for day in ends if day}


@pytest.mark.parametrize(("name", "leaf"), conditions())
def test_the_day_before_and_after_each_change_is_tried(name: str, leaf: Condition):
    """For each condition: held, failed, unknown or absent on both days, or the whole rule not in force."""
    cases = golden(name)["cases"]
    tried = {case["on"] for case in cases if case["verdict"] == "not_in_force" or leaf.key in case["told"]}
    assert sorted({day - timedelta(days=back) for day in changes(name, leaf) for back in (0, 1)} - tried) == []


@pytest.mark.parametrize(("name", "leaf"), [each for each in conditions() if isinstance(each.values[1], Compare)])
def test_every_number_is_tried_at_its_edge(name: str, leaf: Compare):
    """While each value was in force, some case stands exactly on it, and one falls short."""
    missing = []
    for value in values(name, leaf):
        said = [told for case in golden(name)["cases"] if (told := told_in(name, case, leaf)) and told.source == value]
        if not ({0} <= {told.margin for told in said} and False in {told.truth for told in said}):
            missing.append(begins(value))
    assert missing == []


@pytest.mark.parametrize(("name", "leaf"), [each for each in conditions() if isinstance(each.values[1], Compare)])
def test_the_same_figures_are_told_otherwise_once_a_number_has_changed(name: str, leaf: Compare):
    for before, after in pairwise(values(name, leaf)):
        if before.value != after.value and before.until == begins(after) - timedelta(days=1):
            old, new = (by_value(name, leaf, day) for day in (before.until, begins(after)))
            assert [value for value in old if value in new and old[value] is not new[value]], begins(after)


def told_in(name: str, case: dict[str, Any], leaf: Compare) -> Told | None:
    """What the condition says in a case that names it and knows its figures."""
    if leaf.key not in case.get("told", {}):
        return None
    told = explain(in_force(rule(name), case["on"], operated=True), facts_of(name, case)).told
    return next((each for each in told if each.condition.key == leaf.key and each.truth is not None), None)


def by_value(name: str, leaf: Compare, day: date) -> dict[Any, bool | None]:
    said = [told_in(name, case, leaf) for case in golden(name)["cases"] if case["on"] == day]
    return {told.value: told.truth for told in said if told}
