from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from pilotage.audit.chain import Link


class AuditSnapshot(models.Model):
    """What an object looked like when a decision was taken; stored once per content."""

    digest = models.CharField(max_length=80, primary_key=True)
    body = models.TextField()

    class Meta:
        verbose_name = _("audit snapshot")


class AuditEvent(models.Model):
    """One decision. Rows are only ever added; database triggers refuse update and delete."""

    number = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    actor_label = models.CharField(max_length=300)
    verb = models.CharField(max_length=80)
    object_type = models.CharField(max_length=80)
    object_id = models.CharField(max_length=64)
    object_label = models.CharField(max_length=300)
    reason = models.TextField(blank=True)
    # No foreign key: verification must be able to see an event whose snapshot was taken away.
    snapshot_digest = models.CharField(max_length=80)
    previous = models.CharField(max_length=80)
    digest = models.CharField(max_length=80, unique=True)

    class Meta:
        verbose_name = _("audit event")
        ordering: ClassVar = ["number"]
        indexes: ClassVar = [
            # an object's history, newest first
            models.Index(fields=["object_type", "object_id", "-number"], name="audit_object"),
            # the auditor's list by verb
            models.Index(fields=["verb", "-number"], name="audit_verb"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.verb} {self.object_label}"

    @property
    def link(self) -> Link:
        return Link(
            self.number,
            self.at,
            self.actor_id,
            self.actor_label,
            self.verb,
            self.object_type,
            self.object_id,
            self.object_label,
            self.reason,
            self.snapshot_digest,
            self.previous,
        )


class AuditHead(models.Model):
    """The end of the chain: one row, locked while an event is added so numbers stay gapless."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    number = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=80)

    class Meta:
        verbose_name = _("audit head")
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(id=1), name="audit_one_head")]


class ProposalState(models.TextChoices):
    OPEN = "open", _("waiting for a second person")
    CONFIRMED = "confirmed", _("confirmed")
    WITHDRAWN = "withdrawn", _("withdrawn")


class Proposal(models.Model):
    """The first half of an irreversible act: one person proposes, another confirms."""

    object_type = models.CharField(max_length=80)
    object_id = models.CharField(max_length=64)
    object_label = models.CharField(max_length=300)
    verb = models.CharField(max_length=80)
    reason = models.TextField(blank=True)
    state = models.CharField(max_length=12, choices=ProposalState.choices, default=ProposalState.OPEN)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("proposal")
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["object_type", "object_id", "verb"],
                condition=models.Q(state="open"),
                name="audit_one_open_proposal",
                violation_error_message=_("This act has been proposed already and waits for a second person."),
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by__isnull=True) | ~models.Q(decided_by=models.F("proposed_by")) | models.Q(state="withdrawn"),
                name="audit_two_different_people",
                violation_error_message=_("The person who proposed an act cannot confirm it."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.object_label}"
