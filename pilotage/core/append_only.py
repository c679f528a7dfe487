"""The database's own refusal to change or remove what a table holds, whoever asks.

Data: per room the tables that only grow, each with a unique column.
Algorithm: triggers refuse UPDATE, DELETE and, on PostgreSQL, TRUNCATE; on SQLite also an INSERT OR REPLACE that would meet a row.
Invariants: ``core.guards`` makes the triggers again after every ``migrate``; ``pilotage verify`` names those that are missing.
Refuses: nothing of its own. Whoever may alter tables can still drop triggers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from django.db import connection

from pilotage.core import guards

_guarded: list[AppendOnly] = []


@dataclass(frozen=True)
class AppendOnly:
    """``tables``: table -> unique column. ``repeats``: tables of which a row that is there already may be written again and is left as it is."""

    name: str
    message: str
    tables: Mapping[str, str]
    repeats: frozenset[str] = frozenset()

    def triggers(self, vendor: str) -> Iterator[tuple[str, str, str]]:
        """``(name, table, statement)`` of each trigger."""
        for table, key in self.tables.items():
            for suffix, body in (self._sqlite(table, key) if vendor == "sqlite" else self._postgresql(table)).items():
                yield f"{table}_{suffix}", table, f"CREATE TRIGGER {table}_{suffix} {body}"

    def _sqlite(self, table: str, key: str) -> dict[str, str]:
        # INSERT OR REPLACE deletes without firing the delete trigger, so an existing key is guarded by itself
        abort = f"SELECT RAISE(ABORT, '{self.message}')"
        again = "SELECT RAISE(IGNORE)" if table in self.repeats else abort
        there = f"EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key})"
        return {
            "no_update": f"BEFORE UPDATE ON {table} BEGIN {abort}; END",
            "no_delete": f"BEFORE DELETE ON {table} BEGIN {abort}; END",
            "no_replace": f"BEFORE INSERT ON {table} WHEN {there} BEGIN {again}; END",
        }

    def _postgresql(self, table: str) -> dict[str, str]:
        act = f"EXECUTE FUNCTION {self.name}_append_only()"
        return {
            "no_change": f"BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW {act}",
            "no_truncate": f"BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {act}",
        }

    def drop(self, vendor: str) -> Iterator[str]:
        for name, table, _statement in self.triggers(vendor):
            yield f"DROP TRIGGER IF EXISTS {name}" + ("" if vendor == "sqlite" else f" ON {table}")

    def create(self, vendor: str) -> Iterator[str]:
        if vendor != "sqlite":
            body = f"BEGIN RAISE EXCEPTION '{self.message}'; END"
            yield f"CREATE OR REPLACE FUNCTION {self.name}_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$"
        for _name, _table, statement in self.triggers(vendor):
            yield statement

    def names(self) -> list[str]:
        """The triggers that must be there; of a table that no migration has made yet, none."""
        there = set(connection.introspection.table_names())
        return [name for name, table, _statement in self.triggers(connection.vendor) if table in there]

    def restore(self) -> None:
        there = set(connection.introspection.table_names())
        present = replace(self, tables={table: key for table, key in self.tables.items() if table in there})
        with connection.cursor() as cursor:
            for statement in (*present.drop(connection.vendor), *present.create(connection.vendor)):
                cursor.execute(statement)


def register(found: AppendOnly) -> AppendOnly:
    """Called by a room when its app is ready."""
    _guarded.append(found)
    guards.register(found.name, guards.Guard(found.names, found.restore))
    return found


def all_guarded() -> tuple[AppendOnly, ...]:
    return tuple(_guarded)
