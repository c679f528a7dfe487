"""Figures as they were filed, small enough to compare with many others, and what looked wrong about them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from pilotage.calls.enums import FlagState
from pilotage.calls.quality.flags import Rule


class FiledFigures(models.Model):
    """The numbers of the revision filed last: path -> number as text. A path is a field, ``field.before`` or ``field.after``."""

    application = models.OneToOneField("calls.Application", on_delete=models.CASCADE, related_name="figures")
    call = models.ForeignKey("calls.Call", on_delete=models.CASCADE, related_name="+", db_index=False)
    period = models.CharField(max_length=6, blank=True)
    values = models.JSONField(default=dict)
    filed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("figures of a filing")
        ordering: ClassVar = ["-filed_at", "-id"]
        indexes: ClassVar = [
            # the newest of a call and period, to compare with
            models.Index(fields=["call", "period", "-filed_at"], name="figures_peers"),
        ]


class QualityFlag(models.Model):
    """A figure that a checker has to look at. Numbers are kept as text, exactly as they were compared."""

    application = models.ForeignKey("calls.Application", on_delete=models.PROTECT, related_name="quality_flags")
    revision = models.ForeignKey("calls.Revision", on_delete=models.PROTECT, related_name="+")
    path = models.CharField(max_length=80)
    rule = models.CharField(max_length=8, choices=[(rule.value, rule.value) for rule in Rule])
    value = models.CharField(max_length=60)
    low = models.CharField(max_length=60)
    high = models.CharField(max_length=60)
    reference = models.CharField(max_length=60)
    compared = models.PositiveIntegerField()
    # how many powers of ten the figure seems to be too large (below 0: too small); 0: no slip of the unit
    slip = models.SmallIntegerField(default=0)
    state = models.CharField(max_length=8, choices=FlagState.choices, default=FlagState.OPEN)
    raised_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        verbose_name = _("quality flag")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["application", "path", "rule"],
                condition=models.Q(state="open"),
                name="quality_flag_one_open",
                violation_error_message=_("This figure is marked already."),
            ),
            models.CheckConstraint(
                condition=~models.Q(state="cleared") | (models.Q(decided_at__isnull=False) & ~models.Q(reason="")),
                name="quality_flag_cleared_with_reason",
                violation_error_message=_("A mark is cleared with a reason."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.path} {self.rule}"

    @property
    def key(self) -> str:
        """The field of the form."""
        return self.path.partition(".")[0]

    def audit_snapshot(self) -> dict[str, Any]:
        return {field.attname: field.value_from_object(self) for field in self._meta.concrete_fields}
