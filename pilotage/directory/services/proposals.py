"""The waiting half of a two-person act."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext as _

from pilotage.audit.models import Proposal, ProposalState
from pilotage.core.verdict import Conflict


def open_proposal(obj: models.Model, verb: str) -> Proposal | None:
    return (
        Proposal.objects.select_related("proposed_by")
        .filter(object_type=obj._meta.label_lower, object_id=str(obj.pk), verb=verb, state=ProposalState.OPEN)
        .first()
    )


def waiting(obj: models.Model, verb: str) -> Proposal:
    proposal = open_proposal(obj, verb)
    if proposal is None:
        raise Conflict(_("Nobody has proposed this act, or it was decided already. Reload the page to see what has happened."))
    return proposal
