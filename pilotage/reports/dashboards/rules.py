"""Who makes dashboards, who sees whose. What a card shows is decided card by card, for its reader."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from pilotage.accounts.enums import Role
from pilotage.accounts.models import Organisation
from pilotage.accounts.rules import memberships_as, roles_of
from pilotage.core.verdict import YES, Verdict, no
from pilotage.reports.dashboards.models import Dashboard, Sharing

MAKERS = frozenset(
    {Role.SECRETARIAT, Role.AUDITOR, Role.PROVINCE_OFFICER, Role.CITY_OFFICER, Role.COMMUNICATIONS_OFFICER, Role.UNIT_OFFICER}
)


def can_make(actor: Any) -> Verdict:
    if roles_of(actor) & MAKERS:
        return YES
    return no(_("Dashboards are made by the secretariat, auditors, officers and responsible units. You can open those shared with you."))


def can_change(actor: Any, dashboard: Dashboard) -> Verdict:
    if dashboard.owner_id == getattr(actor, "pk", None):
        return can_make(actor)
    return no(_("Only its owner changes a dashboard. Make a copy to have your own."))


def listed_for(actor: Any) -> QuerySet[Dashboard]:
    """One's own and those shared with one's organisations; those by link are opened by link."""
    bodies = [membership.organisation_id for membership in memberships_as(actor, *Role.values)]
    shared = Q(sharing=Sharing.ORGANISATION, organisation__in=bodies)
    return Dashboard.objects.filter(Q(owner=actor) | shared) if getattr(actor, "is_authenticated", False) else Dashboard.objects.none()


def visible_by_key(actor: Any) -> QuerySet[Dashboard]:
    """What opens for this reader when its address is known."""
    if not roles_of(actor):
        return Dashboard.objects.none()
    return Dashboard.objects.filter(Q(sharing=Sharing.LINK) | Q(pk__in=listed_for(actor).values("pk")))


def own_bodies(actor: Any) -> list[Organisation]:
    """The organisations with which the actor may share."""
    found = {membership.organisation_id: membership.organisation for membership in memberships_as(actor, *MAKERS)}
    return list(found.values())
