"""Demonstration bases and pilot areas as places: what the plan's own calls listed, and what is on public record of earlier ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from pilotage.calls.enums import StageKind
from pilotage.calls.models import Call
from pilotage.directory.indicators import editions_counted
from pilotage.directory.models import Edition, Entry
from pilotage.plan.models import Plan
from pilotage.publications.models import Case
from pilotage.publications.rules import visible_cases
from pilotage.registry.enums import SubjectKind
from pilotage.registry.models import localized
from pilotage.reports.industries.counts import entries_on

# applicants that are places themselves
PLACE_KINDS = frozenset({SubjectKind.PARK.value, SubjectKind.CITY.value})
# categories of recorded cases that are places, as their sources print them
CASE_CATEGORIES = ("试点城市", "示范基地")
# fields of a form that say how far a place reaches
BOUNDARY_FIELDS = ("boundary", "area")
SHOWN_MOST = 500


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    words: str


@dataclass(frozen=True, slots=True)
class Place:
    """``number`` of the entry, '' of a recorded case, which has its ``source``. ``stars``: the label in words. ``year`` None: not printed."""

    group: str
    title: str
    province: str
    province_name: str
    city: str
    year: int | None
    stars: str
    boundary: list[Fact]
    number: str
    source: str
    is_fictional: bool


def places(plan: Plan, as_of: date, actor: Any) -> list[Place]:
    """Four queries; at most ``SHOWN_MOST`` of the plan's own."""
    editions = _editions(plan)
    rows = entries_on(editions, as_of).select_related("province", "prefecture").defer("bigrams").order_by("edition", "number")
    by_id = {edition.pk: edition for edition in editions}
    own = [_of_entry(entry, by_id[entry.edition_id], as_of) for entry in rows[:SHOWN_MOST]]
    return own + [_of_case(case) for case in _cases(as_of, actor)]


def place_directories(plan: Plan) -> list[str]:
    """The directories filled by calls to which only parks and cities apply. Two queries."""
    calls = Call.objects.filter(plan=plan, current__isnull=False).prefetch_related("stages").order_by("year", "slug")
    kinds = dict(calls.order_by().values_list("pk", "current__content__applicants__kinds"))
    stages = [call.stage(StageKind.PUBLISH) for call in calls if kinds[call.pk] and set(kinds[call.pk]) <= PLACE_KINDS]
    return list(dict.fromkeys(str(stage.options["directory"]) for stage in stages if stage and stage.options.get("directory")))


def _editions(plan: Plan) -> list[Edition]:
    wanted = place_directories(plan)
    return list(
        editions_counted(plan, {}).filter(directory__slug__in=wanted).select_related("directory").order_by("directory", "year", "id")
    )


def _of_entry(entry: Entry, edition: Edition, as_of: date) -> Place:
    is_labelled = bool(entry.label and entry.labelled_on and entry.labelled_on <= as_of)
    return Place(
        group=edition.directory.title,
        title=entry.title,
        province=entry.province_id or "",
        province_name=entry.province.name if entry.province else "",
        city=entry.prefecture.name if entry.prefecture else "",
        year=entry.listed_on.year if entry.listed_on else edition.year,
        stars=str(entry.get_label_display()) if is_labelled else "",
        boundary=_boundary(entry.facts.get("fields") or []),
        number=entry.number,
        source=entry.source,
        is_fictional=entry.is_fictional,
    )


def _boundary(fields: Sequence[dict[str, Any]]) -> list[Fact]:
    by_key = {field.get("key"): field for field in fields}
    return [_fact(by_key[key]) for key in BOUNDARY_FIELDS if by_key.get(key, {}).get("value") not in (None, "")]


def _fact(field: dict[str, Any]) -> Fact:
    label, unit = field.get("label") or {}, field.get("unit") or {}
    words = f"{field['value']} {localized(unit.get('zh', ''), unit.get('en', ''))}".strip()
    return Fact(localized(label.get("zh", ""), label.get("en", "")), words)


def _cases(as_of: date, actor: Any) -> list[Case]:
    wanted = Q(pk__in=[])
    for category in CASE_CATEGORIES:
        wanted |= Q(category_zh__startswith=category)
    known = Q(year__isnull=True) | Q(year__lte=as_of.year)
    return list(visible_cases(actor).filter(wanted & known).select_related("province").order_by("category_zh", "-year", "id")[:SHOWN_MOST])


def _of_case(case: Case) -> Place:
    return Place(
        group=case.category,
        title=case.name,
        province=case.province_id or "",
        province_name=case.province.name if case.province else "",
        city=case.city,
        year=case.year,
        stars="",
        boundary=[],
        number="",
        source=case.source,
        is_fictional=case.is_fictional,
    )
