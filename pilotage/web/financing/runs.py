"""Screenings of the register: when, under which rules, who answers how; the enterprises behind each number, on a map and as a file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from pilotage.core import clock
from pilotage.core.keyset import page
from pilotage.core.verdict import Invalid
from pilotage.finance.channels.models import Channel
from pilotage.finance.rules.walker import leaves
from pilotage.finance.screening import rules, selectors, services
from pilotage.finance.screening.enums import OF_LETTER, Answer
from pilotage.finance.screening.models import Screening, ScreeningResult
from pilotage.web.financing import words

SIZE = 25
LETTER_OF = {answer.value: letter for letter, answer in OF_LETTER.items()}


@require_http_methods(["GET", "HEAD", "POST"])
def screenings(request: HttpRequest) -> HttpResponse:
    rules.can_compare(request.user).require()
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            made = services.begin(actor=request.user, rule_date=_day(request.POST, "rule_date"), facts_on=_day(request.POST, "facts_on"))
            return redirect("financing:screening", made.pk)
        except Invalid as invalid:
            errors = invalid.errors
    pages = page(rules.visible_screenings(request.user), order=("-pk",), after=request.GET.get("after", ""), size=SIZE)
    context = {"page": pages, "rows": pages.rows, "errors": errors, "may": rules.can_screen(request.user), "today": clock.today()}
    return render(request, "financing/screenings.html", context, status=400 if errors else 200)


def _day(told: Any, name: str) -> date:
    try:
        return date.fromisoformat(told.get(name, "")) if told.get(name) else clock.today()
    except ValueError:
        raise Invalid({name: _("A day such as 2024-04-30 is expected.")}) from None


@require_safe
def screening(request: HttpRequest, pk: int) -> HttpResponse:
    found = visible(request, pk)
    seen = rules.visible_results(request.user, found)
    names = {channel.key: channel for channel in Channel.objects.filter(plan=found.plan_id, key__in=list(found.rules)).order_by("position")}
    channel, answer, province = asked(request, found)
    answered = chosen(seen, channel, answer, "")
    listed = chosen(seen, channel, answer, province)
    pages = page(listed.select_related("enterprise__province"), order=("enterprise_id",), after=request.GET.get("after", ""), size=SIZE)
    counts, texts = selectors.counts_of(seen), condition_names(names.get(channel))
    context = {
        "screening": found,
        "counts": [_line(names[key], counts.get(key, {}), channel, answer) for key in names],
        "answers": list(Answer),
        "channel": names.get(channel),
        "answer": Answer(answer),
        "province": province,
        "provinces": selectors.by_province(answered),
        "map_url": "?" + urlencode({"channel": channel, "answer": answer}) + "&province={code}",
        "page": pages,
        "rows": [_row(each, texts, found) for each in pages.rows],
        "total": listed.count(),
        "exports": [
            (
                kind,
                f"{reverse('financing:screening-export', args=[found.pk, kind])}?"
                + urlencode({"channel": channel, "answer": answer, "province": province}),
            )
            for kind in ("xlsx", "csv")
        ],
    }
    return render(request, "financing/screening.html", context)


def visible(request: HttpRequest, pk: int) -> Screening:
    found = rules.visible_screenings(request.user).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def asked(request: HttpRequest, screening: Screening) -> tuple[str, str, str]:
    channel, answer = request.GET.get("channel", ""), request.GET.get("answer", Answer.MEETS.value)
    channel = channel if channel in screening.rules else next(iter(screening.rules), "")
    return channel, answer if answer in LETTER_OF else Answer.MEETS.value, request.GET.get("province", "")[:6]


def chosen(results: QuerySet[ScreeningResult], channel: str, answer: str, province: str) -> QuerySet[ScreeningResult]:
    found = results.filter(channel=channel, verdict=LETTER_OF[answer])
    return found.filter(enterprise__province=province) if province else found


def _line(channel: Channel, counts: dict[Answer, int], chosen: str, answer: str) -> dict[str, Any]:
    cells = [
        {
            "answer": each,
            "count": counts.get(each, 0),
            "url": "?" + urlencode({"channel": channel.key, "answer": each.value}) + "#who",
            "is_current": channel.key == chosen and each.value == answer,
        }
        for each in Answer
    ]
    return {"channel": channel, "cells": cells}


def condition_names(channel: Channel | None) -> dict[str, str]:
    return {leaf.key: words.name(leaf) for leaf in leaves(channel.rule.tree)} if channel is not None else {}


def named(result: ScreeningResult, texts: Mapping[str, str], screening: Screening) -> tuple[list[str], list[str]]:
    """What failed and what was unknown.

    Bit n of a mask is condition n of the run's own rule; a condition that the rule has no more is named by its key.
    """
    keys = screening.rules[result.channel]["conditions"]
    failed = [texts.get(key, key) for place, key in enumerate(keys) if result.failed >> place & 1]
    unknown = [texts.get(key, key) for place, key in enumerate(keys) if result.unknown >> place & 1]
    return failed, unknown


def _row(result: ScreeningResult, texts: Mapping[str, str], screening: Screening) -> dict[str, Any]:
    failed, unknown = named(result, texts, screening)
    return {"enterprise": result.enterprise, "failed": failed, "unknown": unknown}
