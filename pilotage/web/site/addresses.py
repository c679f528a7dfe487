"""Where a thing that was found has its page. A kind whose room has no pages here leads nowhere, and is not shown."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse

from pilotage.directory.models import Edition
from pilotage.plan.models import Target
from pilotage.publications.models import Case
from pilotage.publications.site.enums import Found
from pilotage.publications.site.searching import Hit

_NAMED = {
    Found.PLAN: "plan:detail",
    Found.CALL: "calls:detail",
    Found.PAGE: "site:page",
    Found.NEWS: "site:news",
    Found.NOTICE: "directory:notice-detail",
    Found.ENTRY: "directory:entry",
    Found.CASE: "cases:detail",
    Found.CASE_SET: "books:detail",
    Found.GUIDELINE: "guidelines:detail",
}


def _targets(keys: list[str]) -> dict[str, str]:
    rows = Target.objects.filter(pk__in=keys).order_by("pk").values_list("pk", "measure__area__plan__slug", "code")
    return {str(pk): reverse("plan:target", args=[slug, code]) for pk, slug, code in rows}


def _editions(keys: list[str]) -> dict[str, str]:
    found = Edition.objects.filter(pk__in=keys).select_related("directory").order_by("pk")
    return {str(edition.pk): f"{reverse('directory:list', args=[edition.directory.slug])}?edition={edition.key}" for edition in found}


def _known_cases(keys: list[str]) -> dict[str, str]:
    rows = Case.objects.filter(pk__in=keys).order_by("pk").values_list("pk", "name")
    return {str(pk): f"{reverse('cases:history')}?{urlencode({'q': name[:100]})}" for pk, name in rows}


_LOOKED_UP: dict[str, Callable[[list[str]], dict[str, str]]] = {
    Found.TARGET: _targets,
    Found.EDITION: _editions,
    Found.KNOWN_CASE: _known_cases,
}


def addresses(hits: list[Hit]) -> dict[tuple[str, str], str]:
    """By kind and key. At most one query for each kind."""
    keys: dict[str, list[str]] = {}
    for hit in hits:
        keys.setdefault(hit.kind, []).append(hit.key)
    found: dict[tuple[str, str], str] = {}
    for kind, names in keys.items():
        by_key = _LOOKED_UP[kind](names) if kind in _LOOKED_UP else {name: _reversed(kind, name) for name in names}
        found |= {(kind, key): address for key, address in by_key.items() if address}
    return found


def _reversed(kind: str, key: str) -> str:
    try:
        return reverse(_NAMED[Found(kind)], args=[key])
    except (NoReverseMatch, KeyError):
        return ""
