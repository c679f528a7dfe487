"""Disbursing and cancelling: one person of the bank proposes, another confirms."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from pilotage.audit import services as audit
from pilotage.audit.models import Proposal, ProposalState
from pilotage.core import clock
from pilotage.core.verdict import Conflict, Invalid
from pilotage.finance.pledges import assets as rights
from pilotage.finance.pledges.enums import EventCode
from pilotage.finance.pledges.models import Pledge

TWO_PERSON = ("disburse", "cancel")


def propose(*, actor: Any, pledge: Pledge, verb: str, reason: str = "") -> Proposal:
    """``disburse`` or ``cancel``; a second person of the bank confirms."""
    if verb not in TWO_PERSON:
        raise Invalid(_("There is no such step."))
    return audit.propose(pledge, verb, actor=actor, reason=reason)


@transaction.atomic
def confirm(*, actor: Any, pledge: Pledge, verb: str) -> Pledge:
    audit.confirm(waiting(pledge, verb), pledge, actor=actor)
    if verb == "cancel":
        rights.registered(actor=actor, pledge=pledge, code=EventCode.PC01, on=clock.today(), note=pledge.registration_number)
    return pledge


def take_back(*, actor: Any, pledge: Pledge, verb: str) -> None:
    audit.withdraw_proposal(waiting(pledge, verb), actor=actor)


def waiting(pledge: Pledge, verb: str) -> Proposal:
    found = proposals(pledge).get(verb)
    if found is None:
        raise Conflict(_("Nobody has proposed this act, or it was decided already. Reload the page to see what has happened."))
    return found


def proposals(pledge: Pledge) -> dict[str, Proposal]:
    """verb -> what waits for a second person. One query."""
    rows = Proposal.objects.filter(object_type=pledge._meta.label_lower, object_id=str(pledge.pk), state=ProposalState.OPEN)
    return {row.verb: row for row in rows.select_related("proposed_by").order_by("pk")}
