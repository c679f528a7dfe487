"""Published totals by any classification: page, chart and files from the one count that is kept."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pilotage.core.charts import bars
from pilotage.core.tables import write_xlsx
from pilotage.core.tables.writers import csv_lines
from pilotage.directory.selectors.classification import SECTION, Counts, Totals, counts_of
from pilotage.web import formats
from pilotage.web.directory.exports import licence_line
from pilotage.web.directory.listing import Listing, edition_options, read
from pilotage.web.downloads import workbook

# dimensions that the list can be filtered by
_FILTERS = {"province": "province", "city": "city", "industry": "industry", "scenario": "scenario", "level": "level", "label": "label"}
CHARTED = 20


def asked_of(request: HttpRequest, slug: str) -> tuple[Listing, Counts, Totals | None]:
    listing = read(request, slug)
    counts = counts_of(listing.search.editions)
    dimensions = counts.dimensions
    wanted = request.GET.get("by", "")
    dimension = wanted if wanted in dimensions else next(iter(dimensions), "")
    return listing, counts, counts.totals(dimension) if dimension else None


@login_not_required
@require_safe
def counts_page(request: HttpRequest, slug: str) -> HttpResponse:
    listing, counts, totals = asked_of(request, slug)
    edition_key = ",".join(listing.filters.editions) or "all"
    dimension = totals.dimension if totals else ""
    context = {
        "directory": listing.directory,
        "editions": [{**option, "url": f"{option['url']}&by={dimension}"} for option in edition_options(listing)],
        "edition_key": edition_key,
        "tabs": [
            {"code": name, "title": counts.totals(name).title, "url": f"?edition={edition_key}&by={name}", "current": name == dimension}
            for name in counts.dimensions
        ],
        "totals": totals,
        "total": counts.total,
        "lines": _lines(listing, totals) if totals else [],
        "chart": chart_of(totals) if totals else "",
        "charted": CHARTED,
        "kinds": ("xlsx", "csv", "json"),
        "query": f"edition={edition_key}&by={dimension}",
        "crumbs": [(listing.directory.title, reverse("directory:list", kwargs={"slug": slug})), (_("Totals"), "")],
    }
    return render(request, "directory/counts.html", context)


def chart_of(totals: Totals) -> SafeString:
    """The most frequent twenty, drawn by the server."""
    rows = [(line.name, line.count, "") for line in totals.lines[:CHARTED]]
    return SafeString(bars(rows, title=totals.title, format_number=formats.number, width=560).svg)


def _lines(listing: Listing, totals: Totals) -> list[dict[str, Any]]:
    name = _FILTERS.get(totals.dimension)
    address = reverse("directory:list", kwargs={"slug": listing.directory.slug})
    only = {name: ()} if name else {}
    return [
        {
            "line": line,
            "share": formats.number(round(line.count * 100 / totals.total, 1)) if totals.total else formats.UNKNOWN,
            "url": f"{address}?{listing.filters.query(**only)}&{name}={line.code}" if name else "",
        }
        for line in totals.lines
    ]


@login_not_required
@require_safe
def export(request: HttpRequest, slug: str, kind: str) -> HttpResponseBase:
    listing, counts, totals = asked_of(request, slug)
    if kind == "json":
        return JsonResponse(as_json(listing, counts), json_dumps_params={"ensure_ascii": False})
    if totals is None:
        raise Http404
    head = [_("Code"), totals.title, _("Entries")]
    rows = [[line.code, line.name, line.count] for line in totals.lines]
    if totals.not_stated:
        rows.append(["", _("Not stated"), totals.not_stated])
    rows.append(["", _("In force, all"), totals.total])
    name = f"{slug}-{totals.dimension.replace(':', '-')}"
    if kind == "csv":
        response = HttpResponse("".join(csv_lines(head, rows)), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
        return response
    if kind == "xlsx":
        notes = [", ".join(str(version) for version in totals.versions), licence_line()]
        return workbook(name, write_xlsx(head, rows, title=totals.title[:31], notes=notes))
    raise Http404


def as_json(listing: Listing, counts: Counts) -> dict[str, Any]:
    return {
        "directory": listing.directory.slug,
        "editions": [edition.key for edition in listing.search.editions],
        "total": counts.total,
        "by": [totals_json(counts.totals(name)) for name in counts.dimensions],
    }


def totals_json(totals: Totals) -> dict[str, Any]:
    return {
        "classification": totals.dimension,
        "derived": totals.dimension == SECTION,
        "versions": [
            {"key": v.key, "version": v.version, "digest": v.digest, "recorded_at": v.recorded_at.isoformat(), "source": v.source}
            for v in totals.versions
        ],
        "codes": [{"code": line.code, "zh": line.zh, "en": line.en, "count": line.count} for line in totals.lines],
        "not_stated": totals.not_stated,
    }
