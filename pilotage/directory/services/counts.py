"""Keeps the counts of entries in force, so that no page counts a million rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Count, F

from pilotage.directory.enums import IN_FORCE, CountDimension
from pilotage.directory.models import Edition, Entry, EntryCount, EntryScenario

Key = tuple[str, str]


@transaction.atomic
def recount(edition: Edition) -> None:
    """Count the edition afresh: reads every entry once, so it belongs to publishing and repair, not to pages."""
    EntryCount.objects.filter(edition=edition).delete()
    EntryCount.objects.bulk_create(
        EntryCount(edition=edition, dimension=dimension, code=code, count=count)
        for (dimension, code), count in sorted(_counted(edition).items())
    )


def _counted(edition: Edition) -> Counter[Key]:
    entries = Entry.objects.filter(edition=edition, state__in=sorted(IN_FORCE)).order_by()
    counts: Counter[Key] = Counter({(CountDimension.TOTAL.value, ""): entries.count()})
    for dimension, field in (
        (CountDimension.PROVINCE, "province_id"),
        (CountDimension.INDUSTRY, "industry_id"),
        (CountDimension.LABEL, "label"),
    ):
        for code, count in entries.values_list(field).annotate(Count("id")):
            if code:
                counts[dimension.value, code] = count
    scenarios = EntryScenario.objects.filter(edition=edition, entry__state__in=sorted(IN_FORCE)).order_by()
    for code, count in scenarios.values_list("code").annotate(Count("id")):
        counts[CountDimension.SCENARIO.value, code] = count
    return counts


def adjust(entry: Entry, step: int) -> None:
    """One entry came into force (1) or left it (-1)."""
    move(dict.fromkeys(keys_of(entry, entry.scenarios.values_list("code", flat=True)), step), entry.edition_id)


def move(steps: dict[Key, int], edition_id: int) -> None:
    """Add ``steps`` to the counts of an edition."""
    for (dimension, code), step in sorted(steps.items()):
        if step == 0:
            continue
        row, created = EntryCount.objects.get_or_create(
            edition_id=edition_id, dimension=dimension, code=code, defaults={"count": max(step, 0)}
        )
        if not created:
            EntryCount.objects.filter(pk=row.pk).update(count=F("count") + step)


def keys_of(entry: Entry, scenarios: Iterable[str]) -> list[Key]:
    keys = [
        (CountDimension.TOTAL.value, ""),
        (CountDimension.PROVINCE.value, entry.province_id or ""),
        (CountDimension.INDUSTRY.value, entry.industry_id or ""),
        (CountDimension.LABEL.value, entry.label),
        *((CountDimension.SCENARIO.value, code) for code in scenarios),
    ]
    return [key for key in keys if key[1] or key[0] == CountDimension.TOTAL.value]
