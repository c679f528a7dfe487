"""The measures of a plan with their lights: public, like the measures' own pages."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router, Schema

from pilotage.api.schemas import Message, Text
from pilotage.core import clock
from pilotage.plan.models import Plan, ResponsibleUnit
from pilotage.plan.work.standing import MeasureLine, measure_lines

router = Router(tags=["plan"])


class UnitOut(Schema):
    code: str
    title: Text


class MilestoneOut(Schema):
    code: str
    title: Text
    due_on: date
    done_on: date | None
    from_plan: bool
    weight: float


class MeasureLightOut(Schema):
    """``light`` is what is shown, ``computed`` what the rule says; they differ where ``overridden``."""

    code: str
    title: Text
    area: str
    action: str | None
    lead: list[UnitOut]
    cooperating: list[UnitOut]
    units_verified: bool
    ends_on: date
    light: str
    why: str
    overridden: bool
    computed: str
    progress: float | None
    progress_from: str
    milestones: list[MilestoneOut]
    reports_overdue: list[str]


def _unit(unit: ResponsibleUnit) -> UnitOut:
    return UnitOut(code=unit.code, title=Text.of(unit))


def _out(line: MeasureLine) -> MeasureLightOut:
    measure = line.measure
    return MeasureLightOut(
        code=measure.code,
        title=Text.of(measure),
        area=measure.area.code,
        action=measure.action.code if measure.action else None,
        lead=[_unit(unit) for unit in measure.lead_units.all()],
        cooperating=[_unit(unit) for unit in measure.cooperating_units.all()],
        units_verified=measure.are_units_verified,
        ends_on=line.ends_on,
        light=line.light.value,
        why=line.why,
        overridden=line.is_overridden,
        computed=line.computed.value,
        progress=line.progress,
        progress_from=line.basis.value,
        milestones=[
            MilestoneOut(
                code=each.milestone.code,
                title=Text.of(each.milestone),
                due_on=each.milestone.due_on,
                done_on=each.milestone.done_on if each.is_done else None,
                from_plan=each.milestone.is_from_plan,
                weight=float(each.milestone.weight),
            )
            for each in line.milestones
        ],
        reports_overdue=[each.period.key for each in line.overdue],
    )


@router.get("/{slug}/measures", response={200: list[MeasureLightOut], 404: Message}, summary="The measures of a plan with their lights")
def list_measures(request: HttpRequest, slug: str, as_of: date | None = None) -> list[MeasureLightOut]:
    """As they stood at the end of ``as_of``, today without it."""
    plan = get_object_or_404(Plan, slug=slug)
    day = min(as_of, clock.today()) if as_of else clock.today()
    return [_out(line) for line in measure_lines(plan, day, request.auth)]
