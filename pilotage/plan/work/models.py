"""Work on measures. Everything names its measure by plan and code, not by key: loading the folder anew keeps the work."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from django.apps import apps
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from pilotage.core.scanning import ScanState
from pilotage.plan.work.enums import DeliverableState, Light, ReportState
from pilotage.registry.models import localized

if TYPE_CHECKING:
    from pilotage.plan.models import Measure


def _person(**more: Any) -> models.ForeignKey:
    return models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", **more)


class OfMeasure(models.Model):
    plan = models.ForeignKey("plan.Plan", on_delete=models.PROTECT, related_name="+")
    measure_code = models.CharField(max_length=20)

    class Meta:
        abstract = True

    @cached_property
    def measure(self) -> Measure | None:
        """With its units; None where the plan no longer names it. Three queries, once."""
        found = apps.get_model("plan", "Measure").objects.filter(area__plan=self.plan_id, code=self.measure_code)
        return found.select_related("area__plan").prefetch_related("lead_units", "cooperating_units").first()


class Milestone(OfMeasure):
    """A dated step of a measure, from the plan folder or added by a unit. ``removed_at``: the folder no longer names it, or it was dropped."""

    code = models.CharField(max_length=20)
    title_zh = models.CharField(max_length=300)
    title_en = models.CharField(max_length=300, blank=True)
    due_on = models.DateField()
    weight = models.DecimalField(max_digits=8, decimal_places=3, default=1)
    is_from_plan = models.BooleanField(default=False)
    done_on = models.DateField(null=True, blank=True)
    added_by = _person(null=True, blank=True)
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("milestone")
        ordering: ClassVar = ["due_on", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan", "measure_code", "code"], name="milestone_once"),
            models.CheckConstraint(
                condition=models.Q(weight__gt=0),
                name="milestone_weight_positive",
                violation_error_message=_("A weight must be more than 0."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure_code} · {self.title}"

    @property
    def title(self) -> str:
        return localized(self.title_zh, self.title_en)


class ProgressReport(OfMeasure):
    """What one unit did for a measure in one period. ``version`` rises with every save, so that nobody overwrites what was not seen.

    ``submitted_at`` is the first hand-in, ``reviewed_at`` the last decision. ``light`` is what the rule said when it was accepted.
    """

    unit_code = models.CharField(max_length=60)
    period = models.CharField(max_length=6)
    state = models.CharField(max_length=12, choices=ReportState.choices, default=ReportState.DRAFT)
    done = models.TextField(blank=True)
    problems = models.TextField(blank=True)
    next_steps = models.TextField(blank=True)
    progress = models.PositiveSmallIntegerField(null=True, blank=True)
    version = models.PositiveIntegerField(default=0)
    written_by = _person()
    saved_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = _person(null=True, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)
    review_note = models.TextField(blank=True)
    light = models.CharField(max_length=6, choices=Light.choices, blank=True)

    class Meta:
        verbose_name = _("progress report")
        ordering: ClassVar = ["-period", "id"]
        indexes: ClassVar = [
            # the queue of those who review
            models.Index(fields=["plan", "state"], name="progress_report_queue")
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["plan", "measure_code", "period", "unit_code"],
                name="progress_report_once",
                violation_error_message=_("There is a report of this unit for this period already."),
            ),
            models.CheckConstraint(
                condition=models.Q(progress__isnull=True) | models.Q(progress__lte=100),
                name="progress_report_percent",
                violation_error_message=_("Progress is at most 100 percent."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure_code} · {self.period} · {self.unit_code}"


class Deliverable(OfMeasure):
    """A document handed over for a deliverable target: counted once it is accepted, from the day it was delivered on."""

    target_code = models.CharField(max_length=20)
    unit_code = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=10, choices=DeliverableState.choices, default=DeliverableState.PROPOSED)
    title_zh = models.CharField(max_length=300)
    title_en = models.CharField(max_length=300, blank=True)
    number = models.CharField(max_length=100, blank=True)
    delivered_on = models.DateField()
    address = models.URLField(max_length=500, blank=True)
    proposed_by = _person()
    proposed_at = models.DateTimeField()
    decided_by = _person(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_note = models.TextField(blank=True)
    is_fictional = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("deliverable")
        ordering: ClassVar = ["delivered_on", "id"]
        # counting what is accepted for a target
        indexes: ClassVar = [models.Index(fields=["plan", "target_code", "state"], name="deliverable_counted")]

    def __str__(self) -> str:
        return f"{self.measure_code} · {self.title}"

    @property
    def title(self) -> str:
        return localized(self.title_zh, self.title_en)


def work_file_path(file: WorkFile, _name: str) -> str:
    """Under its digest, so the same bytes are stored once per plan."""
    return f"work/{file.plan.slug}/{file.sha256}"


class WorkFile(models.Model):
    """A file of a report or a deliverable; what was removed stays in the store for the record."""

    plan = models.ForeignKey("plan.Plan", on_delete=models.PROTECT, related_name="+")
    report = models.ForeignKey(ProgressReport, null=True, blank=True, on_delete=models.PROTECT, related_name="files")
    deliverable = models.ForeignKey(Deliverable, null=True, blank=True, on_delete=models.PROTECT, related_name="files")
    file = models.FileField(upload_to=work_file_path, max_length=200)
    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    scan = models.CharField(max_length=10, choices=ScanState.choices, default=ScanState.UNSCANNED)
    uploaded_by = _person()
    uploaded_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("work file")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(report__isnull=False, deliverable__isnull=True)
                | models.Q(report__isnull=True, deliverable__isnull=False),
                name="work_file_of_one",
                violation_error_message=_("A file belongs to one report or one deliverable."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def work(self) -> ProgressReport | Deliverable:
        return self.report or self.deliverable  # type: ignore[return-value]


class LightOverride(OfMeasure):
    """The secretariat's own judgement in place of the rule's, with its reason; ends with the lead's next report, or when taken back."""

    light = models.CharField(max_length=6, choices=Light.choices)
    reason = models.TextField()
    made_by = _person()
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("override of a light")
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["plan", "measure_code"],
                condition=models.Q(ended_at__isnull=True),
                name="light_override_one",
                violation_error_message=_("The light of this measure has been overridden already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.measure_code} · {self.get_light_display()}"


class WorkReminder(OfMeasure):
    """That a unit was reminded of a progress report on one day. ``to_manager``: the lead's managers were told as well."""

    unit_code = models.CharField(max_length=60)
    period = models.CharField(max_length=6)
    day = models.DateField()
    due_at = models.DateTimeField()
    to_manager = models.BooleanField(default=False)
    by = _person(null=True, blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("reminder of a progress report")
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["plan", "measure_code", "unit_code", "period", "day"],
                name="work_reminder_once_a_day",
                violation_error_message=_("The unit has been reminded of this report today."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.measure_code} · {self.period} · {self.unit_code} · {self.day}"
