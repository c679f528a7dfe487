"""Who is this actor, and over which territory does a role reach? Other rooms build their rules on these."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from pilotage.accounts.enums import ROLES_OF_KIND, OrganisationKind, Role
from pilotage.accounts.models import EnterpriseConsent, Membership, Organisation
from pilotage.core.verdict import YES, Verdict, no
from pilotage.registry.enums import DivisionLevel

Actor = Any  # a User, AnonymousUser, or None for the system


def memberships_as(actor: Actor, *roles: str, call: Any = None) -> list[Membership]:
    """The actor's memberships in these roles; with ``call``, those that hold for every call or for this one."""
    if actor is None or not getattr(actor, "is_authenticated", False) or not actor.is_active:
        return []
    return [
        membership
        for membership in actor.memberships_as(*roles)
        if call is None or membership.call_id is None or membership.call_id == call.pk
    ]


def has_role(actor: Actor, *roles: str, call: Any = None) -> bool:
    return bool(memberships_as(actor, *roles, call=call))


def roles_of(actor: Actor) -> set[str]:
    return actor.roles() if actor is not None and getattr(actor, "is_authenticated", False) and actor.is_active else set()


def enterprise_ids(actor: Actor, *roles: str) -> set[int]:
    """The enterprises for which the actor files or signs."""
    wanted = roles or (Role.FILER, Role.LEGAL_REPRESENTATIVE)
    return {m.organisation.enterprise_id for m in memberships_as(actor, *wanted) if m.organisation.enterprise_id}


def unit_codes(actor: Actor) -> set[str]:
    """The responsible units, by their code in the plan, for which the actor works."""
    return {m.organisation.unit_code for m in memberships_as(actor, Role.UNIT_OFFICER) if m.organisation.unit_code}


_FIELD_OF_LEVEL = {
    DivisionLevel.PROVINCE: "province",
    DivisionLevel.PREFECTURE: "prefecture",
    DivisionLevel.COUNTY: "county",
}


def in_territory(actor: Actor, *roles: str, prefix: str = "", call: Any = None) -> Q:
    """Rows whose ``<prefix>province|prefecture|county`` lies in a division of the actor's memberships in these roles."""
    condition = Q(pk__in=[])
    for membership in memberships_as(actor, *roles, call=call):
        division = membership.organisation.division
        if division is not None:
            condition |= Q(**{f"{prefix}{_FIELD_OF_LEVEL[DivisionLevel(division.level)]}": division.pk})
    return condition


def covers(actor: Actor, obj: Any, *roles: str, call: Any = None) -> bool:
    """The same rule for one object with ``province_id``, ``prefecture_id`` and ``county_id``."""
    for membership in memberships_as(actor, *roles, call=call):
        division = membership.organisation.division
        if division is not None and getattr(obj, f"{_FIELD_OF_LEVEL[DivisionLevel(division.level)]}_id") == division.pk:
            return True
    return False


def can_invite(actor: Actor, organisation: Organisation, role: str) -> Verdict:
    """The secretariat invites everywhere; a manager invites into the own organisation and those under it."""
    if role not in ROLES_OF_KIND[OrganisationKind(organisation.kind)]:
        return no(_("An organisation of this kind does not give this role."))
    if has_role(actor, Role.SECRETARIAT):
        return YES
    return can_manage(actor, organisation)


def can_manage(actor: Actor, organisation: Organisation) -> Verdict:
    if has_role(actor, Role.SECRETARIAT):
        return YES
    own = {m.organisation_id for m in memberships_as(actor, *Role.values) if m.is_manager}
    if organisation.pk in own or organisation.parent_id in own:
        return YES
    return no(_("Only a manager of this organisation can change its members."))


def visible_organisations(actor: Actor) -> Any:
    if has_role(actor, Role.SECRETARIAT, Role.AUDITOR):
        return Organisation.objects.all()
    own = {m.organisation_id for m in memberships_as(actor, *Role.values)}
    return Organisation.objects.filter(Q(pk__in=own) | Q(parent__in=own))


def can_consent(actor: Actor, enterprise: Any) -> Verdict:
    if enterprise.pk in enterprise_ids(actor, Role.LEGAL_REPRESENTATIVE):
        return YES
    return no(_("Only the legal representative can decide who may see the enterprise's data."))


def consented_enterprise_ids(actor: Actor) -> Any:
    """Query of the enterprises that let the actor's financial institutions see them."""

    own = [m.organisation_id for m in memberships_as(actor, Role.FINANCE_LIAISON)]
    return EnterpriseConsent.objects.filter(organisation__in=own, withdrawn_at__isnull=True).values("enterprise_id")
