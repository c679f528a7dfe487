"""The secretariat's desk of re-evaluations; auditors read it."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from pilotage.core import clock
from pilotage.core.keyset import page
from pilotage.core.transitions import may
from pilotage.core.verdict import Conflict, Invalid
from pilotage.directory import campaign_rules, rules, services
from pilotage.directory.campaign_enums import OPEN, CampaignState, EvaluationState
from pilotage.directory.campaign_sampling import size_of
from pilotage.directory.models import Campaign, Directory, Evaluation
from pilotage.web.directory.campaign_forms import ActForm, DrawForm, IncludeForm, PlanForm
from pilotage.web.directory.campaigns import state_counts, state_options
from pilotage.web.directory.manage import checked, confirmable

VERBS = ("pass", "require", "extend", "send_back")
RELATED = ("entry__edition__call", "entry__province", "entry__prefecture", "entry__enterprise", "campaign__directory")


@require_http_methods(["GET", "HEAD", "POST"])
def desk(request: HttpRequest) -> HttpResponse:
    """All re-evaluations; a POST plans one."""
    rules.can_see_management(request.user).require()
    form = PlanForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.plan_campaign(actor=request.user, **form.cleaned_data)
            return redirect("directory:campaign-manage", pk=made.pk)
        except Invalid as refusal:
            for name, sentence in refusal.errors.items():
                form.add_error(name if name in form.fields else None, sentence)
        except Conflict as refusal:
            form.add_error("year", str(refusal))
    rows = campaign_rules.visible_campaigns(request.user).select_related("directory")
    overdue = Q(evaluations__state=EvaluationState.RECTIFYING, evaluations__due_on__lt=clock.today())
    rows = rows.annotate(
        size=Count("evaluations"),
        waiting=Count("evaluations", filter=Q(evaluations__state__in=sorted(OPEN))),
        overdue=Count("evaluations", filter=overdue),
    )
    context = {
        "page": page(rows, order=("-year", "-id"), after=request.GET.get("after", ""), size=50),
        "form": form,
        "has_directory": Directory.objects.exists(),
        "may_plan": campaign_rules.can_begin(request.user, Directory()),
    }
    return render(request, "directory/campaign_desk.html", context, status=422 if form.errors else 200)


def managed(request: HttpRequest, pk: int) -> Campaign:
    rules.can_see_management(request.user).require()
    return get_object_or_404(Campaign.objects.select_related("directory"), pk=pk)


@require_safe
def manage(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "directory/campaign_manage.html", page_context(request, managed(request, pk)))


def page_context(request: HttpRequest, campaign: Campaign, extra: dict[str, Any] | None = None) -> dict[str, Any]:
    context = {"campaign": campaign, "today": clock.today(), "may_run": campaign_rules.can_run(request.user, campaign), "errors": {}}
    part = _planned if campaign.state in {CampaignState.PLANNED, CampaignState.CANCELLED} else _running
    return context | part(request, campaign) | (extra or {})


def _planned(request: HttpRequest, campaign: Campaign) -> dict[str, Any]:
    population = services.population_of(campaign) if campaign.state == CampaignState.PLANNED else {}
    return {
        "population": sum(len(numbers) for numbers in population.values()),
        "provinces": len(population),
        "drawn": sum(size_of(len(numbers), campaign.percent, campaign.least) for numbers in population.values()),
        "draw_form": DrawForm(),
        "may_draw": may(request.user, campaign, "draw"),
    }


def _running(request: HttpRequest, campaign: Campaign) -> dict[str, Any]:
    state, counts = request.GET.get("state", ""), state_counts(campaign)
    rows = campaign.evaluations.select_related(*RELATED)
    if state == "overdue":
        rows = rows.filter(state=EvaluationState.RECTIFYING, due_on__lt=clock.today())
    elif state in EvaluationState.values:
        rows = rows.filter(state=state)
    overdue = campaign.evaluations.filter(state=EvaluationState.RECTIFYING, due_on__lt=clock.today()).count()
    options = state_options(counts, state)
    if overdue:
        options.append({"url": "?state=overdue", "label": _("Overdue"), "count": overdue, "current": state == "overdue"})
    chosen = campaign.evaluations.select_related(*RELATED).filter(entry__number=request.GET.get("entry", "")).first()
    return {
        "page": page(rows, order=("stratum", "id"), after=request.GET.get("after", ""), size=50),
        "states": options,
        "state": state,
        "chosen": chosen,
        "proposal": services.open_proposal(campaign, "close"),
        "may_close": checked(request.user, campaign, "close"),
        "may_confirm": confirmable(request.user, campaign, "close"),
        "include_form": IncludeForm(),
        **(_chosen(request, chosen) if chosen else {}),
    }


def _chosen(request: HttpRequest, evaluation: Evaluation) -> dict[str, Any]:
    return {
        "verbs": {verb: checked(request.user, evaluation, verb) for verb in VERBS},
        "is_open": evaluation.state in OPEN,
        "act_form": ActForm(),
        "removal": services.open_proposal(evaluation.entry, "remove"),
        "may_remove": checked(request.user, evaluation.entry, "remove"),
        "may_confirm_removal": confirmable(request.user, evaluation.entry, "remove"),
    }
