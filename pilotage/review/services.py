"""Writes of assignment and scoring. Selections are written in ``selections.py``, experts in ``experts.py``."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, Max, Q
from django.utils.translation import gettext as _

from pilotage.audit.services import Entry, record, record_many, transition, transition_many
from pilotage.calls.enums import ApplicationState
from pilotage.calls.models import Application, Call
from pilotage.core import clock
from pilotage.core.verdict import Conflict, Invalid
from pilotage.review import rules, scoring
from pilotage.review.enums import LIVE, AssignmentMethod, AssignmentState, RelationKind, RelationSource
from pilotage.review.experts.relations import add_relation, conflict_faults, keep_conflict
from pilotage.review.models import Assignment, ExpertProfile, ReviewSummary, Score
from pilotage.review.options import review_options, rubric_of
from pilotage.review.panel.calling import bring_far_apart
from pilotage.review.selectors import can_take_seat, values_of

MAX_COMMENT = 2000


@dataclass(frozen=True, slots=True)
class ScoreConflict:
    """Another tab changed the criterion first: both values, nothing overwritten."""

    yours: Decimal | None
    theirs: Decimal | None
    your_comment: str
    their_comment: str


@dataclass(frozen=True, slots=True)
class ScoresSaved:
    saved: list[str]
    conflicts: dict[str, ScoreConflict]
    errors: dict[str, str]
    values: dict[str, Decimal | None]
    running: scoring.Running
    at: datetime


@dataclass(slots=True)
class _Merge:
    """The outcome of laying posted scores over the stored ones."""

    changed: list[Score] = field(default_factory=list)
    conflicts: dict[str, ScoreConflict] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


# --- seats ----------------------------------------------------------------------------------
def create_seats(*, actor: Any, call: Call, pairs: Sequence[tuple[Application, ExpertProfile]], method: str) -> list[Assignment]:
    """Seats at the end of each expert's queue; accepted applications go under review.

    Must run in the transaction that decided them, which has asked every rule.
    """
    queue = dict(Assignment.objects.filter(call=call).order_by().values_list("expert_id").annotate(last=Max("position")))
    now, seats = clock.now(), []
    for application, expert in pairs:
        queue[expert.pk] = queue.get(expert.pk, 0) + 1
        seats.append(
            Assignment(
                application=application,
                call=call,
                expert=expert,
                method=method,
                position=queue[expert.pk],
                assigned_by=actor,
                assigned_at=now,
            )
        )
    created = Assignment.objects.bulk_create(seats, batch_size=500)
    record_many([Entry(assignment, "assignment.create") for assignment in created], actor=actor)
    seated = {application.pk: application for application, _expert in pairs}
    _start_review(actor, list(seated.values()))
    refresh_summaries(call, seated)
    return created


def _start_review(actor: Any, applications: Sequence[Application]) -> None:
    waiting = [application for application in applications if application.state == ApplicationState.ACCEPTED]
    transition_many(waiting, "start_review", actor=actor)


def assign(*, actor: Any, application: Application, expert: ExpertProfile) -> Assignment:
    """Give one seat by hand. Raises Refused with the conflict's own sentence where a rule bars the expert."""
    rules.can_manage(actor, application.call).require()
    with transaction.atomic():
        application = Application.objects.select_for_update(of=("self",)).select_related("call", "enterprise").get(pk=application.pk)
        rules.is_reviewable(application).require()
        can_take_seat(expert, application).require()
        assignment = _seat(actor, application, expert)
        record(assignment, "assignment.create", actor=actor)
        _start_review(actor, [application])
        refresh_summaries(application.call, [application.pk])
    return assignment


def _seat(actor: Any, application: Application, expert: ExpertProfile) -> Assignment:
    last = Assignment.objects.filter(call=application.call, expert=expert).aggregate(last=Max("position"))["last"] or 0
    try:
        with transaction.atomic():
            return Assignment.objects.create(
                application=application,
                call=application.call,
                expert=expert,
                method=AssignmentMethod.MANUAL,
                position=last + 1,
                assigned_by=actor,
                assigned_at=clock.now(),
            )
    except IntegrityError:
        raise Conflict(_("This expert already has a seat on this application.")) from None


def cancel_assignment(*, actor: Any, assignment: Assignment, reason: str) -> Assignment:
    return _leave(actor, assignment, "cancel", reason)


def recuse(*, actor: Any, assignment: Assignment, reason: str = "", kind: str = "", keep: bool = False) -> Assignment:
    """The expert steps back; scores given so far stay in the record and count for nothing.

    With a ``kind`` the conflict is declared: a fact about expert and application. With ``keep`` it is also a
    relation to the applicant that counts in later calls.
    """
    if not kind:
        return _leave(actor, assignment, "recuse", reason)
    if errors := conflict_faults(kind, reason):
        raise Invalid(errors)
    with transaction.atomic():
        said = ": ".join(filter(None, (str(RelationKind(kind).label), reason.strip())))
        _leave(actor, assignment, "recuse", said)
        application, expert = assignment.application, assignment.expert
        keep_conflict(actor=actor, expert=expert, application=application, kind=kind, note=reason, source=RelationSource.EXPERT)
        if keep:
            add_relation(actor=actor, expert=expert, kind=kind, enterprise=application.enterprise, note=reason, application=application)
    return assignment


def _leave(actor: Any, assignment: Assignment, verb: str, reason: str) -> Assignment:
    with transaction.atomic():
        transition(assignment, verb, actor=actor, reason=reason)
        refresh_summaries(assignment.call, [assignment.application_id])
        bring_far_apart(assignment.call, [assignment.application_id])
    return assignment


def declare_no_conflict(*, actor: Any, assignment: Assignment) -> Assignment:
    """The expert declares to have no conflict of interest; only then does the dossier open."""
    transition(assignment, "start", actor=actor, changes={"started_at": clock.now()}, extra={"declared": "no conflict of interest"})
    return assignment


# --- scores ---------------------------------------------------------------------------------
def save_scores(*, actor: Any, assignment: Assignment, scores: Mapping[str, Mapping[str, Any]], comment: str | None = None) -> ScoresSaved:
    """Keep what is valid of the posted scores, criterion by criterion, and say what was not kept.

    Each entry is {"value", "comment"} and may carry "base": {"value", "comment"}, what the page showed
    before: a criterion that another tab changed since then is a conflict and is not overwritten.
    """
    with transaction.atomic():
        locked = _locked(assignment)
        rules.can_score(actor, locked).require()
        rubric = rubric_of(locked.application, review_options(locked.call))
        stored = {score.criterion: score for score in locked.scores.order_by("id")}
        now = clock.now()
        merge = _merge(locked, rubric, stored, scores, now)
        _write_scores(merge.changed)
        is_commented = _comment(locked, comment, merge)
        if merge.changed or is_commented:
            extra = {"scores": {s.criterion: [None if s.value is None else str(s.value), s.comment] for s in merge.changed}}
            record(locked, "assignment.score", actor=actor, extra=extra)
    assignment.comment = locked.comment
    values = {**{key: stored[key].value for key in stored}, **{s.criterion: s.value for s in merge.changed}}
    known = {key: values.get(key) for key in rubric.keys}
    saved = [s.criterion for s in merge.changed]
    return ScoresSaved(saved, merge.conflicts, merge.errors, known, scoring.running(rubric, known), now)


def _locked(assignment: Assignment) -> Assignment:
    """The seat as it is now, held until the transaction ends. Its call and expert never change: they stay the caller's objects."""
    row = Assignment.objects.select_for_update(of=("self",)).select_related("application__version").get(pk=assignment.pk)
    row.call, row.expert = assignment.call, assignment.expert
    return row


def _merge(
    assignment: Assignment, rubric: scoring.Rubric, stored: dict[str, Score], posted: Mapping[str, Mapping[str, Any]], now: datetime
) -> _Merge:
    merge = _Merge()
    for key, raw in posted.items():
        if key not in rubric.keys:
            merge.errors[key] = _("The published rubric has no such criterion.")
            continue
        try:
            _merge_one(merge, assignment, rubric, key, raw, stored.get(key), now)
        except scoring.RubricError:
            merge.errors[key] = _("Give a whole number from 0 to %(scale)s.") % {"scale": rubric.scale}
    return merge


def _merge_one(
    merge: _Merge, assignment: Assignment, rubric: scoring.Rubric, key: str, raw: Mapping[str, Any], kept: Score | None, now: datetime
) -> None:
    old = (kept.value if kept else None, kept.comment if kept else "")
    new = (rubric.clean(raw["value"]) if "value" in raw else old[0], _text(raw["comment"]) if "comment" in raw else old[1])
    base = raw.get("base")
    if base is not None:
        shown = (rubric.clean(base.get("value")), _text(base.get("comment")))
        # a part the page did not touch gives way to what another tab made of it
        # (score, comment), each by itself
        new = (old[0] if new[0] == shown[0] else new[0], old[1] if new[1] == shown[1] else new[1])
        if any(theirs not in (before, mine) for mine, before, theirs in zip(new, shown, old, strict=True)):
            merge.conflicts[key] = ScoreConflict(new[0], old[0], new[1], old[1])
            return
    if len(new[1]) > MAX_COMMENT:
        merge.errors[key] = _("At most %(limit)s characters; this comment has %(count)s.") % {"limit": MAX_COMMENT, "count": len(new[1])}
        return
    if new != old:
        merge.changed.append(
            Score(pk=kept.pk if kept else None, assignment=assignment, criterion=key, value=new[0], comment=new[1], updated_at=now)
        )


def _text(value: Any) -> str:
    return str(value or "").replace("\r\n", "\n").strip()


def _write_scores(scores: Sequence[Score]) -> None:
    if scores:
        Score.objects.bulk_create(
            [
                Score(assignment=s.assignment, criterion=s.criterion, value=s.value, comment=s.comment, updated_at=s.updated_at)
                for s in scores
            ],
            update_conflicts=True,
            unique_fields=["assignment", "criterion"],
            update_fields=["value", "comment", "updated_at"],
        )


def _comment(assignment: Assignment, comment: str | None, merge: _Merge) -> bool:
    if comment is None or _text(comment) == assignment.comment:
        return False
    if len(_text(comment)) > MAX_COMMENT:
        merge.errors["comment"] = _("At most %(limit)s characters; this comment has %(count)s.") % {
            "limit": MAX_COMMENT,
            "count": len(_text(comment)),
        }
        return False
    assignment.comment = _text(comment)
    assignment.save(update_fields=["comment"])
    return True


def finish_review(*, actor: Any, assignment: Assignment) -> Assignment:
    """Close the review: its total is computed from the criterion scores and the published weights, and counts from now."""
    with transaction.atomic():
        locked = _locked(assignment)
        rubric = rubric_of(locked.application, review_options(locked.call))
        changes = {"total": scoring.total(rubric, values_of(locked)), "finished_at": clock.now()}
        transition(locked, "finish", actor=actor, changes=changes)
        refresh_summaries(locked.call, [locked.application_id])
        bring_far_apart(locked.call, [locked.application_id])
    return locked


def reopen_review(*, actor: Any, assignment: Assignment, reason: str) -> Assignment:
    with transaction.atomic():
        transition(assignment, "reopen", actor=actor, reason=reason, changes={"total": None, "finished_at": None})
        refresh_summaries(assignment.call, [assignment.application_id])
    return assignment


def refresh_summaries(call: Call, applications: Collection[int]) -> None:
    """Recount what the finished reviews of these applications say. Must run in the transaction that changed them."""
    totals: dict[int, list[Decimal]] = {pk: [] for pk in applications}
    seats = dict(
        Assignment.objects.filter(application__in=applications)
        .order_by()
        .values_list("application_id")
        .annotate(n=Count("id", filter=Q(state__in=LIVE)))
    )
    finished = Assignment.objects.filter(application__in=applications, state=AssignmentState.FINISHED).order_by("id")
    for application, total in finished.values_list("application_id", "total"):
        totals[application].append(total or Decimal(0))  # never empty: a finished review has a total, the database says so
    ReviewSummary.objects.bulk_create(
        [
            ReviewSummary(
                application_id=pk,
                call=call,
                seat_count=seats.get(pk, 0),
                finished_count=len(found),
                mean=scoring.mean(found),
                spread=scoring.spread(found),
            )
            for pk, found in totals.items()
        ],
        batch_size=500,
        update_conflicts=True,
        unique_fields=["application"],
        update_fields=["seat_count", "finished_count", "mean", "spread"],
    )
