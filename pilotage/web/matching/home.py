"""Needs and offers at a glance: for an enterprise its own, for an institution what fits it, for the secretariat how much of each there is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from pilotage.finance.matching import rules, selectors
from pilotage.finance.matching.enums import ACTIVE, IntroductionState, NeedState, OfferState
from pilotage.finance.matching.models import Introduction, Need, Offer
from pilotage.finance.matching.paper_models import BondNote, RelendingBatch
from pilotage.web.matching import reasons, shown
from pilotage.web.matching.common import Reader, channels_by_key, percent, reader_of, span, tabs, yuan

FEW = 8


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    channels = channels_by_key()
    context: dict[str, Any] = {"reader": reader, "tabs": tabs(reader, "home"), "waiting": _waiting(reader, channels)}
    if reader.enterprises:
        context |= _enterprise(reader, channels)
    if reader.institutions:
        fitting = fitting_pairs(reader)
        context |= {
            "fitting": fitting_lines(reader, channels, fitting[:FEW]),
            "fitting_count": len(fitting),
            "offer_count": own_offers(reader).count(),
        }
    if reader.sees_all:
        context["overview"] = _overview()
    return render(request, "matching/home.html", context)


def own_offers(reader: Reader) -> Any:
    return selectors.open_offers().filter(organisation__in=reader.institutions)


def _enterprise(reader: Reader, channels: shown.Channels) -> dict[str, Any]:
    talks = Count("introductions", filter=Q(introductions__state__in=ACTIVE))
    needs = rules.visible_needs(reader.actor).filter(enterprise__in=reader.enterprises).annotate(talks=talks).order_by("-id")[:FEW]
    offers = list(selectors.open_offers().order_by("-id")[:FEW])
    return {
        "needs": [{"need": need, "channel": shown.channel_name(need.channel, channels), "amount": yuan(need.amount)} for need in needs],
        "offers": [offer_line(offer, channels) for offer in offers],
    }


def offer_line(offer: Any, channels: shown.Channels) -> dict[str, Any]:
    return {
        "offer": offer,
        "channel": shown.channel_name(offer.channel, channels),
        "amount": span(offer.amount_from, offer.amount_to, yuan),
        "months": span(offer.months_from, offer.months_to, shown.months),
        "rate": span(offer.rate_from, offer.rate_to, percent),
    }


def fitting_pairs(reader: Reader, offer: Offer | None = None) -> list[selectors.Pair]:
    """Open needs that fit the reader's own open offers, best first, or one of these. Three queries."""
    offers = [each for each in own_offers(reader) if offer is None or each.pk == offer.pk]
    return selectors.needs_for(offers)


def fitting_lines(reader: Reader, channels: shown.Channels, pairs: Sequence[selectors.Pair]) -> list[dict[str, Any]]:
    """Anonymous unless the enterprise consented; ``talk`` is what the two are about already. Two queries."""
    may_name = rules.names_of(reader.actor)
    talks = rules.visible_introductions(reader.actor).filter(need__in=[pair.need.pk for pair in pairs], state__in=ACTIVE)
    states = dict(talks.filter(offer__organisation__in=reader.institutions).order_by("id").values_list("need", "state"))
    return [
        {
            "pair": pair,
            "need": pair.need,
            "talk": states.get(pair.need.pk, ""),
            "name": pair.need.enterprise.name if may_name(pair.need.enterprise_id) else "",
            "channel": shown.channel_name(pair.need.channel, channels),
            "amount": yuan(pair.need.amount),
            "months": shown.months(pair.need.months),
            "place": shown.place(pair.need),
            "trade": shown.trade(pair.need),
            **reasons.summary(pair),
        }
        for pair in pairs
    ]


def _waiting(reader: Reader, channels: shown.Channels) -> list[dict[str, Any]]:
    """Introductions on their way, what waited longest first."""
    if reader.sees_all and not (reader.enterprises or reader.institutions):
        return []
    rows = selectors.with_relations(rules.visible_introductions(reader.actor)).filter(state__in=ACTIVE).order_by("moved_at", "id")[:FEW]
    may_name = rules.names_of(reader.actor)
    return [introduction_line(row, reader, channels, may_name) for row in rows]


def introduction_line(row: Any, reader: Reader, channels: shown.Channels, may_name: Any) -> dict[str, Any]:
    need = row.need
    own = need.enterprise_id in reader.enterprises
    side = "enterprise" if own else "institution" if row.offer.organisation_id in reader.institutions else ""
    return {
        "row": row,
        "name": need.enterprise.name if may_name(need.enterprise_id) else "",
        "channel": shown.channel_name(need.channel, channels),
        "amount": yuan(row.amount if row.state == IntroductionState.CLOSED else need.amount),
        "acts": shown.acts_next(row),
        "side": side,
    }


def _overview() -> list[dict[str, Any]]:
    """Four counts, each with the page of its records."""
    needs = selectors.counts(Need.objects.all())
    offers = selectors.counts(Offer.objects.all())
    talks = selectors.funnel(Introduction.objects.all())
    notes = selectors.counts(BondNote.objects.all())
    lists = selectors.counts(RelendingBatch.objects.all())
    return [
        _group("need", "matching:needs", needs, [*NeedState.values]),
        _group("offer", "matching:offers", offers, [*OfferState.values]),
        _group("introduction", "matching:introductions", talks, [*IntroductionState.values]),
        _group("bond-note", "matching:notes", notes, sorted(notes)),
        _group("relending-batch", "matching:batches", lists, sorted(lists)),
    ]


def _group(kind: str, view: str, counts: dict[str, int], states: list[str]) -> dict[str, Any]:
    address = reverse(view)
    lines = [{"state": state, "count": counts.get(state, 0), "url": f"{address}?state={state}"} for state in states]
    return {"kind": kind, "url": address, "total": sum(counts.values()), "lines": lines}
