"""What can be taken along, under which terms, and where programs ask."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pilotage.publications.open_data import feeds, tables
from pilotage.publications.open_data.catalogue import SYNTAXES
from pilotage.publications.open_data.files import XLSX_MOST, as_text, kinds
from pilotage.publications.open_data.licences import licence, publisher
from pilotage.publications.open_data.tables import PublicTable, TableEdition
from pilotage.registry.models import localized
from pilotage.web.nav import resolved
from pilotage.web.open_data.files import edition_or_404, table_or_404

SAMPLE = 1


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    context = {
        "lines": [{"table": table, "files": files_of(table, None)} for table in tables.every()],
        "feeds": [(feed.title, reverse("open_data:feed", args=[feed.key])) for feed in (feeds.ALL, *feeds.every())],
        "syntaxes": [(syntax.key.upper(), reverse("open_data:catalogue", args=[syntax.key])) for syntax in SYNTAXES.values()],
        "api_url": resolved("api:openapi-view"),
        "schema_url": resolved("api:openapi-json"),
        **terms(),
    }
    return render(request, "open_data/home.html", context)


def terms() -> dict[str, Any]:
    return {"licence": licence(), "publisher": localized(*publisher())}


def files_of(table: PublicTable, edition: TableEdition | None) -> list[tuple[str, str]]:
    if edition is None:
        return [(kind.name, reverse("open_data:file", args=[table.key, kind.key])) for kind in kinds()]
    return [(kind.name, reverse("open_data:edition-file", args=[table.key, edition.key, kind.key])) for kind in kinds()]


@login_not_required
@require_safe
def table(request: HttpRequest, key: str, edition: str = "") -> HttpResponse:
    found = table_or_404(key)
    chosen = edition_or_404(found, edition)
    sample = found.source.page(chosen, "", SAMPLE).rows[:SAMPLE]
    context = {
        "table": found,
        "edition": chosen,
        "whole": files_of(found, chosen),
        "editions": [{"edition": each, "files": files_of(found, each)} for each in found.editions()],
        "fields": [(each, [_shown(row[place]) for row in sample]) for place, each in enumerate(found.fields)],
        "sample": range(1, len(sample) + 1),
        "changed_at": found.changed_at(),
        "page_url": resolved(found.page_name) if found.page_name else "",
        "api_url": f"{reverse('api:table-rows', args=[key])}{f'?edition={edition}' if chosen else ''}",
        "most": XLSX_MOST,
        "crumbs": [(_("Open data"), reverse("open_data:home")), (found.title, reverse("open_data:table", args=[key]) if chosen else "")]
        + ([(chosen.title, "")] if chosen else []),
        **terms(),
    }
    return render(request, "open_data/table.html", context)


def _shown(value: tables.Value) -> str:
    """As the files have it, cut to a line."""
    text = str(as_text(value))
    return text if len(text) <= 60 else f"{text[:59]}…"
