"""Dashboards to look at: the list, one of them, and the same on a wall."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from pilotage.accounts.rules import roles_of
from pilotage.core.verdict import Invalid
from pilotage.plan.rules import visible_plans
from pilotage.reports.dashboards import services as dashboards
from pilotage.reports.dashboards.models import Dashboard
from pilotage.reports.dashboards.rules import can_change, can_make, listed_for, visible_by_key
from pilotage.reports.dashboards.starting import offered
from pilotage.web.dashboards.shown import cards_of, rows_of
from pilotage.web.plan.days import AsOf, asked

MOST_LISTED = 200
WALL_SECONDS = 60  # for the whole dashboard …
WALL_LEAST = 15  # … but so long at least for a row of it


def opened(request: HttpRequest, key: str) -> Dashboard:
    """The dashboard of this key for this reader, else 404."""
    return get_object_or_404(visible_by_key(request.user).select_related("plan", "owner", "organisation"), key=key)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_list(request: HttpRequest) -> HttpResponse:
    """POST makes a new one."""
    errors: dict[str, str] = {}
    plans = list(visible_plans(request.user))
    if request.method == "POST":
        try:
            return redirect("dashboards:edit" if not request.POST.get("start_from") else "dashboards:detail", _made(request, plans).key)
        except Invalid as invalid:
            errors = invalid.errors
    rows = list(listed_for(request.user).select_related("plan", "owner", "organisation").order_by("-changed_at", "-id")[:MOST_LISTED])
    context = {
        "own": [row for row in rows if row.owner_id == request.user.pk],
        "shared": [row for row in rows if row.owner_id != request.user.pk],
        "plans": plans,
        "templates": offered(roles_of(request.user)),
        "may_make": can_make(request.user),
        "errors": errors,
        "typed_title": request.POST.get("title", ""),
    }
    return render(request, "dashboards/list.html", context, status=422 if errors else 200)


def _made(request: HttpRequest, plans: list[Any]) -> Dashboard:
    plan = next((plan for plan in plans if str(plan.pk) == request.POST.get("plan")), None)
    if plan is None:
        can_make(request.user).require()
        raise Invalid({"plan": _("Choose a plan.")})
    return dashboards.create(
        actor=request.user, plan=plan, title=request.POST.get("title", ""), start_from=request.POST.get("start_from", "")
    )


@never_cache
@require_safe
def detail(request: HttpRequest, key: str) -> HttpResponse:
    dashboard = opened(request, key)
    as_of = asked(request)
    if request.GET.get("wall"):
        return render(request, "dashboards/wall.html", _wall(request, dashboard, as_of))
    context = {
        "dashboard": dashboard,
        "cards": cards_of(dashboard, request.user, as_of.day),
        "as_of": as_of,
        "query": "" if as_of.is_today else f"?as_of={as_of.day.isoformat()}",
    }
    further = {
        "may_change": can_change(request.user, dashboard),
        "may_make": can_make(request.user),
        "is_own": dashboard.owner_id == request.user.pk,
        "paper": "a3" if request.GET.get("paper") == "a3" else "a4",
        "others": listed_for(request.user).exclude(pk=dashboard.pk).order_by("-changed_at", "-id")[:12],
        "wall_url": as_of.address(request.path, wall="1"),
        "a3_url": as_of.address(request.path, paper="a3"),
        "a4_url": as_of.address(request.path),
        "crumbs": [(_("Dashboards"), reverse("dashboards:list")), (dashboard.title, "")],
    }
    return render(request, "dashboards/detail.html", {**context, **further})


def _wall(request: HttpRequest, dashboard: Dashboard, as_of: AsOf) -> dict[str, Any]:
    """One row of cards at a time, so that all of it is seen; then the next of the dashboards given, then this one again."""
    rows = rows_of(dashboard) or [[]]
    text = request.GET.get("row", "")
    row = int(text) - 1 if text.isdecimal() and 0 < int(text[:4]) <= len(rows) else 0
    given = [key for text in request.GET.getlist("with") for key in text.split(",") if key and key != dashboard.key]
    known = set(visible_by_key(request.user).filter(key__in=given).order_by("pk").values_list("key", flat=True)) if given else set()
    others = [key for key in dict.fromkeys(given) if key in known]
    is_last = row + 1 == len(rows)
    order = [*others, dashboard.key] if is_last else [dashboard.key, *others]
    query = [("wall", "1"), *(("with", key) for key in order[1:])]
    query += [] if as_of.is_today else [("as_of", as_of.day.isoformat())]
    query += [] if is_last else [("row", str(row + 2))]
    return {
        "dashboard": dashboard,
        "cards": cards_of(dashboard, request.user, as_of.day, rows[row]),
        "as_of": as_of,
        "query": "",
        "next_url": f"{reverse('dashboards:detail', args=[order[0]])}?{urlencode(query)}",
        "seconds": max(WALL_SECONDS // len(rows), WALL_LEAST),
        "place": f"{row + 1}/{len(rows)}",
        "leave_url": as_of.address(request.path),
    }
