"""Enterprises on their way to a market: the project, every stage it entered with its day, and its documents."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from pilotage.core.scanning import ScanState
from pilotage.core.verdict import Refused
from pilotage.finance.pipeline.enums import GONE, STOPPED, Market, Stage
from pilotage.finance.pipeline.history import effective
from pilotage.finance.pipeline.step_enums import Cause, DocumentKind, StepKind


class ListingProject(models.Model):
    """One way of one enterprise to one market. ``owner``: who of the secretariat works it. ``own_note``: what the enterprise says of it.

    ``stage_on``: the day on which the present stage began. ``left_from``: where it was when it stopped, blank while it runs.
    ``inquiry_round``: rounds of questions so far. ``suspended_until``: the last day of the limit, None where no rule names one;
    ``overdue_told_on``: when its passing was told. All of them follow from the steps, see ``history.standing``.
    """

    number = models.CharField(max_length=20, unique=True)
    enterprise = models.ForeignKey("registry.Enterprise", on_delete=models.PROTECT, related_name="listing_projects", db_index=False)
    market = models.CharField(max_length=20, choices=Market.choices)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    sponsor = models.CharField(max_length=200, blank=True)
    note = models.TextField(max_length=1000, blank=True)
    own_note = models.TextField(max_length=1000, blank=True)
    state = models.CharField(max_length=24, choices=Stage.choices, default=Stage.CULTIVATION)
    stage_on = models.DateField()
    left_from = models.CharField(max_length=24, choices=Stage.choices, blank=True)
    inquiry_round = models.PositiveSmallIntegerField(default=0)
    suspension_cause = models.CharField(max_length=24, choices=Cause.choices, blank=True)
    suspended_until = models.DateField(null=True, blank=True)
    overdue_told_on = models.DateField(null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("listing project")
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["market", "state", "-id"], name="listing_listed"),
            models.Index(fields=["state", "-id"], name="listing_by_stage"),
            models.Index(fields=["enterprise", "-id"], name="listing_own"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["enterprise", "market"],
                condition=~Q(state__in=[str(each) for each in GONE]),
                name="listing_once",
                violation_error_message=_("The enterprise is on its way to this market, or listed there, already."),
            ),
            models.CheckConstraint(condition=~Q(state__in=[str(each) for each in STOPPED]) | ~Q(left_from=""), name="listing_left_from"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.enterprise.name_zh}"

    @property
    def came_from(self) -> str:
        """The stage before the last step, to which taking it back leads; blank where there is none. One query."""
        steps = effective(self.steps.all())
        return steps[-2].stage if len(steps) > 1 else ""


class _AddedOnly(models.Model):
    """Rows are added; what was said once is never written over."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise Refused(_("What is in the history stays. Enter a correction."))
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise Refused(_("What is in the history stays. Enter a correction."))


class StageStep(_AddedOnly):
    """A stage entered on a day. A correction, or what takes a step back, is a further row that names the other; both stay.

    The database refuses to change or remove rows, see ``finance.append_only``. ``owner``: who is responsible for the step.
    """

    project = models.ForeignKey(ListingProject, on_delete=models.PROTECT, related_name="steps", db_index=False)
    stage = models.CharField(max_length=24, choices=Stage.choices)
    kind = models.CharField(max_length=12, choices=StepKind.choices, default=StepKind.ENTERED)
    on = models.DateField()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    cause = models.CharField(max_length=24, choices=Cause.choices, blank=True)
    until = models.DateField(null=True, blank=True)
    reason = models.TextField(max_length=1000, blank=True)
    document = models.CharField(max_length=200, blank=True)
    corrects = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="corrections")
    takes_back = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="taken_back_by")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("stage of a listing")
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [
            models.Index(fields=["project", "id"], name="stage_step_history"),
            # who ever reached a stage
            models.Index(fields=["stage", "project"], name="stage_step_reached"),
        ]

    def __str__(self) -> str:
        return f"{self.get_stage_display()} {self.on}"


def document_path(document: ListingDocument, _name: str) -> str:
    return f"listings/{document.project_id}/{document.sha256[:2]}/{document.sha256}"


class ListingDocument(_AddedOnly):
    """A paper of a step, put in by the enterprise or the secretariat, kept under its own digest.

    ``dated``: the day that stands on it. ``for_receivers``: also for those to whom the project was recommended. Rows from before steps had
    papers name a stage only.
    """

    project = models.ForeignKey(ListingProject, on_delete=models.PROTECT, related_name="documents")
    step = models.ForeignKey(StageStep, null=True, blank=True, on_delete=models.PROTECT, related_name="documents")
    stage = models.CharField(max_length=24, choices=Stage.choices)
    kind = models.CharField(max_length=12, choices=DocumentKind.choices, default=DocumentKind.OTHER)
    dated = models.DateField(null=True, blank=True)
    title = models.CharField(max_length=200)
    file = models.FileField(upload_to=document_path, max_length=300)
    file_name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=100, blank=True)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    scan = models.CharField(max_length=10, choices=ScanState.choices, default=ScanState.UNSCANNED)
    for_receivers = models.BooleanField(default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("document of a listing")
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return self.title

    @property
    def name(self) -> str:
        """As files are called elsewhere."""
        return self.file_name
