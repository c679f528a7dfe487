"""The directory as a list: search, facets, map, one page of entries."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from pilotage.core import clock
from pilotage.directory import rules
from pilotage.directory.enums import CountDimension, EditionState, EntryLabel, EntryState
from pilotage.directory.models import Directory, Edition
from pilotage.directory.selectors.entries import EntrySearch, counts_by_edition
from pilotage.directory.selectors.facets import FacetCounts, facet_counts
from pilotage.directory.selectors.filters import EntryFilter
from pilotage.registry.models import Division, Industry, localized
from pilotage.web import formats
from pilotage.web.directory import words
from pilotage.web.directory.rows import rows_html

DEFAULT = "5g-factory"
SIZES = (20, 50)
SHOWN = 5  # values of a facet before "show all"
SEGMENTS = 5


@dataclass(frozen=True, slots=True)
class Option:
    code: str
    name: str
    count: int | None
    checked: bool

    def control(self, facet: str) -> str:
        """The checkbox with its words and count; made here because a page has some sixty of them."""
        checked = " checked" if self.checked else ""
        count = f" <span>{formats.number(self.count)}</span>" if self.count is not None else ""
        return f'<label><input type="checkbox" name="{facet}" value="{escape(self.code)}"{checked}> {escape(self.name)}{count}</label>'


@dataclass(frozen=True, slots=True)
class Facet:
    name: str
    title: str
    options: list[Option]
    is_counted: bool

    @property
    def first(self) -> SafeString:
        return SafeString("".join(option.control(self.name) for option in self.options[:SHOWN]))

    @property
    def more(self) -> SafeString:
        return SafeString("".join(option.control(self.name) for option in self.options[SHOWN:]))

    @property
    def size(self) -> int:
        return len(self.options)


@dataclass(frozen=True, slots=True)
class Listing:
    """What the list, its export and its tests share: one reading of the directory for one address."""

    directory: Directory
    editions: list[Edition]
    filters: EntryFilter
    search: EntrySearch
    sizes: dict[int, int]


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return directory_list(request, DEFAULT)


def read(request: HttpRequest, slug: str) -> Listing:
    """The directory and the filter of an address. A directory without a visible edition does not exist for the actor."""
    editions = list(
        rules.visible_editions(request.user)
        .filter(directory__slug=slug, state=EditionState.PUBLISHED)
        .select_related("directory")
        .order_by("year", "is_complete", "-is_fictional", "id")
    )
    directory = editions[0].directory if editions else Directory.objects.filter(slug=slug).first()
    if directory is None:
        raise Http404
    filters = EntryFilter.from_query(request.GET)
    if filters.as_of and filters.as_of >= clock.today():
        filters = replace(filters, as_of=None)
    if "edition" not in request.GET:
        filters = _with_default_edition(filters, editions)
    chosen = [edition for edition in editions if edition.key in filters.editions] if filters.editions else editions
    counts = counts_by_edition(editions)
    stored: dict[tuple[str, str], int] = {}
    for edition in chosen:
        for key, count in counts[edition.pk].items():
            stored[key] = stored.get(key, 0) + count
    sizes = {pk: found.get((CountDimension.TOTAL.value, ""), 0) for pk, found in counts.items()}
    return Listing(directory, editions, filters, EntrySearch(filters, chosen, stored), sizes)


def _with_default_edition(filters: EntryFilter, editions: list[Edition]) -> EntryFilter:
    complete = [edition for edition in editions if edition.is_complete]
    return replace(filters, editions=(complete[-1].key,) if complete else ())


@login_not_required
@require_safe
def directory_list(request: HttpRequest, slug: str) -> HttpResponse:
    try:
        listing = read(request, slug)
    except Http404:
        if slug != DEFAULT:
            raise
        return render(request, "directory/no_directory.html")
    return render(request, "directory/directory_list.html", page_context(request, listing))


def page_context(request: HttpRequest, listing: Listing) -> dict[str, Any]:
    filters, search = listing.filters, listing.search
    size = int(request.GET["size"]) if request.GET.get("size") in {str(s) for s in SIZES} else SIZES[0]
    counts = facet_counts(search)
    total = search.total()
    names = Names(listing)
    chips = names.chips(filters)
    found = search.page(request.GET.get("after", ""), size)
    sole = search.editions[0] if len(search.editions) == 1 else None
    address = reverse("directory:list", kwargs={"slug": listing.directory.slug})
    return {
        "directory": listing.directory,
        "filters": filters,
        "editions": edition_options(listing),
        "use_select": len(listing.editions) >= SEGMENTS,
        "edition": sole,
        "edition_line": words.edition_line(sole, search.base_size) if sole else _("All editions together; entries are marked with theirs."),
        "page": found,
        "rows": rows_html(found, several_editions=sole is None),
        "total": total,
        "total_words": words.total_words(total),
        "facets": names.facets(filters, counts),
        "map_counts": counts["province"].by_code,
        "map_pattern": _map_pattern(filters),
        "map_selected": filters.province[0] if len(filters.province) == 1 else "",
        "chips": chips,
        "clear_url": f"{address}?{EntryFilter(editions=filters.editions).query()}" if chips else "",
        "query": filters.query(),
        "sizes": [
            {"url": f"?{filters.query()}&size={value}", "label": str(value), "current": value == size, "count": ""} for value in SIZES
        ],
        "view": "map" if request.GET.get("view") == "map" else "list",
        "is_default_order": not request.GET.get("after"),
    }


def _map_pattern(filters: EntryFilter) -> str:
    return f"?{filters.query(province=(), city=())}&province={{code}}"


def edition_options(listing: Listing) -> list[dict[str, Any]]:
    sizes = listing.sizes
    chosen = {edition.pk for edition in listing.search.editions}
    is_all = len(chosen) == len(listing.editions) and len(listing.editions) > 1
    options = [
        {
            "url": f"?{listing.filters.query(editions=(edition.key,))}",
            "key": edition.key,
            "label": words.edition_name(edition),
            "count": sizes.get(edition.pk, 0),
            "current": chosen == {edition.pk},
        }
        for edition in listing.editions
    ]
    if len(options) > 1:
        everything = {"url": f"?{listing.filters.query(editions=())}", "key": "all", "label": _("All editions"), "current": is_all}
        options.append({**everything, "count": sum(sizes.values())})
    return options


class Names:
    """Codes to words for the facets and chips of one page. Two queries, however many codes."""

    def __init__(self, listing: Listing) -> None:
        filters, stored = listing.filters, listing.search.stored
        wanted = {name: {code for dimension, code in stored if dimension == name} for name in ("industry", "province")}
        industries = _industry_names(wanted["industry"] | set(filters.industry))
        provinces = _division_names(wanted["province"] | set(filters.province) | set(filters.city))
        self.words: dict[str, dict[str, str]] = {
            "label": {label.value: str(label.label) for label in EntryLabel},
            "industry": industries,
            "scenario": scenario_names(listing.search.editions),
            "province": provinces,
            "city": provinces,
            "level": level_names(listing.search.editions),
            "state": {state.value: str(state.label) for state in EntryState},
        }
        self.stored = stored

    def name(self, dimension: str, code: str) -> str:
        return self.words[dimension].get(code, code)

    def chips(self, filters: EntryFilter) -> list[dict[str, str]]:
        chips = [{"label": f"“{filters.q}”", "url": f"?{filters.query(q='')}"}] if filters.q else []
        for dimension in ("province", "city", "label", "industry", "level", "scenario", "state"):
            for code in getattr(filters, dimension):
                chips.append({"label": self.name(dimension, code), "url": f"?{filters.without(dimension, code)}"})
        if filters.as_of:
            chips.append({"label": _("as of %(day)s") % {"day": formats.day(filters.as_of)}, "url": f"?{filters.query(as_of=None)}"})
        return chips

    def facets(self, filters: EntryFilter, counts: dict[str, FacetCounts]) -> list[Facet]:
        titles = {"label": _("Label"), "industry": pgettext("facet", "Industry"), "scenario": _("Scenario"), "province": _("Province")}
        facets = [self._facet(name, title, filters, counts[name]) for name, title in titles.items()]
        chosen = [(_("City"), "city"), (_("Building level"), "level")]
        states = [EntryState.RECTIFYING, EntryState.REMOVED, EntryState.EXPIRED]
        options = [Option(s.value, str(s.label), None, s.value in filters.state) for s in states]
        for title, name in chosen:  # reached by links only: shown where they are on
            facets.append(Facet(name, title, [Option(code, self.name(name, code), None, True) for code in getattr(filters, name)], True))
        return [*[f for f in facets if f.size], Facet("state", _("State"), options, True)]

    def _facet(self, name: str, title: str, filters: EntryFilter, counts: FacetCounts) -> Facet:
        checked = getattr(filters, name)
        codes = {code for dimension, code in self.stored if dimension == name} | set(checked)
        by_code = counts.by_code
        order = by_code if by_code is not None else {code: self.stored.get((name, code), 0) for code in codes}
        ranked = sorted(codes, key=lambda code: (-order.get(code, 0), code))
        options = [
            Option(code, self.name(name, code), None if by_code is None else by_code.get(code, 0), code in checked)
            for code in ranked
            if by_code is None or by_code.get(code, 0) or code in checked
        ]
        return Facet(name, title, options, by_code is not None)


def _industry_names(codes: set[str]) -> dict[str, str]:
    columns = ("code", "short_zh", "name_zh", "short_en", "name_en")
    rows = Industry.objects.filter(pk__in=sorted(codes)).order_by("code").values_list(*columns)
    return {code: localized(short_zh or zh, short_en or en) for code, short_zh, zh, short_en, en in rows}


def _division_names(codes: set[str]) -> dict[str, str]:
    rows = Division.objects.filter(pk__in=sorted(codes)).order_by("code").values_list("code", "name_zh", "name_en")
    return {code: localized(zh, en) for code, zh, en in rows}


def level_names(editions: list[Edition]) -> dict[str, str]:
    return {
        row["code"]: localized(row["zh"], row["en"]) for edition in editions for row in edition.codes.get("levels", []) if "code" in row
    }


def scenario_names(editions: list[Edition]) -> dict[str, str]:
    return {
        row["code"]: localized(row["zh"], row["en"]) for edition in editions for row in edition.codes.get("scenarios", []) if "code" in row
    }
