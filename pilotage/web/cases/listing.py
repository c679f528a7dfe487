"""The public list: by the problem one has, by industry, scenario and place."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pilotage.core.keyset import page
from pilotage.publications.cases import content, selectors
from pilotage.publications.cases.models import CaseStudy
from pilotage.publications.cases.rules import published_cases
from pilotage.publications.cases.selectors import Filters, PublicCase
from pilotage.publications.rules import visible_cases
from pilotage.registry.models import Division
from pilotage.web.cases import shown as words

SIZE = 20


@dataclass(frozen=True, slots=True)
class Option:
    code: str
    name: str
    count: int
    checked: bool


@dataclass(frozen=True, slots=True)
class Asked:
    text: str
    filters: Filters

    @classmethod
    def read(cls, request: HttpRequest) -> Asked:
        asked = {name: tuple(dict.fromkeys(request.GET.getlist(name)))[:30] for name in ("industry", "scenario", "province")}
        return cls(request.GET.get("q", "").strip()[:200], Filters(asked["industry"], asked["scenario"], asked["province"]))

    def pairs(self) -> list[tuple[str, str]]:
        named = (("industry", self.filters.industries), ("scenario", self.filters.scenarios), ("province", self.filters.provinces))
        return [*([("q", self.text)] if self.text else []), *((name, code) for name, codes in named for code in codes)]

    def without(self, pair: tuple[str, str]) -> str:
        return f"{reverse('cases:list')}?{urlencode([each for each in self.pairs() if each != pair])}"


@login_not_required
@require_safe
def case_list(request: HttpRequest) -> HttpResponse:
    asked = Asked.read(request)
    everything = published_cases()
    chosen = selectors.filtered(everything, asked.filters)
    counts = selectors.facet_counts(everything)
    total, rows, pages = _rows(request, asked, chosen)
    names = _names(everything, counts)
    context = {
        "asked": asked,
        "rows": [_line(shown, asked.text) for shown in selectors.public_contents(rows)],
        "total": total,
        "page": pages,
        "all": sum(counts["province"].values()) if not asked.pairs() else everything.count(),
        "facets": [_facet(*facet, counts, names, asked) for facet in _facets(asked)],
        "chips": [
            {"label": names.get(pair[1], pair[1]) if pair[0] != "q" else f"“{pair[1]}”", "url": asked.without(pair)}
            for pair in asked.pairs()
        ],
        "known": visible_cases(request.user).count(),
    }
    return render(request, "cases/list.html", context)


def _rows(request: HttpRequest, asked: Asked, chosen: Any) -> tuple[int, list[CaseStudy], Any]:
    """Newest first, or what answers best first; then all of it stands on one page."""
    if not asked.text:
        pages = page(selectors.with_relations(chosen), order=selectors.ORDER, after=request.GET.get("after", ""), size=SIZE)
        return chosen.count(), pages.rows, pages
    found = selectors.search(asked.text, chosen)
    shown = selectors.with_relations(published_cases()).in_bulk([each.key for each in found[: SIZE * 2]])
    return len(found), [shown[each.key] for each in found[: SIZE * 2] if each.key in shown], None


def _line(shown: PublicCase, text: str) -> dict[str, Any]:
    case = shown.case
    best = max(words.figures(shown.effects), key=lambda figure: figure.row.width, default=None)
    return {
        "url": reverse("cases:detail", args=[case.number]),
        "title": shown.title(),
        "language": words.foreign(shown, "title"),
        "case": case,
        "lead": words.lead(case, shown.industry_name()),
        "summary": selectors.first_sentence(shown.text("summary")),
        "summary_language": words.foreign(shown, "summary"),
        "passage": _passage(shown, text),
        "scenarios": shown.scenario_names()[:4],
        "more": max(0, len(shown.scenarios) - 4),
        "effect": best,
        "picture": reverse("cases:picture", args=[case.number, shown.pictures[0].pk]) if shown.pictures else "",
    }


def _passage(shown: PublicCase, text: str) -> dict[str, Any] | None:
    found = selectors.passage(shown, text) if text else None
    return {"title": content.BY_KEY[found.section].title, "marked": found.marked} if found else None


def _facets(asked: Asked) -> list[tuple[str, str, tuple[str, ...]]]:
    return [
        ("industry", _("Key industry"), asked.filters.industries),
        ("scenario", _("Scenario"), asked.filters.scenarios),
        ("province", _("Province"), asked.filters.provinces),
    ]


def _facet(
    name: str, title: str, checked: tuple[str, ...], counts: dict[str, Counter[str]], names: dict[str, str], asked: Asked
) -> dict[str, Any]:
    codes = sorted(set(counts[name]) | set(checked), key=lambda code: (-counts[name][code], code))
    return {
        "name": name,
        "title": title,
        "options": [Option(code, names.get(code, code), counts[name][code], code in checked) for code in codes],
    }


def _names(cases: Any, counts: dict[str, Counter[str]]) -> dict[str, str]:
    """Of the codes that occur. Two queries."""
    names = {division.pk: division.name for division in Division.objects.filter(pk__in=list(counts["province"]))}
    for codes in cases.order_by("-id").values_list("codes", flat=True)[:20]:
        for name in ("key_industries", "scenarios"):
            for row in codes.get(name, []):
                names.setdefault(row["code"], content.named(codes, name, row["code"]))
    return names
