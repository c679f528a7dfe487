from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from pilotage.plan.enums import TargetKind
from pilotage.plan.reading_models import TargetReading  # noqa: F401  a model of this app
from pilotage.plan.work.models import Deliverable, LightOverride, Milestone, ProgressReport, WorkFile, WorkReminder  # noqa: F401  models of this app
from pilotage.registry.models import localized


class Bilingual(models.Model):
    title_zh = models.CharField(max_length=300)
    title_en = models.CharField(max_length=300, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        return localized(self.title_zh, self.title_en)


class Plan(Bilingual):
    """A loaded plan folder. ``slug`` is the folder's own identifier; content changes make a new version.

    ``sources``, here and below, is a list of ``{"url", "note"}``; ``notes`` a list of ``{"zh", "en"}``.
    """

    slug = models.SlugField(max_length=80, unique=True)
    issuer_zh = models.CharField(max_length=200)
    issuer_en = models.CharField(max_length=200, blank=True)
    document_number = models.CharField(max_length=100, blank=True)
    issued_on = models.DateField(null=True, blank=True)
    is_issue_date_verified = models.BooleanField(default=True)
    starts_on = models.DateField()
    ends_on = models.DateField()
    declared_action_count = models.PositiveIntegerField(null=True, blank=True)
    declared_measure_count = models.PositiveIntegerField(null=True, blank=True)
    notes = models.JSONField(default=list)
    sources = models.JSONField(default=list)
    # how often units report on measures: {"every", "due_days", "public_texts"}; what is not named is as work_periods says
    reporting = models.JSONField(default=dict, blank=True)
    version = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("plan")
        ordering: ClassVar = ["-starts_on", "id"]

    @property
    def issuer(self) -> str:
        return localized(self.issuer_zh, self.issuer_en)

    @property
    def shown_notes(self) -> list[str]:
        return [localized(note["zh"], note["en"]) for note in self.notes]


class PlanVersion(models.Model):
    """The whole folder as it was loaded, kept for good."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    digest = models.CharField(max_length=80)
    content = models.JSONField()
    loaded_at = models.DateTimeField()
    loaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("plan version")
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["plan", "number"], name="plan_version_once")]

    def __str__(self) -> str:
        return f"{self.plan.slug} v{self.number}"

    def audit_snapshot(self) -> dict[str, Any]:
        """The digest stands for the content, which the row itself keeps."""
        return {"plan": self.plan.slug, "number": self.number, "digest": self.digest}


class ResponsibleUnit(Bilingual):
    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="units")
    code = models.CharField(max_length=60)
    sources = models.JSONField(default=list)

    class Meta(Bilingual.Meta):
        abstract = False
        verbose_name = _("responsible unit")
        ordering: ClassVar = ["code"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["plan", "code"], name="unit_once")]


class Area(Bilingual):
    """``weight``, here, of actions and of measures: its part in what stands above; None counts as much as its like (``work_weights``)."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="areas")
    code = models.CharField(max_length=20)
    position = models.PositiveSmallIntegerField()
    weight = models.DecimalField(max_digits=8, decimal_places=3, null=True, blank=True)

    class Meta(Bilingual.Meta):
        abstract = False
        verbose_name = _("area")
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["plan", "code"], name="area_once")]


class Action(Bilingual):
    """``is_verified`` is False where the action's place in the area is our reading, not a source's."""

    area = models.ForeignKey(Area, on_delete=models.CASCADE, related_name="actions")
    code = models.CharField(max_length=20)
    position = models.PositiveSmallIntegerField()
    weight = models.DecimalField(max_digits=8, decimal_places=3, null=True, blank=True)
    is_verified = models.BooleanField(default=True)
    sources = models.JSONField(default=list)

    class Meta(Bilingual.Meta):
        abstract = False
        verbose_name = _("action")
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["area", "code"], name="action_once")]


class Measure(Bilingual):
    """A measure stands under an area; its action is left open where no source names it.

    ``is_verified`` is False where its place in the area is our reading; ``are_units_verified`` the same for its units.
    """

    area = models.ForeignKey(Area, on_delete=models.CASCADE, related_name="measures")
    action = models.ForeignKey(Action, null=True, blank=True, on_delete=models.SET_NULL, related_name="measures")
    code = models.CharField(max_length=20)
    position = models.PositiveSmallIntegerField()
    due_on = models.DateField(null=True, blank=True)
    carries_over_to = models.DateField(null=True, blank=True)
    weight = models.DecimalField(max_digits=8, decimal_places=3, null=True, blank=True)
    is_verified = models.BooleanField(default=True)
    sources = models.JSONField(default=list)
    are_units_verified = models.BooleanField(default=True)
    lead_units = models.ManyToManyField(ResponsibleUnit, related_name="led_measures", blank=True)
    cooperating_units = models.ManyToManyField(ResponsibleUnit, related_name="supported_measures", blank=True)

    class Meta(Bilingual.Meta):
        abstract = False
        verbose_name = _("measure")
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["area", "code"], name="measure_once")]


class Target(Bilingual):
    """What a measure promises. ``indicator`` names a registered indicator; blank is counted by nobody yet.

    ``value`` and ``value_max`` are in the target's unit, in percent for growth and rate. ``tolerance`` (percent) is
    how far from ``value`` an "about" target may end; blank means ten. ``is_verified`` is about the value.
    """

    measure = models.ForeignKey(Measure, on_delete=models.CASCADE, related_name="targets")
    code = models.CharField(max_length=20)
    kind = models.CharField(max_length=12, choices=TargetKind.choices)
    indicator = models.CharField(max_length=80, blank=True)
    indicator_options = models.JSONField(default=dict, blank=True)
    value = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    value_max = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    tolerance = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    unit_zh = models.CharField(max_length=20, blank=True)
    unit_en = models.CharField(max_length=40, blank=True)
    due_on = models.DateField(null=True, blank=True)
    is_verified = models.BooleanField(default=True)
    sources = models.JSONField(default=list)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta(Bilingual.Meta):
        abstract = False
        verbose_name = _("target")
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["measure", "code"], name="target_once"),
            models.CheckConstraint(
                condition=models.Q(kind__in=["deliverable", "qualitative"]) | models.Q(value__isnull=False),
                name="target_has_value",
                violation_error_message=_("A counted target must have a value."),
            ),
        ]

    @property
    def unit(self) -> str:
        return localized(self.unit_zh, self.unit_en)
