"""The database's own refusal to change or remove what the audit chain holds.

Whoever may alter tables can still drop the triggers: ``pilotage verify`` then names them, and
``pilotage audit verify`` the event that was changed meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection

from pilotage.core import guards

TABLES = {"audit_auditevent": "number", "audit_auditsnapshot": "digest"}
MESSAGE = "the audit chain is append-only"
FUNCTION = (
    f"CREATE OR REPLACE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{MESSAGE}'; END $$"
)


def triggers(vendor: str) -> Iterator[tuple[str, str, str]]:
    """``(name, table, statement)`` of each trigger."""
    for table, key in TABLES.items():
        if vendor == "sqlite":
            # INSERT OR REPLACE deletes without firing the delete trigger, so an existing key is guarded by itself.
            # A snapshot is stored once per content: writing it again is no fault, it is left as it is.
            again = f"SELECT RAISE(ABORT, '{MESSAGE}')" if table == "audit_auditevent" else "SELECT RAISE(IGNORE)"
            refuse = f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
            there = f"EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key})"
            bodies = {
                "no_update": f"BEFORE UPDATE ON {table} {refuse}",
                "no_delete": f"BEFORE DELETE ON {table} {refuse}",
                "no_replace": f"BEFORE INSERT ON {table} WHEN {there} BEGIN {again}; END",
            }
        else:
            bodies = {
                "no_change": f"BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION audit_append_only()",
                "no_truncate": f"BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only()",
            }
        for suffix, body in bodies.items():
            yield f"{table}_{suffix}", table, f"CREATE TRIGGER {table}_{suffix} {body}"


def drop(vendor: str) -> Iterator[str]:
    for name, table, _statement in triggers(vendor):
        yield f"DROP TRIGGER IF EXISTS {name}" + ("" if vendor == "sqlite" else f" ON {table}")


def create(vendor: str) -> Iterator[str]:
    if vendor != "sqlite":
        yield FUNCTION
    for _name, _table, statement in triggers(vendor):
        yield statement


def restore() -> None:
    with connection.cursor() as cursor:
        for statement in (*drop(connection.vendor), *create(connection.vendor)):
            cursor.execute(statement)


guards.register("audit", guards.Guard(lambda: (name for name, *_rest in triggers(connection.vendor)), restore))
