"""Dashboards: what a person wants to see together, as an ordered list of cards."""

from __future__ import annotations

import secrets
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Sharing(models.TextChoices):
    OFF = "off", _("only me")
    LINK = "link", _("signed-in colleagues who have the link")
    ORGANISATION = "organisation", _("everybody in my organisation")


def new_key() -> str:
    """Not to be guessed: 128 bits of chance."""
    return secrets.token_urlsafe(16)


class Dashboard(models.Model):
    """``cards`` is a list of ``{"id", "kind", "width", "title", "options"}``; what a card shows is reckoned for each reader.

    ``organisation`` is the one it is shared with. ``version`` counts the changes: who saves says on which one the change rests.
    """

    key = models.CharField(max_length=32, unique=True, default=new_key)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="dashboards")
    plan = models.ForeignKey("plan.Plan", on_delete=models.CASCADE, related_name="dashboards")
    title = models.CharField(max_length=120)
    cards = models.JSONField(default=list)
    sharing = models.CharField(max_length=12, choices=Sharing.choices, default=Sharing.OFF)
    organisation = models.ForeignKey("accounts.Organisation", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("dashboard")
        ordering: ClassVar = ["-changed_at", "-id"]
        indexes: ClassVar = [
            models.Index(fields=["owner", "-changed_at"], name="dashboard_of_owner"),
            models.Index(fields=["organisation", "sharing"], name="dashboard_of_body"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(sharing=Sharing.ORGANISATION) | models.Q(organisation__isnull=False),
                name="dashboard_shared_with_somebody",
                violation_error_message=_("Say with which organisation the dashboard is shared."),
            )
        ]

    def __str__(self) -> str:
        return self.title

    def audit_snapshot(self) -> dict[str, Any]:
        """Without the key: who reads the record does not get into what was shared by link."""
        fields = ("id", "owner_id", "plan_id", "title", "cards", "sharing", "organisation_id", "version")
        return {name: getattr(self, name) for name in fields}
