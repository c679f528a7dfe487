"""What every page of the measures begins with."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import pgettext

from pilotage.core import clock
from pilotage.plan.models import Measure, Plan
from pilotage.plan.rules import visible_plans
from pilotage.plan.work.standing import MeasureLine, measure_line
from pilotage.web.plan import lines as words


def measure_of(request: HttpRequest, slug: str, code: str) -> Measure:
    """With its units and its plan; a 404 where the plan names no such measure."""
    plan = get_object_or_404(visible_plans(request.user), slug=slug)
    measures = Measure.objects.select_related("area", "action").prefetch_related("lead_units", "cooperating_units")
    measure = get_object_or_404(measures, area__plan=plan, code=code)
    measure.area.plan = plan
    return measure


def line_of(request: HttpRequest, measure: Measure) -> MeasureLine:
    found = measure_line(measure.area.plan, measure.code, clock.today(), request.user)
    if found is None:
        raise Http404
    return found


def page_of(measure: Measure) -> str:
    return reverse("measures:detail", args=[measure.area.plan.slug, measure.code])


def crumbs(plan: Plan, measure: Measure, *further: tuple[str, str]) -> list[tuple[str, str]]:
    own = page_of(measure) if further else ""
    start = [(pgettext("navigation", "Plan"), reverse("plan:detail", args=[plan.slug])), (measure.code, own)]
    return [*start, *further]


def work_crumbs(measure: Measure, *further: tuple[str, str]) -> list[tuple[str, str]]:
    return [(pgettext("navigation", "Measures"), reverse("measures:desk")), (measure.code, page_of(measure)), *further]


def goals(line: MeasureLine) -> list[tuple[Any, str, tuple[str, str]]]:
    """Each target with what it aims at in words, and what is counted with its unit."""
    return [(each, words.goal(each.target), words.figure(each)) for each in line.targets]
