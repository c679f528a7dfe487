"""Keeps the counts of entries in force, so that no page counts a million rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from django.db import transaction
from django.db.models import Count, F

from pilotage.audit.services import hold
from pilotage.directory.classifications import field_keys
from pilotage.directory.enums import IN_FORCE, CountDimension, EditionState
from pilotage.directory.models import Edition, Entry, EntryCount, EntryScenario
from pilotage.directory.services.versions import record_versions

Key = tuple[str, str]


@transaction.atomic
def recount(edition: Edition) -> None:
    """Count the edition afresh: reads every entry once, so it belongs to publishing and repair, not to pages."""
    hold()
    EntryCount.objects.filter(edition=edition).delete()
    EntryCount.objects.bulk_create(
        EntryCount(edition=edition, dimension=dimension, code=code, count=count)
        for (dimension, code), count in sorted(_counted(edition).items())
    )
    record_versions(edition)


def differences() -> Iterator[str]:
    """One line for every kept count of a published edition that is not what its entries give."""
    for edition in Edition.objects.filter(state=EditionState.PUBLISHED).select_related("directory").order_by("pk"):
        rows = EntryCount.objects.filter(edition=edition).values_list("dimension", "code", "count")
        held, counted = Counter({(dimension, code): count for dimension, code, count in rows}), _counted(edition)
        for key in sorted({*held, *counted}):
            if held[key] != counted[key]:
                yield f"EntryCount {edition.directory.slug} {edition.key} {' '.join(key).strip()}: kept {held[key]}, recounted {counted[key]}"


def recount_all() -> None:
    for edition in Edition.objects.filter(state=EditionState.PUBLISHED).order_by("pk"):
        recount(edition)


def _counted(edition: Edition) -> Counter[Key]:
    entries = Entry.objects.filter(edition=edition, state__in=sorted(IN_FORCE)).order_by()
    counts: Counter[Key] = Counter({(CountDimension.TOTAL.value, ""): entries.count()})
    for dimension, field in (
        (CountDimension.PROVINCE, "province_id"),
        (CountDimension.INDUSTRY, "industry_id"),
        (CountDimension.LABEL, "label"),
        (CountDimension.CITY, "prefecture_id"),
        (CountDimension.LEVEL, "level"),
    ):
        for code, count in entries.values_list(field).annotate(Count("id")):
            if code:
                counts[dimension.value, code] = count
    scenarios = EntryScenario.objects.filter(edition=edition, entry__state__in=sorted(IN_FORCE)).order_by()
    for code, count in scenarios.values_list("code").annotate(Count("id")):
        counts[CountDimension.SCENARIO.value, code] = count
    for facts in entries.values_list("facts", flat=True).iterator(chunk_size=2000):
        counts.update(field_keys(facts))
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
        (CountDimension.CITY.value, entry.prefecture_id or ""),
        (CountDimension.LEVEL.value, entry.level),
        *((CountDimension.SCENARIO.value, code) for code in scenarios),
        *field_keys(entry.facts),
    ]
    return [key for key in keys if key[1] or key[0] == CountDimension.TOTAL.value]
