from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from pilotage.review.experts.models import ExpertProfile


class SittingMember(models.Model):
    """An expert who scores in a defence, video review or site visit of a call."""

    call = models.ForeignKey("calls.Call", on_delete=models.PROTECT, related_name="+")
    stage_key = models.CharField(max_length=40)
    expert = models.ForeignKey(ExpertProfile, on_delete=models.PROTECT, related_name="sittings")
    appointed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    appointed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("member of a sitting")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["call", "stage_key", "expert"], name="sitting_member_once")]

    def __str__(self) -> str:
        return f"{self.stage_key} · {self.expert}"


class SittingScore(models.Model):
    """One criterion of one application as one member scored it in the sitting."""

    application = models.ForeignKey("calls.Application", on_delete=models.PROTECT, related_name="sitting_scores")
    stage_key = models.CharField(max_length=40)
    expert = models.ForeignKey(ExpertProfile, on_delete=models.PROTECT, related_name="+")
    criterion = models.CharField(max_length=40)
    value = models.DecimalField(max_digits=5, decimal_places=2)
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("sitting score")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["application", "stage_key", "expert", "criterion"], name="sitting_score_once"),
            models.CheckConstraint(condition=models.Q(value__gte=0), name="sitting_score_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.stage_key} · {self.criterion}: {self.value}"


class StageScore(models.Model):
    """What the members of a sitting say of an application together, 0-100; recounted whenever one of them scores."""

    application = models.ForeignKey("calls.Application", on_delete=models.CASCADE, related_name="stage_scores")
    call = models.ForeignKey("calls.Call", on_delete=models.CASCADE, related_name="+")
    stage_key = models.CharField(max_length=40)
    member_count = models.PositiveSmallIntegerField(default=0)
    mean = models.DecimalField(max_digits=6, decimal_places=3, null=True, blank=True)

    class Meta:
        verbose_name = _("stage score")
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [
            # all scores of a stage, for the desk and the selection
            models.Index(fields=["call", "stage_key", "application"], name="stage_score_list"),
        ]
        constraints: ClassVar = [models.UniqueConstraint(fields=["application", "stage_key"], name="stage_score_once")]

    def __str__(self) -> str:
        return f"{self.application_id} · {self.stage_key}: {self.mean}"
