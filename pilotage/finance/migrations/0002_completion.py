import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import pilotage.finance.pledges.models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_codes"),
        ("finance", "0001_start"),
        ("registry", "0002_search"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PledgeFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "paper",
                    models.CharField(
                        choices=[
                            ("application", "Application signed by both parties"),
                            ("contract", "Pledge contract"),
                            ("identities", "Identities of both parties, or a signed commitment"),
                            ("powers", "Powers of attorney"),
                            ("agent", "Identity of the agent"),
                            ("valuation", "Valuation report"),
                            ("consent", "Written consent of the co-owners"),
                        ],
                        max_length=12,
                    ),
                ),
                ("file", models.FileField(max_length=200, upload_to=pilotage.finance.pledges.models.pledge_file_path)),
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
                ("removed_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "scan of a paper",
                "ordering": ["id"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="listingproject",
            name="listing_once",
        ),
        migrations.AddField(
            model_name="batchline",
            name="asked_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="batchline",
            name="decided_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="batchline",
            name="decided_by",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="batchline",
            name="ground",
            field=models.TextField(blank=True, max_length=500),
        ),
        migrations.AddField(
            model_name="batchline",
            name="reason",
            field=models.TextField(blank=True, max_length=500),
        ),
        migrations.AddField(
            model_name="batchline",
            name="state",
            field=models.CharField(
                choices=[
                    ("new", "Not asked yet"),
                    ("asked", "Waits for the enterprise"),
                    ("given", "Consented"),
                    ("refused", "Refused"),
                    ("withdrawn", "Consent withdrawn"),
                    ("left_out", "Left out"),
                ],
                default="new",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="introduction",
            name="declined_by",
            field=models.CharField(
                blank=True, choices=[("enterprise", "enterprise"), ("institution", "institution")], default="", max_length=12
            ),
        ),
        migrations.AddField(
            model_name="listingdocument",
            name="content_type",
            field=models.CharField(blank=True, max_length=100),
        ),
        migrations.AddField(
            model_name="listingdocument",
            name="dated",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="listingdocument",
            name="for_receivers",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="listingdocument",
            name="kind",
            field=models.CharField(
                choices=[
                    ("agreement", "Agreement with a sponsor"),
                    ("filing", "Application or filing"),
                    ("acceptance", "Notice of acceptance"),
                    ("questions", "Letter of questions"),
                    ("answers", "Letter of answers"),
                    ("decision", "Decision or approval"),
                    ("other", "Another document"),
                ],
                default="other",
                max_length=12,
            ),
        ),
        migrations.AddField(
            model_name="listingdocument",
            name="scan",
            field=models.CharField(
                choices=[("unscanned", "not scanned"), ("clean", "no virus found"), ("infected", "infected"), ("failed", "scan failed")],
                default="unscanned",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="listingdocument",
            name="step",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="documents", to="finance.stagestep"
            ),
        ),
        migrations.AddField(
            model_name="listingproject",
            name="inquiry_round",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="listingproject",
            name="overdue_told_on",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="listingproject",
            name="own_note",
            field=models.TextField(blank=True, max_length=1000),
        ),
        migrations.AddField(
            model_name="listingproject",
            name="suspended_until",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="listingproject",
            name="suspension_cause",
            field=models.CharField(
                blank=True,
                choices=[
                    ("financials_expired", "Financial statements expired"),
                    ("intermediary", "Sponsor, auditor or law firm under investigation or restricted"),
                    ("issuer", "Enterprise under investigation"),
                    ("requested", "Asked for by the enterprise and its sponsor"),
                    ("other", "Another cause"),
                ],
                max_length=24,
            ),
        ),
        migrations.AddField(
            model_name="recommendationbatch",
            name="list_sha256",
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name="recommendationbatch",
            name="proposed_sha256",
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name="recommendationbatch",
            name="purpose",
            field=models.TextField(blank=True, max_length=500),
        ),
        migrations.AddField(
            model_name="recommendationbatch",
            name="receipt_entered_by",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="recommendationbatch",
            name="receipt_number",
            field=models.CharField(blank=True, max_length=100),
        ),
        migrations.AddField(
            model_name="recommendationbatch",
            name="received_by",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name="recommendationbatch",
            name="received_on",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="stagestep",
            name="cause",
            field=models.CharField(
                blank=True,
                choices=[
                    ("financials_expired", "Financial statements expired"),
                    ("intermediary", "Sponsor, auditor or law firm under investigation or restricted"),
                    ("issuer", "Enterprise under investigation"),
                    ("requested", "Asked for by the enterprise and its sponsor"),
                    ("other", "Another cause"),
                ],
                max_length=24,
            ),
        ),
        migrations.AddField(
            model_name="stagestep",
            name="kind",
            field=models.CharField(
                choices=[("entered", "Entered"), ("answered", "Questions answered"), ("taken_back", "Taken back")],
                default="entered",
                max_length=12,
            ),
        ),
        migrations.AddField(
            model_name="stagestep",
            name="owner",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="stagestep",
            name="takes_back",
            field=models.OneToOneField(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="taken_back_by", to="finance.stagestep"
            ),
        ),
        migrations.AddField(
            model_name="stagestep",
            name="until",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="tierround",
            name="carried_out_on",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="tierround",
            name="closed_on",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="pledgeflag",
            name="kind",
            field=models.CharField(
                choices=[
                    ("fee_due", "Annual fee due soon"),
                    ("fee_unpaid", "Annual fee unpaid"),
                    ("invalidation", "Invalidation requested or declared"),
                    ("transfer", "The pledgor is no longer the owner"),
                    ("ended", "The right has ended"),
                    ("life", "Debt ends after the right"),
                    ("double", "Pledged twice"),
                    ("preserved", "Preservation or dispute"),
                    ("valuation", "Valuation has run out"),
                    ("debt", "Debt ends soon"),
                    ("overdue", "Debt overdue"),
                ],
                max_length=12,
            ),
        ),
        migrations.AddConstraint(
            model_name="listingproject",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["withdrawn", "terminated"]), _negated=True),
                fields=("enterprise", "market"),
                name="listing_once",
                violation_error_message="The enterprise is on its way to this market, or listed there, already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="recommendationbatch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("received_on__isnull", True),
                    models.Q(
                        ("state", "signed"), models.Q(("received_by", ""), _negated=True), models.Q(("receipt_number", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="listing_batch_received",
            ),
        ),
        migrations.AddField(
            model_name="pledgefile",
            name="added_by",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name="pledgefile",
            name="pledge",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="files", to="finance.pledge"),
        ),
        migrations.AddConstraint(
            model_name="pledgefile",
            constraint=models.UniqueConstraint(
                condition=models.Q(("removed_at__isnull", True)), fields=("pledge", "paper", "sha256"), name="pledge_file_once"
            ),
        ),
    ]
