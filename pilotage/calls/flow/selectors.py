"""Named reads of the flow of applications on any day. Each is one query over kept sums unless it says more.

A day means its end: an application withdrawn in October still stands on 30 September.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.utils.timezone import localdate

from pilotage.calls.enums import ApplicationKind, StageKind
from pilotage.calls.flow.models import BuildingDay, BuildingSpan, FlowDay, Move, PlanBuildingDay, StateDay
from pilotage.calls.flow.steps import ORDER, RANK, STATES, STEP_OF, FlowStep, from_step, goes_on
from pilotage.calls.flow.titles import passed_title
from pilotage.calls.models import Application, Call
from pilotage.core import clock
from pilotage.core.running import running
from pilotage.plan.indicators import as_counted, records_address

CURRENT = (ApplicationKind.NEW.value,)


def standing_on(day: date) -> Q:
    """Spans that hold at the end of the day."""
    return Q(since__lte=day) & (Q(until__isnull=True) | Q(until__gt=day))


# --- enterprises building -------------------------------------------------------------------
def building(calls: Collection[int], days: Sequence[date]) -> list[int]:
    """Distinct enterprises at the end of each of the days; who is in two of the calls counts once.

    One query, and one more for several calls; where these are some of a plan's, not all, one for each day instead.
    """
    plan = _whole_plan(calls)
    if plan is not None:
        of_plan = PlanBuildingDay.objects.filter(plan=plan).order_by("day").values_list("day").annotate(Sum("change"))
        return running(of_plan, days)
    if len(calls) > 1:
        spans = BuildingSpan.objects.filter(call__in=calls).order_by()
        return [spans.filter(standing_on(day)).aggregate(number=Count("enterprise", distinct=True))["number"] for day in days]
    rows = BuildingDay.objects.filter(call__in=calls).order_by("day").values_list("day").annotate(Sum("change"))
    return running(rows, days)


def _whole_plan(calls: Collection[int]) -> int | None:
    """The plan of which these are all the calls; None for a single call, which is counted by itself."""
    if len(calls) < 2:
        return None
    plans = dict(Call.objects.filter(plan__in=Call.objects.filter(pk__in=calls).values("plan")).order_by("pk").values_list("pk", "plan"))
    return next(iter(plans.values())) if set(plans) == set(calls) and len(set(plans.values())) == 1 else None


def building_by_place(calls: Collection[int], day: date) -> dict[str, int]:
    """Province code -> distinct enterprises at the end of the day; '' where none is known. Adds up to :func:`building`.

    An enterprise in several of the calls counts for the smaller code, should its places differ.
    """
    plan = _whole_plan(calls)
    if plan is not None:
        of_plan = (
            PlanBuildingDay.objects.filter(plan=plan, day__lte=day).order_by("province").values_list("province").annotate(Sum("change"))
        )
        return {province: number for province, number in of_plan if number}
    if len(calls) > 1:
        spans = BuildingSpan.objects.filter(standing_on(day), call__in=calls).order_by("enterprise", "province")
        of_enterprise: dict[int, str] = {}
        for enterprise, province in spans.values_list("enterprise", "province").distinct():
            of_enterprise.setdefault(enterprise, province)
        return dict(sorted(Counter(of_enterprise.values()).items()))
    rows = BuildingDay.objects.filter(call__in=calls, day__lte=day).order_by("province").values_list("province").annotate(Sum("change"))
    return {province: number for province, number in rows if number}


# --- which applications ---------------------------------------------------------------------
def positions(rows: QuerySet[Application], day: date | None) -> QuerySet[Any]:
    """The rows with ``then_state`` and ``then_step`` of the end of the day; None: now. Those not handed in by then have neither."""
    if day is None or day >= clock.today():
        return rows.alias(then_state=F("state"), then_step=F("step"))
    latest = Move.objects.filter(application=OuterRef("pk"), day__lte=day).order_by("-day", "-event")
    return rows.alias(then_state=Subquery(latest.values("to_state")[:1]), then_step=Subquery(latest.values("step")[:1]))


def that_passed(rows: QuerySet[Application], step: FlowStep, day: date | None) -> QuerySet[Application]:
    """New applications beyond this step at the end of the day, wherever they ended after it."""
    return positions(rows.filter(kind__in=CURRENT), day).filter(then_step__in=from_step(ORDER[RANK[step] + 1]))


def that_wait(rows: QuerySet[Application], step: FlowStep, day: date | None) -> QuerySet[Application]:
    """New applications in this step at the end of the day."""
    return positions(rows.filter(kind__in=CURRENT), day).filter(then_state__in=[state.value for state in STATES[step]])


# --- states ---------------------------------------------------------------------------------
def states(call: int, day: date, *, kinds: Sequence[str] = CURRENT, provinces: Collection[str] | None = None) -> dict[str, int]:
    """State -> applications in it at the end of the day; drafts apart. ``provinces`` narrows; None: everywhere."""
    rows = _changes(call, day, kinds, provinces).order_by("state").values_list("state").annotate(Sum("change"))
    return {state: number for state, number in rows if number}


def states_by_place(call: int, day: date, *, kinds: Sequence[str] = CURRENT) -> dict[str, dict[str, int]]:
    """Province code -> state -> applications at the end of the day."""
    rows = _changes(call, day, kinds, None).order_by("province", "state").values_list("province", "state").annotate(Sum("change"))
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for province, state, number in rows:
        if number:
            found[province][state] = number
    return dict(found)


def _changes(call: int, day: date, kinds: Sequence[str], provinces: Collection[str] | None) -> QuerySet[StateDay]:
    rows = StateDay.objects.filter(call=call, kind__in=kinds, day__lte=day)
    return rows if provinces is None else rows.filter(province__in=provinces)


# --- the funnel of a call -------------------------------------------------------------------
STAGE_OF = {
    FlowStep.FILE: StageKind.APPLY,
    FlowStep.CHECK: StageKind.CHECK,
    FlowStep.RECOMMEND: StageKind.RECOMMEND,
    FlowStep.ACCEPT: StageKind.ACCEPT,
    FlowStep.SELECT: StageKind.SELECT,
    FlowStep.PUBLISH: StageKind.PUBLISH,
}


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """``count`` have this step behind them, wherever they ended later; ``share`` of those that had the step before.

    ``median_days``: how long half of those that passed waited at most; None where none passed, or of some provinces only.
    ``url`` is the list of exactly these applications.
    """

    key: str
    title: str
    count: int
    share: float | None
    median_days: float | None
    url: str | None


def funnel(call: Call, as_of: date, provinces: Collection[str] | None = None) -> list[FunnelStep]:
    """The steps that the call has, in order, with new applications at the end of the day. Two queries; the call's stages are its own."""
    reached = steps(call.pk, as_of, provinces=provinces)
    medians = {step: median(days) for step, days in waits([call.pk], as_of).items()} if provinces is None else {}
    found: list[FunnelStep] = []
    for step in _steps_of(call):
        number = sum(reached.get(later, 0) for later in from_step(ORDER[RANK[step] + 1]))
        before = found[-1].count if found else 0
        share = number / before if before else None
        days = medians.get(step) if found else None  # how long it took to fill in is the enterprise's own time
        found.append(
            FunnelStep(step.value, step_title(call, step), number, share, days, _address(call, {"passed": step.value}, as_of, provinces))
        )
    return found


def _steps_of(call: Call) -> list[FlowStep]:
    """A call without a stage of its own for a step passes it with the one before."""
    kinds = {stage.kind for stage in call.stage_by_key.values()}
    return [step for step, kind in STAGE_OF.items() if kind in kinds]


def step_title(call: Call, step: FlowStep) -> str:
    kinds = {stage.kind for stage in call.stage_by_key.values()}
    stage = call.stage(STAGE_OF[step]) if STAGE_OF[step] in kinds else None
    return stage.title if stage else passed_title(step)


def _address(call: Call, query: Mapping[str, str], as_of: date, provinces: Collection[str] | None) -> str | None:
    """The list narrows to what its reader may see; of several provinces one address says nothing more."""
    place = {"province": next(iter(provinces))} if provinces is not None and len(provinces) == 1 else {}
    address = records_address("calls:application-list", {"call": call.slug, **query, **place})
    return as_counted(address, as_of) if address else None


def steps(call: int, day: date, *, kinds: Sequence[str] = CURRENT, provinces: Collection[str] | None = None) -> dict[str, int]:
    """Step -> applications in it, or ended in it, at the end of the day. One query."""
    rows = _changes(call, day, kinds, provinces).order_by("step").values_list("step").annotate(Sum("change"))
    return {step: number for step, number in rows if number}


def positions_by_place(call: int, day: date, *, kinds: Sequence[str] = CURRENT) -> dict[tuple[str, str, str], int]:
    """(province code, step, state) -> applications at the end of the day; of what ended, the step in which it did. One query."""
    names = ("province", "step", "state")
    rows = _changes(call, day, kinds, None).order_by(*names).values_list(*names).annotate(Sum("change"))
    return {(province, step, state): number for province, step, state, number in rows if number}


def waits(calls: Collection[int], day: date, *, kinds: Sequence[str] = CURRENT) -> dict[FlowStep, dict[int, int]]:
    """Step -> days waited -> applications that went on from it up to the day. One query."""
    rows = FlowDay.objects.filter(call__in=calls, kind__in=kinds, day__lte=day).order_by("from_state", "to_state", "waited_days")
    found: dict[FlowStep, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for source, target, days, number in rows.values_list("from_state", "to_state", "waited_days").annotate(Sum("count")):
        if goes_on(source, target):
            found[STEP_OF[source]][days] += number
    return {step: dict(days) for step, days in found.items()}


def median(days: Mapping[int, int]) -> float | None:
    """Of days with how many waited so long; between the two in the middle where their number is even."""
    total, seen, lower = sum(days.values()), 0, None
    for waited, number in sorted(days.items()):
        seen += number
        if lower is None and seen * 2 >= total > 0:
            lower = waited
        if lower is not None and seen * 2 > total:
            return (lower + waited) / 2
    return None


@dataclass(frozen=True, slots=True)
class Overdue:
    """``count`` applications still in a step whose stage is over."""

    key: str
    title: str
    count: int
    url: str | None


def overdue(call: Call, now: datetime, provinces: Collection[str] | None = None) -> list[Overdue]:
    """One line for each step whose stage has closed, also where nothing is overdue. One query."""
    day = localdate(now)
    held = states(call.pk, day, provinces=provinces)
    found = []
    for step in _steps_of(call)[1:]:
        stage = call.stage(STAGE_OF[step])
        if stage and stage.closes_at and stage.closes_at <= now:
            number = sum(held.get(state.value, 0) for state in STATES[step])
            found.append(Overdue(step.value, stage.title, number, _address(call, {"at": step.value}, day, provinces)))
    return found


def by_province(call: Call, key: str, as_of: date) -> dict[str, int]:
    """Province code -> applications that had the step behind them at the end of the day; ``building``: enterprises building. One query."""
    if key == "building":
        return building_by_place([call.pk], as_of)
    later = from_step(ORDER[RANK[FlowStep(key)] + 1])
    rows = _changes(call.pk, as_of, CURRENT, None).filter(step__in=later)
    return {place: number for place, number in rows.order_by("province").values_list("province").annotate(Sum("change")) if number}


def daily(call: Call, key: str, days: Sequence[date], provinces: Collection[str] | None = None) -> list[int]:
    """How many more had the step behind them at the end of each of these days than at the end of the day before. One query."""
    later = from_step(ORDER[RANK[FlowStep(key)] + 1])
    rows = _changes(call.pk, max(days), CURRENT, provinces).filter(step__in=later, day__in=days)
    changed = dict(rows.order_by("day").values_list("day").annotate(Sum("change")))
    return [changed.get(day, 0) for day in days]
