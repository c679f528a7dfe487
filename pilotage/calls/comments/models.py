"""What an officer finds wrong with single answers, and what the enterprise says to it."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from pilotage.calls.enums import CommentState


class FieldComment(models.Model):
    """A comment on one field of the form, written before a return and sent with it.

    ``revision`` is the filing it speaks of: what the field said then is read there.
    """

    application = models.ForeignKey("calls.Application", on_delete=models.PROTECT, related_name="field_comments")
    field = models.CharField(max_length=60)
    text = models.TextField()
    state = models.CharField(max_length=8, choices=CommentState.choices, default=CommentState.DRAFT)
    revision = models.ForeignKey("calls.Revision", null=True, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("comment on a field")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["application", "field"],
                condition=models.Q(state="draft"),
                name="comment_one_draft",
                violation_error_message=_("There is a comment on this field already; change that one."),
            ),
            models.CheckConstraint(
                condition=~models.Q(state="sent") | models.Q(sent_at__isnull=False),
                name="comment_sent_at",
                violation_error_message=_("A comment that was sent must have its time."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application.number} · {self.field}"
