"""The database itself refuses to change or remove what the audit chain holds; see ``audit.append_only``."""

from django.db import migrations

from pilotage.audit import append_only


def forwards(apps, schema_editor):
    for statement in append_only.create(schema_editor.connection.vendor):
        schema_editor.execute(statement)


def backwards(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    for statement in append_only.drop(vendor):
        schema_editor.execute(statement)
    if vendor != "sqlite":
        schema_editor.execute("DROP FUNCTION audit_append_only()")


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_start")]

    operations = [migrations.RunPython(forwards, backwards)]
