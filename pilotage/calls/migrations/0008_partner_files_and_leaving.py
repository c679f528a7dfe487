"""Files of a partner's own part; how many members want to leave, counted for applications already filed."""

import django.db.models.deletion
from django.db import migrations, models


def count_leaving(apps, _editor):
    leaving = apps.get_model("calls", "Partner").objects.filter(leave_asked_at__isnull=False, state__in=["invited", "consented"])
    applications = apps.get_model("calls", "Application").objects
    for pk in set(leaving.order_by().values_list("application_id", flat=True)):
        applications.filter(pk=pk).update(members_leaving=leaving.filter(application=pk).count())


class Migration(migrations.Migration):
    dependencies = [("calls", "0007_reports_and_figures")]

    operations = [
        migrations.AddField(model_name="application", name="members_leaving", field=models.PositiveSmallIntegerField(default=0)),
        migrations.AddField(
            model_name="attachment",
            name="partner",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="attachments", to="calls.partner"
            ),
        ),
        migrations.AddField(
            model_name="upload",
            name="partner",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name="uploads", to="calls.partner"
            ),
        ),
        migrations.RunPython(count_leaving, migrations.RunPython.noop),
    ]
