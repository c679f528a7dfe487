"""A yearly re-evaluation: what was drawn from what by which seed, and what became of each entry drawn."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from pilotage.directory.campaign_enums import OPEN, CampaignState, EvaluationState
from pilotage.plan.models import Bilingual


class Campaign(Bilingual):
    """``population`` keeps what was drawn from, as ``{province code: [entry numbers]}``, so that anybody can draw again."""

    directory = models.ForeignKey("directory.Directory", on_delete=models.PROTECT, related_name="campaigns")
    year = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=CampaignState.choices, default=CampaignState.PLANNED)
    listed_before = models.DateField()
    percent = models.PositiveSmallIntegerField()
    least = models.PositiveSmallIntegerField(default=1)
    term_days = models.PositiveSmallIntegerField(default=30)
    next_years = models.PositiveSmallIntegerField(default=1)
    seed = models.CharField(max_length=200, blank=True)
    population = models.JSONField(default=dict, blank=True)
    population_digest = models.CharField(max_length=64, blank=True)
    drawn_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta(Bilingual.Meta):
        abstract = False
        verbose_name = _("re-evaluation")
        ordering: ClassVar = ["-year", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["directory", "year"], condition=~models.Q(state="cancelled"), name="campaign_once"),
            models.CheckConstraint(condition=models.Q(percent__gte=1, percent__lte=100), name="campaign_percent"),
            models.CheckConstraint(
                condition=models.Q(state__in=["planned", "cancelled"]) | (models.Q(drawn_at__isnull=False) & ~models.Q(seed="")),
                name="campaign_seed",
            ),
        ]


class Evaluation(models.Model):
    """One entry in a re-evaluation, drawn (``position`` in its province) or taken in for a ``cause``."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="evaluations")
    entry = models.ForeignKey("directory.Entry", on_delete=models.PROTECT, related_name="evaluations")
    stratum = models.CharField(max_length=6, blank=True)
    position = models.PositiveIntegerField(null=True, blank=True)
    cause = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=EvaluationState.choices, default=EvaluationState.DRAWN)
    finding = models.TextField(blank=True)
    due_on = models.DateField(null=True, blank=True)
    report = models.TextField(blank=True)
    reported_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("re-evaluation of an entry")
        ordering: ClassVar = ["campaign", "stratum", "id"]
        indexes: ClassVar = [models.Index(fields=["state", "due_on"], name="evaluation_due")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["campaign", "entry"], name="evaluation_once"),
            models.UniqueConstraint(fields=["entry"], condition=models.Q(state__in=sorted(OPEN)), name="evaluation_open_once"),
            models.CheckConstraint(condition=~models.Q(state="rectifying") | models.Q(due_on__isnull=False), name="evaluation_term"),
        ]

    def __str__(self) -> str:
        return str(self.entry)


class TermReminder(models.Model):
    """That the enterprise was reminded of a term; ``days`` before it (negative: after). Once for each term."""

    evaluation = models.ForeignKey(Evaluation, on_delete=models.CASCADE, related_name="reminders")
    due_on = models.DateField()
    days = models.SmallIntegerField()

    class Meta:
        verbose_name = _("reminder of a term")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["evaluation", "due_on", "days"], name="term_reminder_once")]
