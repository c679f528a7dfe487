"""Writes of the selection: build, discard, propose, confirm. Part of the room's services."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from pilotage.audit.models import Proposal
from pilotage.audit.services import confirm, propose, record, transition, transition_many, withdraw_proposal
from pilotage.calls.models import Application, Call
from pilotage.core import clock
from pilotage.core.verdict import Conflict, Invalid
from pilotage.review import ranking, rules
from pilotage.review.checks import not_proposed
from pilotage.review.enums import Outcome, SelectionState
from pilotage.review.models import Selection, SelectionRow
from pilotage.review.options import SelectionParameters, review_options, selection_defaults
from pilotage.review.selectors import open_proposal, rank_call
from pilotage.review.wording import REASONS

VERBS = {Outcome.SELECTED: "select", Outcome.RESERVE: "reserve", Outcome.NOT_SELECTED: "not_select"}


def build_selection(*, actor: Any, call: Call, parameters: SelectionParameters | Mapping[str, Any] | None = None) -> Selection:
    """Rank what is under review into a new draft; a draft before it is discarded. ``None``: as the call file publishes.

    A mapping may hold any of total, reserve, default_cap, caps, required_reviews, least_mean; the rest follows the call.
    """
    rules.can_build_selection(actor, call).require()
    terms = parameters if isinstance(parameters, SelectionParameters) else clean_parameters(call, parameters or {})
    with transaction.atomic():
        Call.objects.select_for_update().get(pk=call.pk)  # numbers the drafts one by one
        for earlier in Selection.objects.filter(call=call, state=SelectionState.DRAFT).select_related("call").order_by("number"):
            not_proposed(earlier)
            transition(earlier, "discard", actor=actor, reason=_("Replaced by a new draft."))
        places, digest = rank_call(call, terms)
        last = Selection.objects.filter(call=call).aggregate(last=Max("number"))["last"] or 0
        selection = Selection.objects.create(
            call=call, number=last + 1, parameters=terms.as_json(), inputs_digest=digest, created_by=actor, created_at=clock.now()
        )
        _write_rows(selection, places)
        record(selection, "selection.build", actor=actor)
    return selection


def _write_rows(selection: Selection, places: list[ranking.Place]) -> None:
    pks = dict(Application.objects.filter(call=selection.call).order_by().values_list("number", "pk"))
    SelectionRow.objects.bulk_create(
        [
            SelectionRow(
                selection=selection,
                application_id=pks[place.candidate.key],
                position=place.position,
                mean=place.candidate.mean,
                outcome=place.outcome,
                reason=place.reason,
                figures=_json(place.figures),
            )
            for place in places
        ],
        batch_size=500,
    )


def _json(figures: Mapping[str, Any]) -> dict[str, Any]:
    return {name: f"{value:.3f}" if isinstance(value, Decimal) else value for name, value in figures.items()}


def clean_parameters(call: Call, raw: Mapping[str, Any]) -> SelectionParameters:
    """Posted or given terms over the call's own. Raises Invalid with a sentence per field."""
    base, errors = selection_defaults(call), {}
    numbers: dict[str, Any] = {}
    for name in ("total", "reserve", "default_cap", "required_reviews"):
        try:
            numbers[name] = _whole(raw[name]) if name in raw else getattr(base, name)
        except ValueError:
            errors[name] = _("Give a whole number, 0 or more.")
    caps = dict(base.caps)
    for code, value in (raw.get("caps") or {}).items():
        try:
            cap = _whole(value)
            if cap is None:
                caps.pop(code, None)
            else:
                caps[str(code)] = cap
        except ValueError:
            errors[f"cap-{code}"] = _("Give a whole number, 0 or more.")
    least = base.least_mean
    if "least_mean" in raw:
        try:
            least = _score(raw["least_mean"])
        except (InvalidOperation, ValueError):
            errors["least_mean"] = _("Give a score from 0 to 100.")
    errors |= _impossible(call, numbers)
    if errors:
        raise Invalid(errors)
    numbers["reserve"], numbers["required_reviews"] = numbers["reserve"] or 0, numbers["required_reviews"] or 1
    return replace(base, **numbers, caps=caps, least_mean=least)


def _impossible(call: Call, numbers: Mapping[str, int | None]) -> dict[str, str]:
    seats = review_options(call).experts_per_application
    errors = {}
    if "total" in numbers and not numbers["total"]:
        errors["total"] = _("Say how many can be selected, at least 1.")
    if (numbers.get("required_reviews") or 0) > seats:
        errors["required_reviews"] = _("The call has %(seats)s experts per application.") % {"seats": seats}
    return errors


def _whole(value: Any) -> int | None:
    text = str(value if value is not None else "").strip()
    if not text:
        return None
    number = int(text)
    if not 0 <= number <= 1_000_000:
        raise ValueError(text)
    return number


def _score(value: Any) -> Decimal | None:
    text = str(value if value is not None else "").strip()
    if not text:
        return None
    number = Decimal(text)
    if not number.is_finite() or not 0 <= number <= 100:
        raise ValueError(text)
    return number


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
    """Second half, by another person: the list holds, and every application moves to its outcome, all or none."""
    proposal = _waiting(selection)
    with transaction.atomic():
        confirm(proposal, selection, actor=actor, reason=reason)
        _move_applications(actor, selection)
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
