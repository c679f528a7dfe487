from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router

from pilotage.api.schemas import AreaOut, MeasureOut, Message, PlanDetail, PlanOut, TargetOut, Text
from pilotage.core import clock
from pilotage.plan.models import Plan
from pilotage.plan.progress import TargetLine, target_lines

router = Router(tags=["plan"])


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


@router.get("/{slug}/targets", response={200: list[TargetOut], 404: Message}, summary="The targets of a plan with what is counted today")
def list_targets(request: HttpRequest, slug: str) -> list[TargetOut]:
    plan = get_object_or_404(Plan, slug=slug)
    return [target_fields(line) for line in target_lines(plan, clock.today(), request.auth)]
