"""Who sees and does what with rights and pledges.

An enterprise's people act on its own; the liaisons of a bank on the pledges that were offered to it and read the rights in them.
Secretariat and auditors read all. Nobody else sees anything.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from pilotage.accounts.enums import Role
from pilotage.accounts.rules import enterprise_ids, has_role, memberships_as
from pilotage.core.verdict import YES, Verdict, no
from pilotage.finance.pledges.enums import ENDED
from pilotage.finance.pledges.models import IpAsset, Pledge, PledgeFile

Actor = Any  # a User, AnonymousUser, or None for the system
_NOT_OWN = _("Only the enterprise itself decides about its rights.")
_NOT_BANK = _("Only the bank to which the pledge was offered does this.")
_NOT_PARTY = _("Only the two parties of the pledge do this.")


def bank_ids(actor: Actor) -> set[int]:
    return {membership.organisation_id for membership in memberships_as(actor, Role.FINANCE_LIAISON)}


def sees_all(actor: Actor) -> bool:
    return has_role(actor, Role.SECRETARIAT, Role.AUDITOR)


def can_see(actor: Actor) -> Verdict:
    if sees_all(actor) or enterprise_ids(actor) or bank_ids(actor):
        return YES
    return no(_("Pledges are open to enterprises, to banks, to the secretariat and to auditors."))


def visible_pledges(actor: Actor) -> QuerySet[Pledge]:
    if sees_all(actor):
        return Pledge.objects.all()
    return Pledge.objects.filter(Q(enterprise__in=enterprise_ids(actor)) | Q(organisation__in=bank_ids(actor)))


def visible_files(actor: Actor) -> QuerySet[PledgeFile]:
    """Whoever sees the pledge; what was taken off is shown to nobody."""
    return PledgeFile.objects.filter(pledge__in=visible_pledges(actor), removed_at__isnull=True)


def visible_assets(actor: Actor) -> QuerySet[IpAsset]:
    if sees_all(actor):
        return IpAsset.objects.all()
    offered = Pledge.assets.through.objects.filter(pledge__organisation__in=bank_ids(actor)).values("ipasset")
    return IpAsset.objects.filter(Q(enterprise__in=enterprise_ids(actor)) | Q(pk__in=offered))


def is_own(actor: Actor, obj: Any) -> bool:
    return obj.enterprise_id in enterprise_ids(actor)


def is_bank(actor: Actor, pledge: Pledge) -> bool:
    return pledge.organisation_id in bank_ids(actor)


def can_enter(actor: Actor, enterprise: Any) -> Verdict:
    return YES if enterprise.pk in enterprise_ids(actor) else no(_NOT_OWN)


def can_record(actor: Actor, asset: IpAsset) -> Verdict:
    """Events and values: the enterprise, and a bank while the right stands in a pledge offered to it. One query for a bank."""
    if is_own(actor, asset):
        return YES
    banks = bank_ids(actor)
    if banks and asset.pledges.filter(organisation__in=banks).exclude(state__in=ENDED).exists():
        return YES
    return no(_("Events are entered by the enterprise and by a bank to which the right is offered."))


def can_offer(actor: Actor, enterprise: Any) -> Verdict:
    return YES if enterprise.pk in enterprise_ids(actor) else no(_NOT_OWN)


def can_bank(actor: Actor, pledge: Pledge) -> Verdict:
    return YES if is_bank(actor, pledge) else no(_NOT_BANK)


def can_party(actor: Actor, pledge: Pledge) -> Verdict:
    return YES if is_own(actor, pledge) or is_bank(actor, pledge) else no(_NOT_PARTY)


def can_set_terms(actor: Actor) -> Verdict:
    if has_role(actor, Role.SECRETARIAT):
        return YES
    return no(_("Terms of risk compensation are entered by the secretariat."))
