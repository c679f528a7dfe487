"""The public pages of a plan: the plan itself, one target, its data as CSV; for the secretariat its versions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from pilotage.core import clock
from pilotage.core.tables import csv_lines
from pilotage.plan.diff import diff
from pilotage.plan.models import Plan, Target
from pilotage.plan.outlook import outlooks
from pilotage.plan.progress import TargetLine, due_on, target_lines
from pilotage.plan.rules import can_see_versions, visible_plans, visible_versions
from pilotage.plan.selectors import newest_plan
from pilotage.web.plan import days, lines, page
from pilotage.web.plan.outlooks import ends
from pilotage.web.plan.story import story


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    plan = newest_plan(visible_plans(request.user))
    if plan is None:
        return render(request, "plan/none.html")
    return _plan_page(request, plan)


@login_not_required
@require_safe
def detail(request: HttpRequest, slug: str) -> HttpResponse:
    return _plan_page(request, _plan(request, slug))


def _plan(request: HttpRequest, slug: str) -> Plan:
    return get_object_or_404(visible_plans(request.user), slug=slug)


def _plan_page(request: HttpRequest, plan: Plan) -> HttpResponse:
    as_of = days.asked(request)
    built = page.build(plan, request.user, as_of, wanted_map=request.GET.get("map", ""))
    sees_versions = bool(can_see_versions(request.user))
    context = {"page": built, "plan": plan, "as_of": as_of, "crumbs": _crumbs(plan), "sees_versions": sees_versions}
    return render(request, "plan/detail.html", context, status=400 if as_of.fault else 200)


def _crumbs(plan: Plan, *further: tuple[str, str]) -> list[tuple[str, str]]:
    own = reverse("plan:detail", args=[plan.slug]) if further else ""
    return [(pgettext("navigation", "Plan"), reverse("home")), (str(plan.starts_on.year), own), *further]


@login_not_required
@require_safe
def target(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    plan = _plan(request, slug)
    found = get_object_or_404(Target.objects.select_related("measure__area"), measure__area__plan=plan, code=code)
    as_of = days.asked(request)
    outlook_line = next(each for each in outlooks(plan, as_of.day, request.user) if each.target.pk == found.pk)
    line, (low, high) = outlook_line.line, ends(outlook_line)
    context = {
        "plan": plan,
        "line": line,
        "outlook": outlook_line.outlook,
        "low": low,
        "high": high,
        "story": story(plan, outlook_line, as_of),
        "target": line.target,
        "measure": line.target.measure,
        "goal": lines.goal(line.target),
        "sentence": lines.sentence(line, None),
        "value": lines.plain(line.value),
        "figure": lines.figure(line),
        "due_on": due_on(line.target),
        "as_of": as_of,
        "sources": _sources(line),
        "crumbs": _crumbs(plan, (line.target.title, "")),
    }
    return render(request, "plan/target.html", context, status=400 if as_of.fault else 200)


def _sources(line: TargetLine) -> list[dict[str, str]]:
    """Of the target, else of its measure; each address once."""
    found = line.target.sources or line.target.measure.sources
    return list({source["url"]: source for source in found}.values())


@login_not_required
@require_safe
def download(request: HttpRequest, slug: str) -> StreamingHttpResponse:
    plan = _plan(request, slug)
    columns = [
        _("Area"), _("Measure"), _("Title of the measure"), _("Placement verified"), _("Target"), _("Title of the target"), _("Kind"),
        _("Target value"), _("Upper end"), _("Unit"), _("Due on"), _("Value counted"), _("State"), _("As of"), _("Sources"),
    ]  # fmt: skip
    response = StreamingHttpResponse(csv_lines(columns, _rows(plan, request.user)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{plan.slug}-{clock.today():%Y-%m-%d}.csv"'
    return response


def _rows(plan: Plan, actor: Any) -> Iterator[list[Any]]:
    today = clock.today()
    for line in target_lines(plan, today, actor):
        target, measure = line.target, line.target.measure
        yield [
            measure.area.title, measure.code, measure.title, _("yes") if measure.is_verified else _("no"), target.code, target.title,
            target.get_kind_display(), lines.plain(target.value), lines.plain(target.value_max), target.unit, target.due_on,
            lines.plain(line.value), line.status.label, today, " ".join(source["url"] for source in _sources(line)),
        ]  # fmt: skip


@require_safe
def versions(request: HttpRequest, slug: str) -> HttpResponse:
    plan = _plan(request, slug)
    can_see_versions(request.user).require()
    found = list(visible_versions(request.user).filter(plan=plan).defer("content").select_related("loaded_by"))
    wanted = request.GET.get("version", "")
    chosen = next((version for version in found if str(version.number) == wanted), found[0] if found else None)
    before = next((version for version in found if chosen and version.number < chosen.number), None)
    changes = diff(before.content if before else {}, chosen.content) if chosen else []
    context = {"plan": plan, "versions": found, "chosen": chosen, "before": before, "changes": changes}
    return render(request, "plan/versions.html", {**context, "crumbs": _crumbs(plan, (_("Versions"), ""))})
