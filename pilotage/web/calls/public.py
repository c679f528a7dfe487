"""Open calls and what each asks for: readable by anyone."""

from __future__ import annotations

from itertools import zip_longest
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pilotage.accounts.enums import Role
from pilotage.accounts.rules import memberships_as
from pilotage.calls.enums import USUAL_RECOMMENDERS, RecommenderKind, StageKind
from pilotage.calls.forms.definition import FormDef
from pilotage.calls.forms.fields import joined
from pilotage.calls.models import Call
from pilotage.calls.rules import can_configure, can_link_recommender, can_start, needs_cosign
from pilotage.core import clock
from pilotage.registry.models import Industry
from pilotage.web.calls import context
from pilotage.web.calls.rows import place_of


@login_not_required
@require_safe
def call_list(request: HttpRequest) -> HttpResponse:
    groups: dict[str, list[dict[str, Any]]] = {"open": [], "upcoming": [], "past": []}
    for call in context.calls_for(request).annotate(summary=F("current__content__summary")):
        stage = call.stage(StageKind.APPLY)
        status = context.stage_status(call, stage, clock.now()) if stage else "undated"
        group = {"now": "open", "later": "upcoming", "undated": "upcoming"}.get(status, "past")
        groups[group].append({"call": call, "stage": stage, "summary": context.pick(call.summary), "now": _current_stage(call)})
    groups["open"].sort(key=lambda line: (line["stage"].closes_at is None, line["stage"].closes_at))
    return render(request, "calls/call_list.html", {"groups": groups, "total": sum(map(len, groups.values()))})


def _current_stage(call: Call) -> context.StageLine | None:
    """The stage a past call stands at, for the line under its title."""
    lines = context.stage_lines(call)
    running = [line for line in lines if line.status == "now"]
    return running[-1] if running else None


@login_not_required
@require_safe
def call_detail(request: HttpRequest, slug: str) -> HttpResponse:
    call = get_object_or_404(context.calls_for(request).defer(None).select_related("current"), slug=slug)
    content = call.current.content
    form = FormDef.parse(content["form"], content.get("codes", {}))
    apply_stage = call.stage(StageKind.APPLY)
    return render(
        request,
        "calls/call_detail.html",
        {
            "call": call,
            "summary": context.pick(content.get("summary")),
            "applicants": _applicants(content.get("applicants", {})),
            "stages": context.stage_lines(call),
            "apply_stage": apply_stage,
            "apply_status": context.stage_status(call, apply_stage, clock.now()) if apply_stage else "undated",
            "form": form,
            "field_count": sum(len(section.fields) for section in form.sections),
            "rubrics": [_rubric(rubric) for rubric in content.get("rubrics", {}).values()],
            "quotas": _quotas(call, content),
            "may_link": can_link_recommender(request.user),
            "may_configure": can_configure(request.user, call),
            "sources": _sources(call, content),
            "starts": starts(request, call),
        },
    )


def starts(request: HttpRequest, call: Call) -> list[dict[str, Any]]:
    """For each enterprise of the reader: whether an application may be started, and why not."""
    found = []
    for membership in memberships_as(request.user, Role.FILER, Role.LEGAL_REPRESENTATIVE, call=call):
        enterprise = membership.organisation.enterprise
        if enterprise and enterprise not in [line["enterprise"] for line in found]:
            found.append({"enterprise": enterprise, "verdict": can_start(request.user, call, enterprise)})
    return found


def _applicants(applicants: dict[str, Any]) -> dict[str, Any]:
    codes = applicants.get("industry_sections", [])
    return {
        "industries": list(Industry.objects.filter(pk__in=codes).order_by("code")),
        "notes": context.pick(applicants.get("notes")),
        "verified": applicants.get("verified", True),
    }


def _rubric(rubric: dict[str, Any]) -> dict[str, Any]:
    return {
        "scale": rubric.get("scale"),
        "verified": rubric.get("verified", True),
        "note": context.pick(rubric.get("note")),
        "criteria": [
            {
                "title": context.pick(criterion["title"]),
                "weight": criterion["weight"],
                "anchors": [(points, context.pick(text)) for points, text in criterion.get("anchors", {}).items()],
            }
            for criterion in rubric["criteria"]
        ],
    }


def _quotas(call: Call, content: dict[str, Any]) -> dict[str, Any]:
    quotas = content.get("quotas", {})
    kinds = content.get("recommended_by") or USUAL_RECOMMENDERS
    return {
        "kinds": joined(str(RecommenderKind(kind).label) for kind in kinds),
        "cosign": needs_cosign(call),
        "note": context.pick(quotas.get("note")),
        "verified": quotas.get("verified", True),
        "default": quotas.get("default"),
        "limits": _in_two_columns(call),
    }


def _in_two_columns(call: Call) -> list[tuple[dict[str, Any] | None, ...]]:
    """The quotas as rows of two, to be read down the left column and then down the right one. One query."""
    found = call.quotas.filter(limit__isnull=False).select_related("recommender__prefecture").order_by("recommender__code")
    lines = [{"place": place_of(quota.recommender), "name": str(quota.recommender), "limit": quota.limit} for quota in found]
    half = (len(lines) + 1) // 2
    return list(zip_longest(lines[:half], lines[half:]))


def _sources(call: Call, content: dict[str, Any]) -> list[dict[str, Any]]:
    """Where each part of the page comes from, in the order of the page; parts without a source are left out."""
    parts = [
        (call.title, content.get("source")),
        (_("Who may apply"), content.get("applicants", {}).get("source")),
        *((_("How it is judged"), rubric.get("source")) for rubric in content.get("rubrics", {}).values()),
        *((stage.title, stage.options.get("source")) for stage in call.stage_by_key.values()),
        (_("Recommendation and quotas"), content.get("quotas", {}).get("source")),
    ]
    return [{"about": about, "sources": found} for about, source in parts if (found := context.urls_of(source))]
