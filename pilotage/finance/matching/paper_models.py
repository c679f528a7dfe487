"""Interbank notes, lists for re-lending, and the columns in which a bank wants them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from pilotage.finance.matching.enums import BatchBasis, BatchState, NoteBasis, NoteState
from pilotage.registry.models import localized


class BondNote(models.Model):
    """A debt instrument of the interbank market. Amounts in whole yuan, the rate in basis points.

    ``reasons`` says what made it a sci-tech note when it was checked: by the titles and facts of ``checked_on``, with the values that were
    in force that day; frozen when it is tagged.
    """

    number = models.CharField(max_length=20, unique=True)
    issuer = models.ForeignKey("registry.Enterprise", on_delete=models.PROTECT, related_name="bond_notes")
    underwriter = models.ForeignKey("accounts.Organisation", null=True, blank=True, on_delete=models.PROTECT, related_name="bond_notes")
    name_zh = models.CharField(max_length=150)
    name_en = models.CharField(max_length=200, blank=True)
    amount = models.BigIntegerField()
    proceeds_to_tech = models.BigIntegerField(null=True, blank=True)
    use_text = models.TextField(blank=True, max_length=1000)
    months = models.PositiveSmallIntegerField(null=True, blank=True)
    state = models.CharField(max_length=12, choices=NoteState.choices, default=NoteState.PLANNED)
    basis = models.CharField(max_length=8, choices=NoteBasis.choices, blank=True)
    checked_on = models.DateField(null=True, blank=True)
    reasons = models.JSONField(default=dict, blank=True)
    issued_on = models.DateField(null=True, blank=True)
    issued_amount = models.BigIntegerField(null=True, blank=True)
    rate = models.PositiveIntegerField(null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("interbank note")
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["state", "-id"], name="bond_note_listed"),
            models.Index(fields=["issued_on"], condition=Q(state="issued"), name="bond_note_issued"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="bond_note_amount"),
            models.CheckConstraint(
                condition=Q(proceeds_to_tech__isnull=True) | Q(proceeds_to_tech__gte=0, proceeds_to_tech__lte=models.F("amount")),
                name="bond_note_proceeds",
                violation_error_message=_("What goes to sci-tech cannot be more than the whole amount."),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["tagged", "issued"]) | Q(checked_on__isnull=False) & ~Q(basis=""), name="bond_note_checked"
            ),
            models.CheckConstraint(
                condition=~Q(state="issued") | Q(issued_on__isnull=False, issued_amount__gt=0), name="bond_note_outcome"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return localized(self.name_zh, self.name_en)


class ColumnTemplate(models.Model):
    """The columns in which a bank wants its lists: ``[{"field", "title"}]`` in order. See ``matching.columns`` for the fields."""

    organisation = models.OneToOneField("accounts.Organisation", on_delete=models.PROTECT, related_name="list_columns")
    columns = models.JSONField(default=list)
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("columns of a bank")
        ordering: ClassVar = ["organisation"]

    def __str__(self) -> str:
        return str(self.organisation)


class RelendingBatch(models.Model):
    """A list of enterprises or projects handed to a bank, as the titles or the directory stood on ``as_of``.

    ``source``: the metric of the title, or the slug of the directory. Frozen by two people; the lines then never change.
    """

    number = models.CharField(max_length=20, unique=True)
    title_zh = models.CharField(max_length=150)
    title_en = models.CharField(max_length=200, blank=True)
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="relending_batches")
    basis = models.CharField(max_length=10, choices=BatchBasis.choices)
    source = models.CharField(max_length=80)
    as_of = models.DateField()
    region = models.CharField(max_length=6, blank=True)
    state = models.CharField(max_length=10, choices=BatchState.choices, default=BatchState.DRAFT)
    columns = models.JSONField(default=list, blank=True)
    digest = models.CharField(max_length=80, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    frozen_on = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = _("re-lending list")
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(state="frozen") | Q(frozen_on__isnull=False) & ~Q(digest=""), name="relending_batch_frozen")
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        return localized(self.title_zh, self.title_en)

    def audit_snapshot(self) -> dict[str, Any]:
        """With its lines: what was signed off can be read from the record alone."""
        own = {f.attname: f.value_from_object(self) for f in self._meta.concrete_fields}
        lines = self.lines.order_by("position").values_list("position", "enterprise_name", "uscc", "project", "ground", "ground_number")
        return {**own, "lines": [list(line) for line in lines]}


class RelendingLine(models.Model):
    """One enterprise or project of a list, as it was on the day of the list."""

    batch = models.ForeignKey(RelendingBatch, on_delete=models.CASCADE, related_name="lines", db_index=False)
    position = models.PositiveIntegerField()
    enterprise = models.ForeignKey("registry.Enterprise", on_delete=models.PROTECT, related_name="relending_lines")
    enterprise_name = models.CharField(max_length=200)
    uscc = models.CharField(max_length=18, blank=True)
    province = models.CharField(max_length=60, blank=True)
    city = models.CharField(max_length=60, blank=True)
    industry = models.CharField(max_length=60, blank=True)
    project = models.CharField(max_length=300, blank=True)
    # what put it on the list: the title or the directory, with number or batch and its days
    ground = models.CharField(max_length=200)
    ground_number = models.CharField(max_length=100, blank=True)
    ground_from = models.DateField(null=True, blank=True)
    ground_until = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = _("line of a re-lending list")
        ordering: ClassVar = ["batch", "position"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["batch", "position"], name="relending_line_once")]

    def __str__(self) -> str:
        return f"{self.position} {self.enterprise_name}"
