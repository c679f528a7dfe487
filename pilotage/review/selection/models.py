from __future__ import annotations

import hashlib
import json
import zlib
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class SelectionInputs(models.Model):
    """All that a selection was reckoned from, compressed: the records it came from move on."""

    selection = models.OneToOneField("review.Selection", on_delete=models.CASCADE, related_name="inputs")
    packed = models.BinaryField()

    class Meta:
        verbose_name = _("inputs of a selection")
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return str(self.selection_id)

    def read(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(zlib.decompress(bytes(self.packed)))
        return found


class DecisionFile(models.Model):
    """The signed archive of a confirmed selection; its digest stands in the audit chain."""

    selection = models.OneToOneField("review.Selection", on_delete=models.PROTECT, related_name="decision_file")
    content = models.BinaryField()
    digest = models.CharField(max_length=80)
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("decision file")
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return self.digest

    @property
    def is_whole(self) -> bool:
        return self.digest == "sha256:" + hashlib.sha256(bytes(self.content)).hexdigest()

    def audit_snapshot(self) -> dict[str, Any]:
        return {"selection": self.selection_id, "digest": self.digest, "size": len(bytes(self.content))}
