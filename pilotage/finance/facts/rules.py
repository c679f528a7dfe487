"""Who sees, states and attests what is known of an enterprise."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from pilotage.accounts.enums import Role
from pilotage.accounts.rules import consented_enterprise_ids, enterprise_ids, has_role
from pilotage.core.verdict import YES, Verdict, no
from pilotage.registry.models import Enterprise

Actor = Any  # a User, AnonymousUser, or None for the system


def visible_enterprises(actor: Actor) -> QuerySet[Enterprise]:
    """The enterprises whose facts the actor reads: the own, those that consented, those with nothing but published facts; staff all."""
    if reads_all(actor):
        return Enterprise.objects.all()
    condition = Q(pk__in=enterprise_ids(actor))
    if has_role(actor, Role.FINANCE_LIAISON):
        condition |= Q(pk__in=consented_enterprise_ids(actor)) | Q(fact_row__is_public=True)
    return Enterprise.objects.filter(condition)


def reads_all(actor: Actor) -> bool:
    return has_role(actor, Role.SECRETARIAT, Role.AUDITOR)


def lists_others(actor: Actor) -> bool:
    """Whether the actor reads of others than the own enterprise."""
    return has_role(actor, Role.SECRETARIAT, Role.AUDITOR, Role.FINANCE_LIAISON)


def states_for_all(actor: Actor) -> bool:
    return actor is None or has_role(actor, Role.SECRETARIAT)


def own_enterprises(actor: Actor) -> QuerySet[Enterprise]:
    return Enterprise.objects.filter(pk__in=enterprise_ids(actor))


def can_state(actor: Actor, enterprise: Enterprise) -> Verdict:
    if states_for_all(actor) or enterprise.pk in enterprise_ids(actor):
        return YES
    return no(_("The data of an enterprise is stated by itself or by the secretariat."))


def can_import(actor: Actor) -> Verdict:
    """Files may hold many enterprises; each row still needs the right to state that enterprise's data."""
    if actor is None or has_role(actor, Role.SECRETARIAT, Role.FILER, Role.LEGAL_REPRESENTATIVE):
        return YES
    return no(_("Data is imported by enterprises for themselves and by the secretariat."))


def can_load(actor: Actor) -> Verdict:
    if states_for_all(actor):
        return YES
    return no(_("Lists of listed companies are loaded by the secretariat."))


def can_attest(actor: Actor, enterprise: Enterprise) -> Verdict:
    """An attestation stands under a person's name, so the system gives none."""
    if actor is not None and (has_role(actor, Role.SECRETARIAT) or enterprise.pk in enterprise_ids(actor)):
        return YES
    return no(_("What no figure answers is attested by a person of the enterprise or of the secretariat, by name."))


def can_list(actor: Actor) -> Verdict:
    if has_role(actor, Role.SECRETARIAT, Role.AUDITOR, Role.FINANCE_LIAISON, Role.FILER, Role.LEGAL_REPRESENTATIVE):
        return YES
    return no(_("Financing is open to enterprises, to institutions with consent, to the secretariat and to auditors."))
