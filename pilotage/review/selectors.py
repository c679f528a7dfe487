"""Reads of the room that are used twice or more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db.models import Avg, Count, QuerySet
from django.utils.translation import gettext as _

from pilotage.audit.models import Proposal, ProposalState
from pilotage.calls.enums import ApplicationKind, ApplicationState
from pilotage.calls.models import Application, Call
from pilotage.core.verdict import YES, Invalid, Verdict, no
from pilotage.review.enums import LIVE, AssignmentState, Outcome, SelectionState
from pilotage.review.experts.pool import available_experts
from pilotage.review.experts.screening import Screener
from pilotage.review.models import Assignment, ExpertProfile, Score, Selection, SelectionInputs, SelectionRow
from pilotage.review.options import SelectionParameters
from pilotage.review.selection import facts as selection_facts
from pilotage.review.wording import BARRED, joined

IN_REVIEW = (ApplicationState.ACCEPTED, ApplicationState.UNDER_REVIEW)
NOTICE_OPENED = (ApplicationState.IN_NOTICE, ApplicationState.EXCLUDED, ApplicationState.LISTED)


# --- people and conflicts -------------------------------------------------------------------
def barred(expert: ExpertProfile, application: Application) -> tuple[str, str] | None:
    """The rule that keeps this expert from a seat on this application, and its sentence; a seat already held is such a rule."""
    seats = Assignment.objects.filter(application=application, expert=expert).exclude(state=AssignmentState.CANCELLED)
    state = seats.order_by("id").values_list("state", flat=True).first()
    if state:
        rule = _held(state)
        return rule, str(BARRED[rule])
    found = Screener(application.call, [expert], [application]).explain(expert.pk, application.pk)
    if found:
        return found[0].rule, joined(each.sentence for each in found)
    if expert.capacity is not None and live_loads(application.call).get(expert.pk, 0) >= expert.capacity:
        return "full", str(BARRED["full"])
    return None


def _held(state: str) -> str:
    return "recused" if state == AssignmentState.RECUSED else "seated"


def can_take_seat(expert: ExpertProfile, application: Application) -> Verdict:
    if not available_experts(application.call).filter(pk=expert.pk).exists():
        return no(_("This expert is not available for this call."))
    found = barred(expert, application)
    return no(found[1]) if found else YES


@dataclass(frozen=True, slots=True)
class ExpertChoice:
    """``reasons``: every rule that bars, each with its facts."""

    expert: ExpertProfile
    load: int
    rule: str | None
    reasons: tuple[str, ...] = ()

    @property
    def why_not(self) -> str:
        return joined(self.reasons)


def expert_choices(application: Application) -> list[ExpertChoice]:
    """Every available expert for one application, free ones first, least loaded first; a constant number of queries."""
    call = application.call
    experts = list(available_experts(call).select_related("user", "employer", "province"))
    screener = Screener(call, experts, [application])
    held = {expert: _held(state) for expert, state in _held_seats([application.pk]).get(application.pk, [])}
    loads = live_loads(call)
    rows = [_choice(expert, application, screener, held, loads.get(expert.pk, 0)) for expert in experts]
    return sorted(rows, key=lambda row: (row.rule is not None, row.load, row.expert.number))


def _choice(expert: ExpertProfile, application: Application, screener: Screener, held: Mapping[int, str], load: int) -> ExpertChoice:
    found = screener.explain(expert.pk, application.pk)
    own = held.get(expert.pk) or ("full" if not found and expert.capacity is not None and load >= expert.capacity else None)
    if own:
        return ExpertChoice(expert, load, own, (str(BARRED[own]),))
    return ExpertChoice(expert, load, found[0].rule if found else None, tuple(each.sentence for each in found))


def live_loads(call: Call) -> dict[int, int]:
    rows = Assignment.objects.filter(call=call, state__in=LIVE).order_by().values("expert_id").annotate(n=Count("id"))
    return {row["expert_id"]: row["n"] for row in rows}


def conflict_count(call: Call) -> int:
    """Seats held in spite of a conflict that was found later. One query, answered by an index of these few."""
    return Assignment.objects.filter(call=call, state__in=LIVE).exclude(conflict="").count()


def _held_seats(applications: Sequence[int] | QuerySet) -> dict[int, list[tuple[int, str]]]:
    held: dict[int, list[tuple[int, str]]] = defaultdict(list)
    seats = Assignment.objects.filter(application__in=applications).exclude(state=AssignmentState.CANCELLED)
    for application, expert, state in seats.order_by("id").values_list("application_id", "expert_id", "state"):
        held[application].append((expert, state))
    return held


def reviewable_applications(call: Call) -> QuerySet[Application]:
    return Application.objects.filter(call=call, kind=ApplicationKind.NEW, state__in=IN_REVIEW)


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
@dataclass(frozen=True, slots=True)
class WhatIf:
    """What other terms would change; ``entering`` and ``leaving`` are rows that are not in the database. ``cost``: change of the sum of scores."""

    entering: list[SelectionRow]
    leaving: list[SelectionRow]
    results: dict[str, Any]
    cost: str


_NAMED = ("application__enterprise", "application__province")
_READ = (
    "position", "mean", "outcome", "reason", "figures", "selection_id", "application__number", "application__project_title",
    "application__enterprise__name_zh", "application__enterprise__name_en", "application__province__name_zh", "application__province__name_en",
)  # fmt: skip


def what_if(selection: Selection, parameters: SelectionParameters) -> WhatIf:
    """Reckon the stored inputs under other terms, without chances unless a lottery needs them; writes nothing. Raises Invalid. Two queries."""
    kept = SelectionInputs.objects.filter(selection=selection).first()
    if kept is None:
        raise Invalid({"quotas": _("This selection was made by an earlier version of the platform, which kept no inputs.")})
    terms = parameters if parameters.lottery else replace(parameters, draws=0)
    found = selection_facts.reckoned(kept.read() | {"parameters": terms.as_json()})
    rows = {row.application.number: row for row in selection.rows.select_related(*_NAMED).only(*_READ)}
    after = {row["number"]: row for row in found["rows"] if row["outcome"] == Outcome.SELECTED}
    before = {number for number, row in rows.items() if row.outcome == Outcome.SELECTED}
    entering = [_row_like(rows[number].application, row) for number, row in after.items() if number not in before]
    leaving = [row for number, row in rows.items() if number in before and number not in after]
    cost = Decimal(found["results"]["total_score"]) - Decimal(selection.results["total_score"])
    return WhatIf(entering, leaving, found["results"], f"{cost:.3f}")


def _row_like(application: Application, row: Mapping[str, Any]) -> SelectionRow:
    names = ("position", "outcome", "reason", "figures")
    return SelectionRow(application=application, mean=row["figures"]["raw"], **{name: row[name] for name in names})


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
