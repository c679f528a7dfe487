from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class EmailCode(models.Model):
    """A code sent to an address, to prove that whoever acts reads its mail. Neither address nor code is kept, only keyed digests.

    ``origin_digest``: of the network address from which it was asked for, for the limit.
    """

    purpose = models.CharField(max_length=100)
    email_digest = models.CharField(max_length=64)
    code_digest = models.CharField(max_length=64)
    origin_digest = models.CharField(max_length=64, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("e-mail code")
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            # the limits, and the newest code of an address
            models.Index(fields=["email_digest", "created_at"], name="code_email"),
            models.Index(fields=["origin_digest", "created_at"], name="code_origin"),
            # what is thrown away
            models.Index(fields=["expires_at"], name="code_expiry"),
        ]

    def __str__(self) -> str:
        return self.purpose

    def audit_snapshot(self) -> dict[str, Any]:
        """Nothing that names the person or the code."""
        kept = ("id", "purpose", "attempts", "created_at", "expires_at", "used_at")
        return {name: getattr(self, name) for name in kept}
