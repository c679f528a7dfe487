"""Who may recommend, and which body's officers decide its list: the secretariat enters what no public list names."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from pilotage.calls import rules, services
from pilotage.calls.enums import RecommenderKind
from pilotage.calls.models import Recommender
from pilotage.calls.services.channel import ADDED_KINDS
from pilotage.core.verdict import Invalid
from pilotage.registry.models import Enterprise


@require_http_methods(["GET", "HEAD", "POST"])
def recommenders(request: HttpRequest) -> HttpResponse:
    rules.can_link_recommender(request.user).require()
    errors: dict[str, Any] = {}
    if request.method == "POST":
        try:
            recommender = _add(request)
        except Invalid as invalid:
            errors = invalid.errors
        else:
            messages.success(request, _("%(name)s is entered. Now invite its officers.") % {"name": recommender})
            return redirect("calls:recommenders")
    rows = Recommender.objects.select_related("organisation", "province").order_by("code")
    order = {kind: position for position, kind in enumerate(RecommenderKind.values)}
    return render(
        request,
        "calls/recommenders.html",
        {
            "rows": sorted(rows, key=lambda row: (-order[row.kind], row.code)),
            "kinds": [(kind.value, kind.label) for kind in ADDED_KINDS],
            "errors": errors,
            "posted": {name: request.POST.get(name, "") for name in ("kind", "name_zh", "name_en", "uscc")},
        },
        status=422 if errors else 200,
    )


def _add(request: HttpRequest) -> Recommender:
    code = request.POST.get("uscc", "").strip().upper()
    enterprise = Enterprise.objects.filter(uscc=code).first() if code else None
    if code and enterprise is None:
        raise Invalid({"uscc": _("The register holds no enterprise with the credit code %(code)s; enter it there first.") % {"code": code}})
    return services.add_recommender(
        actor=request.user,
        kind=request.POST.get("kind", ""),
        name_zh=request.POST.get("name_zh", "")[:100],
        name_en=request.POST.get("name_en", "")[:160],
        enterprise=enterprise,
    )
