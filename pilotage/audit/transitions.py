from pilotage.audit.models import ProposalState
from pilotage.core.transitions import StateTable, register, row
from pilotage.core.verdict import YES, Verdict, no


def _second_person(actor: object, proposal: object) -> Verdict:
    from django.utils.translation import gettext_lazy as _

    if getattr(actor, "pk", None) == proposal.proposed_by_id:  # type: ignore[attr-defined]
        return no(_("The person who proposed an act cannot confirm it."))
    return YES


def _first_person(actor: object, proposal: object) -> Verdict:
    from django.utils.translation import gettext_lazy as _

    if getattr(actor, "pk", None) != proposal.proposed_by_id:  # type: ignore[attr-defined]
        return no(_("Only the person who proposed an act can withdraw it."))
    return YES


PROPOSAL = register(
    "audit.proposal",
    StateTable(
        "proposal",
        tuple(ProposalState.values),
        ProposalState.OPEN,
        (
            row("confirm", ProposalState.OPEN, ProposalState.CONFIRMED, _second_person),
            row("withdraw", ProposalState.OPEN, ProposalState.WITHDRAWN, _first_person),
        ),
    ),
)
