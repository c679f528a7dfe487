"""What was said of each target on a day, kept for good: a number that is corrected later can be set beside what was shown then."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from pilotage.plan.enums import Outlook, TargetStatus


class TargetReading(models.Model):
    """Names its target by plan and code: loading the folder anew keeps it. ``forecast`` is empty where none was made."""

    plan = models.ForeignKey("plan.Plan", on_delete=models.PROTECT, related_name="readings")
    target_code = models.CharField(max_length=20)
    day = models.DateField()
    value = models.DecimalField(max_digits=20, decimal_places=4, null=True)
    status = models.CharField(max_length=12, choices=TargetStatus.choices)
    outlook = models.CharField(max_length=12, choices=Outlook.choices)
    forecast = models.JSONField(default=dict)
    recorded_at = models.DateTimeField()

    class Meta:
        verbose_name = _("reading of a target")
        verbose_name_plural = _("readings of targets")
        ordering: ClassVar = ["day", "target_code"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["plan", "target_code", "day"], name="reading_once_a_day")]
        # all targets of one day; the readings of one target come through the constraint
        indexes: ClassVar = [models.Index(fields=["plan", "day"], name="reading_by_day")]

    def __str__(self) -> str:
        return f"{self.target_code} {self.day}"

    @property
    def chance(self) -> float | None:
        found: Any = self.forecast.get("chance")
        return None if found is None else float(found)
