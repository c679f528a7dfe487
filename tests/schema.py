"""What a database holds, as data that can be compared: tables, columns, indexes and constraints, triggers."""

from __future__ import annotations

from typing import Any

TRIGGERS = {
    "sqlite": "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger' ORDER BY name",
    "postgresql": "SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname",
}


def schema(connection: Any) -> dict[str, Any]:
    """``{table: [columns, constraints]}`` and ``{"triggers": …}``. The table in which Django notes migrations is left out."""
    found: dict[str, Any] = {}
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            if table != "django_migrations":
                found[table] = [_columns(connection, cursor, table), _constraints(connection, cursor, table)]
        cursor.execute(TRIGGERS[connection.vendor])
        found["triggers"] = [list(row) for row in cursor.fetchall()]
    return found


def _columns(connection: Any, cursor: Any, table: str) -> list[list[Any]]:
    described = connection.introspection.get_table_description(cursor, table)
    return sorted([c.name, str(c.type_code), c.internal_size, bool(c.null_ok)] for c in described)


def _constraints(connection: Any, cursor: Any, table: str) -> list[list[Any]]:
    # SQLite names an unnamed check after its place in the table, so names do not count
    told = connection.introspection.get_constraints(cursor, table).values()
    kinds = ("primary_key", "unique", "foreign_key", "check", "index", "orders")
    return sorted(([list(c["columns"] or []), *[str(c.get(kind)) for kind in kinds]] for c in told), key=str)


if __name__ == "__main__":
    import json

    import django

    django.setup()
    from django.db import connection as this

    print(json.dumps(schema(this)))
