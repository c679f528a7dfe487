"""Take what is said of the targets on a day, and set it beside what is counted for that day now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from pilotage.audit import services as audit
from pilotage.core import clock
from pilotage.plan.enums import TargetKind
from pilotage.plan.forecast import Forecast
from pilotage.plan.indicators import Change
from pilotage.plan.models import Plan, Target
from pilotage.plan.outlook import OutlookLine, outlooks
from pilotage.plan.progress import TargetLine, target_lines
from pilotage.plan.reading_models import TargetReading

PLACES = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Compared:
    """What was said on a day, and what is counted for the same day now; ``changes`` say who changed it since, and why."""

    reading: TargetReading
    now: Decimal | None
    line: TargetLine | None

    @property
    def differs(self) -> bool:
        """Never where the indicator cannot say what an earlier day's number is."""
        if self.line is None or self.line.indicator is None or not self.line.indicator.dated:
            return False
        return self.reading.value != (None if self.now is None else self.now.quantize(PLACES))

    def changes(self) -> list[Change]:
        indicator = self.line.indicator if self.line else None
        if not self.differs or self.line is None or indicator is None or indicator.changes is None:
            return []
        return indicator.changes(self.reading.plan, self.line.target.indicator_options, self.reading.day)


@transaction.atomic
def take(plan: Plan, day: date, actor: Any = None) -> list[TargetReading]:
    """One reading for each target and day; those there already stay as they are. Returns the new ones."""
    there = set(TargetReading.objects.filter(plan=plan, day=day).values_list("target_code", flat=True))
    lines = [line for line in outlooks(plan, day, None) if line.target.code not in there and line.target.kind != TargetKind.QUALITATIVE]
    if not lines:
        return []
    made = TargetReading.objects.bulk_create([_reading(plan, day, line) for line in lines])
    audit.record(plan, "read_targets", actor=actor, extra={"day": day.isoformat(), "targets": [row.target_code for row in made]})
    return made


def take_yesterday() -> int:
    """For the tick: of every plan that runs or has just ended, the day that is over. One query where it was taken already."""
    day = clock.today() - timedelta(days=1)
    running = Plan.objects.filter(starts_on__lte=day, ends_on__gte=day - timedelta(days=366)).exclude(readings__day=day)
    counting = Target.objects.exclude(kind=TargetKind.QUALITATIVE).values("measure__area__plan")
    return sum(len(take(plan, day)) for plan in running.filter(pk__in=counting).order_by("id"))


def of(plan: Plan, code: str) -> QuerySet[TargetReading]:
    """The readings of one target, oldest first."""
    return TargetReading.objects.filter(plan=plan, target_code=code).order_by("day")


def compare(plan: Plan, day: date, actor: Any = None) -> list[Compared]:
    """In the order of the plan. Targets the plan no longer names come last, with nothing counted."""
    readings = {row.target_code: row for row in TargetReading.objects.filter(plan=plan, day=day).select_related("plan")}
    lines = {line.target.code: line for line in target_lines(plan, day, actor)}
    found = [Compared(readings.pop(code), line.value, line) for code, line in lines.items() if code in readings]
    return [*found, *(Compared(row, None, None) for row in readings.values())]


def _reading(plan: Plan, day: date, line: OutlookLine) -> TargetReading:
    value = line.line.value
    return TargetReading(
        plan=plan,
        target_code=line.target.code,
        day=day,
        value=None if value is None else value.quantize(PLACES),
        status=line.line.status,
        outlook=line.outlook,
        forecast=as_json(line.forecast) if line.forecast else {},
        recorded_at=clock.now(),
    )


def as_json(found: Forecast) -> dict[str, Any]:
    """The forecast without its path, with dates as text."""
    return {
        "due_on": found.due_on.isoformat(),
        "median": found.median,
        "intervals": {str(level): list(bounds) for level, bounds in found.intervals.items()},
        "chance": found.chance,
        "met_by": {str(sure): day.isoformat() if day else None for sure, day in found.met_by.items()},
        "draws": found.draws,
        "seed": found.seed,
    }
