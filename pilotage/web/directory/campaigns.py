"""A re-evaluation as everybody reads it, its drawing for those who want to repeat it, and the enterprise's own part."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from pilotage.core.keyset import page
from pilotage.core.transitions import may
from pilotage.core.verdict import Invalid
from pilotage.directory import campaign_rules as rules
from pilotage.directory import services
from pilotage.directory.campaign_enums import PUBLIC_CAMPAIGNS, EvaluationState
from pilotage.directory.campaign_sampling import METHOD, size_of
from pilotage.directory.models import Campaign

SIZE = 50


def visible(request: HttpRequest, slug: str, year: int) -> Campaign:
    """The one that was drawn; a cancelled plan of the same year is nobody's page."""
    rows = rules.visible_campaigns(request.user).filter(state__in=sorted(PUBLIC_CAMPAIGNS)).select_related("directory")
    return get_object_or_404(rows, directory__slug=slug, year=year)


@login_not_required
@require_safe
def campaign(request: HttpRequest, slug: str, year: int) -> HttpResponse:
    found = visible(request, slug, year)
    rows = found.evaluations.select_related("entry__province", "entry__prefecture")
    state = request.GET.get("state", "")
    if state in EvaluationState.values:
        rows = rows.filter(state=state)
    counts = state_counts(found)
    context = {
        "campaign": found,
        "page": page(rows, order=("stratum", "id"), after=request.GET.get("after", ""), size=SIZE),
        "total": counts.get(state, 0) if state else sum(counts.values()),
        "states": state_options(counts, state),
        "population": sum(len(numbers) for numbers in found.population.values()),
        "provinces": len(found.population),
        "drawn": sum(size_of(len(numbers), found.percent, found.least) for numbers in found.population.values()),
        "crumbs": [(found.directory.title, reverse("directory:list", kwargs={"slug": slug})), (found.title, "")],
    }
    return render(request, "directory/campaign.html", context)


def state_counts(found: Campaign) -> dict[str, int]:
    return dict(found.evaluations.order_by().values_list("state").annotate(Count("pk")))


def state_options(counts: dict[str, int], chosen: str) -> list[dict[str, Any]]:
    options = [{"url": "?", "label": _("All"), "count": sum(counts.values()), "current": not chosen}]
    return options + [
        {"url": f"?state={state}", "label": str(EvaluationState(state).label), "count": counts[state], "current": state == chosen}
        for state in EvaluationState.values
        if counts.get(state)
    ]


@login_not_required
@require_safe
def drawing(request: HttpRequest, slug: str, year: int) -> HttpResponse:
    """All that is needed to draw again: method, seed, population, share."""
    found = visible(request, slug, year)
    body = {
        "directory": slug,
        "year": year,
        "method": METHOD,
        "about": "sha256 of SEED, a newline and the number, in hexadecimal; in each province the first max(least, percent of the numbers rounded up)",
        "seed": found.seed,
        "percent": found.percent,
        "least": found.least,
        "drawn_at": found.drawn_at.isoformat() if found.drawn_at else None,
        "population_sha256": found.population_digest,
        "population": found.population,
        "drawn": list(
            found.evaluations.filter(position__isnull=False).order_by("stratum", "position").values_list("entry__number", flat=True)
        ),
    }
    return JsonResponse(body, json_dumps_params={"ensure_ascii": False})


class ReportForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("What was rectified"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=gettext_lazy("What was done, when, and how it can be checked. Only the secretariat and auditors read it."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def own(request: HttpRequest, pk: int) -> HttpResponse:
    """The enterprise reads what is asked of it, and reports."""
    rows = rules.own_evaluations(request.user).select_related("entry__edition__call", "entry__enterprise", "campaign__directory")
    evaluation = get_object_or_404(rows, pk=pk)
    form = ReportForm(request.POST or None)
    status = 200
    if request.method == "POST":
        try:
            services.report(actor=request.user, evaluation=evaluation, text=str(request.POST.get("text", "")))
            messages.success(request, _("Your report was sent to the secretariat."))
            return redirect("directory:evaluation", pk=pk)
        except Invalid as refusal:
            form.is_valid()
            form.errors.clear()
            for name, sentence in refusal.errors.items():
                form.add_error("text" if name == "text" else None, sentence)
            status = 422
    context = {"evaluation": evaluation, "entry": evaluation.entry, "form": form, "may_report": may(request.user, evaluation, "report")}
    return render(request, "directory/evaluation.html", context, status=status)
