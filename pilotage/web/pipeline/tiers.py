"""Who is on which tier of the NEEQ, since when and by which source; entered by hand by the secretariat."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pilotage.core.keyset import page
from pilotage.core.verdict import Conflict, Invalid
from pilotage.finance.facts.enums import Tier
from pilotage.finance.facts.models import TierStay
from pilotage.finance.pipeline import tiers as services
from pilotage.registry.models import Enterprise
from pilotage.web.pipeline.common import Reader, put_errors, reader_of, tabs, worker_of
from pilotage.web.pipeline.forms import EnterpriseTierForm, LeaveForm, TierForm

TIERS = [choice for choice in Tier.choices if choice[0] != Tier.NONE]


@require_safe
def tiers(request: HttpRequest) -> HttpResponse:
    """The open stays, newest first."""
    reader = reader_of(request)
    if not reader.sees_all:
        raise Http404
    words, tier = request.GET.get("q", "").strip()[:100], request.GET.get("tier", "")
    rows = TierStay.objects.filter(until_on__isnull=True)
    if tier in dict(TIERS):
        rows = rows.filter(tier=tier)
    if words:
        rows = rows.filter(enterprise__name_zh__icontains=words)
    found = page(rows.select_related("enterprise"), order=("-from_on", "-id"), after=request.GET.get("after", ""), size=50)
    context = {
        "reader": reader,
        "tabs": tabs(reader, "tiers"),
        "page": found,
        "total": rows.count(),
        "q": words,
        "tier": tier,
        "tiers": TIERS,
    }
    return render(request, "pipeline/tiers.html", context)


def new(request: HttpRequest) -> HttpResponse:
    """Enter a stay of any enterprise."""
    reader = worker_of(request)
    form = EnterpriseTierForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _entered(request, reader, form, form.cleaned_data["enterprise"]):
        return redirect("pipeline:tier", form.cleaned_data["enterprise"].pk)
    context = {"form": form, "tabs": tabs(reader, "tiers"), "title": _("Enter a stay on a tier"), "back": "pipeline:tiers"}
    return render(request, "pipeline/form.html", context, status=422 if form.errors else 200)


def tier_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The stays of one enterprise; the secretariat enters the next one, or the end of the present one."""
    reader = reader_of(request)
    if not (reader.sees_all or pk in reader.enterprises):
        raise Http404
    enterprise = get_object_or_404(Enterprise, pk=pk)
    leaving = request.POST.get("act") == "leave"
    form = TierForm(None if leaving else request.POST or None)
    leave = LeaveForm(request.POST if leaving else None, prefix="leave")
    if request.method == "POST":
        if not reader.is_secretariat:
            raise Http404
        done = _left(request, reader, leave, enterprise) if leaving else _entered(request, reader, form, enterprise)
        if done:
            return redirect("pipeline:tier", pk)
    return _shown(request, reader, enterprise, form, leave)


def _shown(request: HttpRequest, reader: Reader, enterprise: Enterprise, form: TierForm, leave: LeaveForm) -> HttpResponse:
    stays = list(TierStay.objects.filter(enterprise=enterprise).select_related("stated_by").order_by("-from_on", "-id"))
    now = next((stay for stay in stays if stay.until_on is None), None)
    context: dict[str, Any] = {
        "reader": reader,
        "tabs": tabs(reader, "tiers" if reader.sees_all else "rounds"),
        "enterprise": enterprise,
        "stays": stays,
        "now": now,
        "form": form,
        "leave": leave,
    }
    return render(request, "pipeline/tier.html", context, status=422 if form.errors or leave.errors else 200)


def _entered(request: HttpRequest, reader: Reader, form: TierForm, enterprise: Enterprise) -> bool:
    if not form.is_valid():
        return False
    said = {name: form.cleaned_data[name] for name in ("tier", "from_on", "source")}
    try:
        services.enter(actor=reader.actor, enterprise=enterprise, **said)
    except Invalid as problem:
        put_errors(form, problem)
    except Conflict as problem:
        form.add_error(None, str(problem))
    else:
        messages.success(request, _("Entered. The stay before ended the day before."))
        return True
    return False


def _left(request: HttpRequest, reader: Reader, form: LeaveForm, enterprise: Enterprise) -> bool:
    if not form.is_valid():
        return False
    try:
        services.leave(actor=reader.actor, enterprise=enterprise, **form.cleaned_data)
    except Invalid as problem:
        put_errors(form, problem)
    else:
        messages.success(request, _("The end of the stay is entered."))
        return True
    return False
