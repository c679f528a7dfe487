from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router

from pilotage.api.schemas import (
    AreaOut,
    ForecastOut,
    IndicatorOut,
    MeasureOut,
    Message,
    PlanDetail,
    PlanOut,
    TargetOut,
    TargetOutlookOut,
    Text,
)
from pilotage.core import clock
from pilotage.plan import indicators
from pilotage.plan.forecast import Forecast
from pilotage.plan.models import Plan
from pilotage.plan.outlook import OutlookLine, outlooks
from pilotage.plan.progress import TargetLine, target_lines

router = Router(tags=["plan"])
EARLIEST = date(2000, 1, 1)
indicator_router = Router(tags=["plan"])


def plan_fields(plan: Plan) -> dict[str, Any]:
    return {
        "slug": plan.slug,
        "title": Text.of(plan),
        "issuer": Text.of(plan, "issuer"),
        "document_number": plan.document_number,
        "starts_on": plan.starts_on,
        "ends_on": plan.ends_on,
        "version": plan.version,
        "declared_actions": plan.declared_action_count,
        "declared_measures": plan.declared_measure_count,
    }


def target_fields(line: TargetLine) -> TargetOut:
    target = line.target
    return TargetOut(
        code=target.code,
        measure=target.measure.code,
        title=Text.of(target),
        kind=target.kind,
        value=target.value,
        value_max=target.value_max,
        unit=Text.of(target, "unit"),
        due_on=target.due_on,
        verified=target.is_verified,
        current=line.value,
        status=line.status,
    )


@router.get("", response=list[PlanOut], summary="The plans of this platform")
def list_plans(request: HttpRequest) -> list[PlanOut]:
    return [PlanOut(**plan_fields(plan)) for plan in Plan.objects.all()[:100]]


@router.get("/{slug}", response={200: PlanDetail, 404: Message}, summary="One plan: areas, measures, targets")
def get_plan(request: HttpRequest, slug: str) -> PlanDetail:
    plan = get_object_or_404(Plan, slug=slug)
    lines: dict[int, list[TargetOut]] = defaultdict(list)
    for line in target_lines(plan, clock.today(), request.auth):
        lines[line.target.measure_id].append(target_fields(line))
    areas = [
        AreaOut(
            code=area.code,
            title=Text.of(area),
            measures=[MeasureOut(code=m.code, title=Text.of(m), verified=m.is_verified, targets=lines[m.pk]) for m in area.measures.all()],
        )
        for area in plan.areas.prefetch_related("measures")
    ]
    return PlanDetail(**plan_fields(plan), areas=areas)


def outlook_fields(line: OutlookLine) -> TargetOutlookOut:
    found = line.forecast
    return TargetOutlookOut(
        **target_fields(line.line).dict(),
        outlook=line.outlook,
        forecast=forecast_fields(found) if found else None,
        why_no_forecast=line.why_none,
    )


def forecast_fields(found: Forecast) -> ForecastOut:
    return ForecastOut(
        as_of=found.as_of,
        due_on=found.due_on,
        median=found.median,
        intervals=found.intervals,
        chance=found.chance,
        met_by=found.met_by,
        draws=found.draws,
    )


@router.get(
    "/{slug}/targets",
    response={200: list[TargetOutlookOut], 404: Message},
    summary="The targets of a plan with what is counted at the end of a day, and the forecast from what was known then",
)
def list_targets(request: HttpRequest, slug: str, as_of: date | None = None) -> list[TargetOutlookOut]:
    """``as_of`` is today where it is left out or lies ahead, and 1 January 2000 where it lies before that."""
    plan = get_object_or_404(Plan, slug=slug)
    today = clock.today()
    day = max(min(as_of or today, today), EARLIEST)
    return [outlook_fields(line) for line in outlooks(plan, day, request.auth)]


@indicator_router.get("", response=list[IndicatorOut], summary="What can be counted, defined once, with its formula in words")
def list_indicators(request: HttpRequest) -> list[IndicatorOut]:
    return [
        IndicatorOut(
            key=each.key,
            name=Text.of(each, "name"),
            unit=Text.of(each, "unit"),
            formula=Text.of(each, "formula"),
            dated=each.dated,
            has_history=each.history is not None,
            has_pipeline=each.pipeline is not None,
            by_place=each.by_place is not None,
        )
        for each in indicators.every()
    ]
