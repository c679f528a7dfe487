"""Writes of the selection: build, discard, propose, confirm. Part of the room's services."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from pilotage.audit.models import Proposal
from pilotage.audit.services import confirm, propose, record, transition, transition_many, withdraw_proposal
from pilotage.calls.models import Application, Call
from pilotage.core import clock
from pilotage.core.verdict import Conflict
from pilotage.review import rules
from pilotage.review.checks import not_proposed
from pilotage.review.enums import Outcome, SelectionState
from pilotage.review.models import Selection, SelectionInputs, SelectionRow
from pilotage.review.options import SelectionParameters
from pilotage.review.selection import facts as selection_facts
from pilotage.review.selection.decision_files import make_decision_file
from pilotage.review.selection.posted_terms import clean_parameters
from pilotage.review.selectors import open_proposal
from pilotage.review.wording import REASONS

__all__ = [
    "build_selection",
    "clean_parameters",
    "confirm_selection",
    "discard_selection",
    "propose_selection",
    "withdraw_selection_proposal",
]
VERBS = {Outcome.SELECTED: "select", Outcome.RESERVE: "reserve", Outcome.NOT_SELECTED: "not_select"}


def build_selection(*, actor: Any, call: Call, parameters: SelectionParameters | Mapping[str, Any] | None = None) -> Selection:
    """Select from what is under review into a new draft; a draft before it is discarded. ``None``: as the call file publishes.

    A mapping is read by ``clean_parameters``; what it does not name follows the call. Raises Invalid where the terms contradict
    each other, or ask for calibrated scores that cannot be compared.
    """
    rules.can_build_selection(actor, call).require()
    terms = parameters if isinstance(parameters, SelectionParameters) else clean_parameters(call, parameters or {})
    with transaction.atomic():
        Call.objects.select_for_update().get(pk=call.pk)  # numbers the drafts one by one
        for earlier in Selection.objects.filter(call=call, state=SelectionState.DRAFT).select_related("call").order_by("number"):
            not_proposed(earlier)
            transition(earlier, "discard", actor=actor, reason=_("Replaced by a new draft."))
        inputs = selection_facts.gather(call, terms.as_json())
        found = selection_facts.reckoned(inputs)
        last = Selection.objects.filter(call=call).aggregate(last=Max("number"))["last"] or 0
        selection = Selection.objects.create(
            call=call,
            number=last + 1,
            parameters=terms.as_json(),
            inputs_digest=selection_facts.digest_of(inputs),
            results=found["results"],
            created_by=actor,
            created_at=clock.now(),
        )
        SelectionInputs.objects.create(selection=selection, packed=selection_facts.packed(inputs))
        _write_rows(selection, found["rows"])
        record(selection, "selection.build", actor=actor)
    return selection


def _write_rows(selection: Selection, rows: Sequence[Mapping[str, Any]]) -> None:
    pks = dict(Application.objects.filter(call=selection.call).order_by().values_list("number", "pk"))
    SelectionRow.objects.bulk_create(
        [
            SelectionRow(
                selection=selection,
                application_id=pks[row["number"]],
                position=row["position"],
                mean=row["figures"]["raw"],
                outcome=row["outcome"],
                reason=row["reason"],
                figures=row["figures"],
            )
            for row in rows
        ],
        batch_size=500,
    )


def discard_selection(*, actor: Any, selection: Selection, reason: str = "") -> Selection:
    transition(selection, "discard", actor=actor, reason=reason)
    return selection


def propose_selection(*, actor: Any, selection: Selection, reason: str = "") -> Proposal:
    """First half: all that confirming checks is checked now, and nothing moves."""
    return propose(selection, "confirm", actor=actor, reason=reason)


def withdraw_selection_proposal(*, actor: Any, selection: Selection) -> None:
    proposal = _waiting(selection)
    withdraw_proposal(proposal, actor=actor)


def confirm_selection(*, actor: Any, selection: Selection, reason: str = "") -> Selection:
    """Second half, by another person: the list holds, and every application moves to its outcome, all or none.

    The decision file is signed and kept in the same transaction.
    """
    proposal = _waiting(selection)
    with transaction.atomic():
        confirm(proposal, selection, actor=actor, reason=reason)
        _move_applications(actor, selection)
        make_decision_file(actor=actor, selection=selection)
    selection.call.__dict__.pop("_is_decided", None)
    return selection


def _waiting(selection: Selection) -> Proposal:
    proposal = open_proposal(selection)
    if proposal is None:
        raise Conflict(_("Nobody has proposed this selection, or the proposal was withdrawn."))
    return proposal


def _move_applications(actor: Any, selection: Selection) -> None:
    """One event per application, with the kind of reason; its figures stand in the selection's own event."""
    groups: dict[tuple[str, str], list[Application]] = defaultdict(list)
    for row in selection.rows.select_related("application").order_by("position"):
        row.application.call = selection.call
        groups[row.outcome, row.reason].append(row.application)
    for (outcome, reason), applications in groups.items():
        extra = {"selection": selection.number, "reason": reason}
        transition_many(applications, VERBS[Outcome(outcome)], actor=actor, reason=str(REASONS[reason]), extra=extra)
