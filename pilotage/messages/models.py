from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from pilotage.messages.enums import Delivery, Group, MailState, MessageKind


class PostOffice(models.Model):
    """How far the house's post has come: one row, locked while news are read or digests are made."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    last_event = models.BigIntegerField(default=0)
    last_digest_on = models.DateField(null=True, blank=True)
    is_holding = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("post office")
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(id=1), name="one_post_office")]

    def __str__(self) -> str:
        return "post office"


class Message(models.Model):
    """News for one person. ``text`` names a wording, so that it is read in the reader's language of the day.

    ``key`` says what the news is about: the same key is never written twice to one person.
    """

    # the indexes below begin with the recipient, so none of its own is kept
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="inbox", db_index=False)
    kind = models.CharField(max_length=10, choices=MessageKind.choices)
    text = models.CharField(max_length=60)
    params = models.JSONField(default=dict)
    key = models.CharField(max_length=160)
    call = models.ForeignKey("calls.Call", null=True, blank=True, on_delete=models.CASCADE, related_name="+", db_index=False)
    link = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    awaits_digest = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("inbox message")
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            # the inbox, newest first, all or of one kind
            models.Index(fields=["recipient", "-id"], name="message_inbox"),
            models.Index(fields=["recipient", "kind", "-id"], name="message_kind"),
            # the bell, and the unread ones
            models.Index(fields=["recipient", "-id"], condition=models.Q(read_at__isnull=True), name="message_unread"),
            # the next digest
            models.Index(fields=["recipient", "id"], condition=models.Q(awaits_digest=True), name="message_digest"),
        ]
        constraints: ClassVar = [models.UniqueConstraint(fields=["recipient", "key"], name="message_once")]

    def __str__(self) -> str:
        return f"{self.text} → {self.recipient_id}"


class OutboxMail(models.Model):
    """One e-mail to one address, a row before it leaves.

    ``next_attempt_at`` is also the lease of whoever is sending it: until then nobody else takes it.
    ``is_private``: it carries a secret link (invitation, new password); nobody reads it here, and it is emptied once sent.
    """

    to = models.EmailField()
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    subject = models.CharField(max_length=300)
    body = models.TextField()
    language = models.CharField(max_length=10, blank=True)
    sender = models.CharField(max_length=300, blank=True)
    is_private = models.BooleanField(default=False)
    message_id = models.CharField(max_length=200, unique=True)
    state = models.CharField(max_length=8, choices=MailState.choices, default=MailState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("outbox e-mail")
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            # what is due
            models.Index(fields=["next_attempt_at", "id"], condition=models.Q(state="waiting"), name="outbox_due"),
            # the secretariat's list by state
            models.Index(fields=["state", "-id"], name="outbox_state"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(state="sent") | models.Q(sent_at__isnull=False),
                name="outbox_sent_at",
                violation_error_message=_("An e-mail that was sent must have its time."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.to}"

    def audit_snapshot(self) -> dict[str, Any]:
        """Everything but the text, which may hold a secret link."""
        return {f.attname: f.value_from_object(self) for f in self._meta.concrete_fields if f.name != "body"}


class Preference(models.Model):
    """How one kind of message reaches a person, where it differs from the default."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="message_preferences")
    kind = models.CharField(max_length=10, choices=MessageKind.choices)
    delivery = models.CharField(max_length=8, choices=Delivery.choices)

    class Meta:
        verbose_name = _("message preference")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "kind"], name="preference_once")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.delivery}"


class CalendarFeed(models.Model):
    """A secret address under which a calendar program reads a person's deadlines. Only the digest of the token is kept."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calendar_feeds")
    token_digest = models.CharField(max_length=64, unique=True)
    language = models.CharField(max_length=10)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("calendar feed")
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(revoked_at__isnull=True),
                name="calendar_feed_one",
                violation_error_message=_("There is a calendar address already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id}"

    def audit_snapshot(self) -> dict[str, Any]:
        return {"id": self.pk, "user": self.user_id, "created_at": self.created_at, "revoked_at": self.revoked_at}


class PlannedReminder(models.Model):
    """One reminder of one call: so many minutes before a stage closes, to one group. ``done_at``: it went out, or was passed over."""

    call = models.ForeignKey("calls.Call", on_delete=models.CASCADE, related_name="+")
    stage_key = models.CharField(max_length=40)
    minutes = models.PositiveIntegerField()
    group = models.CharField(max_length=20, choices=Group.choices)
    closes_at = models.DateTimeField()
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("planned reminder")
        ordering: ClassVar = ["due_at", "id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["call", "stage_key", "minutes", "group"], name="reminder_once")]

    def __str__(self) -> str:
        return f"{self.stage_key} -{self.minutes} {self.group}"
