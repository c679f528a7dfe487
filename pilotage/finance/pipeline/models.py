"""Enterprises on their way to a market: the project, every stage it entered with its day, and its documents."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from pilotage.core.verdict import Refused
from pilotage.finance.pipeline.enums import ENDED, Market, Stage


class ListingProject(models.Model):
    """One way of one enterprise to one market. ``owner``: who of the secretariat works it.

    ``stage_on``: the day on which the present stage began. ``left_from``: where it was when it stopped, blank while it runs.
    """

    number = models.CharField(max_length=20, unique=True)
    enterprise = models.ForeignKey("registry.Enterprise", on_delete=models.PROTECT, related_name="listing_projects", db_index=False)
    market = models.CharField(max_length=20, choices=Market.choices)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    sponsor = models.CharField(max_length=200, blank=True)
    note = models.TextField(max_length=1000, blank=True)
    state = models.CharField(max_length=24, choices=Stage.choices, default=Stage.CULTIVATION)
    stage_on = models.DateField()
    left_from = models.CharField(max_length=24, choices=Stage.choices, blank=True)
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
                condition=~Q(state__in=[str(each) for each in ENDED]),
                name="listing_once",
                violation_error_message=_("The enterprise is on its way to this market already."),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["suspended", "withdrawn", "terminated"]) | ~Q(left_from=""), name="listing_left_from"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.enterprise.name_zh}"


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
    """A stage entered on a day. A correction is a further row that names the one it corrects; both stay."""

    project = models.ForeignKey(ListingProject, on_delete=models.PROTECT, related_name="steps", db_index=False)
    stage = models.CharField(max_length=24, choices=Stage.choices)
    on = models.DateField()
    reason = models.TextField(max_length=1000, blank=True)
    document = models.CharField(max_length=200, blank=True)
    corrects = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="corrections")
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


def document_path(document: ListingDocument, name: str) -> str:
    return f"listings/{document.project_id}/{document.sha256[:16]}-{name[-80:]}"


class ListingDocument(_AddedOnly):
    """A paper of a project, put in by the enterprise or the secretariat."""

    project = models.ForeignKey(ListingProject, on_delete=models.PROTECT, related_name="documents")
    stage = models.CharField(max_length=24, choices=Stage.choices)
    title = models.CharField(max_length=200)
    file = models.FileField(upload_to=document_path, max_length=300)
    file_name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("document of a listing")
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return self.title
