from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Schema

from pilotage.api.schemas import Code, EditionOut, EntryDetail, EntryOut, Message, PageOut, Text
from pilotage.directory.enums import CountDimension, EditionState, EntryState
from pilotage.directory.models import Directory, Entry
from pilotage.directory.rules import sees_all, visible_editions, visible_entries
from pilotage.directory.selectors.classification import Totals, counts_of
from pilotage.directory.selectors.entries import EntrySearch
from pilotage.directory.selectors.filters import STATES, EntryFilter

router = Router(tags=["directory"])


class EntryPage(PageOut):
    entries: list[EntryOut]


def entry_fields(entry: Entry) -> dict[str, Any]:
    return {
        "number": entry.number,
        "state": entry.state,
        "edition": entry.edition.year,
        "enterprise": entry.enterprise_name,
        "project": entry.project_title,
        "level": entry.level,
        "province": Code.of(entry.province),
        "prefecture": Code.of(entry.prefecture),
        "industry": Code.of(entry.industry),
        "label": entry.label,
        "scenario_count": entry.scenario_count,
        "listed_on": entry.listed_on,
        "fictional": entry.is_fictional,
        "source": entry.source,
    }


@router.get("/{slug}/editions", response={200: list[EditionOut], 404: Message}, summary="Published editions of a directory")
def list_editions(request: HttpRequest, slug: str) -> list[EditionOut]:
    directory = get_object_or_404(Directory, slug=slug)
    editions = visible_editions(request.auth).filter(directory=directory).prefetch_related("counts")
    return [
        EditionOut(
            year=edition.year,
            title=Text.of(edition),
            published_at=edition.published_at,
            entries=sum(c.count for c in edition.counts.all() if c.dimension == CountDimension.TOTAL),
            complete=edition.is_complete,
            fictional=edition.is_fictional,
        )
        for edition in editions
    ]


class CountedCode(Schema):
    code: str
    zh: str
    en: str
    count: int


class CodeListOut(Schema):
    """The code list as it was when the entries were counted by it."""

    key: str
    version: str
    digest: str
    recorded_at: datetime
    source: str


class Counted(Schema):
    classification: str
    versions: list[CodeListOut]
    codes: list[CountedCode]
    not_stated: int | None


class CountsOut(Schema):
    total: int
    by: list[Counted]


@router.get(
    "/{slug}/counts", response={200: CountsOut, 404: Message}, summary="Entries in force by every classification they are counted by"
)
def list_counts(request: HttpRequest, slug: str, edition: int | None = Query(None, ge=1900, le=2999)) -> CountsOut:
    directory = get_object_or_404(Directory, slug=slug)
    editions = visible_editions(request.auth).filter(directory=directory, state=EditionState.PUBLISHED)
    counts = counts_of(list(editions.filter(year=edition) if edition else editions))
    return CountsOut(total=counts.total, by=[_counted(counts.totals(name)) for name in counts.dimensions])


def _counted(totals: Totals) -> Counted:
    return Counted(
        classification=totals.dimension,
        versions=[
            CodeListOut(key=each.key, version=each.version, digest=each.digest, recorded_at=each.recorded_at, source=each.source)
            for each in totals.versions
        ],
        codes=[CountedCode(code=line.code, zh=line.zh, en=line.en, count=line.count) for line in totals.lines],
        not_stated=totals.not_stated,
    )


@router.get("/{slug}/entries", response={200: EntryPage, 404: Message}, summary="Entries of a directory in order of number")
def list_entries(
    request: HttpRequest,
    slug: str,
    q: str = Query("", max_length=100, description="enterprise or project, any part of the name"),
    edition: int | None = Query(None, ge=1900, le=2999),
    province: str = Query("", max_length=6, description="GB/T 2260 code"),
    industry: str = Query("", max_length=4, description="GB/T 4754-2017 code"),
    after: str = "",
    size: int = Query(50, ge=1, le=200),
) -> EntryPage:
    directory = get_object_or_404(Directory, slug=slug)
    editions = visible_editions(request.auth).filter(directory=directory)
    if edition:
        editions = editions.filter(year=edition)
    filters = EntryFilter(
        q=q.strip(),
        province=(province,) if province else (),
        industry=(industry,) if industry else (),
        state=tuple(EntryState) if sees_all(request.auth) else STATES,
    )
    found = EntrySearch(filters, list(editions)).page(after, size)
    return EntryPage(next=found.next, entries=[EntryOut(**entry_fields(row)) for row in found])


@router.get("/{slug}/entries/{number}", response={200: EntryDetail, 404: Message}, summary="One entry with its public facts")
def get_entry(request: HttpRequest, slug: str, number: str) -> EntryDetail:
    rows = visible_entries(request.auth).select_related("edition", "province", "prefecture", "industry")
    entry = get_object_or_404(rows, edition__directory__slug=slug, number=number)
    scenarios = [scenario.code for scenario in entry.scenarios.all()]
    return EntryDetail(**entry_fields(entry), scenarios=scenarios, facts=entry.facts)
