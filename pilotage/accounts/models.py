from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pilotage.accounts.code_models import EmailCode as EmailCode
from pilotage.accounts.enums import OrganisationKind, Role
from pilotage.core import clock
from pilotage.core.prepared import Prepared
from pilotage.registry.models import localized

# What rooms above read together with the memberships, so that it costs no query of its own: name -> expression.
MEMBERSHIP_RIDERS: dict[str, Any] = {}


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person. What the person may do comes from memberships, never from flags on the account."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=100)
    language = models.CharField(max_length=10, blank=True)
    is_active = models.BooleanField(default=True)
    is_fictional = models.BooleanField(default=False)
    date_joined = models.DateTimeField(default=timezone.now)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = ["name"]
    objects = UserManager()

    class Meta:
        verbose_name = _("user")
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)

    @cached_property
    def active_memberships(self) -> list[Membership]:
        """The memberships in force now, organisation included; one query, kept for the life of the object."""
        now = clock.now()
        found = [each for each in _memberships_of.rows(self.pk) if each.ended_at is None or each.ended_at > now]
        for membership in found:
            membership.user = self
        return found

    def roles(self) -> set[str]:
        return {membership.role for membership in self.active_memberships}

    def memberships_as(self, *roles: str) -> list[Membership]:
        return [membership for membership in self.active_memberships if membership.role in roles]

    def audit_label(self) -> str:
        first = self.active_memberships[0] if self.active_memberships else None
        return f"{self.name}, {first.organisation.name_zh}" if first else self.name

    def audit_snapshot(self) -> dict[str, Any]:
        return {"id": self.pk, "email": self.email, "name": self.name, "is_active": self.is_active}


class Organisation(models.Model):
    """A node of the tree of bodies that act; bound to a division where its power is territorial.

    ``unit_code``: the code of the responsible unit, as plan folders write it, that this body stands for.
    """

    kind = models.CharField(max_length=16, choices=OrganisationKind.choices)
    name_zh = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    division = models.ForeignKey("registry.Division", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    enterprise = models.OneToOneField("registry.Enterprise", null=True, blank=True, on_delete=models.PROTECT, related_name="organisation")
    unit_code = models.CharField(max_length=60, blank=True)
    is_fictional = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("organisation")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(kind="unit") | ~models.Q(unit_code=""),
                name="organisation_unit_bound",
                violation_error_message=_("A responsible unit must name its code in the plan."),
            ),
            models.UniqueConstraint(
                fields=["unit_code"],
                condition=~models.Q(unit_code=""),
                name="organisation_unit_once",
                violation_error_message=_("There is an organisation for this unit already."),
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="enterprise") | models.Q(enterprise__isnull=False),
                name="organisation_enterprise_bound",
                violation_error_message=_("An enterprise organisation must name its enterprise."),
            ),
            models.CheckConstraint(
                condition=~models.Q(kind__in=["province", "city", "district", "communications"]) | models.Q(division__isnull=False),
                name="organisation_territory_bound",
                violation_error_message=_("A territorial organisation must name its division."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return localized(self.name_zh, self.name_en)


class Membership(models.Model):
    """A role of a person in an organisation, for all calls or for one."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=24, choices=Role.choices)
    call = models.ForeignKey("calls.Call", null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    is_manager = models.BooleanField(default=False)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("membership")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            # two constraints, because SQLite takes no two NULL calls for the same
            models.UniqueConstraint(
                fields=["user", "organisation", "role"],
                condition=models.Q(ended_at__isnull=True, call__isnull=True),
                name="membership_once",
                violation_error_message=_("This person already has this role here."),
            ),
            models.UniqueConstraint(
                fields=["user", "organisation", "role", "call"],
                condition=models.Q(ended_at__isnull=True, call__isnull=False),
                name="membership_once_per_call",
                violation_error_message=_("This person already has this role here."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()} · {self.organisation}"


_memberships_of = Prepared(
    lambda user: (
        Membership.objects.filter(user=user)
        .annotate(**MEMBERSHIP_RIDERS)
        .select_related("organisation", "organisation__division")
        .order_by("id")
    )
)


class Invitation(models.Model):
    """An offer of a role by e-mail. Only the digest of the token is stored."""

    email = models.EmailField()
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="invitations")
    role = models.CharField(max_length=24, choices=Role.choices)
    token_digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("invitation")
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"{self.email} · {self.get_role_display()}"


class ApiToken(models.Model):
    """A key for programs, acting as its owner. Only the digest of the key is stored.

    A key reads; ``can_report`` lets it also send returns of figures, and nothing else.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=100)
    key_digest = models.CharField(max_length=64, unique=True)
    can_report = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("API token")
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return self.name


class EnterpriseConsent(models.Model):
    """An enterprise lets a financial institution see it. Without a row in force the institution sees nothing."""

    enterprise = models.ForeignKey("registry.Enterprise", on_delete=models.CASCADE, related_name="consents")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="consents")
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("consent")
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["enterprise", "organisation"], condition=models.Q(withdrawn_at__isnull=True), name="consent_once"
            )
        ]
