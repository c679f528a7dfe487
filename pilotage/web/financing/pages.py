"""One enterprise held against every channel; the list of those whose answers the reader may see; a channel's rule with its sources."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from pilotage.accounts.models import EnterpriseConsent
from pilotage.accounts.rules import consented_enterprise_ids, enterprise_ids
from pilotage.core import clock
from pilotage.core.keyset import page
from pilotage.core.search import match
from pilotage.finance.channels.models import Channel
from pilotage.finance.channels.selectors import channels
from pilotage.finance.facts import rules
from pilotage.finance.screening import single
from pilotage.finance.screening.enums import Answer
from pilotage.registry.models import Enterprise
from pilotage.web.facts import words as figures
from pilotage.web.financing import shown, words

SIZE = 25
COUNTED = 10_000


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """An enterprise goes straight to its own page; others see whom they may open."""
    rules.can_list(request.user).require()
    seen = rules.visible_enterprises(request.user).filter(fact_row__isnull=False)
    if not rules.lists_others(request.user):
        own = list(rules.own_enterprises(request.user).order_by("pk")[:2])
        if len(own) == 1:
            return redirect("financing:enterprise", own[0].pk)
        seen = rules.own_enterprises(request.user)
    is_institution = rules.lists_others(request.user) and not rules.reads_all(request.user)
    consented = seen.filter(pk__in=consented_enterprise_ids(request.user)) if is_institution else seen
    everyone = request.GET.get("all") == "1" or not is_institution
    text = request.GET.get("q", "").strip()[:100]
    listed = seen if everyone else consented
    found = (match(listed, text) if text else listed).select_related("province", "prefecture")
    pages = page(found, order=("-pk",), after=request.GET.get("after", ""), size=SIZE)
    total = found.order_by()[: COUNTED + 1].count()
    ruled = channels(with_rule=True)
    chosen = next((each for each in ruled if each.key == request.GET.get("channel")), None)
    screened = single.screen_many([each.pk for each in pages.rows], [chosen] if chosen else ruled, on=clock.today())
    context = {
        "page": pages,
        "chosen": chosen,
        "ruled": ruled,
        "rows": [_line(each, screened[each.pk], chosen) for each in pages.rows],
        "columns": list(Answer),
        "total": min(total, COUNTED),
        "capped": total > COUNTED,
        "text": text,
        "channels": channels(),
        "is_institution": is_institution,
        "may_import": rules.states_for_all(request.user),
        "kinds": [
            {"url": "?", "label": _("With consent"), "current": not everyone},
            {"url": "?all=1", "label": pgettext("enterprises", "All that may be read"), "current": everyone},
        ],
        "everyone": everyone,
    }
    return render(request, "financing/list.html", context)


def _line(owner: Enterprise, screened: list[single.Screened], chosen: Channel | None) -> dict[str, Any]:
    """One channel with its reason, or how many give which answer."""
    if chosen is None:
        return {"enterprise": owner, "answers": _counted(single.counts(screened))}
    [one] = screened
    return {"enterprise": owner, "answer": one.answer, "reason": words.reason(one), "steps": words.steps(one)[:1]}


def visible(request: HttpRequest, pk: int) -> Enterprise:
    """What the reader may not see is not there."""
    found = rules.visible_enterprises(request.user).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


@require_safe
def enterprise(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "financing/enterprise.html", context_of(request, visible(request, pk)))


def day_asked(request: HttpRequest) -> date:
    """``?on=``: the day of the rules, before or after today; a day that cannot be read is no page."""
    text = request.GET.get("on", "")
    try:
        return date.fromisoformat(text) if text else clock.today()
    except ValueError:
        raise Http404 from None


def context_of(request: HttpRequest, owner: Enterprise) -> dict[str, Any]:
    on = day_asked(request)
    standing = single.screen(owner, channels(), on=on)
    by_channel = request.GET.get("sort") == "channel"
    ordered = standing.screened if by_channel else standing.by_nearness()
    chosen = next((each for each in ordered if each.channel.key == request.GET.get("channel")), ordered[0] if ordered else None)
    kept = {"on": on.isoformat()} if on != clock.today() else {}
    query = "".join(f"&{urlencode({key: value})}" for key, value in {**kept, **({"sort": "channel"} if by_channel else {})}.items())
    own = owner.pk in enterprise_ids(request.user)
    missing, may_state = standing.missing(), rules.can_state(request.user, owner)
    return {
        "enterprise": owner,
        "own": own,
        "on": on,
        "is_today": on == clock.today(),
        "counts": _counted(standing.counts()),
        "asked": len(standing.asked()),
        "missing": [figures.column(column, standing.known.base_year) for column in missing],
        "lines": [shown.listed(each, standing.facts, chosen.channel.key if chosen else "", query) for each in ordered],
        "chosen": shown.detail(chosen, standing, may_state=bool(may_state)) if chosen else None,
        "sorts": _sorts(by_channel, kept),
        "base_year": standing.known.base_year,
        "may_state": may_state,
        "readers": EnterpriseConsent.objects.filter(enterprise=owner, withdrawn_at__isnull=True).count() if own else None,
        "paper_url": f"{reverse('financing:paper', args=[owner.pk])}?{urlencode(kept)}",
        "lists_others": rules.lists_others(request.user),
    }


def _counted(answers: dict[Answer, int]) -> list[dict[str, Any]]:
    return [{"answer": answer, "count": answers[answer]} for answer in Answer]


def _sorts(by_channel: bool, kept: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {"url": f"?{urlencode(kept)}", "label": _("Nearest first"), "current": not by_channel},
        {"url": f"?{urlencode({**kept, 'sort': 'channel'})}", "label": _("By channel"), "current": by_channel},
    ]


@require_safe
def history(request: HttpRequest, pk: int) -> HttpResponse:
    """Each channel's answer on every day on which new figures became known, by the rules of that day."""
    owner = visible(request, pk)
    listed = channels(with_rule=True)
    days = single.over_years(owner, listed)
    lines = [
        {"channel": channel, "answers": [{"day": day, "answer": answers[at].answer} for day, answers in days]}
        for at, channel in enumerate(listed)
    ]
    return render(request, "financing/history.html", {"enterprise": owner, "days": [day for day, _answers in days], "lines": lines})


@require_safe
def channel(request: HttpRequest, key: str) -> HttpResponse:
    rules.can_list(request.user).require()
    found: Channel | None = next((each for each in channels() if each.key == key), None)
    if found is None:
        raise Http404
    context = {
        "channel": found,
        "conditions": shown.parameters(found) if found.has_rule else [],
        "changed_on": found.changed_on() if found.has_rule else [],
        "terms": found.content.get("terms", []),
    }
    return render(request, "financing/channel.html", context)
