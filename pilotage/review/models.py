from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from pilotage.review.enums import AssignmentMethod, AssignmentState, HearingResult, Outcome, SelectionState
from pilotage.review.experts.models import Absence, DeclaredConflict, ExpertInvitation, ExpertProfile, Relation
from pilotage.review.panel.discussion_models import Discussion, DiscussionRemark, ScoreChange
from pilotage.review.panel.sitting_models import SittingMember, SittingScore, StageScore
from pilotage.review.runs.models import AssignmentRun, SeatOrder
from pilotage.review.selection.models import DecisionFile, SelectionInputs

__all__ = [
    "Absence",
    "Assignment",
    "AssignmentRun",
    "DecisionFile",
    "DeclaredConflict",
    "Discussion",
    "DiscussionRemark",
    "ExpertInvitation",
    "ExpertProfile",
    "Hearing",
    "Relation",
    "ReviewSummary",
    "Score",
    "ScoreChange",
    "SeatOrder",
    "Selection",
    "SelectionInputs",
    "SelectionRow",
    "SittingMember",
    "SittingScore",
    "StageScore",
]


class Assignment(models.Model):
    """One expert's seat on one application. ``total`` is computed from criterion scores and published weights, 0-100.

    ``conflict`` names the rule that bars the expert where that was found only after the seat was given.
    """

    application = models.ForeignKey("calls.Application", on_delete=models.PROTECT, related_name="assignments")
    call = models.ForeignKey("calls.Call", on_delete=models.PROTECT, related_name="+")
    expert = models.ForeignKey(ExpertProfile, on_delete=models.PROTECT, related_name="assignments")
    state = models.CharField(max_length=10, choices=AssignmentState.choices, default=AssignmentState.ASSIGNED)
    method = models.CharField(max_length=12, choices=AssignmentMethod.choices)
    position = models.PositiveIntegerField(default=0)
    total = models.DecimalField(max_digits=6, decimal_places=3, null=True, blank=True)
    comment = models.TextField(blank=True)
    conflict = models.CharField(max_length=20, blank=True)
    assigned_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    assigned_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("assignment")
        ordering: ClassVar = ["position", "id"]
        indexes: ClassVar = [
            # the expert's queue
            models.Index(fields=["expert", "call", "position"], name="assignment_queue"),
            # the load of each expert, from the index alone
            models.Index(fields=["call", "expert", "state", "total"], name="assignment_load"),
            # the seats of one application
            models.Index(fields=["application", "state"], name="assignment_seats"),
            # the few seats in conflict, for the board and before a selection is confirmed
            models.Index(fields=["call"], condition=~models.Q(conflict=""), name="assignment_conflict"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["application", "expert"],
                condition=~models.Q(state="cancelled"),
                name="assignment_once",
                violation_error_message=_("This expert already has a seat on this application."),
            ),
            models.CheckConstraint(
                condition=~models.Q(state="finished") | models.Q(total__isnull=False),
                name="assignment_finished_has_total",
                violation_error_message=_("A finished review must score every criterion."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application} · {self.expert}"


class Score(models.Model):
    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="scores")
    criterion = models.CharField(max_length=40)
    value = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    comment = models.TextField(blank=True)
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("score")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["assignment", "criterion"], name="score_once"),
            models.CheckConstraint(condition=models.Q(value__isnull=True) | models.Q(value__gte=0), name="score_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.criterion}: {self.value if self.value is not None else '–'}"


class ReviewSummary(models.Model):
    """What the finished reviews of an application say together; kept current by the scoring service."""

    application = models.OneToOneField("calls.Application", on_delete=models.CASCADE, related_name="review_summary")
    call = models.ForeignKey("calls.Call", on_delete=models.CASCADE, related_name="+")
    seat_count = models.PositiveSmallIntegerField(default=0)
    finished_count = models.PositiveSmallIntegerField(default=0)
    mean = models.DecimalField(max_digits=6, decimal_places=3, null=True, blank=True)
    spread = models.DecimalField(max_digits=6, decimal_places=3, null=True, blank=True)

    class Meta:
        verbose_name = _("review summary")
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [
            # the board sorted by mean
            models.Index(fields=["call", "-mean"], name="summary_mean")
        ]

    def __str__(self) -> str:
        return f"{self.application_id}: {self.mean}"


class Hearing(models.Model):
    """What came of an application's defence or site visit; a later row of the same stage replaces the earlier, both stay."""

    application = models.ForeignKey("calls.Application", on_delete=models.PROTECT, related_name="hearings")
    stage_key = models.CharField(max_length=40)
    result = models.CharField(max_length=8, choices=HearingResult.choices)
    note = models.TextField(blank=True)
    held_on = models.DateField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("hearing")
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [models.Index(fields=["application", "stage_key", "id"], name="hearing_latest")]

    def __str__(self) -> str:
        return f"{self.application} · {self.stage_key}"


class Selection(models.Model):
    """A proposed or confirmed result; ``inputs`` (SelectionInputs, of ``inputs_digest``) are enough to reckon ``results`` and rows again."""

    call = models.ForeignKey("calls.Call", on_delete=models.PROTECT, related_name="selections")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=SelectionState.choices, default=SelectionState.DRAFT)
    parameters = models.JSONField()
    inputs_digest = models.CharField(max_length=80)
    results = models.JSONField(default=dict)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = pgettext_lazy("review", "selection")
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["call", "number"], name="selection_once"),
            models.UniqueConstraint(
                fields=["call"],
                condition=models.Q(state="confirmed"),
                name="selection_one_confirmed",
                violation_error_message=_("This call already has a confirmed selection."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.call} · {self.number}"

    def audit_snapshot(self) -> dict[str, Any]:
        """The whole list, so that what was proposed and confirmed can be read from the chain alone. One query."""
        fields = ("application__number", "position", "mean", "outcome", "reason", "figures")
        return {
            "call": self.call_id,
            "number": self.number,
            "state": self.state,
            "parameters": self.parameters,
            "inputs_digest": self.inputs_digest,
            "results": self.results,
            "rows": [list(row) for row in self.rows.order_by("position").values_list(*fields)],
        }


class SelectionRow(models.Model):
    """One application's place and the reason for it, as code and figures; the sentence is made when shown."""

    selection = models.ForeignKey(Selection, on_delete=models.CASCADE, related_name="rows")
    application = models.ForeignKey("calls.Application", on_delete=models.PROTECT, related_name="+")
    position = models.PositiveIntegerField()
    mean = models.DecimalField(max_digits=6, decimal_places=3, null=True)
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    reason = models.CharField(max_length=40)
    figures = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("selection row")
        ordering: ClassVar = ["position"]
        indexes: ClassVar = [
            # the ranked list, page by page
            models.Index(fields=["selection", "position"], name="selection_row_place")
        ]
        constraints: ClassVar = [models.UniqueConstraint(fields=["selection", "application"], name="selection_row_once")]

    def __str__(self) -> str:
        return f"{self.position}. {self.application_id}"

    @property
    def reason_label(self) -> str:
        from pilotage.review.wording import REASONS  # words are needed by pages only

        return str(REASONS[self.reason])
