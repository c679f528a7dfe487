"""Writes about who takes part in the review of a call: asked, accepted, declined, replaced. Part of the room's services."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from pilotage.audit.services import Entry, record_many, transition, transition_many
from pilotage.calls.models import Call
from pilotage.core import clock
from pilotage.core.verdict import Invalid
from pilotage.review import rules
from pilotage.review.enums import GONE, AssignmentState
from pilotage.review.experts.pool import active_experts
from pilotage.review.models import Assignment, ExpertInvitation, ExpertProfile
from pilotage.review.services import refresh_summaries

OPEN_SEATS = (AssignmentState.ASSIGNED, AssignmentState.STARTED)


@dataclass(slots=True)
class Invited:
    """``skipped``: experts who were not asked, with the reason."""

    invited: list[ExpertInvitation] = field(default_factory=list)
    skipped: list[tuple[ExpertProfile, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Freed:
    """Seats that are free again; finished reviews stay and count."""

    invitation: ExpertInvitation
    seats: list[Assignment]
    finished: int


def invite(*, actor: Any, call: Call, experts: Sequence[ExpertProfile], answer_by: date | None = None, note: str = "") -> Invited:
    """Ask experts to take part; who was asked before and is gone is asked again. A constant number of queries."""
    rules.can_manage(actor, call).require()
    if not experts:
        raise Invalid({"experts": _("Select at least one expert.")})
    if answer_by is not None and answer_by < clock.today():
        raise Invalid({"answer_by": _("The day by which to answer lies in the past.")})
    report = Invited()
    with transaction.atomic():
        known = {row.expert_id: row for row in ExpertInvitation.objects.filter(call=call, expert__in=experts).order_by("id")}
        active = set(active_experts(call).filter(pk__in=[expert.pk for expert in experts]).values_list("pk", flat=True))
        fresh: list[ExpertInvitation] = []
        again: list[ExpertInvitation] = []
        for expert in {expert.pk: expert for expert in experts}.values():
            row = known.get(expert.pk)
            if expert.pk not in active:
                report.skipped.append((expert, _("not available")))
            elif row is not None and row.state not in GONE:
                report.skipped.append((expert, _("asked already")))
            else:
                (fresh if row is None else again).append(row or _new(actor, call, expert, answer_by, note))
        created = ExpertInvitation.objects.bulk_create(fresh, batch_size=200)
        record_many([Entry(row, "expert_invitation.invite", note.strip()) for row in created], actor=actor)
        _again(actor, call, again, answer_by, note)
        report.invited = [*created, *again]
    return report


def _new(actor: Any, call: Call, expert: ExpertProfile, answer_by: date | None, note: str) -> ExpertInvitation:
    return ExpertInvitation(
        call=call, expert=expert, answer_by=answer_by, note=note.strip()[:500], invited_by=actor, invited_at=clock.now()
    )


def _again(actor: Any, call: Call, rows: Sequence[ExpertInvitation], answer_by: date | None, note: str) -> None:
    for row in rows:
        row.call = call
    changes = {
        "answer_by": answer_by,
        "note": note.strip()[:500],
        "reason": "",
        "invited_by": actor,
        "invited_at": clock.now(),
        "answered_at": None,
    }
    transition_many(rows, "invite_again", actor=actor, changes=lambda _row: changes)


def accept(*, actor: Any, invitation: ExpertInvitation) -> ExpertInvitation:
    transition(invitation, "accept", actor=actor, changes={"answered_at": clock.now()})
    return invitation


def decline(*, actor: Any, invitation: ExpertInvitation, reason: str) -> Freed:
    """Also after accepting: seats not finished become free at once, finished reviews stay."""
    with transaction.atomic():
        changes = {"answered_at": clock.now(), "reason": reason.strip()[:500]}
        transition(invitation, "decline", actor=actor, reason=reason, changes=changes)
        return _free(actor, invitation, "give_back", reason)


def withdraw(*, actor: Any, invitation: ExpertInvitation, reason: str) -> ExpertInvitation:
    transition(invitation, "withdraw", actor=actor, reason=reason, changes={"reason": reason.strip()[:500]})
    return invitation


def replace_expert(*, actor: Any, call: Call, expert: ExpertProfile, reason: str) -> Freed:
    """Take an expert who declined or vanished out of a call: open seats are cancelled with the reason, finished ones stay.

    Works without an invitation too; the row made then keeps the expert from being given seats again.
    """
    rules.can_manage(actor, call).require()
    with transaction.atomic():
        row = ExpertInvitation.objects.filter(call=call, expert=expert).first()
        if row is None:
            row = _new(actor, call, expert, None, "")
            row.save()
        row.call = call
        transition(row, "replace", actor=actor, reason=reason, changes={"reason": reason.strip()[:500]})
        return _free(actor, row, "cancel", reason)


def _free(actor: Any, invitation: ExpertInvitation, verb: str, reason: str) -> Freed:
    seats = list(
        Assignment.objects.filter(call=invitation.call, expert=invitation.expert, state__in=OPEN_SEATS)
        .select_related("application")
        .order_by("position", "id")
    )
    for seat in seats:
        seat.call, seat.expert = invitation.call, invitation.expert
    transition_many(seats, verb, actor=actor, reason=reason)
    refresh_summaries(invitation.call, [seat.application_id for seat in seats])
    done = Assignment.objects.filter(call=invitation.call, expert=invitation.expert, state=AssignmentState.FINISHED)
    return Freed(invitation, seats, done.count())
