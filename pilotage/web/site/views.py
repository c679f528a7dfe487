"""News, pages and the search, for everybody."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pilotage.core import markup
from pilotage.core.keyset import page
from pilotage.publications.site import index, selectors
from pilotage.publications.site.enums import Found, PageKind
from pilotage.publications.site.models import SitePage
from pilotage.publications.site.rules import can_edit, visible_pages
from pilotage.publications.site.searching import DEPTH, LONGEST, Results, search
from pilotage.web.site.addresses import addresses

SIZE = 10
MOST_PAGES = DEPTH // SIZE


@login_not_required
@require_safe
def news_list(request: HttpRequest) -> HttpResponse:
    found = page(selectors.news(), order=selectors.NEWS_ORDER, after=request.GET.get("after", ""), size=20)
    return render(request, "site/news_list.html", {"page": found})


@login_not_required
@require_safe
def news_detail(request: HttpRequest, slug: str) -> HttpResponse:
    return _page(request, PageKind.NEWS, slug)


@login_not_required
@require_safe
def page_detail(request: HttpRequest, slug: str) -> HttpResponse:
    return _page(request, PageKind.PAGE, slug)


@login_not_required
@require_safe
def help_list(request: HttpRequest) -> HttpResponse:
    return render(request, "site/help_list.html", {"pages": selectors.help_pages()})


def _page(request: HttpRequest, kind: PageKind, slug: str) -> HttpResponse:
    found = get_object_or_404(visible_pages(request.user), kind=kind, slug=slug)
    return render(request, "site/page.html", page_context(found) | {"may_edit": can_edit(request.user, found)})


def page_context(found: SitePage) -> dict[str, Any]:
    blocks = markup.parse(found.body)
    lines = [line for line in markup.headings(blocks) if line.level <= 2]
    return {
        "object": found,
        "html": markup.to_html(blocks),
        "contents": lines if len(lines) > 2 else [],
        "is_foreign": found.body == found.body_zh and not found.body_en,
    }


@login_not_required
@require_safe
def search_page(request: HttpRequest) -> HttpResponse:
    text = request.GET.get("q", "").strip()[:LONGEST]
    kind = request.GET.get("kind", "")
    number = _number(request.GET.get("page", ""))
    is_behind = index.is_behind()
    found = search(text, kind=kind, page=number, size=SIZE)
    where = addresses(found.hits)
    context = {
        "text": text,
        "found": found,
        "lines": [{"hit": hit, "url": where[hit.kind, hit.key]} for hit in found.hits if (hit.kind, hit.key) in where],
        "tabs": _tabs(found, text, kind),
        "previous": _address(text, kind, number - 1) if number > 1 else "",
        "next": _address(text, kind, number + 1) if number * SIZE < found.total and number < MOST_PAGES else "",
        "number": number,
    }
    response = render(request, "site/search.html", context)
    if is_behind:  # right for this reader, but kept it would hide what has just been published
        response["Cache-Control"] = "no-store"
    return response


def _number(given: str) -> int:
    return min(max(int(given), 1), MOST_PAGES) if given.isascii() and given.isdigit() and len(given) < 4 else 1


def _address(text: str, kind: str, number: int = 1) -> str:
    values = {"q": text, "kind": kind, "page": number if number > 1 else ""}
    return "?" + urlencode({name: value for name, value in values.items() if value})


def _tabs(found: Results, text: str, kind: str) -> list[dict[str, Any]]:
    """Where the hits are of one kind only there is nothing to choose."""
    if len(found.counts) < 2 and not kind:
        return []
    tabs: list[dict[str, Any]] = [{"url": _address(text, ""), "label": _("Everything"), "current": not kind, "count": ""}]
    for value, count in found.counts.items():
        label = Found(value).label if count < DEPTH else _("%(kind)s (many)") % {"kind": Found(value).label}
        tabs.append({"url": _address(text, value), "label": label, "current": value == kind, "count": count if count < DEPTH else ""})
    return tabs
