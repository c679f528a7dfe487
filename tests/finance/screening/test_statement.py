"""One statement for several channels gives what the walker gives, on SQLite, PostgreSQL and DuckDB."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from pilotage.finance.facts.selectors import attestations_of_many, facts_of_many
from pilotage.finance.rules import Dialect, Rule, explain, in_force
from pilotage.finance.rules.compiler import LETTERS
from pilotage.finance.screening.statement import Asked, facts_with_words, for_django, select, what_if
from tests.factories import finance
from tests.factories.finance import attestation
from tests.finance.test_rules import COLUMNS, DAY, STATED, rows, rules, walked

NAMES = [*COLUMNS, *STATED]
KINDS = {"champion": "boolean", "industry": "text", **dict.fromkeys(STATED, "boolean")}
TYPED = ", ".join(f"{name} {KINDS.get(name, 'bigint')}" for name in NAMES)
both = st.lists(rules(), min_size=1, max_size=3)
facts = st.lists(rows, min_size=1, max_size=6)


def asked(found: Sequence[Rule]) -> list[Asked]:
    return [Asked(f"rule{place}", in_force(rule, DAY)) for place, rule in enumerate(found)]


def wanted(found: Sequence[Asked], told: Sequence[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [(number, *(part for each in found for part in walked(each.resolved, row))) for number, row in enumerate(told)]


@settings(max_examples=60)
@given(found=both, told=facts)
def test_walker_and_sqlite_agree(found: list[Rule], told: list[dict[str, Any]]) -> None:
    cursor = sqlite3.connect(":memory:").cursor()
    cursor.execute(f"CREATE TABLE facts (id INTEGER PRIMARY KEY, {TYPED})")
    cursor.executemany(f"INSERT INTO facts VALUES ({', '.join('?' for _ in range(len(NAMES) + 1))})", _lines(told))
    text, values = select(asked(found), Dialect.SQLITE, ("facts ORDER BY id", []), masks=True, key="id")
    assert cursor.execute(text, values).fetchall() == wanted(asked(found), told)


def test_walker_and_duckdb_agree() -> None:
    duckdb = pytest.importorskip("duckdb")
    database = duckdb.connect(":memory:")

    @settings(max_examples=60)
    @given(found=both, told=facts)
    def agree(found: list[Rule], told: list[dict[str, Any]]) -> None:
        database.execute(f"CREATE OR REPLACE TABLE facts (id integer, {TYPED})")
        database.executemany(f"INSERT INTO facts VALUES ({', '.join('?' for _ in range(len(NAMES) + 1))})", _lines(told))
        text, values = select(asked(found), Dialect.DUCKDB, ("facts ORDER BY id", []), masks=True, key="id")
        assert database.execute(text, values).fetchall() == wanted(asked(found), told)

    agree()


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite and DuckDB have tests of their own")
def test_walker_and_postgresql_agree() -> None:
    @settings(max_examples=60)
    @given(found=both, told=facts)
    def agree(found: list[Rule], told: list[dict[str, Any]]) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS statement_facts")
            cursor.execute(f"CREATE TEMP TABLE statement_facts (id integer, {TYPED})")
            cursor.executemany(f"INSERT INTO statement_facts VALUES ({', '.join('%s' for _ in range(len(NAMES) + 1))})", _lines(told))
            text, values = select(asked(found), Dialect.POSTGRESQL, ("statement_facts ORDER BY id", []), masks=True, key="id")
            cursor.execute(text, values)
            assert cursor.fetchall() == wanted(asked(found), told)

    agree()


def _lines(told: Sequence[dict[str, Any]]) -> list[list[Any]]:
    return [[number, *(row[name] for name in NAMES)] for number, row in enumerate(told)]


# --- over the rows and words of the site ----------------------------------------------------
@pytest.mark.django_db
def test_the_site_s_own_rows_and_words_give_the_walker_s_letters_for_every_channel_of_the_plan() -> None:
    channels = [channel for channel in finance.model_channels() if channel.has_rule]
    made = finance.screened(4, revenue_1=90_000_000, revenue_2=80_000_000, rd_expense=9_000_000, staff=100, rd_staff=20)
    attestation(made[0], "star_attribute_industrialised", True)
    attestation(made[1], "star_attribute_industrialised", True)
    attestation(made[1], "star_attribute_industrialised", None, stated_on=date(2023, 2, 1))
    attestation(made[2], "star_attribute_industrialised", False, valid_until=date(2023, 3, 1))
    found = [Asked(f"c{place}", channel.on(date(2025, 1, 1))) for place, channel in enumerate(channels)]
    assert letters(found, date(2026, 1, 1)) == explained(found, [each.pk for each in made], date(2026, 1, 1))
    assert letters(found, date(2023, 2, 15)) == explained(found, [each.pk for each in made], date(2023, 2, 15))


@pytest.mark.django_db
def test_another_threshold_is_put_in_by_name() -> None:
    channel = finance.channel(
        parameters={"least_revenue": {"unit": "million_yuan", "values": [{"value": 150, "in_force": "2020-01-01", "citation": "演示"}]}}
    )
    made = finance.screened(3)
    for each in made:
        attestation(each, "demo_channel_word")
    rule = channel.on(date(2025, 1, 1))
    moved = what_if(rule, {"least_revenue": Fraction(250_000_000), "nosuch": Fraction(1)})
    assert [row[1] for row in letters([Asked("a", rule)], date(2026, 1, 1))] == ["x", "m", "m"]
    assert [row[1] for row in letters([Asked("a", moved)], date(2026, 1, 1))] == ["x", "x", "m"]


def letters(found: Sequence[Asked], day: date) -> list[tuple[Any, ...]]:
    dialect = Dialect(connection.vendor)
    text, values = select(found, dialect, facts_with_words(found, dialect, day))
    with connection.cursor() as cursor:
        cursor.execute(for_django(text, dialect) + " ORDER BY 1", values)
        return [tuple(row) for row in cursor.fetchall()]


def explained(found: Sequence[Asked], ids: Sequence[int], day: date) -> list[tuple[Any, ...]]:
    told, words = facts_of_many(ids), attestations_of_many(ids, day)
    return [(pk, *(LETTERS[explain(each.resolved, {**told[pk], **words.get(pk, {})}).verdict] for each in found)) for pk in sorted(ids)]
