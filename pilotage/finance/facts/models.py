"""What is known of an enterprise: stated values with the day from which each was known, stays on a tier, and what a named person attests.

Facts are never changed: a restated value is one more row with a later ``known_from``. So every day of the past can be asked again.
"""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from pilotage.core.scanning import ScanState
from pilotage.finance.facts.enums import Tier
from pilotage.finance.facts.metrics import COLUMNS, METRICS


class Fact(models.Model):
    """One stated value. ``year`` only of a yearly metric. A row without a value takes back what was stated before.

    ``number`` is in the unit of the metric: whole yuan, basis points, persons, shares, a count. ``known_from`` is the day on which it
    was published or stated; of two with the same day the later row holds. ``is_public``: printed in a published report.
    """

    enterprise = models.ForeignKey("registry.Enterprise", on_delete=models.PROTECT, related_name="facts", db_index=False)
    metric = models.CharField(max_length=40)
    year = models.PositiveSmallIntegerField(null=True, blank=True)
    number = models.BigIntegerField(null=True, blank=True)
    code = models.CharField(max_length=40, blank=True)
    truth = models.BooleanField(null=True, blank=True)
    day = models.DateField(null=True, blank=True)
    known_from = models.DateField()
    is_audited = models.BooleanField(default=False)
    is_public = models.BooleanField(default=False)
    source = models.CharField(max_length=300)
    stated_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    stated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("fact")
        ordering: ClassVar = ["enterprise", "known_from", "id"]
        indexes: ClassVar = [
            # all that was known of an enterprise on a day
            models.Index(fields=["enterprise", "known_from", "id"], name="fact_known"),
        ]

    def __str__(self) -> str:
        return f"{self.metric} {self.year or ''}".strip()

    @property
    def value(self) -> int | str | bool | date | None:
        """None: taken back."""
        if self.number is not None:
            return self.number
        return self.code or (self.truth if self.truth is not None else self.day)


class TierStay(models.Model):
    """From when to when an enterprise was on a tier; without ``until_on`` it still is. Inclusive."""

    enterprise = models.ForeignKey("registry.Enterprise", on_delete=models.PROTECT, related_name="tier_stays")
    tier = models.CharField(max_length=12, choices=Tier.choices)
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=300)
    stated_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    stated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("stay on a tier")
        ordering: ClassVar = ["from_on", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(until_on__isnull=True) | models.Q(until_on__gte=models.F("from_on")),
                name="tier_stay_order",
                violation_error_message=_("A stay cannot end before it began."),
            ),
            models.UniqueConstraint(
                fields=["enterprise"],
                condition=models.Q(until_on__isnull=True),
                name="tier_stay_one_open",
                violation_error_message=_("The enterprise is on a tier already. End that stay first."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_tier_display()} {self.from_on}"


def evidence_path(attestation: Attestation, name: str) -> str:
    return f"attestations/{attestation.enterprise_id}/{attestation.evidence_sha256[:16]}-{name[-80:]}"


class Attestation(models.Model):
    """A named person says of a condition that no figure answers whether it holds, and on what ground.

    ``channel`` and ``condition`` are keys of the plan's channels. ``holds`` None takes back what was attested. The latest of a day holds.
    """

    enterprise = models.ForeignKey("registry.Enterprise", on_delete=models.PROTECT, related_name="attestations", db_index=False)
    channel = models.CharField(max_length=80)
    condition = models.CharField(max_length=80)
    holds = models.BooleanField(null=True, blank=True)
    stated_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    stated_on = models.DateField()
    stated_at = models.DateTimeField()
    valid_until = models.DateField(null=True, blank=True)
    ground = models.TextField()
    evidence = models.FileField(upload_to=evidence_path, max_length=300, blank=True)
    evidence_name = models.CharField(max_length=255, blank=True)
    evidence_sha256 = models.CharField(max_length=64, blank=True)
    evidence_scan = models.CharField(max_length=10, choices=ScanState.choices, blank=True)

    class Meta:
        verbose_name = _("attestation")
        ordering: ClassVar = ["stated_on", "id"]
        indexes: ClassVar = [
            # what is attested of an enterprise, and of all at once for one condition
            models.Index(fields=["enterprise", "condition", "stated_on"], name="attestation_known"),
            models.Index(fields=["condition", "enterprise", "stated_on"], name="attestation_condition"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(valid_until__isnull=True) | models.Q(valid_until__gte=models.F("stated_on")),
                name="attestation_order",
                violation_error_message=_("An attestation cannot end before it was given."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.channel} · {self.condition}"


class FactRow(models.Model):
    """All that is known of an enterprise today, as one wide row with a column for each of ``COLUMNS``: what screening reads.

    Kept by the services in the transaction of each statement and anew each day; never written elsewhere.
    ``is_public``: every fact in force was printed in a published report.
    """

    enterprise = models.OneToOneField("registry.Enterprise", primary_key=True, on_delete=models.CASCADE, related_name="fact_row")
    base_year = models.PositiveSmallIntegerField(null=True, blank=True)
    is_public = models.BooleanField(default=False)
    known_on = models.DateField()

    class Meta:
        db_table = "finance_factrow"
        verbose_name = _("facts of today")
        ordering: ClassVar = ["enterprise"]
        indexes: ClassVar = [
            # what everybody with a part in financing may read
            models.Index(fields=["is_public", "enterprise"], name="fact_row_public"),
            # rows that were reckoned on an earlier day
            models.Index(fields=["known_on", "enterprise"], name="fact_row_known_on"),
        ]

    def __str__(self) -> str:
        return str(self.enterprise_id)

    def facts(self) -> dict[str, Any]:
        """What is known, as ``selectors.facts_of`` gives it for that day."""
        return {column: value for column in COLUMNS if (value := getattr(self, column)) is not None}


def _column_field(unit: str) -> models.Field[Any, Any]:
    if unit == "truth":
        return models.BooleanField(null=True)
    return models.CharField(max_length=40, null=True) if unit == "code" else models.BigIntegerField(null=True)


for _metric in METRICS.values():
    for _back in range(_metric.years):
        FactRow.add_to_class(_metric.column(_back), _column_field(_metric.unit))  # type: ignore[attr-defined]
