from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from pilotage.publications.certificates.enums import CertificateState, KeyState


class CertificateKey(models.Model):
    """The public half of a key that certificates are signed with, under the name it has in the platform's DID document.

    The private half lies in a file beside the database, or in a setting. Rows stay for ever: a certificate is checked with
    the key of its day. A retired key may have signed until ``retired_at``; a compromised one counts for nothing.
    """

    number = models.PositiveIntegerField(unique=True)
    method = models.CharField(max_length=300, unique=True)
    public_key = models.CharField(max_length=100)
    state = models.CharField(max_length=12, choices=KeyState.choices, default=KeyState.ACTIVE)
    made_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)
    compromised_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("signing key")
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["state"], condition=Q(state="active"), name="certificate_key_one_active"),
            models.CheckConstraint(condition=~Q(state="retired") | Q(retired_at__isnull=False), name="certificate_key_retired_at"),
            models.CheckConstraint(
                condition=~Q(state="compromised") | Q(compromised_at__isnull=False), name="certificate_key_compromised_at"
            ),
        ]

    def __str__(self) -> str:
        return self.method


class Certificate(models.Model):
    """That an entry is listed, signed. ``body`` is the Verifiable Credential as it was handed out, byte for byte."""

    entry = models.ForeignKey("directory.Entry", on_delete=models.PROTECT, related_name="certificates", db_index=False)
    serial = models.PositiveSmallIntegerField()
    number = models.CharField(max_length=50, unique=True)
    state = models.CharField(max_length=10, choices=CertificateState.choices, default=CertificateState.IN_FORCE)
    key = models.ForeignKey(CertificateKey, on_delete=models.PROTECT, related_name="certificates")
    # the place in the status lists, counted through all of them
    place = models.PositiveBigIntegerField(unique=True)
    body = models.TextField()
    issued_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("certificate")
        ordering: ClassVar = ["-issued_at", "-id"]
        indexes: ClassVar = [
            # what a status list names
            models.Index(fields=["place"], condition=~Q(state="in_force"), name="certificate_ended"),
            # the desk's list
            models.Index(fields=["state", "-issued_at", "-id"], name="certificate_desk"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["entry", "serial"], name="certificate_serial"),
            models.UniqueConstraint(fields=["entry"], condition=Q(state="in_force"), name="certificate_one_in_force"),
            models.CheckConstraint(condition=Q(state="in_force") | Q(ended_at__isnull=False), name="certificate_ended_at"),
        ]

    def __str__(self) -> str:
        return self.number

    def audit_snapshot(self) -> dict[str, Any]:
        return {f.attname: f.value_from_object(self) for f in self._meta.concrete_fields}
