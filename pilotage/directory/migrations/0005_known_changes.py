from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.db import migrations

KINDS = (
    ("list", "listed_on", None),
    ("label", "labelled_on", None),
    ("remove", "removed_on", "removed"),
    ("expire", "removed_on", "expired"),
)


def record_known_changes(apps, _schema_editor):
    """What the columns of entries know of their past; the reasons stand in the audit chain only."""
    entry, change = apps.get_model("directory", "Entry"), apps.get_model("directory", "EntryChange")
    for kind, column, state in KINDS:
        rows = entry.objects.filter(**{f"{column}__isnull": False}).exclude(state="prepared").order_by("pk")
        rows = rows.filter(state=state) if state else rows
        change.objects.bulk_create(
            (
                change(
                    entry_id=pk,
                    edition_id=edition,
                    kind=kind,
                    on=day,
                    at=datetime.combine(day, time(12), ZoneInfo("Asia/Shanghai")),
                    detail={"label": label} if kind == "label" else {},
                )
                for pk, edition, day, label in rows.values_list("pk", "edition_id", column, "label").iterator(chunk_size=2000)
            ),
            batch_size=2000,
        )


class Migration(migrations.Migration):
    dependencies = [("directory", "0004_campaigns")]
    operations = [migrations.RunPython(record_known_changes, migrations.RunPython.noop)]
