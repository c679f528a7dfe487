"""The plan cockpit: where every target stands and where it is going, for those who steer."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pilotage.plan.models import Plan
from pilotage.plan.outlook import outlooks
from pilotage.plan.rules import can_open_cockpit, visible_plans
from pilotage.plan.selectors import newest_plan
from pilotage.reports.papers.rules import can_prepare
from pilotage.web.cockpit.page import MEASURES, TARGETS, Asked, CockpitPage
from pilotage.web.cockpit.trying import trial
from pilotage.web.nav import resolved
from pilotage.web.plan import days
from pilotage.web.plan.lines import goal


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    can_open_cockpit(request.user).require()
    plan = _plan(request)
    if plan is None:
        return render(request, "cockpit/none.html")
    as_of = days.asked(request)
    view = MEASURES if request.GET.get("view") == MEASURES else TARGETS
    asked = Asked(view, request.GET.get("target", "").strip(), request.GET.get("map", ""))
    page = CockpitPage(plan, request.user, as_of, asked)
    context = {
        "page": page,
        "plan": plan,
        "plans": list(visible_plans(request.user)),
        "as_of": as_of,
        "reports_url": resolved("reports:list") if can_prepare(request.user) else "",
    }
    return render(request, "cockpit/home.html", context, status=400 if as_of.fault or page.fault else 200)


@require_safe
def what_if(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    can_open_cockpit(request.user).require()
    plan = get_object_or_404(visible_plans(request.user), slug=slug)
    as_of = days.asked(request)
    found = next((each for each in outlooks(plan, as_of.day, request.user) if each.target.code == code), None)
    if found is None:
        raise Http404
    tried = trial(plan, found, as_of, request.GET, request.path)
    back = as_of.address(reverse("cockpit:home"), plan=plan.slug, target=code)
    context = {
        "plan": plan,
        "found": found,
        "target": found.target,
        "goal": goal(found.target),
        "as_of": as_of,
        "trial": tried,
        "crumbs": [(_("%(title)s: overview") % {"title": plan.title}, back), (found.target.title, "")],
        "back": back,
    }
    fault = as_of.fault or (tried and (tried.form.errors or tried.fault))
    return render(request, "cockpit/what_if.html", context, status=400 if fault else 200)


def _plan(request: HttpRequest) -> Plan | None:
    """The plan asked for, else the newest."""
    plans, slug = visible_plans(request.user), request.GET.get("plan", "")
    return get_object_or_404(plans, slug=slug) if slug else newest_plan(plans)
