"""How does each target of a plan stand on a day? What is counted, and what the calendar says; :mod:`outlook` adds the forecast."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from pilotage.plan import indicators
from pilotage.plan.enums import TargetKind, TargetStatus
from pilotage.plan.indicators import CannotCount, Indicator
from pilotage.plan.models import Plan, Target

ABOUT_TOLERANCE = Decimal(10)  # percent; used where an "about" target states none


@dataclass(frozen=True, slots=True)
class TargetLine:
    """``value`` is None where nothing can be counted; ``share`` is value over target, not capped; ``why`` says why a number
    cannot be had of records that are there.

    ``records_url`` is None where there are no records or the actor may not see the records.
    """

    target: Target
    value: Decimal | None
    status: TargetStatus
    records_url: str | None
    share: Decimal | None
    indicator: Indicator | None
    why: str = ""

    @property
    def is_quantified(self) -> bool:
        return quantified(self.target)


def target_lines(plan: Plan, as_of: date, actor: Any) -> list[TargetLine]:
    """One line per target in the plan's order. One query, and what each distinct indicator with its options costs."""
    targets = Target.objects.filter(measure__area__plan=plan).select_related("measure__area")
    counted: dict[tuple[str, str], Counted] = {}
    return [
        _line(plan, target, as_of, actor, counted)
        for target in targets.order_by("measure__area__position", "measure__position", "position", "id")
    ]


def quantified(target: Target) -> bool:
    """Whether the target promises a number: of things, or of papers to be delivered."""
    return target.kind != TargetKind.QUALITATIVE and target.value is not None


def status_of(target: Target, value: Decimal | None, as_of: date) -> TargetStatus:
    """The rules, in this order:

    1. a qualitative target is Qualitative;
    2. a value that meets the target (see :func:`is_met`) is Met;
    3. a measure that runs past its year, until that later day is over, Carries over;
    4. no value: No records yet;
    5. after the due date (of the target, else of its measure, else the plan's last day): Not met by the due date;
    6. else In progress.

    A line whose indicator finds records and no number (a rate that divides by zero) Cannot be counted, whatever the calendar says.
    """
    if target.kind == TargetKind.QUALITATIVE:
        return TargetStatus.QUALITATIVE
    if value is not None and is_met(target, value):
        return TargetStatus.MET
    carries_over_to = target.measure.carries_over_to
    if carries_over_to is not None and as_of <= carries_over_to:
        return TargetStatus.CARRIES_OVER
    if value is None:
        return TargetStatus.NOT_COUNTED
    return TargetStatus.MISSED if as_of > due_on(target) else TargetStatus.IN_PROGRESS


def is_met(target: Target, value: Decimal) -> bool:
    """Minimum, growth, rate: at least the value. Exact: that value and no other. Range: both ends count.

    About: at most ``tolerance`` percent (ten, where none is stated) off, either way. Deliverable: as many as
    promised, one where no number is given. Growth and rate are compared in percent.
    """
    goal = target.value
    if target.kind == TargetKind.DELIVERABLE:
        return value >= (goal if goal is not None else 1)
    if goal is None:
        return False
    if target.kind == TargetKind.EXACT:
        return value == goal
    if target.kind == TargetKind.RANGE:
        return goal <= value and (target.value_max is None or value <= target.value_max)
    if target.kind == TargetKind.ABOUT:
        tolerance = target.tolerance if target.tolerance is not None else ABOUT_TOLERANCE
        return abs(value - goal) * 100 <= goal * tolerance
    return value >= goal


def due_on(target: Target) -> date:
    return target.due_on or target.measure.due_on or target.measure.area.plan.ends_on


@dataclass(frozen=True, slots=True)
class Counted:
    """A value, or None; and the sentence where counting came to no number."""

    value: Decimal | None = None
    why: str = ""


def count(indicator: Indicator, plan: Plan, options: Mapping[str, Any], as_of: date) -> Counted:
    try:
        found = indicator.count(plan, options, as_of)
    except CannotCount as error:
        return Counted(why=str(error))
    return Counted(None if found is None else Decimal(found))


def records_url(indicator: Indicator, plan: Plan, options: Mapping[str, Any], actor: Any, as_of: date) -> str | None:
    """The page of the records counted, as they stood at the end of that day."""
    address = indicator.records_url(plan, options, actor) if indicator.records_url else None
    return indicators.as_counted(address, as_of) if address and indicator.dated else address


def target_history(plan: Plan, target: Target, days: Sequence[date]) -> list[tuple[date, Decimal | None]]:
    """The target's value at the end of each of the sorted days; empty where nothing keeps its past."""
    indicator = indicators.get(target.indicator) if target.indicator else None
    if indicator is None:
        return []
    if indicator.history is not None:
        values = indicator.history(plan, target.indicator_options, days)
        return [(day, None if value is None else Decimal(value)) for day, value in zip(days, values, strict=True)]
    return [(day, count(indicator, plan, target.indicator_options, day).value) for day in days] if indicator.dated else []


def _line(plan: Plan, target: Target, as_of: date, actor: Any, counted: dict[tuple[str, str], Counted]) -> TargetLine:
    target.measure.area.plan = plan
    indicator = indicators.get(target.indicator) if target.indicator else None
    found = Counted()
    if indicator is not None:
        key = (target.indicator, repr(sorted(target.indicator_options.items())))
        if key not in counted:
            counted[key] = count(indicator, plan, target.indicator_options, as_of)
        found = counted[key]
    value = found.value
    status = status_of(target, value, as_of)
    return TargetLine(
        target=target,
        value=value,
        status=TargetStatus.CANNOT_COUNT if found.why and status != TargetStatus.QUALITATIVE else status,
        records_url=records_url(indicator, plan, target.indicator_options, actor, as_of)
        if indicator is not None and (value is not None or found.why)
        else None,
        share=value / target.value if value is not None and target.value else None,
        indicator=indicator,
        why=found.why,
    )
