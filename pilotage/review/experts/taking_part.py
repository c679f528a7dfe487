"""Reads about a call's experts: who was asked, what they answered, how their seats stand, whose seats are in conflict."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet

from pilotage.calls.models import Call
from pilotage.core import clock
from pilotage.review.enums import GONE, LIVE, AssignmentState, InvitationState
from pilotage.review.experts.pool import active_experts, available_experts
from pilotage.review.experts.screening import Found, Screener
from pilotage.review.models import Assignment, ExpertInvitation, ExpertProfile, ReviewSummary
from pilotage.review.options import review_options
from pilotage.review.selectors import reviewable_applications

SILENT_DAYS = 7
OPEN = (AssignmentState.ASSIGNED, AssignmentState.STARTED)


@dataclass(frozen=True, slots=True)
class Part:
    """One expert's part in a call. ``last_act``: the last time the expert did anything about a seat."""

    expert: ExpertProfile
    invitation: ExpertInvitation | None
    open_seats: int
    finished: int
    last_act: datetime | None
    given_at: datetime | None

    @property
    def is_silent(self) -> bool:
        """Seats are open and nothing has happened for a week: the expert may have vanished."""
        since = self.last_act or self.given_at
        return bool(self.open_seats and since and clock.now() - since > timedelta(days=SILENT_DAYS))

    @property
    def is_late(self) -> bool:
        asked = self.invitation
        return bool(asked and asked.state == InvitationState.INVITED and asked.answer_by and asked.answer_by < clock.today())


def experts_of(call: Call, group: str = "") -> QuerySet[ExpertProfile]:
    """Everybody who was asked or has had a seat; ``group`` narrows by answer: invited, accepted or gone."""
    asked = ExpertInvitation.objects.filter(call=call, expert=OuterRef("pk"))
    states = {"invited": [InvitationState.INVITED], "accepted": [InvitationState.ACCEPTED], "gone": [*GONE]}
    if group in states:
        return ExpertProfile.objects.filter(Exists(asked.filter(state__in=states[group])))
    seats = Assignment.objects.filter(call=call, expert=OuterRef("pk")).exclude(state=AssignmentState.CANCELLED)
    return ExpertProfile.objects.filter(Exists(asked) | Exists(seats))


def parts(call: Call, experts: Collection[ExpertProfile]) -> list[Part]:
    """How these experts stand in the call. Three queries."""
    keys = [expert.pk for expert in experts]
    asked = {row.expert_id: row for row in ExpertInvitation.objects.filter(call=call, expert__in=keys).order_by("id")}
    seats = Assignment.objects.filter(call=call, expert__in=keys).order_by().values("expert_id")
    loads: dict[int, dict[str, Any]] = {row["expert_id"]: dict(row) for row in seats.annotate(**_LOAD)}
    scored = dict(seats.annotate(at=Max("scores__updated_at")).values_list("expert_id", "at"))
    return [_part(expert, asked.get(expert.pk), loads.get(expert.pk, {}), scored.get(expert.pk)) for expert in experts]


_LOAD: dict[str, Any] = {
    "open": Count("id", filter=Q(state__in=OPEN)),
    "finished": Count("id", filter=Q(state=AssignmentState.FINISHED)),
    "started": Max("started_at"),
    "ended": Max("finished_at"),
    "given": Max("assigned_at", filter=Q(state__in=OPEN)),
}


def _part(expert: ExpertProfile, asked: ExpertInvitation | None, load: dict[str, Any], scored: datetime | None) -> Part:
    acts = [at for at in (load.get("started"), load.get("ended"), scored) if at]
    return Part(expert, asked, load.get("open", 0), load.get("finished", 0), max(acts, default=None), load.get("given"))


@dataclass(frozen=True, slots=True)
class Supply:
    """Whether those who take part can fill all seats. ``room`` None: somebody has no limit."""

    available: int
    wanted: int  # seats all applications need
    filled: int
    short: int  # applications with empty seats
    room: int | None


def supply(call: Call) -> Supply:
    """Four queries."""
    each = review_options(call).experts_per_application
    applications = reviewable_applications(call).count()
    capacities = list(available_experts(call).values_list("capacity", flat=True))
    filled = Assignment.objects.filter(call=call, state__in=LIVE).count()
    served = ReviewSummary.objects.filter(call=call, seat_count__gte=each).count()
    room = None if any(capacity is None for capacity in capacities) else sum(capacity or 0 for capacity in capacities)
    return Supply(len(capacities), applications * each, filled, max(0, applications - served), room)


def answers(call: Call) -> dict[str, int]:
    """How many were asked and what they said; every state present. One query."""
    found = dict(ExpertInvitation.objects.filter(call=call).order_by().values_list("state").annotate(n=Count("id")))
    return {str(state): found.get(state, 0) for state in InvitationState.values}


# --- conflicts ------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class SeatInConflict:
    seat: Assignment
    found: list[Found]

    @property
    def is_finished(self) -> bool:
        return self.seat.state == AssignmentState.FINISHED


def seats_in_conflict(call: Call) -> list[SeatInConflict]:
    """The seats held in spite of a conflict found later, with every rule and its facts. A constant number of queries."""
    seats = list(
        Assignment.objects.filter(call=call, state__in=LIVE)
        .exclude(conflict="")
        .select_related("expert__user", "expert__employer", "application__enterprise")
        .defer("application__data", "application__field_versions", "application__bigrams")
        .order_by("application__number", "id")
    )
    if not seats:
        return []
    screener = Screener(call, [seat.expert for seat in seats], [seat.application for seat in seats])
    return [SeatInConflict(seat, screener.explain(seat.expert_id, seat.application_id)) for seat in seats]


@dataclass(frozen=True, slots=True)
class Barred:
    """All pairs of a call screened: how many each rule bars first, and whom most applications are barred to."""

    experts: int
    applications: int
    by_rule: dict[str, int]
    by_expert: list[tuple[ExpertProfile, int]]

    @property
    def pairs(self) -> int:
        return self.experts * self.applications


def screening_of(call: Call) -> Barred:
    """Every active expert of the pool against every application in review. A constant number of queries."""
    experts = list(active_experts(call).select_related("user", "employer"))
    rows = reviewable_applications(call).select_related("enterprise").defer("data", "field_versions", "bigrams").order_by("number")
    screener = Screener(call, experts, rows)
    screening = screener.screen()
    counts = screening.by_person()
    ordered = sorted(counts.items(), key=lambda row: (-row[1], row[0]))
    return Barred(len(experts), len(screener.projects), screening.by_rule(), [(experts[place], n) for place, n in ordered])
