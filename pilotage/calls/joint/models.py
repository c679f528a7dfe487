"""What filling in an application together leaves behind: partners with their answers, signatures, the history of each field."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from pilotage.audit.chain import canonical, digest
from pilotage.calls.enums import PartnerState, SignoffState

_NOT_IN_SNAPSHOT = {"data", "field_versions", "origins"}


class Partner(models.Model):
    """An enterprise that applies together with the lead: its own answers to its sections, and its consent.

    A partner that left, declined or was removed keeps its row for the record; asked again, it gets a new one.
    ``leave_asked_at``: after submission a partner cannot leave by itself, it asks the officers to return the application.
    """

    application = models.ForeignKey("calls.Application", on_delete=models.PROTECT, related_name="partners")
    enterprise = models.ForeignKey("registry.Enterprise", on_delete=models.PROTECT, related_name="partnerships")
    role = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=10, choices=PartnerState.choices, default=PartnerState.INVITED)
    data = models.JSONField(default=dict)
    field_versions = models.JSONField(default=dict)
    origins = models.JSONField(default=dict)
    draft_version = models.PositiveIntegerField(default=0)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    leave_asked_at = models.DateTimeField(null=True, blank=True)
    leave_reason = models.TextField(blank=True)
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("partner")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["application", "enterprise"],
                condition=models.Q(state__in=["invited", "consented"]),
                name="partner_once",
                violation_error_message=_("This enterprise has been invited already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.application.number} · {self.enterprise}"

    def audit_snapshot(self) -> dict[str, Any]:
        """The columns, and the digest of the answers: the answers themselves are kept by the revision filed."""
        columns = {f.attname: f.value_from_object(self) for f in self._meta.concrete_fields if f.name not in _NOT_IN_SNAPSHOT}
        return {**columns, "data_digest": digest(canonical(self.data))}


class Signoff(models.Model):
    """A signature of the legal representative, asked for and given on exactly what ``digest`` names."""

    application = models.ForeignKey("calls.Application", on_delete=models.PROTECT, related_name="signoffs")
    state = models.CharField(max_length=10, choices=SignoffState.choices, default=SignoffState.REQUESTED)
    digest = models.CharField(max_length=80)
    statement = models.TextField(blank=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(null=True, blank=True)
    voided_at = models.DateTimeField(null=True, blank=True)
    void_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("sign-off")
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["application"],
                condition=models.Q(state__in=["requested", "signed"]),
                name="signoff_one_in_force",
                violation_error_message=_("The signature has been asked for already."),
            ),
            models.CheckConstraint(
                condition=~models.Q(state="signed") | models.Q(signed_at__isnull=False),
                name="signoff_signed_at",
                violation_error_message=_("A signature must have its time."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application.number} · {self.digest[:20]}"


class FieldChange(models.Model):
    """One value that a field of a form was given, as it was acknowledged: never changed, never taken away.

    ``version`` 0 is what the form began with. ``value`` None: the answer was taken out.
    """

    application = models.ForeignKey("calls.Application", on_delete=models.PROTECT, related_name="field_changes", db_index=False)
    partner = models.ForeignKey(Partner, null=True, blank=True, on_delete=models.PROTECT, related_name="field_changes", db_index=False)
    key = models.CharField(max_length=60)
    version = models.PositiveIntegerField()
    value = models.JSONField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("field change")
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [
            # the history of one field
            models.Index(fields=["application", "key", "id"], name="field_history"),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.key} v{self.version}"
