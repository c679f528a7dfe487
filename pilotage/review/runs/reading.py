"""Reads about assignment runs for pages: the run to show, its seats by application, what changed since the run before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from pilotage.calls.enums import ApplicationKind, ApplicationState
from pilotage.calls.models import Application, Call
from pilotage.review.enums import LIVE, RunState
from pilotage.review.models import Assignment, AssignmentRun, ExpertProfile, SeatOrder, Selection
from pilotage.review.runs.words import why_fit
from pilotage.review.selectors import IN_REVIEW, NOTICE_OPENED

SHOWN_RUNS = 12
MOST_KEYS = 5_000  # in one query; a run over more is one over the whole call
EVER_IN_REVIEW = (*IN_REVIEW, ApplicationState.SELECTED, ApplicationState.RESERVE, ApplicationState.NOT_SELECTED, *NOTICE_OPENED)
MOST_OPINIONS = 5  # beyond, one more expert says little about a project near the line


@dataclass(frozen=True, slots=True)
class ProposedSeat:
    """``fit`` from 0 to 1."""

    expert: ExpertProfile
    fit: float
    is_locked: bool
    parts: list[list[Any]]
    terms: list[str]
    industry: str = ""

    @property
    def why(self) -> str:
        return why_fit(self.parts, self.terms, self.industry)


@dataclass(frozen=True, slots=True)
class Change:
    """Against the run before: seats that stayed, came and went; of suitability what each seat has on average."""

    before: AssignmentRun
    kept: int
    came: int
    went: int
    mean_before: float
    mean_now: float


def runs_of(runs: QuerySet[AssignmentRun], call: Call) -> list[AssignmentRun]:
    """The newest runs without their seats."""
    return list(runs.filter(call=call).defer("seats").select_related("created_by").order_by("-number")[:SHOWN_RUNS])


def run_to_show(runs: QuerySet[AssignmentRun], call: Call, number: str = "") -> AssignmentRun | None:
    """The one asked for, else the newest that was not discarded."""
    mine = runs.filter(call=call).select_related("created_by")
    if number.isdecimal():
        return mine.filter(number=int(number)).first()
    return mine.exclude(state=RunState.DISCARDED).order_by("-number").first()


def mean_fit(run: AssignmentRun) -> float:
    return sum(seat[2] for seat in run.seats) / len(run.seats) if run.seats else 0.0


def change_of(runs: QuerySet[AssignmentRun], run: AssignmentRun) -> Change | None:
    """Against the last run before that found seats."""
    before = runs.filter(call=run.call_id, number__lt=run.number).exclude(seats=[]).order_by("-number").first()
    if before is None or not run.seats:
        return None
    now, then = _pairs(run), _pairs(before)
    return Change(before, len(now & then), len(now - then), len(then - now), mean_fit(before), mean_fit(run))


def _pairs(run: AssignmentRun) -> set[tuple[int, int]]:
    return {(seat[0], seat[1]) for seat in run.seats}


# --- seats ----------------------------------------------------------------------------------
def seats_by_application(run: AssignmentRun, applications: Mapping[int, Application]) -> dict[int, list[ProposedSeat]]:
    """The proposed seats of these applications (with their industries), best fit first. One query."""
    mine = [seat for seat in run.seats if seat[0] in applications]
    experts = ExpertProfile.objects.select_related("user", "employer").in_bulk({seat[1] for seat in mine})
    found: dict[int, list[ProposedSeat]] = defaultdict(list)
    for application, expert, fit, is_locked, parts, terms in sorted(mine, key=lambda seat: (-seat[2], seat[1])):
        found[application].append(ProposedSeat(experts[expert], fit, is_locked, parts, terms, _industry(applications[application])))
    return found


def _industry(application: Application) -> str:
    return application.industry.short if application.industry else ""


def held_by_application(applications: Collection[int]) -> dict[int, list[Assignment]]:
    """The live seats of these applications. One query."""
    found: dict[int, list[Assignment]] = defaultdict(list)
    seats = Assignment.objects.filter(application__in=applications, state__in=LIVE).select_related("expert__user")
    for seat in seats.order_by("application_id", "id"):
        found[seat.application_id].append(seat)
    return found


def orders_of(call: Call) -> list[SeatOrder]:
    rows = SeatOrder.objects.filter(application__call=call).select_related("application__enterprise", "expert__user", "made_by")
    return list(
        rows.defer("application__data", "application__field_versions", "application__bigrams").order_by("application__number", "id")
    )


def is_outdated(run: AssignmentRun, orders: Sequence[SeatOrder]) -> bool:
    """Whether seats were locked, forbidden or released since the run was solved."""
    return sorted([order.pk, order.kind] for order in orders) != run.result.get("orders", [])


def in_scope(run: AssignmentRun) -> QuerySet[Application]:
    """The applications a run is about: those it was asked for, else all that have a seat in it or lack one."""
    asked = run.parameters.get("applications") or ()
    rows = Application.objects.filter(call=run.call_id)
    if asked:
        return rows.filter(number__in=asked)
    keys = {seat[0] for seat in run.seats} | set(missing_seats(run))
    return rows.filter(pk__in=keys) if len(keys) <= MOST_KEYS else rows.filter(kind=ApplicationKind.NEW, state__in=EVER_IN_REVIEW)


def scope_size(run: AssignmentRun) -> int:
    """How many applications ``in_scope`` holds; no query."""
    return len(run.parameters.get("applications") or {seat[0] for seat in run.seats} | set(missing_seats(run)))


def missing_seats(run: AssignmentRun) -> dict[int, list[Mapping[str, Any]]]:
    """Application -> the entries of its empty seats."""
    found: dict[int, list[Mapping[str, Any]]] = defaultdict(list)
    for entry in run.result.get("unfilled", ()):
        found[entry["application"]].append(entry)
    return found


# --- near the line --------------------------------------------------------------------------
def near_numbers(selection: Selection) -> list[str]:
    """Numbers of the applications so near the line that one more expert may decide: the grey zone of the selection.

    Where it drew none, whoever lies by score and standard error between a tenth and nine tenths of a chance and has
    fewer than five opinions, least sure first.
    """
    results = getattr(selection, "results", None) or {}
    grey = results.get("grey") or {}
    return list(grey["numbers"]) if "numbers" in grey else _unsure(selection, results.get("line"))


def _unsure(selection: Selection, line: Any) -> list[str]:
    from pilotage.review.assignment import more_experts  # loads numpy

    rows = [(number, f) for number, f in selection.rows.order_by("position").values_list("application__number", "figures") if _usable(f)]
    if line is None or not rows:
        return []
    scores, errors, opinions = ([float(f[name]) for _n, f in rows] for name in ("score", "error", "finished"))
    found = more_experts(_array(scores), float(line), _array(errors), _array(opinions), most=MOST_OPINIONS)
    return [rows[place][0] for place in found.unsure.tolist() if found.extra[place]]


def _usable(figures: Mapping[str, Any]) -> bool:
    return bool(figures.get("score") and float(figures.get("error") or 0) > 0 and figures.get("finished") is not None)


def _array(values: Sequence[float]) -> Any:
    import numpy as np

    return np.array(values)


# --- export ---------------------------------------------------------------------------------
def export_rows(run: AssignmentRun) -> list[list[Any]]:
    """Number, applicant, project, expert, name, employer, fit, state, why: every seat, then every empty one."""
    from pilotage.review.runs.words import unfilled_sentence

    applications = in_scope(run).select_related("enterprise", "industry").defer("data", "field_versions", "bigrams").in_bulk()
    experts = ExpertProfile.objects.select_related("user", "employer").in_bulk({seat[1] for seat in run.seats})
    rows = [_export_row(applications[seat[0]], experts[seat[1]], seat) for seat in run.seats]
    for entry in run.result.get("unfilled", ()):
        application = applications[entry["application"]]
        head = [application.number, application.enterprise.name, application.project_title]
        rows.append([*head, "", "", "", None, pgettext("seat", "empty"), unfilled_sentence(entry)])
    return sorted(rows, key=lambda row: row[0])


def _export_row(application: Application, expert: ExpertProfile, seat: list[Any]) -> list[Any]:
    locked = _("locked") if seat[3] else ""
    head = [application.number, application.enterprise.name, application.project_title]
    return [*head, expert.number, expert.user.name, expert.house, seat[2], locked, why_fit(seat[4], seat[5], _industry(application))]
