"""What changed in a directory since a day, as a page and as files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pilotage.core import clock
from pilotage.core.tables.writers import csv_lines
from pilotage.directory.campaign_enums import ChangeKind
from pilotage.directory.models import Edition, EntryChange
from pilotage.directory.selectors import changes as selectors
from pilotage.directory.selectors.history import change_title
from pilotage.web import formats
from pilotage.web.directory import words
from pilotage.web.directory.listing import Listing, edition_options, read

SIZE = 50
TONES = {
    ChangeKind.LISTED: ("good", "circle-check"),
    ChangeKind.UPDATED: ("accent", "refresh"),
    ChangeKind.LABELLED: ("accent", "award"),
    ChangeKind.UNLABELLED: ("neutral", "minus"),
    ChangeKind.RECTIFY: ("warn", "alert-triangle"),
    ChangeKind.RESTORED: ("good", "circle-check"),
    ChangeKind.RENEWED: ("good", "circle-check"),
    ChangeKind.REMOVED: ("bad", "circle-x"),
    ChangeKind.EXPIRED: ("neutral", "clock"),
    ChangeKind.READMITTED: ("good", "refresh"),
}
FIELDS = ("date", "change", "number", "edition", "project", "enterprise", "reason", "detail", "fictional")


@dataclass(frozen=True, slots=True)
class Asked:
    listing: Listing
    since: date | None
    kinds: tuple[str, ...]
    error: str

    @property
    def rows(self) -> Any:
        return selectors.changes_since(self.listing.search.editions, self.since, self.kinds)

    def query(self, **changes: Any) -> str:
        values = {"edition": ",".join(self.listing.filters.editions) or "all", "since": self.since.isoformat() if self.since else ""}
        return urlencode({**values, "kind": self.kinds, **changes}, doseq=True)


def asked_of(request: HttpRequest, slug: str) -> Asked:
    """Without ``edition`` the changes of all editions: a list that stays true is more than its newest part."""
    query = request.GET.copy()
    query.setdefault("edition", "all")
    request.GET = query
    text = request.GET.get("since", "").strip()
    since = _day(text)
    error = _("Write the day as year-month-day, for example 2024-01-31.") if text and since is None else ""
    kinds = tuple(dict.fromkeys(kind for kind in request.GET.getlist("kind") if kind in ChangeKind.values))
    return Asked(read(request, slug), since, kinds, error)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@login_not_required
@require_safe
def changes(request: HttpRequest, slug: str) -> HttpResponse:
    asked = asked_of(request, slug)
    found = selectors.page_of(asked.rows, request.GET.get("after", ""), SIZE)
    unfiltered = Asked(asked.listing, asked.since, (), "")
    counts = selectors.counts_of(unfiltered.rows)
    editions = {edition.pk: edition for edition in asked.listing.editions}
    context = {
        "directory": asked.listing.directory,
        "asked": asked,
        "since": request.GET.get("since", "")[:10],
        "today": clock.today(),
        "editions": edition_options(asked.listing),
        "edition_key": ",".join(asked.listing.filters.editions) or "all",
        "kinds": [
            {"code": kind, "name": ChangeKind(kind).label, "count": number, "checked": kind in asked.kinds}
            for kind, number in counts.items()
        ],
        "total": sum(number for kind, number in counts.items() if not asked.kinds or kind in asked.kinds),
        "page": found,
        "days": [(day, [line(change, editions) for change in group]) for day, group in groupby(found, key=lambda change: change.on)],
        "query": asked.query(),
        "crumbs": [
            (asked.listing.directory.title, reverse("directory:list", kwargs={"slug": slug})),
            (_("Changes"), ""),
        ],
    }
    return render(request, "directory/changes.html", context)


def line(change: EntryChange, editions: dict[int, Edition]) -> dict[str, Any]:
    entry = change.entry
    tone, icon = TONES[ChangeKind(change.kind)]
    return {
        "title": change_title(change),
        "tone": tone,
        "icon": icon,
        "entry": entry,
        "number": entry.number,
        "below": entry.enterprise_name if entry.project_title else "",
        "edition": words.edition_name(editions[change.edition_id]),
        "reason": change.reason or ("" if change.kind != ChangeKind.LISTED else editions[change.edition_id].title),
        "details": details(change),
    }


def details(change: EntryChange) -> list[str]:
    """What a yearly update changed, each in a sentence."""
    return [_detail(field) for field in change.detail.get("fields", [])]


def _detail(field: dict[str, Any]) -> str:
    label, unit = words.pick(field["label"]), words.pick(field.get("unit"))
    if "scenario" in field:
        return (_("Scenario added: %(name)s") if field["scenario"] == "added" else _("Scenario no longer named: %(name)s")) % {
            "name": label
        }
    if "before" not in field:
        return _("%(label)s: text revised") % {"label": label}
    values = {"label": label, "before": _shown(field["before"]), "after": _shown(field["after"]), "unit": unit}
    text = _("%(label)s: %(before)s → %(after)s %(unit)s") if formats.in_english() else "%(label)s：%(before)s → %(after)s%(unit)s"
    return (text % values).strip()


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return words.pick(value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return formats.number(value) if value not in ("", None) and str(value).replace(".", "", 1).isdigit() else str(value or formats.UNKNOWN)


@login_not_required
@require_safe
def export(request: HttpRequest, slug: str, kind: str) -> HttpResponseBase:
    """The same rows as the page's, all of them; ``since`` makes it what a copy kept elsewhere still lacks."""
    asked = asked_of(request, slug)
    if kind == "csv":
        found: Iterator[str | bytes] = csv_lines(headings(), (list(each.values()) for each in _records(asked)))  # type: ignore[assignment]
        response = StreamingHttpResponse(found, content_type="text/csv; charset=utf-8")
    elif kind == "json":
        response = StreamingHttpResponse(_json_lines(asked), content_type="application/json")
    else:
        raise Http404
    response["Content-Disposition"] = f'attachment; filename="{slug}-changes.{kind}"'
    return response


def headings() -> list[str]:
    return [_("Date"), _("Change"), _("Entry no."), _("Edition"), _("Project"), _("Enterprise"), _("Reason"), _("Details"), _("Fictional")]


def _records(asked: Asked) -> Iterator[dict[str, Any]]:
    editions = {edition.pk: edition for edition in asked.listing.editions}
    for change in selectors.stream(asked.rows):
        entry = change.entry
        values = (
            change.on.isoformat(), change_title(change), entry.number, words.edition_name(editions[change.edition_id]), entry.project_title,
            entry.enterprise_name, change.reason, "; ".join(details(change)), _("yes") if entry.is_fictional else _("no"),
        )  # fmt: skip
        yield dict(zip(FIELDS, values, strict=True))


def _json_lines(asked: Asked) -> Iterator[str]:
    editions = {edition.pk: edition for edition in asked.listing.editions}
    yield "[\n"
    for position, change in enumerate(selectors.stream(asked.rows)):
        entry = change.entry
        values = {
            "date": change.on.isoformat(), "at": change.at.isoformat(), "change": change.kind, "number": entry.number,
            "edition": editions[change.edition_id].key, "state": entry.state, "project": entry.project_title,
            "enterprise": entry.enterprise_name, "reason": change.reason, "detail": change.detail, "fictional": entry.is_fictional,
        }  # fmt: skip
        yield ("" if position == 0 else ",\n") + json.dumps(values, ensure_ascii=False)
    yield "\n]\n"
