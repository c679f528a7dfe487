"""Screenings of the register: when, under which rules, who answers how; the enterprises behind each number, on a map and as a workbook."""

from __future__ import annotations

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
from pilotage.core.tables import write_xlsx
from pilotage.core.verdict import Invalid
from pilotage.finance.channels.models import Channel
from pilotage.finance.rules.walker import leaves
from pilotage.finance.screening import rules, selectors, services
from pilotage.finance.screening.enums import OF_LETTER, Answer
from pilotage.finance.screening.models import Screening, ScreeningResult
from pilotage.web.downloads import workbook
from pilotage.web.financing import words

SIZE, MOST_EXPORTED = 25, 50_000
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
    found = _visible(request, pk)
    seen = rules.visible_results(request.user, found)
    names = {channel.key: channel for channel in Channel.objects.filter(plan=found.plan_id, key__in=list(found.rules)).order_by("position")}
    channel, answer, province = _asked(request, found)
    chosen = _chosen(seen, channel, answer, "")
    listed = _chosen(seen, channel, answer, province)
    pages = page(listed.select_related("enterprise__province"), order=("enterprise_id",), after=request.GET.get("after", ""), size=SIZE)
    counts = selectors.counts_of(seen)
    context = {
        "screening": found,
        "counts": [_line(names[key], counts.get(key, {}), channel, answer) for key in names],
        "answers": list(Answer),
        "channel": names.get(channel),
        "answer": Answer(answer),
        "province": province,
        "provinces": selectors.by_province(chosen),
        "map_url": "?" + urlencode({"channel": channel, "answer": answer}) + "&province={code}",
        "page": pages,
        "rows": [_row(each, names.get(channel), found) for each in pages.rows],
        "total": listed.count(),
        "export_url": reverse("financing:screening-export", args=[found.pk])
        + "?" + urlencode({"channel": channel, "answer": answer, "province": province}),
    }  # fmt: skip
    return render(request, "financing/screening.html", context)


@require_safe
def export(request: HttpRequest, pk: int) -> HttpResponse:
    """What is filtered, with the conditions that fail and that are unknown."""
    found = _visible(request, pk)
    channel, answer, province = _asked(request, found)
    results = _chosen(rules.visible_results(request.user, found), channel, answer, province)
    named = Channel.objects.filter(plan=found.plan_id, key=channel).first()
    heads = [
        _("Enterprise"),
        _("Credit code"),
        _("Province"),
        _("Verdict"),
        _("Not met"),
        _("Not known"),
        _("Rules of"),
        _("Facts as known on"),
    ]
    told = (_row(each, named, found) for each in results.select_related("enterprise__province").order_by("enterprise_id")[:MOST_EXPORTED])
    rows = [
        [row["enterprise"].name, row["enterprise"].uscc or "", str(row["enterprise"].province or ""), str(Answer(answer).label),
         "; ".join(row["failed"]), "; ".join(row["unknown"]), found.rule_date, found.facts_on]
        for row in told
    ]  # fmt: skip
    return workbook(f"screening-{found.pk}-{channel}", write_xlsx(heads, rows, title=channel))


def _visible(request: HttpRequest, pk: int) -> Screening:
    found = rules.visible_screenings(request.user).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _asked(request: HttpRequest, screening: Screening) -> tuple[str, str, str]:
    channel, answer = request.GET.get("channel", ""), request.GET.get("answer", Answer.MEETS.value)
    channel = channel if channel in screening.rules else next(iter(screening.rules), "")
    return channel, answer if answer in LETTER_OF else Answer.MEETS.value, request.GET.get("province", "")[:6]


def _chosen(results: QuerySet[ScreeningResult], channel: str, answer: str, province: str) -> QuerySet[ScreeningResult]:
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


def _row(result: ScreeningResult, channel: Channel | None, screening: Screening) -> dict[str, Any]:
    """Bit n of a mask is condition n of the run's own rule; a condition that the rule has no more is named by its key."""
    texts = {leaf.key: words.name(leaf) for leaf in leaves(channel.rule.tree)} if channel is not None else {}
    keys = screening.rules[result.channel]["conditions"]
    failed = [texts.get(key, key) for place, key in enumerate(keys) if result.failed >> place & 1]
    unknown = [texts.get(key, key) for place, key in enumerate(keys) if result.unknown >> place & 1]
    return {"enterprise": result.enterprise, "failed": failed, "unknown": unknown}
