"""The pool: experts, when they are away, what ties them to enterprises, what they were asked and what they declared."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from pilotage.registry.models import localized
from pilotage.review.enums import InvitationState, RelationKind, RelationSource


class ExpertProfile(models.Model):
    """``capacity``: the most applications the expert reads in one call. ``terms`` repeats what the pool is searched by."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="expert_profile")
    number = models.CharField(max_length=20, unique=True)
    employer = models.ForeignKey("registry.Enterprise", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    employer_name = models.CharField(max_length=200, blank=True)
    province = models.ForeignKey("registry.Division", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    disciplines = models.JSONField(default=list)
    keywords_zh = models.JSONField(default=list)
    keywords_en = models.JSONField(default=list)
    biography = models.TextField(blank=True)
    capacity = models.PositiveSmallIntegerField(null=True, blank=True)
    is_available = models.BooleanField(default=True)
    terms = models.TextField(blank=True, editable=False)

    class Meta:
        verbose_name = _("expert")
        ordering: ClassVar = ["number"]

    def __str__(self) -> str:
        return f"{self.number} {self.user}"

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        """``terms`` follows whatever else is saved."""
        self.terms = self._terms()
        fields = None if update_fields is None else {*update_fields, "terms"}
        super().save(*args, update_fields=fields, **kwargs)

    def _terms(self) -> str:
        """|34|35| for the disciplines, then the words: one line each."""
        words = [self.number, self.employer_name, *self.keywords_zh, *self.keywords_en]
        return "\n".join([f"|{'|'.join(str(code) for code in self.disciplines)}|", *words]).casefold()

    @property
    def house(self) -> str:
        """The employer's name, '' where none is known."""
        return self.employer.name if self.employer else self.employer_name

    @property
    def keywords(self) -> list[str]:
        """In the active language, else in the other."""
        first, second = (self.keywords_zh, self.keywords_en) if localized("zh", "en") == "zh" else (self.keywords_en, self.keywords_zh)
        return first or second

    def audit_snapshot(self) -> dict[str, Any]:
        left_out = {"terms"}
        return {f.attname: f.value_from_object(self) for f in self._meta.concrete_fields if f.name not in left_out}


class Absence(models.Model):
    """A period in which the expert takes no seats, first and last day included."""

    expert = models.ForeignKey(ExpertProfile, on_delete=models.CASCADE, related_name="absences")
    starts_on = models.DateField()
    ends_on = models.DateField()
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("absence")
        ordering: ClassVar = ["starts_on", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")),
                name="absence_in_order",
                violation_error_message=_("The last day lies before the first."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.expert_id}: {self.starts_on} – {self.ends_on}"


class Relation(models.Model):
    """What ties, or tied, an expert to an enterprise: a fact for all calls.

    ``application``: where the tie was declared before a review; in a blind call it stands for the enterprise
    whose name the expert does not know. A relation is never deleted: what was recorded in error is struck.
    """

    expert = models.ForeignKey(ExpertProfile, on_delete=models.PROTECT, related_name="relations")
    enterprise = models.ForeignKey("registry.Enterprise", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    enterprise_name = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=12, choices=RelationKind.choices)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    note = models.CharField(max_length=500, blank=True)
    source = models.CharField(max_length=12, choices=RelationSource.choices)
    application = models.ForeignKey("calls.Application", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    struck_at = models.DateTimeField(null=True, blank=True)
    struck_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("relation")
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(enterprise__isnull=False) | ~models.Q(enterprise_name=""),
                name="relation_names_enterprise",
                violation_error_message=_("Name the enterprise."),
            ),
            models.CheckConstraint(
                condition=models.Q(starts_on__isnull=True) | models.Q(ends_on__isnull=True) | models.Q(ends_on__gte=models.F("starts_on")),
                name="relation_in_order",
                violation_error_message=_("The last day lies before the first."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.expert_id} · {self.enterprise_id or self.enterprise_name} · {self.kind}"

    @property
    def name(self) -> str:
        return self.enterprise.name if self.enterprise else self.enterprise_name


class DeclaredConflict(models.Model):
    """A conflict of an expert with one application, declared before the review or recorded by the secretariat."""

    expert = models.ForeignKey(ExpertProfile, on_delete=models.PROTECT, related_name="declared_conflicts")
    application = models.ForeignKey("calls.Application", on_delete=models.PROTECT, related_name="declared_conflicts")
    kind = models.CharField(max_length=12, choices=RelationKind.choices)
    note = models.TextField(blank=True)
    source = models.CharField(max_length=12, choices=RelationSource.choices)
    declared_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    declared_at = models.DateTimeField()

    class Meta:
        verbose_name = _("declared conflict")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["expert", "application"],
                name="conflict_declared_once",
                violation_error_message=_("This conflict is recorded already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.expert_id} · {self.application_id} · {self.kind}"


class ExpertInvitation(models.Model):
    """Whether an expert takes part in the review of one call. One row per expert and call, asked again on the same row."""

    call = models.ForeignKey("calls.Call", on_delete=models.PROTECT, related_name="expert_invitations")
    expert = models.ForeignKey(ExpertProfile, on_delete=models.PROTECT, related_name="invitations")
    state = models.CharField(max_length=10, choices=InvitationState.choices, default=InvitationState.INVITED)
    answer_by = models.DateField(null=True, blank=True)
    note = models.CharField(max_length=500, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("invitation to a review")
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [
            # who takes part in a call
            models.Index(fields=["call", "state", "expert"], name="invitation_call")
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["call", "expert"],
                name="invitation_once",
                violation_error_message=_("This expert has been asked already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.call} · {self.expert}"
