"""All measures of the plan with their lights, as the second view of the cockpit lists them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pilotage.plan.models import Area, Measure, Plan
from pilotage.plan.outlook import OutlookLine
from pilotage.plan.work.standing import MeasureLine, measure_lines
from pilotage.web.nav import resolved


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """``reached`` milestones of ``milestones``; ``begins_area`` where the row opens its area."""

    line: MeasureLine
    url: str
    reached: int
    milestones: int
    begins_area: bool

    @property
    def measure(self) -> Measure:
        return self.line.measure

    @property
    def area(self) -> Area:
        return self.line.measure.area


def measure_rows(plan: Plan, day: date, actor: Any, outlooks: Sequence[OutlookLine]) -> list[MeasureRow]:
    """With the outlooks known already the targets are not counted twice."""
    statuses = {each.target.pk: each.outlook.value for each in outlooks}
    lines = measure_lines(plan, day, actor, lines=[each.line for each in outlooks], statuses=statuses)
    rows, area = [], None
    for line in lines:
        milestones = line.milestones
        reached = sum(milestone.is_done for milestone in milestones)
        url = resolved("measures:detail", plan.slug, line.measure.code)
        rows.append(MeasureRow(line, url, reached, len(milestones), line.measure.area_id != area))
        area = line.measure.area_id
    return rows
