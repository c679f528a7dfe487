"""How many got how far, and how long each stage takes; every number opens its projects."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from pilotage.core import clock
from pilotage.finance.pipeline import rules
from pilotage.finance.pipeline.enums import Stage
from pilotage.finance.pipeline.selectors import EXCHANGES, Filter, funnel, histories, in_scope, rounds_told
from pilotage.web.pipeline.common import reader_of, tabs
from pilotage.web.pipeline.home import choices


@require_safe
def funnel_page(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    if not reader.sees_all:
        raise Http404
    asked = Filter.read(request.GET.dict())  # type: ignore[arg-type]
    market = asked.market or EXCHANGES
    rows = in_scope(rules.visible_projects(reader.actor), market, asked.province)
    today, told = clock.today(), histories(rows)
    found = funnel(rows, told, market, today)
    names = dict(Stage.choices)
    most = max((row.reached for row in found), default=0) or 1
    lines: list[dict[str, Any]] = [
        {
            "row": row,
            "stage": names[row.stage],
            "share": f"{100 * row.reached / most:.1f}%",
            "urls": {name: _address(market, asked.province, **{name: row.stage}) for name in ("reached", "stage", "left", "paused")},
        }
        for row in found
    ]
    context = {
        "tabs": tabs(reader, "funnel"),
        "lines": lines,
        "rounds": [(row, _address(market, asked.province, round=str(row.number))) for row in rounds_told(told, today)],
        "market": market,
        "province": asked.province,
        **choices(),
    }
    return render(request, "pipeline/funnel.html", context)


def _address(market: str, province: str, **query: str) -> str:
    told = {"market": market, "province": province, **query}
    return f"{reverse('pipeline:home')}?{urlencode({name: value for name, value in told.items() if value})}"
