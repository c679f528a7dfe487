"""All channels against all enterprises of a wide table, as one SQL statement for SQLite, PostgreSQL and DuckDB.

Data: a table or subquery with a row for each enterprise, the columns of ``METRICS``, and one for each attested condition.
Algorithm: the rule compiler writes each channel as expressions; they stand side by side in one SELECT, so the table is read once.
Invariants: names come from the rules and are quoted, values are bound; the letters and masks are those of the walker.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

from pilotage.finance.rules import Attested, Dialect, Resolved, compile_sql
from pilotage.finance.rules.walker import leaves

TABLE, ATTESTATIONS = "finance_factrow", "finance_attestation"
NUMBER = {Dialect.POSTGRESQL: "BIGINT", Dialect.DUCKDB: "BIGINT", Dialect.SQLITE: "INTEGER"}
SQL = tuple[str, list[Any]]


@dataclass(frozen=True, slots=True)
class Asked:
    """``name`` is that of the columns in the answer: ``<name>``, and with masks ``<name>_failed``, ``<name>_unknown``."""

    name: str
    resolved: Resolved

    @property
    def keys(self) -> list[str]:
        """Bit n of a mask is condition n."""
        return [leaf.key for leaf in leaves(self.resolved.tree)]


def select(asked: Sequence[Asked], dialect: Dialect, source: SQL, *, masks: bool = False, key: str = "enterprise_id") -> SQL:
    """One row an enterprise: its key, then the letter of each channel, with ``masks`` the two masks behind each letter.

    ``source``: what stands behind FROM, with the values it binds.
    """
    texts: list[str] = [f'"{key}"']
    values: list[Any] = []
    for each in asked:
        compiled = compile_sql(each.resolved, dialect)
        texts.append(f'{compiled.verdict} AS "{each.name}"')
        values += compiled.parameters
        if masks:
            texts += [f'{compiled.failed} AS "{each.name}_failed"', f'{compiled.unknown} AS "{each.name}_unknown"']
            values += [*compiled.failed_parameters, *compiled.unknown_parameters]
    text, bound = source
    return f"SELECT {', '.join(texts)} FROM {text}", [*values, *bound]


def attested_keys(asked: Iterable[Asked]) -> list[str]:
    found = (leaf.key for each in asked for leaf in leaves(each.resolved.tree) if isinstance(leaf, Attested))
    return list(dict.fromkeys(found))


def facts_with_words(asked: Sequence[Asked], dialect: Dialect, day: date, *, where: str = "", bound: Sequence[Any] = ()) -> SQL:
    """The rows of today with what people attest that is valid on ``day``. ``where``: a condition over ``f.enterprise_id``, written by us."""
    mark = "%s"
    names = attested_keys(asked)
    condition = f" WHERE {where}" if where else ""
    if not names:
        return f"(SELECT f.* FROM {TABLE} f{condition}) facts", [*bound]
    picked = ", ".join(
        f"MAX(CASE WHEN condition = {mark} THEN CASE WHEN holds THEN 1 ELSE 0 END END) = 1 AS {_quoted(name)}" for name in names
    )
    places = ", ".join(mark for _ in names)
    last = (
        "SELECT enterprise_id, condition, holds, valid_until, "
        "ROW_NUMBER() OVER (PARTITION BY enterprise_id, condition ORDER BY stated_on DESC, id DESC) AS place "
        f"FROM {ATTESTATIONS} WHERE stated_on <= {mark} AND condition IN ({places})"
    )
    words = (
        f"SELECT enterprise_id AS word_of, {picked} FROM ({last}) words "
        f"WHERE place = 1 AND holds IS NOT NULL AND (valid_until IS NULL OR valid_until >= {mark}) GROUP BY enterprise_id"
    )
    text = f"(SELECT f.*, a.* FROM {TABLE} f LEFT JOIN ({words}) a ON a.word_of = f.enterprise_id{condition}) facts"
    told = day.isoformat()
    return text, [*names, told, *names, told, *bound]


def for_django(text: str, dialect: Dialect) -> str:
    """Django's cursors take ``%s`` on every database; the compiler writes ``?`` for SQLite."""
    return text.replace("?", "%s") if dialect is not Dialect.POSTGRESQL else text


def what_if(resolved: Resolved, thresholds: Mapping[str, Fraction]) -> Resolved:
    """The same rule with other numbers for some of its parameters; parameters not in force that day are left out."""
    values = dict(resolved.values)
    for name, number in thresholds.items():
        if name in values:
            values[name] = replace(values[name], value=number, citation="", verified=False)
    return replace(resolved, values=values)


def _quoted(name: str) -> str:
    if not name.replace("_", "").isalnum():
        raise ValueError(f"“{name}” is no name of a column")
    return f'"{name}"'
