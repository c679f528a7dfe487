"""What comes into being with a filing: its receipt, the invoice numbers it names, files on their way up."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Receipt(models.Model):
    """The signed receipt of one revision. ``body`` is the canonical JSON that was signed, byte for byte; never changed."""

    revision = models.OneToOneField("calls.Revision", on_delete=models.PROTECT, related_name="receipt")
    body = models.TextField()
    signature = models.CharField(max_length=128)
    public_key = models.CharField(max_length=64)
    issued_at = models.DateTimeField()

    class Meta:
        verbose_name = _("receipt")


class InvoiceLine(models.Model):
    """The number of an invoice named in a table of the revision filed last, to find it again in another filing."""

    application = models.ForeignKey("calls.Application", on_delete=models.CASCADE, related_name="invoice_lines")
    field = models.CharField(max_length=60)
    number = models.CharField(max_length=60, db_index=True)

    class Meta:
        verbose_name = _("invoice line")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["application", "field", "number"], name="invoice_line_once")]


class Upload(models.Model):
    """A file that comes in pieces (tus 1.0). ``received`` bytes of it lie in the upload folder; ``sha256`` as the sender declared it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey("calls.Application", on_delete=models.CASCADE, related_name="uploads")
    partner = models.ForeignKey("calls.Partner", null=True, blank=True, on_delete=models.CASCADE, related_name="uploads")
    field = models.CharField(max_length=60)
    name = models.CharField(max_length=255)
    size = models.PositiveBigIntegerField()
    received = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    started_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("upload")
        ordering: ClassVar = ["started_at"]
