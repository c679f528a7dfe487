"""Writes of assignment runs: made, solved in the background, made final or discarded. Part of the room's services.

A run gives nobody a seat before it is final. What it is asked for, the digest of all it depended on, its seats, the
bound that certifies them and the seed committed to beforehand stay with it.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from pilotage.audit.services import record, transition
from pilotage.calls.models import Application, Call
from pilotage.core import clock
from pilotage.core.verdict import Conflict, Invalid
from pilotage.review import rules
from pilotage.review.enums import AssignmentMethod, RunState, SeatOrderKind
from pilotage.review.models import Assignment, AssignmentRun, ExpertProfile, SeatOrder
from pilotage.review.options import review_options
from pilotage.review.runs.facts import Desk, digest_of, gather, lay_out
from pilotage.review.runs.options import AssignmentParameters, cleaned
from pilotage.review.runs.words import refusal
from pilotage.review.selectors import barred
from pilotage.review.services import create_seats

OPEN = (RunState.WAITING, RunState.SOLVING, RunState.PROPOSED)
TELL_EVERY = 0.5  # seconds between two signs of life
LEAST_SEED = 16
MOST_REASON = 500


@dataclass(frozen=True, slots=True)
class Assigned:
    """A run that was made final. ``unfilled``: applications with empty seats, and why."""

    run: AssignmentRun
    created: list[Assignment]
    unfilled: list[tuple[Application, str]]


class _Stopped(Exception):
    """The run was discarded while it was being solved."""


# --- make -----------------------------------------------------------------------------------
def default_parameters(call: Call) -> AssignmentParameters:
    return AssignmentParameters(experts=review_options(call).experts_per_application)


def make_run(
    *,
    actor: Any,
    call: Call,
    parameters: AssignmentParameters | None = None,
    applications: Sequence[str] = (),
    extra: int = 0,
    seed: str = "",
) -> AssignmentRun:
    """A run that waits to be solved; one that was open before is discarded.

    ``applications`` (numbers) and ``extra``: that many more experts for these alone. ``seed``: drawn unless given, at least
    16 characters. Raises Refused, or Invalid with what cannot be: no expert, no empty seat, too little room.
    """
    rules.can_manage(actor, call).require()
    asked = parameters or default_parameters(call)
    if applications or extra:
        asked = replace(asked, applications=tuple(sorted(set(applications))) or asked.applications, extra=extra or asked.extra)
    asked = cleaned(asked)
    secret = seed or secrets.token_hex(32)
    if len(secret) < LEAST_SEED:
        raise Invalid({"seed": _("A seed needs at least 16 characters, or it could be guessed.")})
    with transaction.atomic():
        Call.objects.select_for_update().get(pk=call.pk)  # numbers the runs one by one
        _refuse(lay_out(call, asked))
        for earlier in AssignmentRun.objects.filter(call=call, state__in=OPEN).order_by("number"):
            earlier.call = call
            transition(earlier, "discard", actor=actor, reason=_("Replaced by a new run."), changes={"updated_at": clock.now()})
        return _create(actor, call, asked, secret)


def _create(actor: Any, call: Call, asked: AssignmentParameters, secret: str) -> AssignmentRun:
    from pilotage.review.assignment import commitment  # loads numpy

    last = AssignmentRun.objects.filter(call=call).aggregate(last=Max("number"))["last"] or 0
    now = clock.now()
    run = AssignmentRun.objects.create(
        call=call,
        number=last + 1,
        parameters=asked.as_json(),
        seed=secret,
        commitment=commitment(secret),
        created_by=actor,
        created_at=now,
        updated_at=now,
    )
    record(run, "assignment_run.make", actor=actor)
    return run


def _refuse(desk: Desk) -> None:
    """What needs no solving to be said."""
    if not desk.need:
        raise Invalid(_("No seat is empty: every application in review has the experts asked for."))
    if not desk.experts:
        raise Invalid(refusal("empty_pool", {}))
    if desk.space < desk.need and not desk.parameters.partial:
        raise Invalid(refusal("loads", {"seats": desk.need, "loads": desk.space, "experts": len(desk.experts)}))


# --- solve ----------------------------------------------------------------------------------
def solve_run(*, actor: Any, run: AssignmentRun, progress: Callable[[str, float], None] | None = None) -> AssignmentRun:
    """Find the seats and put the run before the secretariat. May be called again for a run whose worker was killed.

    What cannot be solved fails with its sentence. Raises Conflict where the run is past solving.
    """
    from pilotage.review.assignment import AssignmentError
    from pilotage.review.runs.problem import answer, told

    transition(run, "begin", actor=actor, changes={"phase": "facts", "share": 0.0, "updated_at": clock.now()})
    facts = gather(run.call, AssignmentParameters.from_json(run.parameters))
    digest = digest_of(facts)  # before a limit nobody set is raised
    try:
        found = answer(facts, run.seed, f"{run.call.slug}#{run.number}", _teller(run, progress))
    except AssignmentError as error:
        transition(run, "fail", actor=actor, changes={"result": {"error": told(error, facts)}, "updated_at": clock.now()})
        return run
    except _Stopped:
        run.refresh_from_db()
        return run
    except Exception as error:
        told_of = {"error": {"code": "internal", "facts": {}, "sentence": repr(error)[:500]}}
        transition(run, "fail", actor=actor, changes={"result": told_of, "updated_at": clock.now()})
        raise
    changes = {"result": found.result, "seats": found.seats, "inputs_digest": digest, "phase": "", "share": 1.0}
    transition(run, "present", actor=actor, changes={**changes, "updated_at": clock.now()})
    return run


def _teller(run: AssignmentRun, progress: Callable[[str, float], None] | None) -> Callable[[str, float], None]:
    """Writes how far the work is, at most twice a second; ends it where the run was discarded meanwhile."""
    said = [0.0]

    def tell(phase: str, share: float) -> None:
        if progress:
            progress(phase, share)
        if time.monotonic() - said[0] < TELL_EVERY:
            return
        said[0] = time.monotonic()
        alive = AssignmentRun.objects.filter(pk=run.pk, state=RunState.SOLVING)
        if not alive.update(phase=phase[:20], share=share, updated_at=clock.now()):
            raise _Stopped

    return tell


# --- decide ---------------------------------------------------------------------------------
def finalise_run(*, actor: Any, run: AssignmentRun) -> Assigned:
    """Turn the preview into seats, all or none, and reveal the seed. Raises Conflict where the facts have changed since."""
    with transaction.atomic():
        Call.objects.select_for_update().get(pk=run.call_id)
        transition(run, "finalise", actor=actor, changes={"updated_at": clock.now()})
        keys = {seat[0] for seat in run.seats} | {each["application"] for each in run.result["unfilled"]}
        applications = Application.objects.select_related("enterprise").defer("field_versions", "bigrams").in_bulk(keys)
        for application in applications.values():
            application.call = run.call
        experts = ExpertProfile.objects.in_bulk({seat[1] for seat in run.seats})
        pairs = [(applications[seat[0]], experts[seat[1]]) for seat in run.seats]
        created = create_seats(actor=actor, call=run.call, pairs=pairs, method=AssignmentMethod.OPTIMAL)
    return Assigned(run, created, _unfilled(run, applications))


def _unfilled(run: AssignmentRun, applications: dict[int, Application]) -> list[tuple[Application, str]]:
    from pilotage.review.runs.words import unfilled_sentence

    return [(applications[each["application"]], unfilled_sentence(each)) for each in run.result["unfilled"]]


def discard_run(*, actor: Any, run: AssignmentRun, reason: str = "") -> AssignmentRun:
    """Also one that is being solved: its worker stops at the next sign of life."""
    transition(run, "discard", actor=actor, reason=reason, changes={"updated_at": clock.now()})
    return run


def assign_now(
    *,
    actor: Any,
    call: Call,
    parameters: AssignmentParameters | None = None,
    seed: str = "",
    applications: Sequence[str] = (),
    extra: int = 0,
) -> Assigned:
    """Make, solve and make final in one go, as a script does. Raises Invalid with the sentence where the run fails."""
    run = make_run(actor=actor, call=call, parameters=parameters, seed=seed, applications=applications, extra=extra)
    solve_run(actor=actor, run=run)
    if run.state == RunState.FAILED:
        raise Invalid(refusal(run.result["error"]["code"], run.result["error"]["facts"], run.result["error"]["sentence"]))
    return finalise_run(actor=actor, run=run)


# --- orders ---------------------------------------------------------------------------------
def lock_seat(*, actor: Any, application: Application, expert: ExpertProfile, reason: str) -> SeatOrder:
    """This expert sits on this application in every run from now on. Refused where a rule bars the pair."""
    if found := barred(expert, application):
        raise Invalid({"expert": found[1]})
    return _order(actor, application, expert, SeatOrderKind.LOCK, reason)


def forbid_seat(*, actor: Any, application: Application, expert: ExpertProfile, reason: str) -> SeatOrder:
    return _order(actor, application, expert, SeatOrderKind.FORBID, reason)


def _order(actor: Any, application: Application, expert: ExpertProfile, kind: str, reason: str) -> SeatOrder:
    """An order given before on the same pair gives way."""
    rules.can_manage(actor, application.call).require()
    rules.is_reviewable(application).require()
    if not reason.strip():
        raise Invalid({"reason": _("Give a reason: it is shown to the people concerned and kept in the record.")})
    values = {"kind": kind, "reason": reason.strip()[:MOST_REASON], "made_by": actor, "made_at": clock.now()}
    with transaction.atomic():
        order, _made = SeatOrder.objects.update_or_create(application=application, expert=expert, defaults=values)
        record(order, f"seat_order.{kind}", actor=actor, reason=order.reason)
    return order


def lift_order(*, actor: Any, order: SeatOrder) -> None:
    """Runs from now on decide about the pair by themselves. What was ordered stays in the chain."""
    rules.can_manage(actor, order.application.call).require()
    with transaction.atomic():
        record(order, "seat_order.lift", actor=actor)
        if not SeatOrder.objects.filter(pk=order.pk).delete()[0]:
            raise Conflict(_("This order has been lifted already."))
