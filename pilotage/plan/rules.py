"""Who may load a plan and see its versions. The plan itself is public."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from pilotage.accounts.enums import Role
from pilotage.accounts.rules import has_role
from pilotage.core.verdict import YES, Verdict, no
from pilotage.plan.models import Plan, PlanVersion


def can_load(actor: Any) -> Verdict:
    """``actor`` None is the system: the command on the server's own console."""
    if actor is None or has_role(actor, Role.SECRETARIAT):
        return YES
    return no(_("Only the secretariat loads a plan."))


def can_see_versions(actor: Any) -> Verdict:
    if has_role(actor, Role.SECRETARIAT, Role.AUDITOR):
        return YES
    return no(_("Only the secretariat and auditors see the versions of a plan."))


def can_open_cockpit(actor: Any) -> Verdict:
    """Those who steer the plan, for the country or for their province."""
    if has_role(actor, Role.SECRETARIAT, Role.AUDITOR, Role.PROVINCE_OFFICER, Role.COMMUNICATIONS_OFFICER):
        return YES
    return no(
        _(
            "The overview of targets is for the secretariat, auditors, and the officers of provinces and communications "
            "administrations; the public page of the plan shows the same targets."
        )
    )


def visible_plans(actor: Any) -> QuerySet[Plan]:
    """Loaded plans are public: whoever asks sees all of them, newest first."""
    return Plan.objects.order_by("-starts_on", "id")


def visible_versions(actor: Any) -> QuerySet[PlanVersion]:
    if can_see_versions(actor):
        return PlanVersion.objects.order_by("-number")
    return PlanVersion.objects.none()
