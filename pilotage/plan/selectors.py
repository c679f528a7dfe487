"""Named reads of plans."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet

from pilotage.plan.models import Action, Area, Measure, Plan, Target


def newest_plan(plans: QuerySet[Plan]) -> Plan | None:
    """Of those the reader may see."""
    return plans.order_by("-starts_on", "id").first()


def areas_of(plan: Plan) -> QuerySet[Area]:
    """Areas with their actions, measures, units and targets. Six queries, whatever the plan's size."""
    measures = Measure.objects.select_related("action").prefetch_related(
        "lead_units", "cooperating_units", Prefetch("targets", Target.objects.order_by("position", "id"))
    )
    return plan.areas.prefetch_related(
        Prefetch("actions", Action.objects.order_by("position", "id")), Prefetch("measures", measures.order_by("position", "id"))
    ).order_by("position", "id")
