"""Where a person begins: the desk of the first role that has one; the secretariat gets its overview."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from pilotage.accounts.enums import Role
from pilotage.calls.models import Call
from pilotage.web.nav import resolved

DESKS = (
    (Role.AUDITOR, "audit:event-list"),
    (Role.PROVINCE_OFFICER, "calls:recommend-desk"),
    (Role.COMMUNICATIONS_OFFICER, "calls:cosign-desk"),
    (Role.CITY_OFFICER, "calls:check-desk"),
    (Role.DISTRICT_OFFICER, "calls:check-desk"),
    (Role.EXPERT, "review:queue"),
    (Role.FILER, "calls:my-list"),
    (Role.LEGAL_REPRESENTATIVE, "calls:my-list"),
    (Role.FINANCE_LIAISON, "registry:enterprise-list"),
)
# a call's work, step by step: page and the title of the step
STEPS = (
    ("calls:accept-desk", False),
    ("review:board", True),
    ("review:selection", True),
    ("directory:manage", True),
)


def desk(request: HttpRequest) -> HttpResponse:
    """GET only reads. Somebody without a role is told what to do."""
    roles = request.user.roles()
    if Role.SECRETARIAT in roles:
        return render(request, "desk.html", {"calls": [_with_steps(call) for call in Call.objects.order_by("-year", "slug")[:50]]})
    for role, url_name in DESKS:
        if role in roles and (url := resolved(url_name)):
            return redirect(url)
    return render(request, "desk.html", {"calls": [], "no_role": not roles})


def _with_steps(call: Call) -> dict[str, Any]:
    urls = [resolved(name, call.slug) if with_slug else resolved(name) for name, with_slug in STEPS]
    steps = dict(zip(("accept", "review", "select", "directory"), urls, strict=True))
    return {"call": call, "detail": resolved("calls:detail", call.slug), **steps}
