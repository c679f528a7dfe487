"""One POST address for the acts of a re-evaluation: each calls one service and says what it did."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from pilotage.core.verdict import Invalid
from pilotage.directory import services
from pilotage.directory.models import Campaign, Entry, Evaluation
from pilotage.web.directory.campaign_desk import RELATED, managed, page_context
from pilotage.web.directory.campaign_forms import ActForm, DrawForm, IncludeForm
from pilotage.web.directory.manage_acts import _withdraw, value

Act = Callable[[HttpRequest, Campaign], str]


@require_POST
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """``do`` names the act. Not allowed or overtaken: the middleware shows the sentence."""
    campaign = managed(request, pk)
    run = ACTS.get(value(request, "do"))
    if run is None:
        raise Http404
    try:
        said = run(request, campaign)
    except Invalid as refusal:
        return render(request, "directory/campaign_manage.html", page_context(request, campaign, {"errors": refusal.errors}), status=422)
    messages.success(request, said)
    kept = {name: found for name in ("entry", "state") if (found := value(request, name))}
    return redirect(f"{reverse('directory:campaign-manage', args=[pk])}?{urlencode(kept)}")


def _values(form: Any) -> dict[str, Any]:
    if not form.is_valid():
        raise Invalid({name: str(errors[0]) for name, errors in form.errors.items()})
    return dict(form.cleaned_data)


def _draw(request: HttpRequest, campaign: Campaign) -> str:
    services.draw_campaign(actor=request.user, campaign=campaign, seed=str(_values(DrawForm(request.POST))["seed"]))
    count = campaign.evaluations.count()
    return ngettext("%(count)d entry was drawn.", "%(count)d entries were drawn.", count) % {"count": count}


def _cancel(request: HttpRequest, campaign: Campaign) -> str:
    services.cancel_campaign(actor=request.user, campaign=campaign, reason=str(_values(DrawForm(request.POST))["reason"]))
    return _("The re-evaluation was cancelled.")


def _propose_close(request: HttpRequest, campaign: Campaign) -> str:
    services.propose_close_campaign(actor=request.user, campaign=campaign)
    return _("Closing was proposed. A second person must confirm.")


def _confirm_close(request: HttpRequest, campaign: Campaign) -> str:
    services.confirm_close_campaign(actor=request.user, campaign=campaign)
    return _("The re-evaluation is closed.")


def _include(request: HttpRequest, campaign: Campaign) -> str:
    values = _values(IncludeForm(request.POST))
    entry = Entry.objects.select_related("edition").filter(number=values["entry"].strip()).first()
    if entry is None:
        raise Invalid({"entry": _("There is no such entry in force in this directory.")})
    services.include(actor=request.user, campaign=campaign, entry=entry, cause=str(values["cause"]))
    return _("%(number)s is examined for a cause.") % {"number": entry.number}


def _evaluation(request: HttpRequest, campaign: Campaign) -> Evaluation:
    return get_object_or_404(campaign.evaluations.select_related(*RELATED), entry__number=value(request, "entry"))


def _pass_many(request: HttpRequest, campaign: Campaign) -> str:
    """Those ticked in the list."""
    numbers = request.POST.getlist("chosen")
    rows = list(campaign.evaluations.select_related(*RELATED).filter(entry__number__in=numbers).order_by("pk"))
    if not rows:
        raise Invalid({"chosen": _("Tick at least one entry.")})
    services.pass_entries(actor=request.user, evaluations=rows, reason=str(_values(ActForm(request.POST))["reason"]))
    return ngettext("%(count)d entry has passed.", "%(count)d entries have passed.", len(rows)) % {"count": len(rows)}


def _on_one(run: Callable[[Any, Evaluation, str, date | None], object]) -> Act:
    def perform(request: HttpRequest, campaign: Campaign) -> str:
        evaluation, values = _evaluation(request, campaign), _values(ActForm(request.POST))
        run(request.user, evaluation, str(values["reason"]), values["due_on"])
        return _("Recorded for %(number)s.") % {"number": evaluation.entry.number}

    return perform


def _extend(actor: Any, evaluation: Evaluation, reason: str, due_on: date | None) -> None:
    if due_on is None:
        raise Invalid({"due_on": _("Give the last day of the new term.")})
    services.extend(actor=actor, evaluation=evaluation, reason=reason, due_on=due_on)


def _confirm_remove(request: HttpRequest, campaign: Campaign) -> str:
    entry = services.confirm_remove(actor=request.user, entry=_evaluation(request, campaign).entry)
    return _("%(number)s was removed from the directory.") % {"number": entry.number}


ACTS: dict[str, Act] = {
    "draw": _draw,
    "cancel": _cancel,
    "include": _include,
    "propose_close": _propose_close,
    "confirm_close": _confirm_close,
    "withdraw_close": lambda request, campaign: _withdraw(request, campaign, "close"),
    "pass_many": _pass_many,
    "pass": _on_one(lambda actor, each, reason, _due: services.pass_entries(actor=actor, evaluations=[each], reason=reason)),
    "require": _on_one(lambda actor, each, reason, due: services.require(actor=actor, evaluation=each, reason=reason, due_on=due)),
    "send_back": _on_one(lambda actor, each, reason, due: services.send_back(actor=actor, evaluation=each, reason=reason, due_on=due)),
    "extend": _on_one(_extend),
    "remove": _on_one(lambda actor, each, reason, _due: services.propose_failure(actor=actor, evaluation=each, reason=reason)),
    "confirm_remove": _confirm_remove,
    "withdraw_remove": lambda request, campaign: _withdraw(request, _evaluation(request, campaign).entry, "remove"),
}
