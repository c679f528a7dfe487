"""Keeps the wide row of each enterprise equal to what is known of it today."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from django.db import connection, transaction

from pilotage.core import clock
from pilotage.finance.facts.metrics import COLUMNS
from pilotage.finance.facts.models import Fact, FactRow, TierStay
from pilotage.finance.facts.reckoned import metric_of_title
from pilotage.finance.facts.selectors import known_of_many
from pilotage.registry.models import Enterprise, Title

_BATCH = 500
_NAMES = ("enterprise_id", "base_year", "is_public", "known_on", *COLUMNS)


def refresh_rows(enterprise_ids: Iterable[int] | None = None) -> int:
    """Reckon the rows of these enterprises anew; of all that anything is known of when absent. How many rows were written."""
    ids = sorted(set(enterprise_ids)) if enterprise_ids is not None else known_enterprises()
    for start in range(0, len(ids), _BATCH):
        with transaction.atomic():
            _write(ids[start : start + _BATCH])
    return len(ids)


def catch_up(most: int = 2000) -> int:
    """Rows that were reckoned on an earlier day, reckoned for today: months go by and titles run out. How many; called at every tick."""
    stale = FactRow.objects.filter(known_on__lt=clock.today()).order_by("known_on", "pk").values_list("pk", flat=True)
    return refresh_rows(list(stale[:most]))


def known_enterprises() -> list[int]:
    """Enterprises with a fact, a stay, a title that a rule may ask for, or a row."""
    found: set[int] = set()
    for model in (Fact, TierStay, FactRow):
        found.update(model._default_manager.order_by().values_list("enterprise_id", flat=True).distinct())
    titles = Title.objects.order_by().values_list("enterprise_id", "name")
    found.update(enterprise for enterprise, name in titles.iterator() if metric_of_title(name))
    return sorted(found)


def differences() -> Iterator[str]:
    """``factrow <enterprise>.<column>: kept …, recounted …`` where a row does not say what was known on its day."""
    ids = known_enterprises()
    for start in range(0, len(ids), _BATCH):
        kept = FactRow.objects.in_bulk(ids[start : start + _BATCH])
        by_day: dict[date, list[int]] = defaultdict(list)
        for enterprise in ids[start : start + _BATCH]:
            by_day[kept[enterprise].known_on if enterprise in kept else clock.today()].append(enterprise)
        for day, own in sorted(by_day.items()):
            for enterprise, values in _values(own, day).items():
                yield from _difference(enterprise, kept.get(enterprise), values)


def _difference(enterprise: int, row: FactRow | None, values: dict[str, Any]) -> Iterator[str]:
    for name, value in values.items():
        own = getattr(row, name) if row is not None else None
        if own != value and (row is not None or value):
            yield f"factrow {enterprise}.{name}: kept {own}, recounted {value}"


def _values(ids: Sequence[int], day: date) -> dict[int, dict[str, Any]]:
    return {
        enterprise: {"base_year": found.base_year, "is_public": found.is_public, **{name: found.facts.get(name) for name in COLUMNS}}
        for enterprise, found in known_of_many(ids, day).items()
    }


def _write(ids: Sequence[int]) -> None:
    # two who state at once wait for each other here, so the later row holds both
    list(Enterprise.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk", flat=True))
    today = clock.today()
    rows = [FactRow(enterprise_id=enterprise, known_on=today, **values) for enterprise, values in _values(ids, today).items()]
    # SQLite takes 32,766 values in one statement
    size = max(1, min(_BATCH, 30_000 // len(_NAMES))) if connection.vendor == "sqlite" else _BATCH
    updated = ["base_year", "is_public", "known_on", *COLUMNS]
    FactRow.objects.bulk_create(rows, batch_size=size, update_conflicts=True, update_fields=updated, unique_fields=["enterprise"])
