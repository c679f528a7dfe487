"""Tier rounds of the NEEQ: preliminary list, objections, final list. A3 of the finance dossier: the shape is the operator's own."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from pilotage.finance.facts.enums import Tier
from pilotage.finance.pipeline.enums import Decision, Direction, RoundState


class TierRound(models.Model):
    """``day``: by the figures of which day it is judged. ``objection_days``: working days. ``effective_on``: from when the new tier holds.

    ``closed_on``: the day on which the end of the objection period was told. ``carried_out_on``: when the projects of its companies were
    moved to their last stage, on the day of effect or when the list became final, whichever is later.
    """

    number = models.CharField(max_length=20, unique=True)
    direction = models.CharField(max_length=8, choices=Direction.choices)
    day = models.DateField()
    effective_on = models.DateField()
    objection_days = models.PositiveSmallIntegerField(default=5)
    state = models.CharField(max_length=10, choices=RoundState.choices, default=RoundState.DRAFT)
    notice_on = models.DateField(null=True, blank=True)
    objections_until = models.DateField(null=True, blank=True)
    final_on = models.DateField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)
    carried_out_on = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=300, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("tier round")
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(state="notice") | Q(notice_on__isnull=False, objections_until__isnull=False), name="tier_round_notice"
            ),
            models.CheckConstraint(condition=~Q(state="final") | Q(final_on__isnull=False), name="tier_round_final"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def tier(self) -> str:
        """The tier on which those on the list will be."""
        return Tier.INNOVATION if self.direction == Direction.UP else Tier.BASE

    def audit_snapshot(self) -> dict[str, Any]:
        own = {f.attname: f.value_from_object(self) for f in self._meta.concrete_fields}
        lines = self.lines.order_by("id").values_list("enterprise__name_zh", "stands", "ground")
        return {**own, "lines": [list(line) for line in lines]}


class RoundLine(models.Model):
    """One company of a round. ``stands``: an objection that was upheld takes it off the final list. ``ground``: why it is on the list."""

    round = models.ForeignKey(TierRound, on_delete=models.CASCADE, related_name="lines", db_index=False)
    enterprise = models.ForeignKey("registry.Enterprise", on_delete=models.PROTECT, related_name="tier_round_lines")
    ground = models.TextField(max_length=500)
    by_rule = models.BooleanField(default=False)
    stands = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("line of a tier round")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["round", "enterprise"], name="tier_round_line_once")]

    def __str__(self) -> str:
        return self.enterprise.name_zh


class TierObjection(models.Model):
    """What somebody has against a line, with the decision on it. ``raised_by`` entered it; ``who`` said it."""

    line = models.ForeignKey(RoundLine, on_delete=models.CASCADE, related_name="objections")
    who = models.CharField(max_length=200)
    text = models.TextField(max_length=1000)
    raised_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    raised_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=Decision.choices, default=Decision.OPEN)
    reason = models.TextField(max_length=1000, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("objection to a tier list")
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.who}: {self.line}"
