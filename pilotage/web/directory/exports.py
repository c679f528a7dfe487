"""The filtered entries as a file: exactly what the list shows, in the same order."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pilotage.core.tables import XLSX_TYPE, write_xlsx
from pilotage.core.tables.writers import csv_lines
from pilotage.core.verdict import Refused
from pilotage.directory.models import Entry
from pilotage.web import formats
from pilotage.web.directory import words
from pilotage.web.directory.listing import Listing, read

XLSX_MOST = 50_000
KINDS = ("csv", "xlsx", "json")
FIELDS = (
    "number", "edition", "state", "project", "enterprise", "province", "city", "industry_code", "industry", "level",
    "scenarios", "label", "listed_on", "fictional", "source",
)  # fmt: skip


def headings() -> list[str]:
    return [
        _("Entry no."), _("Edition"), _("State"), _("Project"), _("Enterprise"), _("Province"), _("City"), _("Industry code"),
        _("Industry"), _("Building level"), _("Scenarios"), _("Label"), _("Listed on"), _("Fictional"), _("Source"),
    ]  # fmt: skip


@login_not_required
@require_safe
def export(request: HttpRequest, slug: str, kind: str) -> HttpResponseBase:
    if kind not in KINDS:
        raise Http404
    listing = read(request, slug)
    name = f'attachment; filename="{slug}.{kind}"'
    if kind == "csv":
        response: HttpResponseBase = StreamingHttpResponse(csv_lines(headings(), rows(listing)), content_type="text/csv; charset=utf-8")
    elif kind == "json":
        response = StreamingHttpResponse(_json_lines(listing), content_type="application/json")
    else:
        response = _xlsx(listing)
    response["Content-Disposition"] = name
    return response


def _xlsx(listing: Listing) -> HttpResponse:
    total = listing.search.total()
    if total.count is None or total.at_least or total.count > XLSX_MOST:
        raise Refused(
            _("A worksheet takes at most %(count)s entries. Filter further, or take the CSV file.") % {"count": formats.number(XLSX_MOST)}
        )
    body = write_xlsx(headings(), rows(listing), title=listing.directory.title[:31], notes=[licence_line()])
    return HttpResponse(body, content_type=XLSX_TYPE)


def licence_line() -> str:
    return _("Free to use with the source named. Rows marked as fictional are demonstration data.")


def entries(listing: Listing) -> Iterator[Entry]:
    """Every entry of the filter in order of number, in constant memory."""
    found = listing.search.ordered().select_related("province", "prefecture", "industry").defer("bigrams", "facts")
    editions = {edition.pk: edition for edition in listing.search.editions}
    for entry in found.iterator(chunk_size=2000):
        entry.edition = editions[entry.edition_id]
        yield entry


def rows(listing: Listing) -> Iterator[list[Any]]:
    for entry in entries(listing):
        yield list(record(entry).values())


def record(entry: Entry) -> dict[str, Any]:
    """One entry in public words. A blank is a blank: the source did not print it."""
    values = (
        entry.number,
        words.edition_name(entry.edition),
        str(entry.get_state_display()),
        entry.project_title,
        entry.enterprise_name,
        entry.province.name if entry.province else "",
        entry.prefecture.name if entry.prefecture else "",
        entry.industry_id or "",
        entry.industry.name if entry.industry else "",
        level_name(entry),
        entry.scenario_count if entry.edition.is_complete else "",
        str(entry.get_label_display()) if entry.label else "",
        entry.listed_on.isoformat() if entry.listed_on else "",
        _("yes") if entry.is_fictional else _("no"),
        entry.source,
    )
    return dict(zip(FIELDS, values, strict=True))


def level_name(entry: Entry) -> str:
    levels = {row["code"]: row for row in entry.edition.codes.get("levels", [])}
    return words.pick(levels.get(entry.level)) or entry.level


def _json_lines(listing: Listing) -> Iterator[str]:
    yield "[\n"
    for position, entry in enumerate(entries(listing)):
        values = {
            **record(entry),
            "edition": entry.edition.key,
            "state": entry.state,
            "label": entry.label,
            "fictional": entry.is_fictional,
        }
        yield ("" if position == 0 else ",\n") + json.dumps(values, ensure_ascii=False)
    yield "\n]\n"
