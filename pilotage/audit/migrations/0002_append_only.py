"""The database itself refuses to change or remove what the audit chain holds.

Whoever may alter tables can still drop the triggers; ``pilotage audit verify`` then names the event.
"""

from django.db import migrations

TABLES = {"audit_auditevent": "number", "audit_auditsnapshot": "digest"}
MESSAGE = "the audit chain is append-only"


def sqlite(table: str, key: str) -> list[str]:
    # INSERT OR REPLACE deletes without firing the delete trigger, so an existing key is guarded by itself.
    # A snapshot is stored once per content: writing it again is no fault, it is left as it is.
    again = f"SELECT RAISE(ABORT, '{MESSAGE}')" if table == "audit_auditevent" else "SELECT RAISE(IGNORE)"
    return [
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END",
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END",
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key}) BEGIN {again}; END",
    ]


def postgresql(table: str) -> list[str]:
    return [
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION audit_append_only()",
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only()",
    ]


def forwards(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        statements = [statement for table, key in TABLES.items() for statement in sqlite(table, key)]
    else:
        function = f"CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{MESSAGE}'; END $$"
        statements = [function, *(statement for table in TABLES for statement in postgresql(table))]
    for statement in statements:
        schema_editor.execute(statement)


def backwards(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        for table in TABLES:
            for name in ("no_update", "no_delete", "no_replace"):
                schema_editor.execute(f"DROP TRIGGER {table}_{name}")
    else:
        for table in TABLES:
            schema_editor.execute(f"DROP TRIGGER {table}_no_change ON {table}")
            schema_editor.execute(f"DROP TRIGGER {table}_no_truncate ON {table}")
        schema_editor.execute("DROP FUNCTION audit_append_only()")


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [migrations.RunPython(forwards, backwards)]
