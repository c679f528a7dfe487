"""What a screening of all enterprises answered, under which rules and facts; and whose answer has changed since the one before."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from pilotage.finance.screening.enums import ScreeningState

LETTERS = [("m", pgettext_lazy("verdict", "Meets")), ("x", pgettext_lazy("verdict", "Does not meet")),
           ("u", pgettext_lazy("verdict", "Cannot determine")), ("a", pgettext_lazy("verdict", "Needs attestation"))]  # fmt: skip


class Screening(models.Model):
    """``rules``: channel key -> {version, digest, conditions}; bit n of a mask is condition n. ``counts``: channel key -> letter -> enterprises."""

    plan = models.ForeignKey("plan.Plan", on_delete=models.PROTECT, related_name="screenings")
    rule_date = models.DateField()
    facts_on = models.DateField()
    rules = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    total = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=10, choices=ScreeningState.choices, default=ScreeningState.QUEUED)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("screening")
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            # the last one that says how things stand
            models.Index(fields=["state", "-id"], name="screening_state"),
        ]

    def __str__(self) -> str:
        return f"{self.rule_date} / {self.facts_on}"

    @property
    def is_of_today(self) -> bool:
        """Rules and facts of one and the same day: it says how things stood, and what it changes is news."""
        return self.rule_date == self.facts_on

    def audit_snapshot(self) -> dict[str, Any]:
        kept = ("pk", "plan_id", "rule_date", "facts_on", "rules", "counts", "total", "state")
        return {name: getattr(self, name) for name in kept}


class ScreeningResult(models.Model):
    screening = models.ForeignKey(Screening, on_delete=models.CASCADE, related_name="results", db_index=False)
    enterprise = models.ForeignKey("registry.Enterprise", on_delete=models.CASCADE, related_name="screening_results", db_index=False)
    channel = models.CharField(max_length=80)
    verdict = models.CharField(max_length=1, choices=LETTERS)
    failed = models.BigIntegerField(default=0)
    unknown = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("result of a screening")
        ordering: ClassVar = ["enterprise", "channel"]
        indexes: ClassVar = [
            # the enterprises behind one number of the run's page
            models.Index(fields=["screening", "channel", "verdict", "enterprise"], name="screening_result_list"),
        ]
        constraints: ClassVar = [
            # also the answers of one enterprise
            models.UniqueConstraint(fields=["enterprise", "screening", "channel"], name="screening_result_once"),
        ]


class VerdictChange(models.Model):
    """That an enterprise's answer of a channel is another than in the screening before."""

    enterprise = models.ForeignKey("registry.Enterprise", on_delete=models.CASCADE, related_name="verdict_changes", db_index=False)
    channel = models.ForeignKey("finance.Channel", on_delete=models.CASCADE, related_name="+")
    screening = models.ForeignKey(Screening, on_delete=models.CASCADE, related_name="changes")
    before = models.CharField(max_length=1, choices=LETTERS)
    after = models.CharField(max_length=1, choices=LETTERS)
    noticed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("change of a verdict")
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["enterprise", "screening", "channel"], name="verdict_change_once"),
            models.CheckConstraint(condition=~Q(before=F("after")), name="verdict_change_is_one"),
        ]

    def __str__(self) -> str:
        return f"{self.before} > {self.after}"

    def audit_snapshot(self) -> dict[str, Any]:
        kept = ("enterprise_id", "channel_id", "screening_id", "before", "after")
        return {name: getattr(self, name) for name in kept}
