"""Published cases: a public list with the page each case stands on."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from pilotage.core.keyset import page
from pilotage.core.search import capped_count
from pilotage.publications.rules import visible_cases
from pilotage.publications.selectors import ORDER, Programme, programmes
from pilotage.publications.selectors import case_list as cases_of

SIZE = 25


@login_not_required
@require_safe
def case_list(request: HttpRequest) -> HttpResponse:
    text = request.GET.get("q", "").strip()[:100]
    offered = programmes(visible_cases(request.user))
    wanted = request.GET.get("programme", "")
    chosen = next((each for each in offered if each.case.programme_zh == wanted), None)
    found = cases_of(visible_cases(request.user), text=text, programme=chosen.case.programme_zh if chosen else "")
    total, capped = capped_count(found)
    context = {
        "page": page(found, order=ORDER, after=request.GET.get("after", ""), size=SIZE),
        "total": total,
        "capped": capped,
        "text": text,
        "programmes": offered,
        "chosen": chosen,
        "chips": _chips(text, chosen),
    }
    return render(request, "cases/history.html", context)


def _chips(text: str, chosen: Programme | None) -> list[dict[str, str]]:
    """The filters in force, each with the address without it."""
    filters = {"q": (text, f"“{text}”"), "programme": (chosen.case.programme_zh, chosen.name) if chosen else ("", "")}
    chips = []
    for name, (value, label) in filters.items():
        if value:
            rest = urlencode({other: kept for other, (kept, _label) in filters.items() if other != name and kept})
            chips.append({"label": label, "url": f"{reverse('cases:history')}?{rest}"})
    return chips
