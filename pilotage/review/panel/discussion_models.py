from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from pilotage.review.enums import DiscussionOrigin, DiscussionState
from pilotage.review.experts.models import ExpertProfile


class Discussion(models.Model):
    """The panel talks about one application; what it knew when it was called stays in ``mean_before`` and ``spread_before``.

    ``panel``: the seats in the order of their pseudonyms (Expert 1, 2, ...), drawn when the discussion opens.
    """

    application = models.OneToOneField("calls.Application", on_delete=models.PROTECT, related_name="discussion")
    call = models.ForeignKey("calls.Call", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=DiscussionState.choices, default=DiscussionState.WAITING)
    origin = models.CharField(max_length=12, choices=DiscussionOrigin.choices)
    reason = models.CharField(max_length=500, blank=True)
    mean_before = models.DecimalField(max_digits=6, decimal_places=3, null=True, blank=True)
    spread_before = models.DecimalField(max_digits=6, decimal_places=3, null=True, blank=True)
    chair = models.ForeignKey(ExpertProfile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    panel = models.JSONField(default=list, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    summary = models.TextField(blank=True)
    created_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = pgettext_lazy("review", "panel discussion")
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [
            # the secretariat's list, and what stands in the way of a selection
            models.Index(fields=["call", "state", "id"], name="discussion_list"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(state="closed") | ~models.Q(summary=""),
                name="discussion_closed_has_summary",
                violation_error_message=_("A discussion is closed with a summary."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application} · {self.get_state_display()}"


class DiscussionRemark(models.Model):
    """What a member of the panel says; never changed. ``expert`` is shown under a pseudonym to the others."""

    discussion = models.ForeignKey(Discussion, on_delete=models.PROTECT, related_name="remarks")
    expert = models.ForeignKey(ExpertProfile, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("remark")
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return self.text[:60]


class ScoreChange(models.Model):
    """One criterion score changed in a discussion, by the expert who gave it; never changed. Totals are those of the whole review."""

    discussion = models.ForeignKey(Discussion, on_delete=models.PROTECT, related_name="changes")
    assignment = models.ForeignKey("review.Assignment", on_delete=models.PROTECT, related_name="changes")
    criterion = models.CharField(max_length=40)
    before = models.DecimalField(max_digits=5, decimal_places=2)
    after = models.DecimalField(max_digits=5, decimal_places=2)
    total_before = models.DecimalField(max_digits=6, decimal_places=3)
    total_after = models.DecimalField(max_digits=6, decimal_places=3)
    reason = models.TextField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("score change")
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.criterion}: {self.before} → {self.after}"
