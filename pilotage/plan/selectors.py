"""Named reads of plans."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet

from pilotage.plan.models import Action, Area, Measure, Plan, Target
from pilotage.plan.rules import visible_plans


def newest_plan(actor: Any) -> Plan | None:
    return visible_plans(actor).first()


def areas_of(plan: Plan) -> QuerySet[Area]:
    """Areas with their actions, measures, units and targets. Six queries, whatever the plan's size."""
    measures = Measure.objects.select_related("action").prefetch_related(
        "lead_units", "cooperating_units", Prefetch("targets", Target.objects.order_by("position", "id"))
    )
    return plan.areas.prefetch_related(
        Prefetch("actions", Action.objects.order_by("position", "id")), Prefetch("measures", measures.order_by("position", "id"))
    ).order_by("position", "id")
