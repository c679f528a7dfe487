"""One measure: what is public of it, and beside it the work for those who do it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from pilotage.accounts.rules import has_role
from pilotage.core import clock
from pilotage.core.periods import period_title
from pilotage.core.verdict import Invalid
from pilotage.plan.enums import TargetKind
from pilotage.plan.models import Measure, ProgressReport
from pilotage.plan.work import periods as work_periods
from pilotage.plan.work import rules as work_rules
from pilotage.plan.work import services as work_services
from pilotage.plan.work.enums import DeliverableState, Light
from pilotage.plan.work.lights import RULES
from pilotage.plan.work.standing import MeasureLine
from pilotage.web.measures import common

TYPED = ("light", "reason", "title_zh", "title_en", "due_on", "weight")


@login_not_required
@require_safe
def detail(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    measure = common.measure_of(request, slug, code)
    return page(request, measure)


def page(request: HttpRequest, measure: Measure, errors: dict[str, str] | None = None, form: str = "") -> HttpResponse:
    """``errors`` are those of the ``form`` that was sent; what was typed stands in it again."""
    line = common.line_of(request, measure)
    context = (
        _public(request, line)
        | _work(request, line)
        | {"errors": errors or {}, "form": form, "typed": {name: request.POST.get(name, "") for name in TYPED}}
    )
    return render(request, "measures/detail.html", context, status=422 if errors else 200)


def _public(request: HttpRequest, line: MeasureLine) -> dict[str, Any]:
    measure = line.measure
    target = request.GET.get("target", "")
    given = work_rules.visible_deliverables(request.user).filter(plan=measure.area.plan, measure_code=measure.code)
    if target:
        given = given.filter(target_code=target, state=DeliverableState.ACCEPTED)
    return {
        "plan": measure.area.plan,
        "measure": measure,
        "line": line,
        "goals": common.goals(line),
        "deliverables": list(given),
        "target": target,
        "takes_deliverables": any(each.target.kind == TargetKind.DELIVERABLE for each in line.targets),
        "rules": RULES,
        "today": clock.today(),
        "crumbs": common.crumbs(measure.area.plan, measure),
        "reports": _reports(request, line),
        "publishes_texts": work_periods.publishes_texts(measure.area.plan),
    }


def _reports(request: HttpRequest, line: MeasureLine) -> list[dict[str, Any]]:
    measure = line.measure
    titles = {unit.code: unit.title for unit in [*measure.lead_units.all(), *measure.cooperating_units.all()]}
    rows = work_rules.visible_reports(request.user).filter(plan=measure.area.plan, measure_code=measure.code)
    return [
        {"report": row, "period": period_title(row.period), "unit": titles.get(row.unit_code, row.unit_code)}
        for row in rows.defer("problems", "next_steps")[:40]
    ]


def _work(request: HttpRequest, line: MeasureLine) -> dict[str, Any]:
    actor, measure = request.user, line.measure
    own = work_rules.own_units(actor, measure)
    return {
        "is_inside": bool(own) or has_role(actor, *work_rules.CENTRAL),
        "own_units": own,
        "to_write": _to_write(line, own),
        "may_keep": work_rules.can_keep_milestones(actor, measure),
        "may_override": work_rules.can_override(actor),
        "may_propose": work_rules.can_propose(actor, measure),
        "lights": [(light.value, light.label) for light in work_services.OVERRIDES],
    }


def _to_write(line: MeasureLine, own: set[str]) -> list[dict[str, Any]]:
    """Reports of the reader's units not handed in: those owed, and for co-operating units the newest period."""
    measure, plan = line.measure, line.measure.area.plan
    found = [(owed.unit, owed.period) for owed in line.owed if owed.unit.code in own]
    opened = work_periods.periods(plan, measure, clock.now())
    helping = [unit for unit in measure.cooperating_units.all() if unit.code in own]
    filed = _filed(measure, [unit.code for unit in helping], opened[-1].key) if helping and opened else set()
    found += [(unit, opened[-1]) for unit in helping if opened and unit.code not in filed]
    return [
        {
            "unit": unit,
            "title": period_title(period.key),
            "period": period,
            "is_overdue": period.is_overdue(clock.now()),
            "url": reverse("measures:report-edit", args=[plan.slug, measure.code, unit.code, period.key]),
        }
        for unit, period in found
    ]


def _filed(measure: Measure, units: list[str], period: str) -> set[str]:
    rows = ProgressReport.objects.filter(plan=measure.area.plan, measure_code=measure.code, period=period, unit_code__in=units)
    return set(rows.exclude(state__in=["draft", "returned"]).values_list("unit_code", flat=True))


@require_POST
def light(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """Override the light, or go back to the rule."""
    measure = common.measure_of(request, slug, code)
    reason = request.POST.get("reason", "")
    try:
        if request.POST.get("do") == "end":
            override = common.line_of(request, measure).override
            if override is not None:
                work_services.end_override(actor=request.user, override=override, reason=reason)
            messages.success(request, _("The light follows the rule again."))
        else:
            made = work_services.override_light(actor=request.user, measure=measure, light=request.POST.get("light", ""), reason=reason)
            messages.success(request, _("The light is set to “%(light)s” until the next report.") % {"light": Light(made.light).label})
    except Invalid as error:
        return page(request, measure, error.errors, "light")
    return redirect(common.page_of(measure))
