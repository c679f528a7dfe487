"""Who sees and who changes an enterprise.

The registry lies under the room of accounts, so an actor is known here only by what it carries: ``active_memberships``
with ``role`` and ``organisation``. None is the system itself (command line, demonstration).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from pilotage.core.verdict import YES, Verdict, no
from pilotage.registry.models import Enterprise, EnterpriseImport

# values of accounts.enums.Role, which this room cannot import; a test holds them equal
OWN = ("filer", "legal_representative")
TERRITORIAL = ("district_officer", "city_officer", "province_officer", "communications_officer")
EVERYTHING = ("secretariat", "auditor")
WITHOUT_TERRITORY = "recommending_officer"


def visible_enterprises(actor: Any) -> QuerySet[Enterprise]:
    """The enterprises an actor may see; experts, outsiders and the public see none here."""
    memberships = _memberships(actor)
    if any(membership.role in EVERYTHING for membership in memberships):
        return Enterprise.objects.all()
    return Enterprise.objects.filter(_scope(memberships))


def _scope(memberships: Iterable[Any]) -> Q:
    condition = Q(pk__in=[])
    for membership in memberships:
        organisation = membership.organisation
        if membership.role in OWN and organisation.enterprise_id:
            condition |= Q(pk=organisation.enterprise_id)
        elif membership.role in TERRITORIAL and organisation.division is not None:
            condition |= Q(**{organisation.division.level: organisation.division_id})
        elif membership.role == "finance_liaison":
            consented = Q(consents__organisation=organisation.pk, consents__withdrawn_at__isnull=True)
            condition |= Q(pk__in=Enterprise.objects.filter(consented).values("pk"))
        elif membership.role == WITHOUT_TERRITORY:
            # whoever filed through this body, and nobody else; named by string, for applications lie in a higher room
            through = Q(applications__recommender__organisation=organisation.pk, applications__submitted_at__isnull=False)
            if membership.call_id:
                through &= Q(applications__call=membership.call_id)
            condition |= Q(pk__in=Enterprise.objects.filter(through).values("pk"))
    return condition


def can_list_enterprises(actor: Any) -> Verdict:
    if _memberships(actor, *OWN, *TERRITORIAL, *EVERYTHING, WITHOUT_TERRITORY, "finance_liaison"):
        return YES
    return no(_("The register of enterprises is open to officers, to auditors, and to each enterprise for itself."))


def sees_everything(actor: Any) -> bool:
    return bool(_memberships(actor, *EVERYTHING))


def can_edit_enterprise(actor: Any, enterprise: Enterprise) -> Verdict:
    """Contact facts: the enterprise itself, the province, the secretariat."""
    if can_edit_identity(actor, enterprise):
        return YES
    if any(m.organisation.enterprise_id == enterprise.pk for m in _memberships(actor, *OWN)):
        return YES
    return no(_("Only the enterprise itself, the province officer responsible for it or the secretariat can change its facts."))


def can_edit_identity(actor: Any, enterprise: Enterprise) -> Verdict:
    """Name, identifiers, territory and titles, on which scope and honours rest."""
    if actor is None or _memberships(actor, "secretariat"):
        return YES
    if any(m.organisation.division_id == enterprise.province_id for m in _memberships(actor, "province_officer")):
        return YES
    return no(
        _("The registered name, the identifiers, the territory and the titles are changed by the province officer or the secretariat.")
    )


def can_create_enterprise(actor: Any, province: str | None) -> Verdict:
    territory = import_territory(actor)
    if territory is None or province in territory:
        return YES
    return no(_("Enterprises are entered by the secretariat, or by a province officer for the own province."))


def can_import(actor: Any) -> Verdict:
    if actor is None or _memberships(actor, "secretariat", "province_officer"):
        return YES
    return no(_("Lists of enterprises are imported by the secretariat and by province officers."))


def import_territory(actor: Any) -> frozenset[str] | None:
    """The provinces an actor may write enterprises of; None is everywhere."""
    if actor is None or _memberships(actor, "secretariat"):
        return None
    return frozenset(m.organisation.division_id for m in _memberships(actor, "province_officer") if m.organisation.division_id)


def visible_imports(actor: Any) -> QuerySet[EnterpriseImport]:
    if _memberships(actor, *EVERYTHING):
        return EnterpriseImport.objects.all()
    if _memberships(actor, "province_officer"):
        return EnterpriseImport.objects.filter(created_by=actor)
    return EnterpriseImport.objects.none()


def can_run_import(actor: Any, batch: EnterpriseImport) -> Verdict:
    allowed = can_import(actor)
    if not allowed:
        return allowed
    if actor is None or actor.pk == batch.created_by_id or _memberships(actor, "secretariat"):
        return YES
    return no(_("Only the person who uploaded the file, or the secretariat, can run this import."))


def _memberships(actor: Any, *roles: str) -> list[Any]:
    if actor is None or not getattr(actor, "is_authenticated", False) or not actor.is_active:
        return []
    return [m for m in actor.active_memberships if not roles or m.role in roles]
