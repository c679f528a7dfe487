"""What is kept of reports beside the filings themselves: who was reminded when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from pilotage.calls.models import Application


class ReportReminder(models.Model):
    """That the enterprise of a listed project was reminded of a report on one day. ``by`` None: by rule, not by a person."""

    project = models.ForeignKey("calls.Application", on_delete=models.PROTECT, related_name="report_reminders")
    period = models.CharField(max_length=6)
    day = models.DateField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("reminder of a report")
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["project", "period", "day"],
                name="report_reminder_once_a_day",
                violation_error_message=_("It has been reminded of this report today."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.project.number} · {self.period} · {self.day}"

    @property
    def application(self) -> Application:
        return self.project

    def audit_snapshot(self) -> dict[str, Any]:
        return {field.attname: field.value_from_object(self) for field in self._meta.concrete_fields}
