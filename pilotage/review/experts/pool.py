"""Reads of the expert pool: who can take a seat, who fits a search, what an expert has done so far."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Avg, Count, DurationField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet
from django.utils import timezone

from pilotage.accounts.enums import Role
from pilotage.accounts.models import Membership
from pilotage.calls.enums import StageKind
from pilotage.calls.models import Call
from pilotage.core import clock
from pilotage.registry.enums import IndustryLevel
from pilotage.registry.models import Industry
from pilotage.review.enums import GONE, LIVE, AssignmentState, InvitationState
from pilotage.review.models import Absence, Assignment, ExpertInvitation, ExpertProfile
from pilotage.review.options import review_options


# --- who can take a seat --------------------------------------------------------------------
def active_experts(call: Call | None = None) -> QuerySet[ExpertProfile]:
    """Experts of the pool with a role in force: for this call, or for some call."""
    now = clock.now()
    in_force = Q(ended_at__isnull=True) | Q(ended_at__gt=now)
    scope = Q() if call is None else Q(call__isnull=True) | Q(call=call)
    members = Membership.objects.filter(in_force, scope, role=Role.EXPERT).values("user_id")
    return ExpertProfile.objects.filter(is_available=True, user__is_active=True, user__in=members).order_by("number")


def available_experts(call: Call) -> QuerySet[ExpertProfile]:
    """Who can take a seat in this call now: in the pool, not away, and, where the call invites, accepted.

    Whoever declined or was replaced gets no seat, whatever the call file says of invitations.
    """
    experts = active_experts(call).exclude(pk__in=away_on(seat_day(call)))
    asked = ExpertInvitation.objects.filter(call=call)
    if review_options(call).invitations:
        return experts.filter(pk__in=asked.filter(state=InvitationState.ACCEPTED).values("expert"))
    return experts.exclude(pk__in=asked.filter(state__in=GONE).values("expert"))


def seat_day(call: Call) -> date:
    """The day for which an absence counts: today, or the day the review opens where that is still to come."""
    stage = call.stage(StageKind.REVIEW)
    opens = timezone.localtime(stage.opens_at).date() if stage and stage.opens_at else clock.today()
    return max(clock.today(), opens)


def away_on(day: date) -> QuerySet[Any]:
    return Absence.objects.filter(starts_on__lte=day, ends_on__gte=day).order_by().values("expert")


def next_absences(experts: Collection[int]) -> dict[int, Absence]:
    """The present or next period away of each. One query."""
    rows = Absence.objects.filter(expert__in=experts, ends_on__gte=clock.today()).order_by("-starts_on", "-id")
    return {row.expert_id: row for row in rows}


# --- search ---------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class PoolFilter:
    """``call`` with ``part``: those in its review, or those never asked for it. ``available`` None: no matter."""

    text: str = ""
    discipline: str = ""
    province: str = ""
    available: bool | None = None
    call: Call | None = None
    part: str = ""


def search(experts: QuerySet[ExpertProfile], wanted: PoolFilter) -> QuerySet[ExpertProfile]:
    if wanted.text:
        fits = Q(user__name__icontains=wanted.text) | Q(terms__contains=wanted.text.casefold())
        experts = experts.filter(fits | Q(employer__name_zh__icontains=wanted.text) | Q(employer__name_en__icontains=wanted.text))
    if wanted.discipline:
        experts = experts.filter(terms__contains=f"|{wanted.discipline.casefold()}|")
    if wanted.province:
        experts = experts.filter(province=wanted.province)
    if wanted.available is not None:
        ready = active_experts().exclude(pk__in=away_on(clock.today())).order_by().values("pk")
        experts = experts.filter(pk__in=ready) if wanted.available else experts.exclude(pk__in=ready)
    return _by_call(experts, wanted) if wanted.call else experts


def _by_call(experts: QuerySet[ExpertProfile], wanted: PoolFilter) -> QuerySet[ExpertProfile]:
    seats = Assignment.objects.filter(call=wanted.call, expert=OuterRef("pk"), state__in=LIVE)
    asked = ExpertInvitation.objects.filter(call=wanted.call, expert=OuterRef("pk"))
    if wanted.part == "unasked":
        return experts.exclude(Exists(asked))
    return experts.filter(Exists(seats) | Exists(asked.filter(state__in=[InvitationState.INVITED, InvitationState.ACCEPTED])))


def disciplines_in_use() -> list[str]:
    """Every discipline of the pool once. One query over a short column."""
    found: set[str] = set()
    for listed in ExpertProfile.objects.order_by().values_list("disciplines", flat=True).distinct():
        found.update(str(code) for code in listed)
    return sorted(found)


def discipline_names(codes: Collection[str]) -> dict[str, str]:
    """The industries among these disciplines by code; other disciplines are words and stand for themselves. One query."""
    return {row.code: row.short for row in Industry.objects.filter(pk__in=set(codes))}


def industry_codes() -> dict[str, str]:
    """Every name of an industry division, in any language and length, with its code. One query."""
    rows = Industry.objects.filter(level=IndustryLevel.DIVISION).order_by("-code")
    return {name.casefold(): row.code for row in rows for name in (row.name_zh, row.short_zh, row.name_en, row.short_en) if name}


def industry_sections() -> dict[str, str]:
    """Each industry division with its section. One query."""
    rows = Industry.objects.filter(level=IndustryLevel.DIVISION, parent__isnull=False).order_by("code")
    return dict(rows.values_list("code", "parent_id"))


# --- history --------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class History:
    """``days`` from the seat given to the review finished, on average; None before the first is finished."""

    calls: int = 0
    seats: int = 0
    finished: int = 0
    recused: int = 0
    days: float | None = None


def histories(experts: Collection[int]) -> dict[int, History]:
    """What each of these experts has done in all calls. One query; experts without a seat are left out."""
    taken = ExpressionWrapper(F("finished_at") - F("assigned_at"), output_field=DurationField())
    rows = (
        Assignment.objects.filter(expert__in=experts)
        .exclude(state=AssignmentState.CANCELLED)
        .order_by()
        .values("expert_id")
        .annotate(
            calls=Count("call", distinct=True),
            seats=Count("id"),
            finished=Count("id", filter=Q(state=AssignmentState.FINISHED)),
            recused=Count("id", filter=Q(state=AssignmentState.RECUSED)),
            taken=Avg(taken, filter=Q(state=AssignmentState.FINISHED)),
        )
    )
    return {row["expert_id"]: _history(row) for row in rows}


def _history(row: Mapping[str, Any]) -> History:
    days = None if row["taken"] is None else row["taken"] / timedelta(days=1)
    return History(row["calls"], row["seats"], row["finished"], row["recused"], days)


@dataclass(frozen=True, slots=True)
class CallHistory:
    """An expert's part in one call. ``mean`` of the finished totals."""

    call: Call
    seats: int
    finished: int
    recused: int
    days: float | None
    mean: Any


def calls_of(expert: ExpertProfile) -> list[CallHistory]:
    """Call by call, newest first. Two queries."""
    taken = ExpressionWrapper(F("finished_at") - F("assigned_at"), output_field=DurationField())
    rows = (
        Assignment.objects.filter(expert=expert)
        .exclude(state=AssignmentState.CANCELLED)
        .order_by()
        .values("call_id")
        .annotate(
            seats=Count("id"),
            finished=Count("id", filter=Q(state=AssignmentState.FINISHED)),
            recused=Count("id", filter=Q(state=AssignmentState.RECUSED)),
            taken=Avg(taken, filter=Q(state=AssignmentState.FINISHED)),
            mean=Avg("total", filter=Q(state=AssignmentState.FINISHED)),
        )
    )
    found = {row["call_id"]: row for row in rows}
    calls = Call.objects.filter(pk__in=found).order_by("-year", "-pk")
    return [_call_history(call, found[call.pk]) for call in calls]


def _call_history(call: Call, row: Mapping[str, Any]) -> CallHistory:
    whole = _history({**row, "calls": 1})
    return CallHistory(call, whole.seats, whole.finished, whole.recused, whole.days, row["mean"])
