from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from pilotage.core.scanning import ScanState
from pilotage.directory.enums import Side


class Hearing(models.Model):
    """The applicant is told what is held against it and answers until the end of ``due_on``. ``question`` names no objector."""

    objection = models.ForeignKey("directory.Objection", on_delete=models.CASCADE, related_name="hearings")
    question = models.TextField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    due_on = models.DateField()
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("hearing of the applicant")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["objection"],
                condition=models.Q(answered_at__isnull=True),
                name="hearing_one_open",
                violation_error_message=_("The applicant has been asked already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.objection} · {self.pk}"


def objection_file_path(file: ObjectionFile, _name: str) -> str:
    return f"objections/{file.objection_id}/{file.sha256[:2]}/{file.sha256}"


class ObjectionFile(models.Model):
    """Evidence of one side, kept under its digest and never thrown away."""

    objection = models.ForeignKey("directory.Objection", on_delete=models.PROTECT, related_name="files")
    side = models.CharField(max_length=12, choices=Side.choices)
    file = models.FileField(upload_to=objection_file_path, max_length=200)
    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    scan = models.CharField(max_length=10, choices=ScanState.choices, default=ScanState.UNSCANNED)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        verbose_name = _("file of an objection")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["objection", "side", "sha256"], name="objection_file_once")]

    def __str__(self) -> str:
        return self.name
