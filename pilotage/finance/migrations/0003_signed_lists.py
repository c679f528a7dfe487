"""Lists that were signed before enterprises were asked for each list were signed on their general consent: their lines count as consented."""

from __future__ import annotations

from typing import Any

from django.db import migrations
from django.db.models import OuterRef, Subquery


def consented(apps: Any, _schema_editor: Any) -> None:
    lines, batches = apps.get_model("finance", "BatchLine"), apps.get_model("finance", "RecommendationBatch")
    asked = Subquery(batches.objects.filter(pk=OuterRef("batch_id")).values("created_at")[:1])
    lines.objects.filter(batch__state="signed", state="new").update(state="given", asked_at=asked)


class Migration(migrations.Migration):
    dependencies = (("finance", "0002_completion"),)
    operations = (migrations.RunPython(consented, migrations.RunPython.noop),)
