"""All that is known of one enterprise on a day: years side by side, what was restated, who sees it, what is missing for which channel."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from pilotage.accounts.models import EnterpriseConsent
from pilotage.accounts.rules import enterprise_ids
from pilotage.core import clock
from pilotage.finance.channels.models import Channel
from pilotage.finance.channels.selectors import channels
from pilotage.finance.facts import rules, selectors
from pilotage.finance.facts.metrics import DAYS, RECKONED, STANDING, STATEMENT
from pilotage.finance.facts.models import TierStay
from pilotage.finance.facts.selectors import Told, attested_on
from pilotage.finance.rules import Attested, NotInForce, Verdict, explain
from pilotage.finance.rules.walker import leaves
from pilotage.registry.models import Enterprise, localized
from pilotage.web.facts import words
from pilotage.web.nav import resolved

YEARS = 4


def visible(request: HttpRequest, pk: int) -> Enterprise:
    """What the reader may not see is not there."""
    rows = rules.visible_enterprises(request.user).select_related("province", "prefecture")
    return get_object_or_404(rows, pk=pk)


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    enterprise = visible(request, pk)
    return render(request, "facts/detail.html", context_of(request, enterprise, day_asked(request)))


def day_asked(request: HttpRequest) -> date:
    """``?on=``: a day of the past; a day that cannot be read is no page."""
    text = request.GET.get("on", "")
    if not text:
        return clock.today()
    try:
        return min(date.fromisoformat(text), clock.today())
    except ValueError:
        raise Http404 from None


def context_of(request: HttpRequest, enterprise: Enterprise, on: date) -> dict[str, Any]:
    told = selectors.told_of(enterprise, on)
    known = selectors.known_of_many([enterprise.pk], on)[enterprise.pk]
    years = _years(told)
    own = enterprise.pk in enterprise_ids(request.user)
    return {
        "enterprise": enterprise,
        "own": own,
        "on": on,
        "is_today": on == clock.today(),
        "years": [_head(told, year) for year in years],
        **_lines(told, years),
        **_standings(told, known.facts),
        "reckoned": [
            (words.name(metric), words.value(metric, known.facts[metric.key])) for metric in RECKONED if metric.key in known.facts
        ],
        "stays": list(TierStay.objects.filter(enterprise=enterprise).order_by("-from_on")),
        "restated": [_restated(each) for each in told.values() if each.is_restated],
        "is_public": known.is_public,
        "readers": _readers(enterprise),
        "channels": _channels(enterprise, known, on),
        "attested": _attested(enterprise, on),
        "may_state": rules.can_state(request.user, enterprise),
        "may_attest": rules.can_attest(request.user, enterprise),
        "consents_url": resolved("accounts:consents") if own else "",
        "financing_url": resolved("financing:home"),
        "errors": {},
        "asked": {**dict.fromkeys(("holds", "ground", "valid_until"), ""), "condition": request.GET.get("attest", "")},
        "anything": bool(told),
    }


def _years(told: dict[tuple[str, int | None], Told]) -> list[int]:
    return sorted({year for (_metric, year), each in told.items() if year is not None and each.value is not None}, reverse=True)[:YEARS]


def _head(told: dict[tuple[str, int | None], Told], year: int) -> dict[str, Any]:
    """A year with what most of its figures are: audited or not, from which source, known since when."""
    facts = [each.fact for (_metric, own), each in told.items() if own == year and each.value is not None]
    source, day, audited, public = Counter((f.source, f.known_from, f.is_audited, f.is_public) for f in facts).most_common(1)[0][0]
    return {"year": year, "source": source, "known_from": day, "is_audited": audited, "is_public": public}


def _lines(told: dict[tuple[str, int | None], Told], years: list[int]) -> dict[str, Any]:
    lines = [_line(metric, told, years) for metric in STATEMENT]
    by_source: dict[str, list[str]] = {}
    for (_metric, year), each in sorted(told.items(), key=lambda item: -(item[0][1] or 0)):
        if year in years and each.value is not None and str(year) not in by_source.setdefault(each.fact.source, []):
            by_source[each.fact.source].append(str(year))
    return {
        "lines": [line for line in lines if line["is_known"]],
        "unknown_lines": _joined(line["name"] for line in lines if not line["is_known"]),
        "sources": [{"source": source, "years": _joined(own)} for source, own in by_source.items()],
    }


def _joined(names: Iterable[str]) -> str:
    return pgettext("list", ", ").join(names)


def _standings(told: dict[tuple[str, int | None], Told], facts: dict[str, Any]) -> dict[str, Any]:
    rows = [_standing(metric, told, facts) for metric in (*DAYS, *STANDING)]
    return {
        "standing": [row for row in rows if row["is_known"]],
        "unknown_standing": _joined(row["name"] for row in rows if not row["is_known"]),
    }


def _line(metric: Any, told: dict[tuple[str, int | None], Told], years: list[int]) -> dict[str, Any]:
    cells = []
    for year in years:
        each = told.get((metric.key, year))
        value = each.value if each else None
        cells.append({"text": words.plain(metric, value), "restated": each is not None and each.is_restated, "year": year})
    is_known = any((metric.key, year) in told and told[metric.key, year].value is not None for year in years)
    return {"name": words.name(metric), "unit": words.unit(metric), "cells": cells, "is_known": is_known}


def _standing(metric: Any, told: dict[tuple[str, int | None], Told], facts: dict[str, Any]) -> dict[str, Any]:
    each = told.get((metric.key, None))
    value = each.value if each and each.value is not None else facts.get(metric.key)
    fact = each.fact if each and each.value is not None else None
    return {"name": words.name(metric), "text": words.value(metric, value), "fact": fact, "is_known": value is not None}


def _restated(each: Told) -> dict[str, Any]:
    metric = words.COLUMNS.get(each.metric, (None, 0))[0] or next(day for day in DAYS if day.key == each.metric)
    rows = [each.fact, *each.earlier]
    return {
        "name": words.title(each.metric),
        "year": each.year,
        "rows": [{"fact": fact, "text": words.value(metric, fact.value)} for fact in rows],
    }


def _readers(enterprise: Enterprise) -> list[EnterpriseConsent]:
    rows = EnterpriseConsent.objects.filter(enterprise=enterprise, withdrawn_at__isnull=True)
    return list(rows.select_related("organisation").order_by("given_at"))


# --- channels -------------------------------------------------------------------------------
def _channels(enterprise: Enterprise, known: selectors.Known, on: date) -> list[dict[str, Any]]:
    """What each channel still wants to know; those with nothing missing last."""
    attested = selectors.attestations_of(enterprise, on)
    found = [_channel(channel, {**known.facts, **attested}, known.base_year, on) for channel in channels(with_rule=True)]
    return sorted(found, key=lambda each: (not each["missing"] and not each["wanted"], each["position"]))


def _channel(channel: Channel, facts: dict[str, Any], base_year: int | None, on: date) -> dict[str, Any]:
    told: dict[str, Any] = {"channel": channel, "position": channel.position, "missing": [], "open": [], "wanted": [], "in_force": True}
    try:
        explanation = explain(channel.on(on), facts)
    except NotInForce:
        return {**told, "in_force": False}
    open_ones = [each.condition for each in explanation.told if isinstance(each.condition, Attested) and each.truth is None]
    told["open"] = [condition_row(channel, condition) for condition in open_ones]
    # where the verdict is reached already, what is not known changes nothing
    if explanation.verdict is Verdict.CANNOT_DETERMINE:
        told["missing"] = list(dict.fromkeys(words.column(column, base_year) for column in explanation.missing))
    if explanation.verdict in {Verdict.CANNOT_DETERMINE, Verdict.NEEDS_ATTESTATION}:
        told["wanted"] = told["open"]
    return told


def condition_row(channel: Channel, condition: Any) -> dict[str, Any]:
    return {
        "key": condition.key,
        "text": localized(condition.zh, condition.en),
        "citation": condition.citation,
        "value": f"{channel.key}:{condition.key}",
    }


def _attested(enterprise: Enterprise, on: date) -> list[dict[str, Any]]:
    texts = {
        condition.key: (channel, localized(condition.zh, condition.en))
        for channel in channels(with_rule=True)
        for condition in leaves(channel.rule.tree)
        if isinstance(condition, Attested)
    }
    latest = {each.condition: each for each in attested_on(on).filter(enterprise=enterprise)}
    return [
        {
            "attestation": each,
            "text": texts[key][1] if key in texts else key,
            "channel": texts[key][0].title if key in texts else each.channel,
            "has_run_out": each.valid_until is not None and each.valid_until < on,
            "value": f"{each.channel}:{key}",
        }
        for key, each in sorted(latest.items())
        if each.holds is not None
    ]
