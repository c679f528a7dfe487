from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from pilotage.plan.models import Bilingual, Plan
from pilotage.registry.models import Division
from pilotage.statistics.definition import Definition
from pilotage.statistics.enums import OPEN_TO_REPORTER, ReturnState, Screen
from pilotage.statistics.spans import Span, span_of


class DataSet(Bilingual):
    """Figures that bodies report period by period. ``slug`` is the name its file gives it; ``is_used`` False: the plan names it no more."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="data_sets")
    slug = models.SlugField(max_length=80, unique=True)
    current = models.ForeignKey("DataSetVersion", null=True, on_delete=models.PROTECT, related_name="+")
    is_used = models.BooleanField(default=True)

    class Meta(Bilingual.Meta):
        abstract = False
        verbose_name = _("data set")
        ordering: ClassVar = ["slug"]

    @property
    def definition(self) -> Definition:
        return self.version_now.definition

    @property
    def version_now(self) -> DataSetVersion:
        if self.current is None:
            raise ValueError("a data set has a version once its loading is through")
        return self.current

    def audit_snapshot(self) -> dict[str, Any]:
        return {"slug": self.slug, "plan": self.plan_id, "current": self.current_id, "is_used": self.is_used}


class DataSetVersion(models.Model):
    """What the file said, kept for good: a return stays with the version it was begun under."""

    data_set = models.ForeignKey(DataSet, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    digest = models.CharField(max_length=80)
    content = models.JSONField()
    loaded_at = models.DateTimeField()

    class Meta:
        verbose_name = _("version of a data set")
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["data_set", "number"], name="data_set_version_once")]

    def __str__(self) -> str:
        return f"{self.data_set_id} v{self.number}"

    @cached_property
    def definition(self) -> Definition:
        return Definition(self.content)


class Return(models.Model):
    """What one reporter says of one period.

    ``reporter`` is the code of a division or of a responsible unit. A city stands under its province, so that scope is one
    indexed equality. ``edition`` rises with every save, so that two people cannot overwrite each other unseen.
    """

    data_set = models.ForeignKey(DataSet, on_delete=models.PROTECT, related_name="returns")
    version = models.ForeignKey(DataSetVersion, on_delete=models.PROTECT, related_name="returns")
    reporter = models.CharField(max_length=60)
    province = models.ForeignKey(Division, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    prefecture = models.ForeignKey(Division, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    period = models.CharField(max_length=7)
    starts_on = models.DateField()
    ends_on = models.DateField()
    due_on = models.DateField()
    state = models.CharField(max_length=20, choices=ReturnState.choices, default=ReturnState.DRAFT)
    edition = models.PositiveIntegerField(default=0)
    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    # whose draft it is: the reporter itself, or the province that enters for a city
    begun_by = models.CharField(max_length=60, blank=True)
    is_recorded_history = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("return")
        ordering: ClassVar = ["-starts_on", "reporter", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["data_set", "reporter", "starts_on"],
                name="return_once",
                violation_error_message=_("There is a return of this period already."),
            )
        ]
        indexes: ClassVar = [models.Index(fields=["data_set", "state", "starts_on"], name="return_by_state")]

    def __str__(self) -> str:
        return f"{self.data_set.slug} · {self.reporter} · {self.period}"

    @property
    def span(self) -> Span:
        return span_of(self.period)

    @property
    def county_id(self) -> None:
        """No county reports; the rule of territories asks for all three."""
        return

    @property
    def is_open_to_reporter(self) -> bool:
        return self.state in OPEN_TO_REPORTER

    def audit_snapshot(self) -> dict[str, Any]:
        kept = {field.attname: field.value_from_object(self) for field in self._meta.concrete_fields}
        return kept | {"figures": {value.element: value.current for value in self.values.order_by("element")}}


class Value(models.Model):
    """One figure of a return. ``current`` is what was said last, ``decided`` what was approved last and counts."""

    report = models.ForeignKey(Return, on_delete=models.CASCADE, related_name="values")
    element = models.CharField(max_length=60)
    current = models.DecimalField(max_digits=20, decimal_places=6, null=True, blank=True)
    decided = models.DecimalField(max_digits=20, decimal_places=6, null=True, blank=True)
    decided_revision = models.ForeignKey("ValueRevision", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("reported figure")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["report", "element"], name="value_once")]

    def __str__(self) -> str:
        return f"{self.report_id} · {self.element}"


class ValueRevision(models.Model):
    """What was said of a figure, when, by whom and why; never changed, never removed.

    ``valid_from``, ``valid_to``: the days the figure speaks of; ``recorded_at``: when it was said.
    """

    value = models.ForeignKey(Value, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    figure = models.DecimalField(max_digits=20, decimal_places=6, null=True, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField()
    recorded_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    why = models.TextField(blank=True)
    source = models.URLField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("revision of a figure")
        ordering: ClassVar = ["value", "number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["value", "number"], name="value_revision_once")]

    def __str__(self) -> str:
        return f"{self.value_id} #{self.number}"


class Decision(models.Model):
    """That a revision was approved at the data set's last level: from ``at`` on it counts, until the next decision."""

    value = models.ForeignKey(Value, on_delete=models.PROTECT, related_name="decisions")
    revision = models.ForeignKey(ValueRevision, on_delete=models.PROTECT, related_name="decisions")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    why = models.TextField(blank=True)

    class Meta:
        verbose_name = _("decision on a figure")
        ordering: ClassVar = ["at", "id"]
        indexes: ClassVar = [models.Index(fields=["value", "at"], name="decision_of_value")]

    def __str__(self) -> str:
        return f"{self.value_id} · {self.at:%Y-%m-%d}"


class Flag(models.Model):
    """That a figure is unusual, and what the reporter says to that. Found anew with every save; an answer stays with its figure."""

    report = models.ForeignKey(Return, on_delete=models.CASCADE, related_name="flags")
    element = models.CharField(max_length=60)
    screen = models.CharField(max_length=8, choices=Screen.choices)
    rule = models.CharField(max_length=60, blank=True)
    figure = models.DecimalField(max_digits=20, decimal_places=6, null=True, blank=True)
    score = models.FloatField(null=True, blank=True)
    usual = models.FloatField(null=True, blank=True)
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("question about a figure")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["report", "element", "screen", "rule"], name="flag_once")]

    def __str__(self) -> str:
        return f"{self.report_id} · {self.element} · {self.screen}"

    def audit_snapshot(self) -> dict[str, Any]:
        return {field.attname: field.value_from_object(self) for field in self._meta.concrete_fields}


class Sending(models.Model):
    """That a program sent a return under a key of its own choice: the same key again changes nothing."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=100)
    digest = models.CharField(max_length=80)
    report = models.ForeignKey(Return, on_delete=models.PROTECT, related_name="+")
    answer = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("sending of a return")
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "key"], name="sending_once")]

    def __str__(self) -> str:
        return self.key
