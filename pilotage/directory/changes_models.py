"""What became of published entries, and by which classifications they are counted."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from pilotage.directory.campaign_enums import ChangeKind
from pilotage.registry.models import localized


class EntryChange(models.Model):
    """One public change of an entry, written in the transaction that makes it. ``reason`` is published.

    ``detail``: ``{"label": code}``, or ``{"fields": [{"label", "before", "after"}]}`` of a yearly update; words in both languages.
    """

    # every index below begins with one of them
    edition = models.ForeignKey("directory.Edition", on_delete=models.CASCADE, related_name="changes", db_index=False)
    entry = models.ForeignKey("directory.Entry", on_delete=models.CASCADE, related_name="changes", db_index=False)
    kind = models.CharField(max_length=10, choices=ChangeKind.choices)
    on = models.DateField()
    at = models.DateTimeField()
    reason = models.TextField(blank=True)
    detail = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("change of an entry")
        ordering: ClassVar = ["-on", "-id"]
        indexes: ClassVar = [
            models.Index(fields=["edition", "on", "id"], name="entry_change_since"),
            models.Index(fields=["entry", "on", "id"], name="entry_change_of"),
        ]


class EntryAbsence(models.Model):
    """From when to when an entry that is listed again was not in force; the absence of one still away stands in ``removed_on``."""

    entry = models.ForeignKey("directory.Entry", on_delete=models.CASCADE, related_name="absences")
    left_on = models.DateField()
    returned_on = models.DateField()

    class Meta:
        verbose_name = _("absence of an entry")
        ordering: ClassVar = ["left_on", "id"]


class ClassificationVersion(models.Model):
    """A code list as it was when entries were counted by it. ``codes``: ``{code: {"zh", "en"}}``; never changed, a new list is a new version."""

    key = models.CharField(max_length=40)
    version = models.CharField(max_length=80)
    title_zh = models.CharField(max_length=100)
    title_en = models.CharField(max_length=100, blank=True)
    source = models.CharField(max_length=300, blank=True)
    codes = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)
    recorded_at = models.DateTimeField()

    class Meta:
        verbose_name = _("classification")
        ordering: ClassVar = ["key", "id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["key", "digest"], name="classification_version_once")]

    def __str__(self) -> str:
        return f"{self.title} {self.version}"

    @property
    def title(self) -> str:
        return localized(self.title_zh, self.title_en)


class EditionClassification(models.Model):
    """By which version of a classification the counts of an edition in one dimension are kept."""

    edition = models.ForeignKey("directory.Edition", on_delete=models.CASCADE, related_name="classifications")
    dimension = models.CharField(max_length=40)
    version = models.ForeignKey(ClassificationVersion, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("classification of an edition")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["edition", "dimension"], name="edition_classification_once")]
