"""Writes of a panel discussion: who leads it, what is said, which scores change and why. Part of the room's services."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from pilotage.audit.services import record, transition
from pilotage.core import clock
from pilotage.core.verdict import Conflict, Invalid
from pilotage.review import scoring
from pilotage.review.enums import AssignmentState, DiscussionState
from pilotage.review.models import Assignment, Discussion, DiscussionRemark, ExpertProfile, Score, ScoreChange
from pilotage.review.options import review_options, rubric_of
from pilotage.review.panel import rules
from pilotage.review.selectors import values_of
from pilotage.review.services import refresh_summaries

MAX_TEXT = 2000


@dataclass(slots=True)
class Appointed:
    """``barred``: discussions the expert may not lead, with the rule's sentence."""

    led: list[Discussion] = field(default_factory=list)
    barred: list[tuple[Discussion, str]] = field(default_factory=list)


def appoint_chair(*, actor: Any, discussions: Sequence[Discussion], expert: ExpertProfile) -> Appointed:
    """One expert leads several discussions; those the conflict rules bar are named and left as they were."""
    done = Appointed()
    with transaction.atomic():
        for row in discussions:
            rules.can_manage_discussion(actor, row).require()
            verdict = rules.chair_verdict(expert, row.application)
            if row.state not in {DiscussionState.WAITING, DiscussionState.OPEN}:
                done.barred.append((row, _("This discussion is closed.")))
            elif not verdict:
                done.barred.append((row, str(verdict.reason)))
            else:
                _appoint(actor, row, expert)
                done.led.append(row)
    return done


def _appoint(actor: Any, row: Discussion, expert: ExpertProfile) -> None:
    before, row.chair = row.chair, expert
    row.save(update_fields=["chair"])
    record(row, "discussion.appoint", actor=actor, extra={"chair": [before.number if before else None, expert.number]})


def open_discussion(*, actor: Any, discussion: Discussion) -> Discussion:
    """From now on the panel reads each other's scores, under pseudonyms drawn here."""
    with transaction.atomic():
        seats = Assignment.objects.filter(application=discussion.application_id, state=AssignmentState.FINISHED)
        panel = sorted(seats.order_by("id").values_list("pk", flat=True), key=lambda pk: _drawn(discussion.pk, pk))
        transition(discussion, "open", actor=actor, changes={"opened_at": clock.now(), "panel": panel})
    return discussion


def _drawn(discussion: int, seat: int) -> str:
    """An order that says nothing of who was seated first, the same whenever it is drawn."""
    return hashlib.sha256(f"{discussion}:{seat}".encode()).hexdigest()


def remark(*, actor: Any, discussion: Discussion, text: str) -> DiscussionRemark:
    said = _cleaned("text", text, _("Write what you want to say."))
    with transaction.atomic():
        row = _locked(discussion)
        rules.can_speak(actor, row).require()
        expert = ExpertProfile.objects.get(user=actor)
        made = DiscussionRemark.objects.create(discussion=row, expert=expert, text=said, made_at=clock.now())
        record(row, "discussion.remark", actor=actor, extra={"remark": made.pk, "text": said})
    return made


def change_scores(*, actor: Any, discussion: Discussion, values: Mapping[str, Mapping[str, Any]], reason: str) -> list[ScoreChange]:
    """An expert's own scores, each with what the page showed (``base``). All of them or none; what is equal is no change.

    Raises Refused (who, when), Invalid (no reason, no change, not on the scale) or Conflict (another window was faster).
    """
    why = _cleaned("reason", reason, _("Give the reason: the panel and the record keep it."))
    with transaction.atomic():
        row = _locked(discussion)
        rules.can_change_scores(actor, row).require()
        seat = _own_seat(actor, row)
        rubric = rubric_of(row.application, review_options(row.call))
        stored = values_of(seat)
        wanted = _wanted(rubric, stored, values)
        if not wanted:
            raise Invalid({"values": _("No score differs from what is kept.")})
        return _write(actor, row, seat, rubric, stored, wanted, why)


def _own_seat(actor: Any, discussion: Discussion) -> Assignment:
    found = rules.seat_of(actor, discussion)
    seats = Assignment.objects.select_for_update(of=("self",)).filter(state=AssignmentState.FINISHED)
    seat = seats.filter(pk=found.pk).first() if found else None
    if found is None or seat is None:
        raise Conflict(_("Your review was reopened meanwhile. Finish it first."))
    seat.call, seat.expert = discussion.call, found.expert
    return seat


def _wanted(
    rubric: scoring.Rubric, stored: Mapping[str, Decimal | None], values: Mapping[str, Mapping[str, Any]]
) -> dict[str, tuple[Decimal, Decimal]]:
    """Criterion -> before and after."""
    found: dict[str, tuple[Decimal, Decimal]] = {}
    errors: dict[str, str] = {}
    for key, raw in values.items():
        try:
            new, base = rubric.clean(raw.get("value")), rubric.clean(raw.get("base"))
        except scoring.RubricError:
            new = base = None
        kept = stored.get(key)
        if key not in rubric.keys or new is None or kept is None:
            errors[key] = _("Give a whole number from 0 to %(scale)s.") % {"scale": rubric.scale}
        elif base is not None and base != kept and new != base:
            raise Conflict(_("Your scores were changed in another window; nothing was overwritten. Reload the page."))
        elif new not in (kept, base):
            found[key] = (kept, new)
    if errors:
        raise Invalid(errors)
    return found


def _write(
    actor: Any,
    discussion: Discussion,
    seat: Assignment,
    rubric: scoring.Rubric,
    stored: Mapping[str, Decimal | None],
    wanted: Mapping[str, tuple[Decimal, Decimal]],
    reason: str,
) -> list[ScoreChange]:
    before, now = seat.total or Decimal(0), clock.now()
    after = scoring.total(rubric, {**stored, **{key: pair[1] for key, pair in wanted.items()}})
    if after is None:
        raise Conflict(_("Your review was reopened meanwhile. Finish it first."))
    for key, (_old, new) in wanted.items():
        Score.objects.filter(assignment=seat, criterion=key).update(value=new, updated_at=now)
    seat.total = after
    seat.save(update_fields=["total"])
    made = [
        ScoreChange(
            discussion=discussion,
            assignment=seat,
            criterion=key,
            before=old,
            after=new,
            total_before=before,
            total_after=after,
            reason=reason,
            made_by=actor,
            made_at=now,
        )
        for key, (old, new) in wanted.items()
    ]
    ScoreChange.objects.bulk_create(made)
    figures = {key: [str(old), str(new)] for key, (old, new) in wanted.items()}
    record(seat, "assignment.change", actor=actor, reason=reason, extra={"scores": figures, "total": [str(before), str(after)]})
    refresh_summaries(discussion.call, [discussion.application_id])
    return made


def close_discussion(*, actor: Any, discussion: Discussion, summary: str) -> Discussion:
    said = _cleaned("summary", summary, _("Sum up what the panel found: the record keeps it."))
    with transaction.atomic():
        row = _locked(discussion)
        transition(row, "close", actor=actor, reason=said, changes={"summary": said, "closed_at": clock.now()})
    return row


def reopen_discussion(*, actor: Any, discussion: Discussion, reason: str) -> Discussion:
    """A deadline that is over no longer holds; the secretariat can set another."""
    changes: dict[str, Any] = {"closed_at": None}
    if discussion.closes_at and discussion.closes_at <= clock.now():
        changes["closes_at"] = None
    transition(discussion, "reopen", actor=actor, reason=reason, changes=changes)
    return discussion


def _locked(discussion: Discussion) -> Discussion:
    """The discussion as it is now, held until the transaction ends: nothing is said or changed while it is being closed."""
    rows = Discussion.objects.select_for_update(of=("self",)).select_related("application__version", "chair")
    row = rows.get(pk=discussion.pk)
    row.call = row.application.call = discussion.call
    return row


def _cleaned(name: str, text: str, lacking: str) -> str:
    said = text.replace("\r\n", "\n").strip()
    if not said:
        raise Invalid({name: lacking})
    if len(said) > MAX_TEXT:
        raise Invalid({name: _("At most %(limit)s characters; this text has %(count)s.") % {"limit": MAX_TEXT, "count": len(said)}})
    return said
