"""Golden cases: every condition held, failed and unknown, and the day before and after each change of a channel's rule."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from ruamel.yaml import YAML

from pilotage.finance.channels.content import days_of_change, read
from pilotage.finance.facts.metrics import COLUMNS
from pilotage.finance.rules import Attested, Dialect, NotInForce, Rule, compile_sql, explain, in_force
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


@pytest.mark.parametrize("name", NAMES)
def test_the_day_before_and_after_each_change_is_tried(name: str):
    tried = {case["on"] for case in golden(name)["cases"]}
    wanted: set[date] = {day - timedelta(days=back) for day in days_of_change(rule(name)) for back in (0, 1)}
    assert sorted(wanted - tried) == []
