import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import pilotage.directory.objection_models


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("directory", "0002_search"),
    ]

    operations = [
        migrations.CreateModel(
            name="Hearing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("question", models.TextField()),
                ("asked_at", models.DateTimeField()),
                ("due_on", models.DateField()),
                ("answer", models.TextField(blank=True)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "hearing of the applicant",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="ObjectionFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "side",
                    models.CharField(
                        choices=[("objector", "objector"), ("applicant", "applicant"), ("secretariat", "secretariat")], max_length=12
                    ),
                ),
                ("file", models.FileField(max_length=200, upload_to=pilotage.directory.objection_models.objection_file_path)),
                ("name", models.CharField(max_length=255)),
                ("content_type", models.CharField(max_length=100)),
                ("size", models.PositiveBigIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                (
                    "scan",
                    models.CharField(
                        choices=[
                            ("unscanned", "not scanned"),
                            ("clean", "no virus found"),
                            ("infected", "infected"),
                            ("failed", "scan failed"),
                        ],
                        default="unscanned",
                        max_length=10,
                    ),
                ),
                ("added_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "file of an objection",
                "ordering": ["id"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="objection",
            name="objection_decision_reasoned",
        ),
        migrations.AddField(
            model_name="objection",
            name="due_on",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="objection",
            name="email",
            field=models.EmailField(blank=True, max_length=254),
        ),
        migrations.AddField(
            model_name="objection",
            name="is_confidential",
            field=models.BooleanField(default=True),
        ),
        migrations.AddField(
            model_name="objection",
            name="language",
            field=models.CharField(blank=True, max_length=10),
        ),
        migrations.AddField(
            model_name="objection",
            name="text_digest",
            field=models.CharField(blank=True, editable=False, max_length=64),
        ),
        migrations.AlterField(
            model_name="objection",
            name="contact",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AlterField(
            model_name="objection",
            name="name",
            field=models.CharField(blank=True, max_length=100),
        ),
        migrations.AlterField(
            model_name="objection",
            name="state",
            field=models.CharField(
                choices=[
                    ("received", "Received"),
                    ("hearing", "Applicant asked"),
                    ("heard", "Applicant heard"),
                    ("dismissed", "Dismissed"),
                    ("upheld", "Upheld"),
                    ("withdrawn", "Withdrawn"),
                ],
                default="received",
                max_length=10,
            ),
        ),
        migrations.AddIndex(
            model_name="objection",
            index=models.Index(fields=["email", "received_at"], name="objection_email"),
        ),
        migrations.AddIndex(
            model_name="objection",
            index=models.Index(fields=["notice", "text_digest"], name="objection_text"),
        ),
        migrations.AddIndex(
            model_name="objection",
            index=models.Index(fields=["state", "due_on", "id"], name="objection_due"),
        ),
        migrations.AddConstraint(
            model_name="objection",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["dismissed", "upheld"]), _negated=True),
                    models.Q(("decision", ""), _negated=True),
                    _connector="OR",
                ),
                name="objection_decision_reasoned",
                violation_error_message="A decision on an objection must give its reason.",
            ),
        ),
        migrations.AddField(
            model_name="hearing",
            name="answered_by",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="hearing",
            name="asked_by",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name="hearing",
            name="objection",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="hearings", to="directory.objection"),
        ),
        migrations.AddField(
            model_name="objectionfile",
            name="added_by",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="objectionfile",
            name="objection",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="files", to="directory.objection"),
        ),
        migrations.AddConstraint(
            model_name="hearing",
            constraint=models.UniqueConstraint(
                condition=models.Q(("answered_at__isnull", True)),
                fields=("objection",),
                name="hearing_one_open",
                violation_error_message="The applicant has been asked already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="objectionfile",
            constraint=models.UniqueConstraint(fields=("objection", "side", "sha256"), name="objection_file_once"),
        ),
    ]
