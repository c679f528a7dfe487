"""Needs: an enterprise's own with the offers that suit them; for an institution those that fit it; all for the secretariat."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from pilotage.accounts.rules import can_consent
from pilotage.core.keyset import page
from pilotage.core.transitions import may
from pilotage.core.verdict import Invalid
from pilotage.finance.matching import rules, selectors, services
from pilotage.finance.matching.enums import ACTIVE, NeedState
from pilotage.finance.matching.models import Need
from pilotage.registry.models import Enterprise
from pilotage.web.matching import reasons, shown
from pilotage.web.matching.common import Reader, channels_by_key, paged, put_errors, reader_of, say, tabs, yuan
from pilotage.web.matching.forms import NeedForm, need_initial
from pilotage.web.matching.home import fitting_lines, fitting_pairs, introduction_line, own_offers
from pilotage.web.nav import resolved

CARDS = 10
VERBS = ("open", "revise", "meet", "withdraw")


@require_safe
def needs(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    channels = channels_by_key()
    context: dict[str, Any] = {"reader": reader, "tabs": tabs(reader, "needs"), "channels": channels.values()}
    if reader.institutions and not reader.sees_all:
        return render(request, "matching/needs_fitting.html", context | _fitting(request, reader, channels))
    rows = rules.visible_needs(reader.actor)
    state, channel = request.GET.get("state", ""), request.GET.get("channel", "")
    listed = selectors.filtered_needs(rows, state=state, channel=channel)
    pages = page(listed, order=selectors.ORDER, after=request.GET.get("after", ""), size=50)
    context |= {
        "page": pages,
        "rows": [_line(need, channels) for need in pages.rows],
        "states": NeedState.choices,
        "state": state,
        "channel": channel,
    }
    return render(request, "matching/needs.html", context)


def _fitting(request: HttpRequest, reader: Reader, channels: shown.Channels) -> dict[str, Any]:
    offers = list(own_offers(reader).order_by("-id"))
    offer = next((each for each in offers if each.number == request.GET.get("offer", "")), None)
    pairs = fitting_pairs(reader, offer)
    pages = paged(pairs, request.GET.get("after", ""))
    return {
        "page": pages,
        "total": len(pairs),
        "fitting": fitting_lines(reader, channels, pages.rows),
        "offers": offers,
        "offer": offer,
    }


def _line(need: Need, channels: shown.Channels) -> dict[str, Any]:
    return {
        "need": need,
        "name": need.enterprise.name,
        "channel": shown.channel_name(need.channel, channels),
        "amount": yuan(need.amount),
        "months": shown.months(need.months),
        "place": shown.place(need),
    }


def need_of(reader: Reader, number: str) -> Need:
    """404 outside what the reader may see."""
    rows = rules.visible_needs(reader.actor).select_related("enterprise__province", "enterprise__prefecture", "enterprise__industry")
    return get_object_or_404(rows, number=number)


@require_safe
def need_page(request: HttpRequest, number: str) -> HttpResponse:
    reader = reader_of(request)
    need = need_of(reader, number)
    channels = channels_by_key()
    is_own = need.enterprise_id in reader.enterprises
    may_name = rules.names_of(reader.actor)
    talks = selectors.with_relations(rules.visible_introductions(reader.actor).filter(need=need)).order_by("-id")
    context = {
        "reader": reader,
        "tabs": tabs(reader, "needs"),
        "need": need,
        "name": need.enterprise.name if may_name(need.enterprise_id) else "",
        "facts": shown.need_facts(need, channels),
        "is_own": is_own,
        "channel_url": resolved("financing:channel", need.channel),
        "purpose_text": need.purpose_text if is_own or reader.sees_all or _introduced(reader, talks) else "",
        **_pairs(request, reader, need, channels, is_own=is_own),
        "introductions": [introduction_line(row, reader, channels, may_name) for row in talks],
        "acts": [(verb, may(reader.actor, need, verb)) for verb in VERBS if is_own and may(reader.actor, need, verb)],
        "may_consent": can_consent(reader.actor, need.enterprise) if is_own else None,
    }
    return render(request, "matching/need.html", context)


def _introduced(reader: Reader, talks: Any) -> bool:
    """Only an institution that has the enterprise's consent."""
    may_name = rules.names_of(reader.actor)
    return any(row.consent_id and may_name(row.need.enterprise_id) for row in talks)


def _pairs(request: HttpRequest, reader: Reader, need: Need, channels: shown.Channels, *, is_own: bool) -> dict[str, Any]:
    """For the enterprise and the secretariat every offer of the channel, those that do not fit after the others; an institution sees its own."""
    pairs = selectors.offers_for(need) if is_own or reader.sees_all else []
    if not pairs and reader.institutions:
        pairs = selectors.pairs_of(need, own_offers(reader).filter(channel=need.channel).order_by("-id"))
    pages = paged(pairs, request.GET.get("after", ""), CARDS)
    names = shown.Names.of([pair.offer for pair in pages.rows])
    talking = {row.offer_id for row in need.introductions.filter(state__in=ACTIVE)}
    figures = is_own or reader.sees_all or rules.names_of(reader.actor)(need.enterprise_id)
    cards = [
        {
            "pair": pair,
            "reasons": reasons.reasons(pair, channels, names, figures=figures),
            "talking": pair.offer.pk in talking,
            "may_ask": need.state == NeedState.OPEN
            and pair.match.fits
            and pair.offer.pk not in talking
            and not _only_reads(reader, need, pair.offer),
            **reasons.summary(pair),
        }
        for pair in pages.rows
    ]
    return {"pairs": cards, "page": pages, "total": len(pairs), "fitting_count": sum(pair.match.fits for pair in pairs)}


def _only_reads(reader: Reader, need: Need, offer: Any) -> bool:
    return need.enterprise_id not in reader.enterprises and offer.organisation_id not in reader.institutions


def new(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    if not reader.enterprises:
        raise Http404
    return _form(request, reader, None)


def edit(request: HttpRequest, number: str) -> HttpResponse:
    reader = reader_of(request)
    need = need_of(reader, number)
    rules.can_change_need(reader.actor, need).require()
    return _form(request, reader, need)


def _form(request: HttpRequest, reader: Reader, need: Need | None) -> HttpResponse:
    channels = channels_by_key()
    initial = need_initial(need) if need else {"channel": request.GET.get("channel", "")}
    offered = set(selectors.open_offers().order_by().values_list("channel", flat=True))
    form = NeedForm(request.POST or None, channels=channels, offered=offered, initial=initial)
    enterprises = list(Enterprise.objects.filter(pk__in=reader.enterprises).order_by("pk"))
    if request.method == "POST" and form.is_valid():
        chosen = next(
            (each for each in enterprises if str(each.pk) == request.POST.get("enterprise")), enterprises[0] if enterprises else None
        )
        try:
            made = services.state_need(actor=reader.actor, enterprise=need.enterprise if need else chosen, values=form.values(), need=need)
        except Invalid as problem:
            put_errors(form, problem)
        else:
            messages.success(request, _("Saved. Institutions see it once you open it to them."))
            return redirect("matching:need", made.number)
    context = {"form": form, "need": need, "enterprises": enterprises, "tabs": tabs(reader, "needs")}
    return render(request, "matching/need_form.html", context, status=422 if form.errors else 200)


@require_POST
def act(request: HttpRequest, number: str) -> HttpResponse:
    reader = reader_of(request)
    need = need_of(reader, number)
    verb = request.POST.get("do", "")
    if verb not in VERBS:
        raise Http404
    try:
        services.move_need(actor=reader.actor, need=need, verb=verb, reason=request.POST.get("reason", ""))
    except Invalid as problem:
        say(request, problem)
    else:
        messages.success(request, _said(verb))
    return redirect("matching:need", need.number)


def _said(verb: str) -> str:
    return {
        "open": _("Open. Institutions whose offers fit see the need without your name."),
        "revise": _("Taken back. Nobody else sees it until you open it again."),
        "meet": _("The need is met."),
        "withdraw": _("The need is withdrawn."),
    }[verb]
