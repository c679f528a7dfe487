"""What the plan can count here. Every number opens exactly the entries it counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Count, QuerySet
from django.utils.timezone import localtime

from pilotage.calls.enums import StageKind
from pilotage.calls.models import Call, Stage
from pilotage.directory.enums import EditionState, EntryLabel
from pilotage.directory.models import Edition, Entry
from pilotage.directory.selectors.entries import in_force, in_force_on
from pilotage.plan.indicators import Indicator, named, records_address, register
from pilotage.plan.models import Plan

if TYPE_CHECKING:
    from pilotage.plan.forecast.model import Pipeline


def editions_counted(plan: Plan, options: Mapping[str, Any]) -> QuerySet[Edition]:
    """Published editions of the option's directory made from this plan's calls.

    ``edition`` (a year) or ``editions`` (a list) narrows them. Editions known only in part come from no call and never count.
    """
    editions = Edition.objects.filter(state=EditionState.PUBLISHED, call__plan=plan, is_complete=True)
    if options.get("directory"):
        editions = editions.filter(directory__slug=options["directory"])
    years = named(options, "edition", "editions")
    return editions.filter(year__in=[int(year) for year in years]) if years else editions


def _entries(plan: Plan, options: Mapping[str, Any]) -> QuerySet[Entry]:
    return Entry.objects.filter(edition__in=editions_counted(plan, options))


def _labelled(plan: Plan, options: Mapping[str, Any]) -> QuerySet[Entry]:
    return _entries(plan, options).filter(label=_label(options))


def listed(plan: Plan, options: Mapping[str, Any], as_of: date) -> int:
    return in_force_on(_entries(plan, options), as_of).count()


def listed_history(plan: Plan, options: Mapping[str, Any], days: Sequence[date]) -> list[Decimal | int | None]:
    return [*in_force(_entries(plan, options), days, ("listed_on",))]


def listed_by_place(plan: Plan, options: Mapping[str, Any], day: date) -> dict[str, Decimal | int]:
    return _by_place(in_force_on(_entries(plan, options), day))


def labelled(plan: Plan, options: Mapping[str, Any], as_of: date) -> int:
    return in_force_on(_labelled(plan, options).filter(labelled_on__lte=as_of), as_of).count()


def labelled_history(plan: Plan, options: Mapping[str, Any], days: Sequence[date]) -> list[Decimal | int | None]:
    return [*in_force(_labelled(plan, options), days, ("listed_on", "labelled_on"))]


def labelled_by_place(plan: Plan, options: Mapping[str, Any], day: date) -> dict[str, Decimal | int]:
    return _by_place(in_force_on(_labelled(plan, options).filter(labelled_on__lte=day), day))


def _by_place(rows: QuerySet[Entry]) -> dict[str, Decimal | int]:
    counted = rows.order_by("province").values_list("province").annotate(Count("pk"))
    return {province or "": number for province, number in counted}


def edition_published(plan: Plan, options: Mapping[str, Any], as_of: date) -> int:
    return int(any(moment.date() <= as_of for moment in _published_days(plan, options)))


def published_history(plan: Plan, options: Mapping[str, Any], days: Sequence[date]) -> list[Decimal | int | None]:
    first = min((moment.date() for moment in _published_days(plan, options)), default=date.max)
    return [int(day >= first) for day in days]


# --- on their way: what the calls know ------------------------------------------------------
def listed_pipeline(plan: Plan, options: Mapping[str, Any], day: date) -> Pipeline | None:
    call = _publishing(plan, options, str(options.get("directory") or ""))
    if call is None:
        return None
    places = {code: int(number) for code, number in listed_by_place(plan, options, day).items()}
    return _way(call, day, listed(plan, options, day), places)


def labelled_pipeline(plan: Plan, options: Mapping[str, Any], day: date) -> Pipeline | None:
    """Of the call whose publication gives the label; None where labels are given one by one."""
    call = _publishing(plan, options, "", _label(options))
    if call is None:
        return None
    places = {code: int(number) for code, number in labelled_by_place(plan, options, day).items()}
    return _way(call, day, labelled(plan, options, day), places)


def published_pipeline(plan: Plan, options: Mapping[str, Any], day: date) -> Pipeline | None:
    call = _publishing(plan, options, str(options.get("directory") or ""))
    if call is None:
        return None
    from pilotage.calls.flow.pipeline import publication_pipeline  # brings the forecast's numerics along

    return publication_pipeline(call, day, is_published=bool(edition_published(plan, options, day)))


def _way(call: Call, day: date, counted: int, places: Mapping[str, int]) -> Pipeline:
    from pilotage.calls.flow.pipeline import Way  # brings the forecast's numerics along

    published = call.editions.filter(state=EditionState.PUBLISHED).values_list("published_at", flat=True)
    is_published = any(localtime(moment).date() <= day for moment in published if moment)
    return Way(call, day, counted, places, is_published).pipeline()


def _publishing(plan: Plan, options: Mapping[str, Any], directory: str, label: str = "") -> Call | None:
    """The newest of the plan's calls that publishes the edition asked for, or that gives the label. Three queries, once for the object ``plan``."""
    asked: dict[str, Call | None] = plan.__dict__.setdefault("_publishing_calls", {})
    key = f"{sorted(options.items())!r} {directory} {label}"
    if key not in asked:
        asked[key] = _find_publishing(plan, options, directory, label)
    return asked[key]


def _find_publishing(plan: Plan, options: Mapping[str, Any], directory: str, label: str) -> Call | None:
    years = {str(year) for year in named(options, "edition", "editions")}
    stages = Stage.objects.filter(call__plan=plan, kind=StageKind.PUBLISH).order_by("-call__year", "call__slug")
    for key, held in stages.values_list("call", "options"):
        wanted = held.get("label") == label if label else held.get("directory") == directory
        if wanted and (not years or str(held.get("edition")) in years):
            return Call.objects.select_related("current").defer("current__content").prefetch_related("stages").get(pk=key)
    return None


def _published_days(plan: Plan, options: Mapping[str, Any]) -> list[Any]:
    return [localtime(moment) for moment in editions_counted(plan, options).values_list("published_at", flat=True) if moment]


def _label(options: Mapping[str, Any]) -> str:
    return str(options.get("label") or EntryLabel.BENCHMARK)


def listed_url(plan: Plan, options: Mapping[str, Any], _actor: Any) -> str | None:
    editions = list(editions_counted(plan, options).select_related("directory").order_by("year", "id"))
    if not editions:
        return None
    keys = ",".join(edition.key for edition in editions)
    return records_address("directory:list", {"edition": keys}, slug=editions[0].directory.slug)


def labelled_url(plan: Plan, options: Mapping[str, Any], actor: Any) -> str | None:
    address = listed_url(plan, options, actor)
    return f"{address}&label={_label(options)}" if address else None


def register_all() -> None:
    register(
        Indicator(
            key="directory.listed",
            name_zh="名录在册数",
            name_en="Entries in force",
            unit_zh="家",
            unit_en="entries",
            formula_zh="截至当日已列入且未移出、未到期的名录条目数；仅计本规划征集产生的完整版次。",
            formula_en="Entries listed by the day and not removed or expired by then, in complete editions from this plan's calls.",
            count=listed,
            records_url=listed_url,
            dated=True,
            history=listed_history,
            pipeline=listed_pipeline,
            by_place=listed_by_place,
        )
    )
    register(
        Indicator(
            key="directory.edition_published",
            name_zh="名录发布",
            name_en="Edition published",
            unit_zh="版",
            unit_en="edition",
            formula_zh="该版次名录已发布为1，未发布为0。",
            formula_en="1 once the edition is published, 0 before.",
            count=edition_published,
            records_url=listed_url,
            dated=True,
            history=published_history,
            pipeline=published_pipeline,
        )
    )
    register(
        Indicator(
            key="directory.labelled",
            name_zh="名录内获标签数",
            name_en="Entries with a label",
            unit_zh="家",
            unit_en="entries",
            formula_zh="截至当日在册且已获该标签（如标杆）的名录条目数。",
            formula_en="Entries in force on the day that had the label, for example benchmark, by then.",
            count=labelled,
            records_url=labelled_url,
            dated=True,
            history=labelled_history,
            pipeline=labelled_pipeline,
            by_place=labelled_by_place,
        )
    )
