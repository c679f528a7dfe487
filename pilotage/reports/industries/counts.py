"""What the industry view counts of a directory on a day. Grouped in the database, so that what comes back is small."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet

from pilotage.directory.models import Edition, Entry, EntryScenario
from pilotage.directory.selectors.entries import in_force_on

PAIRS_MOST = 100_000  # entries of which industries are crossed with scenarios
EFFECTS_MOST = 20_000  # entries whose figures are read


@dataclass(frozen=True, slots=True)
class Depth:
    """``counts``: (industry, level, scenarios used) -> entries. An industry that is not named is ''."""

    counts: Counter[tuple[str, str, int]]

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    def by_industry(self) -> Counter[str]:
        found: Counter[str] = Counter()
        for (industry, _level, _scenarios), count in self.counts.items():
            found[industry] += count
        return found


def entries_on(editions: Sequence[Edition], day: date) -> QuerySet[Entry]:
    return in_force_on(Entry.objects.filter(edition__in=[edition.pk for edition in editions]), day).order_by()


def depth(editions: Sequence[Edition], day: date) -> Depth:
    """One query."""
    rows = entries_on(editions, day).values_list("industry", "level", "scenario_count").annotate(number=Count("pk"))
    return Depth(Counter({(industry or "", level, scenarios): number for industry, level, scenarios, number in rows}))


def by_scenario(editions: Sequence[Edition], day: date) -> dict[str, int]:
    """One query."""
    return dict(_scenarios_on(editions, day).values_list("code").annotate(number=Count("pk")))


def pairs(editions: Sequence[Edition], day: date) -> dict[tuple[str, str], int]:
    """(industry, scenario) -> entries. One query; ask only of up to ``PAIRS_MOST`` entries."""
    rows = _scenarios_on(editions, day).values_list("entry__industry", "code").annotate(number=Count("pk"))
    return {(industry or "", code): number for industry, code, number in rows}


def effects(editions: Sequence[Edition], day: date, *, industry: str = "", scenario: str = "") -> list[tuple[str, list[dict[str, Any]]]]:
    """Industry and figures before and after of each entry, at most ``EFFECTS_MOST + 1``. One query."""
    rows = entries_on(editions, day)
    if industry:
        rows = rows.filter(industry=industry)
    if scenario:
        rows = rows.filter(pk__in=EntryScenario.objects.filter(edition__in=[e.pk for e in editions], code=scenario).values("entry_id"))
    found = rows.order_by("edition", "number").values_list("industry", "facts__effects")[: EFFECTS_MOST + 1]
    return [(code or "", figures or []) for code, figures in found]


def _scenarios_on(editions: Sequence[Edition], day: date) -> QuerySet[EntryScenario]:
    rows = EntryScenario.objects.filter(edition__in=[edition.pk for edition in editions]).order_by()
    return rows.filter(Q(entry__removed_on__isnull=True) | Q(entry__removed_on__gt=day), entry__listed_on__lte=day)
