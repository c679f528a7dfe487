"""What the plan can count here. Every number opens exactly the entries it counts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.timezone import localtime

from pilotage.directory.enums import EditionState, EntryLabel
from pilotage.directory.models import Edition, Entry
from pilotage.directory.selectors.entries import in_force_on
from pilotage.plan.indicators import Indicator, named, records_address, register
from pilotage.plan.models import Plan


def editions_counted(plan: Plan, options: Mapping[str, Any]) -> QuerySet[Edition]:
    """Published editions of the option's directory made from this plan's calls.

    ``edition`` (a year) or ``editions`` (a list) narrows them. Editions known only in part come from no call and never count.
    """
    editions = Edition.objects.filter(state=EditionState.PUBLISHED, call__plan=plan, is_complete=True)
    if options.get("directory"):
        editions = editions.filter(directory__slug=options["directory"])
    years = named(options, "edition", "editions")
    return editions.filter(year__in=[int(year) for year in years]) if years else editions


def listed(plan: Plan, options: Mapping[str, Any], as_of: date) -> int:
    return in_force_on(Entry.objects.filter(edition__in=editions_counted(plan, options)), as_of).count()


def labelled(plan: Plan, options: Mapping[str, Any], as_of: date) -> int:
    entries = Entry.objects.filter(edition__in=editions_counted(plan, options), label=_label(options), labelled_on__lte=as_of)
    return in_force_on(entries, as_of).count()


def edition_published(plan: Plan, options: Mapping[str, Any], as_of: date) -> int:
    return int(any(moment.date() <= as_of for moment in _published_days(plan, options)))


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
        )
    )
