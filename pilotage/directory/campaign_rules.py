"""Who runs a re-evaluation, who answers in it, and who sees it."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from pilotage.accounts.enums import Role
from pilotage.accounts.rules import enterprise_ids, has_role
from pilotage.core.verdict import YES, Verdict, no
from pilotage.directory.campaign_enums import PUBLIC_CAMPAIGNS
from pilotage.directory.models import Campaign, Directory, Evaluation
from pilotage.directory.rules import can_keep, sees_all

Actor = Any


def can_begin(actor: Actor, _directory: Directory) -> Verdict:
    if has_role(actor, Role.SECRETARIAT):
        return YES
    return no(_("Only the secretariat runs re-evaluations."))


def can_run(actor: Actor, campaign: Campaign) -> Verdict:
    return can_begin(actor, campaign.directory)


def can_evaluate(actor: Actor, evaluation: Evaluation) -> Verdict:
    """Whoever keeps the entry also examines it."""
    return can_keep(actor, evaluation.entry)


def can_report(actor: Actor, evaluation: Evaluation) -> Verdict:
    if evaluation.entry.enterprise_id in enterprise_ids(actor, Role.FILER, Role.LEGAL_REPRESENTATIVE):
        return YES
    return no(_("Only the enterprise itself reports what it has rectified."))


def visible_campaigns(actor: Actor) -> QuerySet[Campaign]:
    """Everybody sees those that have been drawn; the secretariat and auditors all."""
    if sees_all(actor):
        return Campaign.objects.all()
    return Campaign.objects.filter(state__in=sorted(PUBLIC_CAMPAIGNS))


def own_evaluations(actor: Actor) -> QuerySet[Evaluation]:
    """Those of the enterprises for which the actor files or signs."""
    return Evaluation.objects.filter(entry__enterprise__in=enterprise_ids(actor))
