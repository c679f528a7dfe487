"""Who screens the register, and whose answers one reads: those of the enterprises whose facts one reads."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from pilotage.accounts.enums import Role
from pilotage.accounts.rules import has_role
from pilotage.core.verdict import YES, Verdict, no
from pilotage.finance.facts.rules import reads_all, visible_enterprises
from pilotage.finance.screening.enums import ScreeningState
from pilotage.finance.screening.models import Screening, ScreeningResult

Actor = Any  # a User, AnonymousUser, or None for the system


def can_screen(actor: Actor, _screening: Any = None) -> Verdict:
    if actor is None or has_role(actor, Role.SECRETARIAT):
        return YES
    return no(_("The register is screened by the secretariat."))


def can_move(actor: Actor, _screening: Any = None) -> Verdict:
    return YES if actor is None else no(_("A screening goes on by itself."))


def can_compare(actor: Actor) -> Verdict:
    if has_role(actor, Role.SECRETARIAT, Role.AUDITOR, Role.FINANCE_LIAISON):
        return YES
    return no(_("Screenings are read by the secretariat, by auditors and by institutions, each of the enterprises it may see."))


def visible_screenings(actor: Actor) -> QuerySet[Screening]:
    """Institutions see what is done; its numbers are then counted over the enterprises they may see."""
    if reads_all(actor):
        return Screening.objects.all()
    return Screening.objects.filter(state=ScreeningState.DONE) if can_compare(actor) else Screening.objects.none()


def visible_results(actor: Actor, screening: Screening) -> QuerySet[ScreeningResult]:
    found = ScreeningResult.objects.filter(screening=screening)
    return found if reads_all(actor) else found.filter(enterprise__in=visible_enterprises(actor))
