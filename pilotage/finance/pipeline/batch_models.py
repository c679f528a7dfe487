"""Recommendations to a regulator or an exchange: who was recommended, what was handed over, what came back."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from pilotage.finance.pipeline.enums import ON_LIST, Answer, BatchState, LineState, Market
from pilotage.registry.models import localized


class RecommendationBatch(models.Model):
    """Enterprises of the cultivation list, recommended to one receiver. Signed off by two people; papers and lines then never change.

    ``purpose``: for what the receiver gets it; each enterprise consents to this purpose. ``proposed_sha256``: the digest of the list the
    first person put forward; ``list_sha256``: of the list two people signed. ``received_…``: the receipt of the receiver.
    """

    number = models.CharField(max_length=20, unique=True)
    title_zh = models.CharField(max_length=150)
    title_en = models.CharField(max_length=200, blank=True)
    receiver = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="listing_batches")
    market = models.CharField(max_length=20, choices=Market.choices)
    purpose = models.TextField(max_length=500, blank=True)
    state = models.CharField(max_length=10, choices=BatchState.choices, default=BatchState.DRAFT)
    proposed_sha256 = models.CharField(max_length=64, blank=True)
    list_sha256 = models.CharField(max_length=64, blank=True)
    signed_on = models.DateField(null=True, blank=True)
    pdf = models.FileField(max_length=300, blank=True)
    pdf_sha256 = models.CharField(max_length=64, blank=True)
    xlsx = models.FileField(max_length=300, blank=True)
    xlsx_sha256 = models.CharField(max_length=64, blank=True)
    received_on = models.DateField(null=True, blank=True)
    received_by = models.CharField(max_length=200, blank=True)
    receipt_number = models.CharField(max_length=100, blank=True)
    receipt_entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("recommendation batch")
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(state="signed") | Q(signed_on__isnull=False) & ~Q(pdf_sha256="") & ~Q(xlsx_sha256=""),
                name="listing_batch_frozen",
            ),
            models.CheckConstraint(
                condition=Q(received_on__isnull=True) | Q(state="signed") & ~Q(received_by="") & ~Q(receipt_number=""),
                name="listing_batch_received",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        return localized(self.title_zh, self.title_en)

    def audit_snapshot(self) -> dict[str, Any]:
        """With its lines and the digests of its papers: what was signed off can be read from the record alone."""
        own = {f.attname: f.value_from_object(self) for f in self._meta.concrete_fields}
        lines = self.lines.order_by("position").values_list("position", "enterprise_name", "uscc", "state", "answer")
        return {**own, "lines": [list(line) for line in lines]}


class BatchLine(models.Model):
    """One enterprise of a batch, as the register had it on the day; whether it consents; and what the receiver answered.

    A line is never taken out of the table: one that is off the list says since when, by whom and why. ``ground``: why it is on the list
    although the newest stored verdict says that it does not meet.
    """

    batch = models.ForeignKey(RecommendationBatch, on_delete=models.CASCADE, related_name="lines", db_index=False)
    position = models.PositiveIntegerField()
    project = models.ForeignKey("finance.ListingProject", on_delete=models.PROTECT, related_name="recommendations")
    enterprise_name = models.CharField(max_length=200)
    uscc = models.CharField(max_length=18, blank=True)
    province = models.CharField(max_length=60, blank=True)
    industry = models.CharField(max_length=60, blank=True)
    cultivated_from = models.DateField()
    ground = models.TextField(max_length=500, blank=True)
    state = models.CharField(max_length=10, choices=LineState.choices, default=LineState.NEW)
    asked_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(max_length=500, blank=True)
    answer = models.CharField(max_length=10, choices=Answer.choices, default=Answer.WAITING)
    answer_text = models.TextField(max_length=1000, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    answered_on = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = _("line of a recommendation batch")
        ordering: ClassVar = ["batch", "position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["batch", "position"], name="listing_batch_line_place"),
            models.UniqueConstraint(fields=["batch", "project"], name="listing_batch_line_once"),
            models.CheckConstraint(condition=Q(answer="waiting") | Q(answered_on__isnull=False), name="listing_batch_line_answered"),
        ]

    def __str__(self) -> str:
        return f"{self.position} {self.enterprise_name}"

    @property
    def is_on(self) -> bool:
        return self.state in ON_LIST

    def audit_snapshot(self) -> dict[str, Any]:
        """With what the enterprise was told when it decided: to whom the line goes and for what."""
        own = {f.attname: f.value_from_object(self) for f in self._meta.concrete_fields}
        return {**own, "number": self.batch.number, "receiver": self.batch.receiver_id, "purpose": self.batch.purpose}
