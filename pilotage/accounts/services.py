"""Every write of the room: who belongs where, invitations, keys for programs, consents."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pilotage.accounts import rules
from pilotage.accounts.models import ApiToken, EnterpriseConsent, Invitation, Membership, Organisation, User
from pilotage.audit.services import record
from pilotage.core import clock
from pilotage.core.verdict import Conflict, Invalid, Refused
from pilotage.registry.models import Enterprise

INVITATION_DAYS = 14


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def create_organisation(*, actor: Any, kind: str, name_zh: str, **fields: Any) -> Organisation:
    """Add a body to the tree. ``actor`` None is the system (loading, demonstration)."""
    with transaction.atomic():
        organisation = Organisation(kind=kind, name_zh=name_zh, **fields)
        organisation.full_clean()
        organisation.save()
        record(organisation, "organisation.create", actor=actor)
    return organisation


def create_user(*, actor: Any, email: str, name: str, password: str | None = None, **fields: Any) -> User:
    """Add a person without a role. The address is lower-cased; raises Invalid if it is taken or no address."""
    try:
        validate_email(email)
    except ValidationError:
        raise Invalid({"email": _("Enter an e-mail address, such as name@example.org.")}) from None
    if User.objects.filter(email=email.lower()).exists():
        raise Invalid({"email": _("There is an account with this address already.")})
    with transaction.atomic():
        user = User.objects.create_user(email, password, name=name, **fields)
        record(user, "user.create", actor=actor)
    return user


def give_role(*, actor: Any, user: User, organisation: Organisation, role: str, is_manager: bool = False, call: Any = None) -> Membership:
    """Make ``user`` act for ``organisation`` as ``role``. ``actor`` None is the system."""
    if actor is not None:
        rules.can_invite(actor, organisation, role).require()
    return _join(actor, user, organisation, role, is_manager=is_manager, call=call)


def _join(actor: Any, user: User, organisation: Organisation, role: str, *, is_manager: bool = False, call: Any = None) -> Membership:
    if Membership.objects.filter(user=user, organisation=organisation, role=role, call=call, ended_at__isnull=True).exists():
        raise Conflict(_("This person already has this role here."))
    with transaction.atomic():
        membership = Membership.objects.create(
            user=user, organisation=organisation, role=role, is_manager=is_manager, call=call, started_at=clock.now()
        )
        record(membership, "membership.begin", actor=actor)
    user.__dict__.pop("active_memberships", None)
    return membership


def end_membership(*, actor: Any, membership: Membership, reason: str) -> Membership:
    rules.can_manage(actor, membership.organisation).require()
    if not reason.strip():
        raise Invalid({"reason": _("Give a reason: it is shown to the people concerned and kept in the record.")})
    with transaction.atomic():
        if not Membership.objects.filter(pk=membership.pk, ended_at__isnull=True).update(ended_at=clock.now()):
            raise Conflict(_("This membership has ended already."))
        membership.refresh_from_db()
        record(membership, "membership.end", actor=actor, reason=reason)
    return membership


def invite(*, actor: Any, organisation: Organisation, email: str, role: str) -> tuple[Invitation, str]:
    """Offer a role by e-mail. Returns the invitation and its token, which is shown and sent once and not stored."""
    rules.can_invite(actor, organisation, role).require()
    try:
        validate_email(email)
    except ValidationError:
        raise Invalid({"email": _("Enter an e-mail address, such as name@example.org.")}) from None
    token, now = secrets.token_urlsafe(32), clock.now()
    with transaction.atomic():
        invitation = Invitation.objects.create(
            email=email.lower(),
            organisation=organisation,
            role=role,
            token_digest=digest_of(token),
            invited_by=actor,
            created_at=now,
            expires_at=now + timedelta(days=INVITATION_DAYS),
        )
        record(invitation, "invitation.send", actor=actor)
        transaction.on_commit(lambda: _send_invitation(invitation, token))
    return invitation, token


def _send_invitation(invitation: Invitation, token: str) -> None:
    from django.conf import settings

    send_mail(
        _("Invitation to Pilotage: %(organisation)s") % {"organisation": invitation.organisation},
        _("You are invited as %(role)s of %(organisation)s. Open this address to accept:\n\n%(address)s\n\nIt is valid until %(until)s.")
        % {
            "role": invitation.get_role_display(),
            "organisation": invitation.organisation,
            "address": f"{settings.BASE_URL}/invitations/{token}/",
            "until": timezone.localtime(invitation.expires_at).strftime("%Y-%m-%d %H:%M"),
        },
        None,
        [invitation.email],
    )


def open_invitation(token: str) -> Invitation | None:
    """The invitation a token opens, or None when it is unknown, used, revoked or out of date."""
    invitation = Invitation.objects.select_related("organisation").filter(token_digest=digest_of(token)).first()
    if invitation is None or invitation.accepted_at or invitation.revoked_at or invitation.expires_at <= clock.now():
        return None
    return invitation


def accept_invitation(*, token: str, actor: Any = None, name: str = "", password: str = "") -> Membership:
    """Take up an invitation, as the signed-in ``actor`` or as a new person with ``name`` and ``password``."""
    invitation = open_invitation(token)
    if invitation is None:
        raise Invalid(_("This invitation is not valid any more. Ask the person who invited you to send a new one."))
    signed_in = actor if actor is not None and actor.is_authenticated else None
    if signed_in is None and User.objects.filter(email=invitation.email).exists():
        raise Invalid(_("There is an account with this address already. Sign in, then open the invitation again."))
    if signed_in is not None and signed_in.email != invitation.email:
        raise Invalid(_("This invitation was sent to another address. Sign in with that account."))
    with transaction.atomic():
        user = signed_in or _new_person(invitation.email, name, password)
        taken = Invitation.objects.filter(pk=invitation.pk, accepted_at__isnull=True).update(accepted_at=clock.now(), accepted_by=user)
        if not taken:
            raise Conflict(_("This invitation has been used already."))
        membership = _join(user, user, invitation.organisation, invitation.role)
        record(invitation, "invitation.accept", actor=user)
    return membership


def _new_person(email: str, name: str, password: str) -> User:
    errors: dict[str, str] = {}
    if not name.strip():
        errors["name"] = _("Enter your name as it should stand on decisions.")
    try:
        validate_password(password, User(email=email, name=name))
    except ValidationError as error:
        errors["password"] = " ".join(error.messages)
    if errors:
        raise Invalid(errors)
    user = create_user(actor=None, email=email, name=name.strip(), password=password)
    # Who holds the token has read the message: the address needs no second confirmation.
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def revoke_invitation(*, actor: Any, invitation: Invitation) -> Invitation:
    rules.can_invite(actor, invitation.organisation, invitation.role).require()
    with transaction.atomic():
        if not Invitation.objects.filter(pk=invitation.pk, accepted_at__isnull=True, revoked_at__isnull=True).update(
            revoked_at=clock.now()
        ):
            raise Conflict(_("This invitation has been used or revoked already."))
        invitation.refresh_from_db()
        record(invitation, "invitation.revoke", actor=actor)
    return invitation


def create_token(*, actor: User, name: str, can_report: bool = False) -> tuple[ApiToken, str]:
    """A key for programs that act as ``actor``. Returns the key once; only its digest is kept. It reads, unless it ``can_report`` too."""
    if not name.strip():
        raise Invalid({"name": _("Name the program that will use this key.")})
    key = f"plt_{secrets.token_urlsafe(32)}"
    with transaction.atomic():
        token = ApiToken.objects.create(
            user=actor, name=name.strip()[:100], key_digest=digest_of(key), can_report=can_report, created_at=clock.now()
        )
        record(token, "token.create", actor=actor)
    return token, key


def revoke_token(*, actor: User, token: ApiToken) -> ApiToken:
    if token.user_id != actor.pk:
        raise Refused(_("Only its owner can revoke a key."))
    with transaction.atomic():
        if not ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=clock.now()):
            raise Conflict(_("This key has been revoked already."))
        token.refresh_from_db()
        record(token, "token.revoke", actor=actor)
    return token


def token_of_key(key: str) -> ApiToken | None:
    """The key's own row, where it is in force and its owner active."""
    token = ApiToken.objects.select_related("user").filter(key_digest=digest_of(key), revoked_at__isnull=True).first()
    return token if token is not None and token.user.is_active else None


def user_of_key(key: str) -> User | None:
    """The active user a key speaks for."""
    token = token_of_key(key)
    return token.user if token is not None else None


def give_consent(*, actor: Any, enterprise: Enterprise, organisation: Organisation) -> EnterpriseConsent:
    """Let a financial institution see the enterprise."""
    rules.can_consent(actor, enterprise).require()
    if EnterpriseConsent.objects.filter(enterprise=enterprise, organisation=organisation, withdrawn_at__isnull=True).exists():
        raise Conflict(_("This institution can see the enterprise already."))
    with transaction.atomic():
        consent = EnterpriseConsent.objects.create(enterprise=enterprise, organisation=organisation, given_by=actor, given_at=clock.now())
        record(consent, "consent.give", actor=actor)
    return consent


def withdraw_consent(*, actor: Any, consent: EnterpriseConsent) -> EnterpriseConsent:
    rules.can_consent(actor, consent.enterprise).require()
    with transaction.atomic():
        if not EnterpriseConsent.objects.filter(pk=consent.pk, withdrawn_at__isnull=True).update(withdrawn_at=clock.now()):
            raise Conflict(_("This consent has been withdrawn already."))
        consent.refresh_from_db()
        record(consent, "consent.withdraw", actor=actor)
    return consent
