"""Offers: an institution's own with the needs that fit them; for enterprises those that are open; all for the secretariat."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from pilotage.accounts.models import Organisation
from pilotage.core import clock
from pilotage.core.keyset import page
from pilotage.core.transitions import may
from pilotage.core.verdict import Invalid
from pilotage.finance.matching import rules, selectors, services
from pilotage.finance.matching.enums import OfferState
from pilotage.finance.matching.models import Offer
from pilotage.web.matching import condition_rows, reasons, shown
from pilotage.web.matching.common import Reader, channels_by_key, paged, put_errors, reader_of, say, tabs
from pilotage.web.matching.forms import OfferForm, offer_initial
from pilotage.web.matching.home import fitting_lines, fitting_pairs, offer_line
from pilotage.web.nav import resolved

VERBS = ("open", "revise", "withdraw")


@require_safe
def offers(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    channels = channels_by_key()
    state, channel = request.GET.get("state", ""), request.GET.get("channel", "")
    rows = rules.visible_offers(reader.actor).select_related("organisation")
    if state in OfferState.values:
        rows = rows.filter(state=state)
    if channel:
        rows = rows.filter(channel=channel)
    pages = page(rows, order=selectors.ORDER, after=request.GET.get("after", ""), size=50)
    context = {
        "reader": reader,
        "tabs": tabs(reader, "offers"),
        "channels": channels.values(),
        "page": pages,
        "rows": [offer_line(offer, channels) for offer in pages.rows],
        "states": OfferState.choices,
        "state": state,
        "channel": channel,
    }
    return render(request, "matching/offers.html", context)


def offer_of(reader: Reader, number: str) -> Offer:
    return get_object_or_404(rules.visible_offers(reader.actor).select_related("organisation"), number=number)


@require_safe
def offer_page(request: HttpRequest, number: str) -> HttpResponse:
    reader = reader_of(request)
    offer = offer_of(reader, number)
    channels = channels_by_key()
    is_own = offer.organisation_id in reader.institutions
    names = shown.Names.of([offer])
    context = {
        "reader": reader,
        "tabs": tabs(reader, "offers"),
        "offer": offer,
        "facts": shown.offer_facts(offer, channels, names),
        "conditions": reasons.condition_lines(offer),
        "one_is_enough": (offer.conditions or {}).get("need") == "any",
        "is_own": is_own,
        "channel_url": resolved("financing:channel", offer.channel),
        **_fitting(request, reader, offer, channels, is_own=is_own),
        "own_needs": _own_needs(reader, offer, channels),
        "acts": [(verb, may(reader.actor, offer, verb)) for verb in VERBS if is_own and may(reader.actor, offer, verb)],
    }
    return render(request, "matching/offer.html", context)


def _fitting(request: HttpRequest, reader: Reader, offer: Offer, channels: shown.Channels, *, is_own: bool) -> dict[str, Any]:
    pairs = fitting_pairs(reader, offer) if is_own else []
    pages = paged(pairs, request.GET.get("after", ""))
    return {"page": pages, "total": len(pairs), "fitting": fitting_lines(reader, channels, pages.rows) if pairs else []}


def _own_needs(reader: Reader, offer: Offer, channels: shown.Channels) -> list[dict[str, Any]]:
    """The enterprise's own needs of this channel, each with how the offer suits it."""
    if not reader.enterprises:
        return []
    rows = selectors.open_needs().filter(enterprise__in=reader.enterprises, channel=offer.channel)
    needs = list(rows.select_related("enterprise__province", "enterprise__industry").order_by("-id")[:20])
    facts = selectors.facts_by_enterprise(need.enterprise_id for need in needs)
    pairs = [selectors.pair(need, offer, facts.get(need.enterprise_id, {})) for need in needs]
    return [{"pair": pair, "need": pair.need, "amount": shown.yuan(pair.need.amount), **reasons.summary(pair)} for pair in pairs]


def new(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    if not reader.institutions:
        raise Http404
    return _form(request, reader, None)


def edit(request: HttpRequest, number: str) -> HttpResponse:
    reader = reader_of(request)
    offer = offer_of(reader, number)
    rules.can_change_offer(reader.actor, offer).require()
    return _form(request, reader, offer)


def _form(request: HttpRequest, reader: Reader, offer: Offer | None) -> HttpResponse:
    channels = channels_by_key()
    today = clock.today()
    initial = offer_initial(offer) if offer else {"valid_from": today, "channel": request.GET.get("channel", "")}
    form = OfferForm(request.POST or None, channels=channels, initial=initial)
    bodies = list(Organisation.objects.filter(pk__in=reader.institutions).order_by("pk"))
    if request.method == "POST" and form.is_valid():
        chosen = next((each for each in bodies if str(each.pk) == request.POST.get("organisation")), bodies[0] if bodies else None)
        try:
            values = {**form.values(), "conditions": condition_rows.read(request.POST)}
            body = offer.organisation if offer else chosen
            made = services.make_offer(actor=reader.actor, organisation=body, values=values, offer=offer)
        except Invalid as problem:
            put_errors(form, problem)
        else:
            messages.success(request, _("Saved. Enterprises see it once you open it to them."))
            return redirect("matching:offer", made.number)
    need = request.POST.get("condition_need") or ((offer.conditions or {}).get("need", "all") if offer else "all")
    context = {
        "form": form,
        "offer": offer,
        "bodies": bodies,
        "tabs": tabs(reader, "offers"),
        "condition_rows": condition_rows.typed(request.POST)
        if request.method == "POST"
        else condition_rows.kept(offer.conditions if offer else {}),
        "condition_choices": condition_rows.choices(),
        "condition_need": need,
    }
    return render(request, "matching/offer_form.html", context, status=422 if form.errors else 200)


@require_POST
def act(request: HttpRequest, number: str) -> HttpResponse:
    reader = reader_of(request)
    offer = offer_of(reader, number)
    verb = request.POST.get("do", "")
    if verb not in VERBS:
        raise Http404
    try:
        services.move_offer(actor=reader.actor, offer=offer, verb=verb, reason=request.POST.get("reason", ""))
    except Invalid as problem:
        say(request, problem)
    else:
        messages.success(request, _said(verb))
    return redirect("matching:offer", offer.number)


def _said(verb: str) -> str:
    return {
        "open": _("Open. Enterprises see the offer."),
        "revise": _("Taken back. Nobody else sees it until you open it again."),
        "withdraw": _("The offer is withdrawn."),
    }[verb]
