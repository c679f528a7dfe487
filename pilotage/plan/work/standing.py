"""How do the measures of a plan stand on a day? Lights with their rule, progress with its basis, reports owed, and the roll-up."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.db.models import Min, Q
from django.utils import timezone

from pilotage.accounts.enums import Role
from pilotage.accounts.models import Membership
from pilotage.core import clock
from pilotage.plan.enums import Outlook, TargetKind
from pilotage.plan.models import Action, Area, LightOverride, Measure, Milestone, Plan, ProgressReport, ResponsibleUnit
from pilotage.plan.outlook import outlooks
from pilotage.plan.progress import TargetLine, is_met
from pilotage.plan.selectors import areas_of
from pilotage.plan.work import periods as work_periods
from pilotage.plan.work.enums import REPORT_TO_REVIEW, Basis, Light, ReportState
from pilotage.plan.work.lights import Facts, rule_for
from pilotage.plan.work.lines import MeasureLine as MeasureLine
from pilotage.plan.work.lines import MilestoneLine as MilestoneLine
from pilotage.plan.work.lines import Owed as Owed
from pilotage.plan.work.weights import Part, Rolled, rolled

# statuses and outlooks that say nothing of a target
_SILENT = frozenset({"qualitative", "not_counted", "cannot_count", "unknown"})


@dataclass(frozen=True, slots=True)
class _Work:
    """Everything the lines are made of, read at once."""

    plan: Plan
    as_of: date
    at: datetime
    targets: Mapping[int, list[TargetLine]]
    statuses: Mapping[int, str]
    milestones: Mapping[str, list[Milestone]]
    reports: Mapping[str, list[ProgressReport]]
    overrides: Mapping[str, LightOverride]
    since: Mapping[str, datetime]


def measure_lines(
    plan: Plan, as_of: date, actor: Any, *, lines: Sequence[TargetLine] | None = None, statuses: Mapping[int, str] | None = None
) -> list[MeasureLine]:
    """One line per measure in the plan's order. Ten queries, and what the targets cost where ``lines`` are not given.

    ``statuses``: outlooks by key of the target; they take the place of the plain status. Without ``lines`` both are read, forecasts
    as they are kept.
    """
    if lines is None:
        ahead = outlooks(plan, as_of, actor)
        lines, statuses = (
            [each.line for each in ahead],
            {each.target.pk: each.outlook.value for each in ahead if each.outlook != Outlook.UNKNOWN},
        )
    work = _read(plan, as_of, lines, statuses or {})
    return [_line(work, area, measure) for area in areas_of(plan) for measure in area.measures.all()]


def measure_line(plan: Plan, code: str, as_of: date, actor: Any) -> MeasureLine | None:
    return next((line for line in measure_lines(plan, as_of, actor) if line.measure.code == code), None)


def _read(plan: Plan, as_of: date, lines: Sequence[TargetLine], statuses: Mapping[int, str]) -> _Work:
    targets: dict[int, list[TargetLine]] = defaultdict(list)
    for line in lines:
        targets[line.target.measure_id].append(line)
    at = end_of(as_of)
    overrides = LightOverride.objects.filter(Q(ended_at__isnull=True) | Q(ended_at__gt=at), plan=plan, made_at__lte=at)
    shown = Milestone.objects.filter(Q(removed_at__isnull=True) | Q(removed_at__gt=at), plan=plan)
    return _Work(
        plan=plan,
        as_of=as_of,
        at=min(at, clock.now()),
        targets=targets,
        statuses={line.target.pk: statuses.get(line.target.pk, line.status.value) for line in lines},
        milestones=_by_measure(shown.order_by("due_on", "id")),
        reports=_by_measure(ProgressReport.objects.filter(plan=plan).defer("done", "problems", "next_steps").order_by("-period", "id")),
        overrides={row.measure_code: row for row in overrides.select_related("made_by").order_by("id")},
        since=_on_the_platform_since(),
    )


def _by_measure(rows: Iterable[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.measure_code].append(row)
    return found


def _on_the_platform_since() -> dict[str, datetime]:
    """Unit code -> when its first officer began: before that nobody could report. One query."""
    rows = Membership.objects.filter(role=Role.UNIT_OFFICER).exclude(organisation__unit_code="")
    return dict(rows.order_by().values_list("organisation__unit_code").annotate(first=Min("started_at")))


def end_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.max))


# --- one measure ------------------------------------------------------------------------------
def _line(work: _Work, area: Area, measure: Measure) -> MeasureLine:
    measure.area, area.plan = area, work.plan
    targets = work.targets.get(measure.pk, [])
    milestones = [_milestone(row, work.as_of) for row in work.milestones.get(measure.code, [])]
    reports, leads = work.reports.get(measure.code, []), list(measure.lead_units.all())
    of_leads = [report for report in reports if report.unit_code in {unit.code for unit in leads}]
    accepted = [report for report in of_leads if was_accepted(report, work.at)]
    stated = _stated(accepted)
    owed = _owed(work, measure, leads, of_leads, accepted)
    overdue = [each for each in owed if each.is_overdue]
    facts = _facts(work, measure, targets, milestones, overdue, stated)
    rule, override = rule_for(facts), work.overrides.get(measure.code)
    progress, basis = _progress(work, milestones, targets, stated[0] if stated else None)
    found = rule.found(facts)
    return MeasureLine(
        measure=measure,
        light=Light(override.light) if override else rule.light,
        why=override.reason if override else found,
        is_overridden=override is not None,
        progress=progress,
        last_report=next((report for report in of_leads if was_handed_in(report, work.at)), None),
        milestones=milestones,
        overdue=overdue,
        basis=basis,
        computed=rule.light,
        computed_why=found,
        rule=rule,
        override=override,
        owed=owed,
        targets=targets,
        facts=facts,
        to_review=sum(report.state in REPORT_TO_REVIEW for report in reports),
        ends_on=work_periods.ends_on(measure, work.plan),
    )


def _milestone(row: Milestone, as_of: date) -> MilestoneLine:
    is_done = row.done_on is not None and row.done_on <= as_of
    return MilestoneLine(row, is_done, 0 if is_done else max(0, (as_of - row.due_on).days))


def was_handed_in(report: ProgressReport, at: datetime) -> bool:
    """Whether it lay with those who review, or was accepted, at that moment."""
    if report.submitted_at is None or report.submitted_at > at or report.state == ReportState.DRAFT:
        return False
    return not (report.state == ReportState.RETURNED and report.reviewed_at is not None and report.reviewed_at <= at)


def was_accepted(report: ProgressReport, at: datetime) -> bool:
    return report.state == ReportState.ACCEPTED and report.reviewed_at is not None and report.reviewed_at <= at


def _stated(accepted: Sequence[ProgressReport]) -> tuple[int, str] | None:
    """Percent and period of the newest accepted statement; the lower one where two units lead."""
    newest = max((report.period for report in accepted if report.progress is not None), default=None)
    said = [report.progress for report in accepted if report.period == newest and report.progress is not None]
    return (min(said), newest) if newest is not None else None


def _owed(
    work: _Work, measure: Measure, leads: Sequence[ResponsibleUnit], reports: Sequence[ProgressReport], accepted: Sequence[ProgressReport]
) -> list[Owed]:
    """What lead units on the platform have not handed in. After an accepted 100 percent nothing more is asked for."""
    if not leads:
        return []
    written = {(report.unit_code, report.period): report for report in reports}
    finished = {
        unit.code: min((r.period for r in accepted if r.unit_code == unit.code and r.progress == 100), default="9999") for unit in leads
    }
    return [
        Owed(period, unit, report, max(0, (work.as_of - timezone.localtime(period.due_at).date()).days), period.is_overdue(work.at))
        for period in work_periods.periods(work.plan, measure, work.at)
        for unit in leads
        if (since := work.since.get(unit.code)) is not None and since < period.due_at and period.key <= finished[unit.code]
        if not ((report := written.get((unit.code, period.key))) is not None and was_handed_in(report, work.at))
    ]


def _facts(
    work: _Work,
    measure: Measure,
    targets: Sequence[TargetLine],
    milestones: Sequence[MilestoneLine],
    overdue: Sequence[Owed],
    stated: tuple[int, str] | None,
) -> Facts:
    late = [line.days_late for line in milestones if line.days_late]
    counted = [(line.target.code, work.statuses[line.target.pk]) for line in targets]
    looked_at = min(work_periods.last_day(stated[1]), work.as_of) if stated else work.as_of
    return Facts(
        targets=tuple((code, status) for code, status in counted if status not in _SILENT),
        milestones=len(milestones),
        milestones_done=sum(line.is_done for line in milestones),
        milestones_late=len(late),
        longest_delay=max(late, default=0),
        report_late=max((max(each.days_late, 1) for each in overdue), default=0),
        stated=stated[0] if stated else None,
        elapsed=_elapsed(work.plan, work_periods.ends_on(measure, work.plan), looked_at),
    )


def _elapsed(plan: Plan, ends_on: date, day: date) -> float:
    """Percent of the measure's time that had gone at the end of that day."""
    whole = (ends_on - plan.starts_on).days + 1
    return min(100.0, max(0.0, ((day - plan.starts_on).days + 1) * 100 / whole)) if whole > 0 else 100.0


def _progress(
    work: _Work, milestones: Sequence[MilestoneLine], targets: Sequence[TargetLine], stated: int | None
) -> tuple[float | None, Basis]:
    """By milestones where there are any, else by counted targets, else as stated and accepted."""
    if milestones:
        whole = sum(line.milestone.weight for line in milestones)
        done = sum((line.milestone.weight for line in milestones if line.is_done), Decimal(0))
        return float(done * 100 / whole), Basis.MILESTONES
    reached = [_reached(line) for line in targets if work.statuses[line.target.pk] not in _SILENT and line.value is not None]
    if reached:
        return sum(reached) / len(reached), Basis.TARGETS
    return (float(stated), Basis.STATEMENT) if stated is not None else (None, Basis.NOTHING)


def _reached(line: TargetLine) -> float:
    if line.value is not None and is_met(line.target, line.value):
        return 100.0
    if line.share is None or (line.target.kind == TargetKind.DELIVERABLE and not line.target.value):
        return 0.0
    return float(min(max(line.share, Decimal(0)), Decimal(1))) * 100


# --- the roll-up ------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Weighted:
    """A measure in its group: the weight it counts with there."""

    line: MeasureLine
    weight: float


@dataclass(frozen=True, slots=True)
class ActionRoll:
    action: Action
    rolled: Rolled
    weight: float
    measures: list[Weighted]


@dataclass(frozen=True, slots=True)
class AreaRoll:
    """``measures`` stand under the area without an action, beside its actions."""

    area: Area
    rolled: Rolled
    weight: float
    actions: list[ActionRoll]
    measures: list[Weighted]
    lights: Counter[Light]

    @property
    def progress(self) -> float | None:
        return self.rolled.progress


def roll_up(plan: Plan, as_of: date, *, lines: Sequence[MeasureLine] | None = None, actor: Any = None) -> list[AreaRoll]:
    """Areas with their actions, each with its weighted progress. No query of its own where ``lines`` are given, but one for the areas."""
    found = measure_lines(plan, as_of, actor) if lines is None else lines
    by_area: dict[int, list[MeasureLine]] = defaultdict(list)
    for line in found:
        by_area[line.measure.area_id].append(line)
    areas = [_area(area, by_area[area.pk]) for area in plan.areas.prefetch_related("actions").order_by("position", "id")]
    weights = whole(areas).weights
    return [replace(area, weight=weight) for area, weight in zip(areas, weights, strict=True)]


def whole(areas: Sequence[AreaRoll]) -> Rolled:
    """The plan's own progress, from its areas."""
    return rolled([Part(_float(roll.area.weight), roll.progress) for roll in areas])


def _area(area: Area, lines: Sequence[MeasureLine]) -> AreaRoll:
    """Actions without a measure entered do not count."""
    by_action: dict[int | None, list[MeasureLine]] = defaultdict(list)
    for line in lines:
        by_action[line.measure.action_id].append(line)
    actions = [_action(action, by_action[action.pk]) for action in area.actions.all() if action.pk in by_action]
    own = by_action[None]
    parts = [Part(_float(roll.action.weight), roll.rolled.progress) for roll in actions]
    total = rolled([*parts, *(Part(_float(line.measure.weight), line.progress) for line in own)])
    return AreaRoll(
        area=area,
        rolled=total,
        weight=0.0,
        actions=[replace(roll, weight=weight) for roll, weight in zip(actions, total.weights, strict=False)],
        measures=[Weighted(line, weight) for line, weight in zip(own, total.weights[len(actions) :], strict=True)],
        lights=Counter(line.light for line in lines),
    )


def _action(action: Action, lines: Sequence[MeasureLine]) -> ActionRoll:
    total = rolled([Part(_float(line.measure.weight), line.progress) for line in lines])
    return ActionRoll(action, total, 0.0, [Weighted(line, weight) for line, weight in zip(lines, total.weights, strict=True)])


def _float(weight: Decimal | None) -> float | None:
    return None if weight is None else float(weight)
