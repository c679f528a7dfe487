"""Reads of the room that are used twice or more."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Avg, Count, Q, QuerySet
from django.utils.translation import gettext as _

from pilotage.accounts.enums import Role
from pilotage.accounts.models import Membership
from pilotage.audit.models import Proposal, ProposalState
from pilotage.calls.enums import ApplicationKind, ApplicationState
from pilotage.calls.models import Application, Call
from pilotage.calls.scope import MUNICIPALITIES
from pilotage.core import clock
from pilotage.core.verdict import YES, Verdict, no
from pilotage.registry.models import Enterprise
from pilotage.review import conflicts, ranking, round_robin
from pilotage.review.enums import LIVE, AssignmentState, Outcome, SelectionState
from pilotage.review.gates import kept_out
from pilotage.review.models import Assignment, ExpertProfile, Score, Selection, SelectionRow
from pilotage.review.options import SelectionParameters, review_options
from pilotage.review.wording import BARRED, BARRED_SHORT

IN_REVIEW = (ApplicationState.ACCEPTED, ApplicationState.UNDER_REVIEW)
NOTICE_OPENED = (ApplicationState.IN_NOTICE, ApplicationState.EXCLUDED, ApplicationState.LISTED)


# --- people and conflicts -------------------------------------------------------------------
def available_experts(call: Call) -> QuerySet[ExpertProfile]:
    """Experts who can take a seat in this call now: available, with a role in force for it."""
    now = clock.now()
    in_force = Q(ended_at__isnull=True) | Q(ended_at__gt=now)
    members = Membership.objects.filter(in_force, Q(call__isnull=True) | Q(call=call), role=Role.EXPERT).values("user_id")
    return ExpertProfile.objects.filter(is_available=True, user__is_active=True, user__in=members).order_by("number")


def persons(experts: Iterable[ExpertProfile]) -> dict[int, conflicts.Person]:
    """What the conflict rules need of each expert. One query for the enterprises they act for."""
    listed = list(experts)
    acts_for: dict[int, list[Enterprise]] = defaultdict(list)
    belongs = Membership.objects.filter(user__in=[e.user_id for e in listed], organisation__enterprise__isnull=False)
    for membership in belongs.select_related("organisation__enterprise").order_by("id"):
        if membership.organisation.enterprise is not None:
            acts_for[membership.user_id].append(membership.organisation.enterprise)
    return {expert.pk: _person(expert, acts_for[expert.user_id]) for expert in listed}


def _person(expert: ExpertProfile, acts_for: Sequence[Enterprise]) -> conflicts.Person:
    houses = list(acts_for)
    if expert.employer is not None:
        houses.append(expert.employer)
    names = {name for text in (expert.employer_name,) if (name := conflicts.plain(text))}
    return conflicts.Person(
        expert.pk,
        frozenset(house.pk for house in houses),
        frozenset(house.group_id or house.pk for house in houses),
        frozenset(names),
        expert.province_id,
        frozenset(city for house in houses if (city := city_of(house))),
    )


def city_of(place: Enterprise | Application) -> str | None:
    """The prefecture; a municipality is a city itself. None where neither is known."""
    return place.prefecture_id or (place.province_id if place.province_id in MUNICIPALITIES else None)


def project(application: Application) -> conflicts.Project:
    """Needs the enterprise on the application."""
    enterprise = application.enterprise
    province = application.province_id or enterprise.province_id
    city = city_of(application) or city_of(enterprise)
    return conflicts.Project(application.pk, enterprise.pk, enterprise.group_id or enterprise.pk, enterprise.name_zh, province, city)


def barred(expert: ExpertProfile, application: Application) -> str | None:
    """The rule that keeps this expert from a seat on this application, a seat already held included. Three queries."""
    seats = Assignment.objects.filter(application=application, expert=expert).exclude(state=AssignmentState.CANCELLED)
    state = seats.order_by("id").values_list("state", flat=True).first()
    if state:
        return "recused" if state == AssignmentState.RECUSED else "seated"
    rules = review_options(application.call).conflict_rules
    return conflicts.find(persons([expert])[expert.pk], project(application), rules)


def can_take_seat(expert: ExpertProfile, application: Application) -> Verdict:
    if not available_experts(application.call).filter(pk=expert.pk).exists():
        return no(_("This expert is not available for this call."))
    rule = barred(expert, application)
    return no(BARRED[rule]) if rule else YES


@dataclass(frozen=True, slots=True)
class ExpertChoice:
    expert: ExpertProfile
    load: int
    rule: str | None

    @property
    def why_not(self) -> str:
        return str(BARRED[self.rule]) if self.rule else ""


def expert_choices(application: Application) -> list[ExpertChoice]:
    """Every available expert for one application, free ones first, least loaded first. Four queries."""
    call = application.call
    experts = list(available_experts(call).select_related("user", "employer", "province"))
    known = persons(experts)
    rules, applicant = review_options(call).conflict_rules, project(application)
    held = {e: ("recused" if s == AssignmentState.RECUSED else "seated") for e, s in _held_seats([application.pk]).get(application.pk, [])}
    loads = live_loads(call)
    rows = [ExpertChoice(e, loads.get(e.pk, 0), held.get(e.pk) or conflicts.find(known[e.pk], applicant, rules)) for e in experts]
    return sorted(rows, key=lambda row: (row.rule is not None, row.load, row.expert.number))


def live_loads(call: Call) -> dict[int, int]:
    rows = Assignment.objects.filter(call=call, state__in=LIVE).order_by().values("expert_id").annotate(n=Count("id"))
    return {row["expert_id"]: row["n"] for row in rows}


def _held_seats(applications: Sequence[int] | QuerySet) -> dict[int, list[tuple[int, str]]]:
    held: dict[int, list[tuple[int, str]]] = defaultdict(list)
    seats = Assignment.objects.filter(application__in=applications).exclude(state=AssignmentState.CANCELLED)
    for application, expert, state in seats.order_by("id").values_list("application_id", "expert_id", "state"):
        held[application].append((expert, state))
    return held


# --- round robin ----------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Unfilled:
    application: Application
    missing: int
    possible: int
    barred_by: dict[str, int]

    @property
    def sentence(self) -> str:
        sep = _(", ")
        kept = sep.join(f"{BARRED_SHORT[rule]} {count}" for rule, count in self.barred_by.items())
        values = {"missing": self.missing, "possible": self.possible, "kept": kept or "–"}
        return _("%(missing)s seats stay empty: %(possible)s experts could sit, kept away: %(kept)s.") % values


@dataclass(frozen=True, slots=True)
class SeatPlan:
    """What the round robin would do. ``seats`` are (application, expert) pairs; ``loads`` include seats held already."""

    seats: list[tuple[Application, ExpertProfile]]
    unfilled: list[Unfilled]
    loads: dict[int, int]
    applications: list[Application]
    expert_count: int

    @property
    def lightest(self) -> int:
        return min(self.loads.values(), default=0)

    @property
    def heaviest(self) -> int:
        return max(self.loads.values(), default=0)


def seat_plan(call: Call, per_application: int | None = None) -> SeatPlan:
    """The seats a round robin would fill now. Seven queries whatever the numbers; writes nothing."""
    options = review_options(call)
    wanted = options.experts_per_application if per_application is None else per_application
    applications = list(reviewable_applications(call).select_related("enterprise").order_by("number"))
    experts = list(available_experts(call).select_related("user", "employer"))
    known, loads, held = persons(experts), live_loads(call), _held_seats(reviewable_applications(call).values("pk"))
    needs = [_need(a, wanted, experts, known, held.get(a.pk, []), options.conflict_rules) for a in applications]
    plan = round_robin.assign(needs, {e.pk: loads.get(e.pk, 0) for e in experts}, seed=call.slug)
    by_pk, expert_by_pk = {a.pk: a for a in applications}, {e.pk: e for e in experts}
    for application in applications:
        application.call = call
    return SeatPlan(
        [(by_pk[p], expert_by_pk[e]) for p, e in plan.seats],
        [Unfilled(by_pk[u.project], u.missing, u.possible, u.barred_by) for u in plan.unfilled],
        plan.loads,  # type: ignore[arg-type]
        applications,
        len(experts),
    )


def reviewable_applications(call: Call) -> QuerySet[Application]:
    return Application.objects.filter(call=call, kind=ApplicationKind.NEW, state__in=IN_REVIEW)


def _need(
    application: Application,
    wanted: int,
    experts: Sequence[ExpertProfile],
    known: Mapping[int, conflicts.Person],
    held: Sequence[tuple[int, str]],
    rules: Sequence[str],
) -> round_robin.Need:
    applicant = project(application)
    barred_by = {e.pk: rule for e in experts if (rule := conflicts.find(known[e.pk], applicant, rules))}
    barred_by |= {expert: ("recused" if state == AssignmentState.RECUSED else "seated") for expert, state in held}
    live = sum(state in LIVE for _expert, state in held)
    return round_robin.Need(application.pk, max(0, wanted - live), barred_by)


# --- scores ---------------------------------------------------------------------------------
def values_of(assignment: Assignment) -> dict[str, Decimal | None]:
    return dict(Score.objects.filter(assignment=assignment).order_by("id").values_list("criterion", "value"))


def expert_counts(assignments: QuerySet[Assignment]) -> dict[str, int]:
    """How many of these seats are in each state; every state present. One query."""
    found = dict(assignments.order_by().values_list("state").annotate(n=Count("id")))
    return {str(state): found.get(state, 0) for state in AssignmentState.values}


@dataclass(slots=True)
class ExpertLoad:
    """One expert's seats in a call, and the mean of the finished totals."""

    expert: ExpertProfile
    seats: int = 0
    finished: int = 0
    recused: int = 0
    mean: Decimal | None = None


def expert_loads(call: Call) -> list[ExpertLoad]:
    """Every expert who has or had a seat, by number. Two queries; the first is answered by an index alone."""
    rows = Assignment.objects.filter(call=call).order_by().values_list("expert_id", "state").annotate(n=Count("id"), mean=Avg("total"))
    found: dict[int, dict[str, tuple[int, Any]]] = defaultdict(dict)
    for expert, state, count, mean in rows:
        found[expert][state] = (count, mean)
    experts = ExpertProfile.objects.filter(pk__in=found).select_related("user").order_by("number")
    return [_load(expert, found[expert.pk]) for expert in experts]


def _load(expert: ExpertProfile, states: Mapping[str, tuple[int, Any]]) -> ExpertLoad:
    finished, mean = states.get(AssignmentState.FINISHED, (0, None))
    seats = sum(states[state][0] for state in LIVE if state in states)
    return ExpertLoad(expert, seats, finished, states.get(AssignmentState.RECUSED, (0, None))[0], mean)


# --- selection ------------------------------------------------------------------------------
def selection_inputs(call: Call, parameters: Mapping[str, Any]) -> tuple[list[ranking.Candidate], str]:
    """The candidates of a selection and the digest of all it depends on. One query, and one per stage that must be passed."""
    rows = (
        Application.objects.filter(call=call, kind=ApplicationKind.NEW, state=ApplicationState.UNDER_REVIEW)
        .order_by("number")
        .values_list(
            "pk", "number", "province_id", "rank", "review_summary__mean", "review_summary__finished_count", "review_summary__spread"
        )
    )
    gates = kept_out(call)
    candidates = [
        ranking.Candidate(number, mean, finished or 0, province, spread, rank, gates.get(pk))
        for pk, number, province, rank, mean, finished, spread in rows
    ]
    body = [[c.key, c.group, c.recommended_rank, _figure(c.mean), c.finished, _figure(c.spread), *(c.kept_out or ())] for c in candidates]
    text = json.dumps({"parameters": dict(parameters), "candidates": body}, sort_keys=True, ensure_ascii=False)
    return candidates, hashlib.sha256(text.encode()).hexdigest()


def _figure(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:.3f}"


def rank_call(call: Call, parameters: SelectionParameters) -> tuple[list[ranking.Place], str]:
    candidates, digest = selection_inputs(call, parameters.as_json())
    return ranking.rank(candidates, parameters.terms()), digest


def open_proposal(selection: Selection) -> Proposal | None:
    return (
        Proposal.objects.select_related("proposed_by")
        .filter(object_type="review.selection", object_id=str(selection.pk), verb="confirm", state=ProposalState.OPEN)
        .first()
    )


def current_selection(selections: QuerySet[Selection], call: Call) -> Selection | None:
    """The confirmed one, else the newest draft."""
    found = selections.filter(call=call).exclude(state=SelectionState.DISCARDED).order_by("-number").select_related("created_by")
    rows = list(found)
    return next((row for row in rows if row.state == SelectionState.CONFIRMED), rows[0] if rows else None)


def outcomes_of(selection: Selection) -> dict[int, str]:
    return dict(selection.rows.order_by().values_list("application_id", "outcome"))


def reason_for(application: Application) -> SelectionRow | None:
    """The row that decided an application, for the applicant: None until the public notice of its call has opened. Two queries."""
    opened = Application.objects.filter(call=application.call_id, state__in=NOTICE_OPENED).exists()
    if not opened:
        return None
    rows = SelectionRow.objects.filter(application=application, selection__state=SelectionState.CONFIRMED)
    return rows.select_related("selection", "application__province").order_by("-selection_id").first()


def selected_count(selection: Selection) -> int:
    return selection.rows.filter(outcome=Outcome.SELECTED).count()
