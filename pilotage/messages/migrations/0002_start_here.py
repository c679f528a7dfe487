from django.db import migrations


def start_here(apps, schema_editor):
    """A house that has a past does not tell it all at once: news begin with the next decision."""
    head = apps.get_model("audit", "AuditHead").objects.filter(pk=1).first()
    if head is not None and head.number:
        apps.get_model("messaging", "PostOffice").objects.update_or_create(id=1, defaults={"last_event": head.number})


class Migration(migrations.Migration):
    dependencies = [("messaging", "0001_initial"), ("audit", "0002_append_only")]

    operations = [migrations.RunPython(start_here, migrations.RunPython.noop)]
