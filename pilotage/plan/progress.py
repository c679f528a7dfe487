"""How does each target of a plan stand on a day? Without a forecast: what is counted, and what the calendar says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from pilotage.plan import indicators
from pilotage.plan.enums import TargetKind, TargetStatus
from pilotage.plan.indicators import Indicator
from pilotage.plan.models import Plan, Target

ABOUT_TOLERANCE = Decimal(10)  # percent; used where an "about" target states none


@dataclass(frozen=True, slots=True)
class TargetLine:
    """``value`` is None where nothing can be counted; ``share`` is value over target, not capped.

    ``records_url`` is None where nothing is counted or the actor may not see the records.
    """

    target: Target
    value: Decimal | None
    status: TargetStatus
    records_url: str | None
    share: Decimal | None
    indicator: Indicator | None

    @property
    def is_quantified(self) -> bool:
        return quantified(self.target)


def target_lines(plan: Plan, as_of: date, actor: Any) -> list[TargetLine]:
    """One line per target in the plan's order. One query, and what each distinct indicator with its options costs."""
    targets = Target.objects.filter(measure__area__plan=plan).select_related("measure__area")
    counted: dict[tuple[str, str], Decimal | None] = {}
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


def _line(plan: Plan, target: Target, as_of: date, actor: Any, counted: dict[tuple[str, str], Decimal | None]) -> TargetLine:
    target.measure.area.plan = plan
    indicator = indicators.get(target.indicator) if target.indicator else None
    value = None
    if indicator is not None:
        key = (target.indicator, repr(sorted(target.indicator_options.items())))
        if key not in counted:
            found = indicator.count(plan, target.indicator_options, as_of)
            counted[key] = None if found is None else Decimal(found)
        value = counted[key]
    opens = indicator.records_url if indicator is not None and value is not None else None
    return TargetLine(
        target=target,
        value=value,
        status=status_of(target, value, as_of),
        records_url=opens(plan, target.indicator_options, actor) if opens else None,
        share=value / target.value if value is not None and target.value else None,
        indicator=indicator,
    )
