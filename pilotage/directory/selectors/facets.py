"""How many entries each further filter would leave. Stored where nothing else is filtered, counted where few are left."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from pilotage.directory.models import EntryScenario
from pilotage.directory.selectors.entries import CAP, COLUMNS, FACET_CAP, EntrySearch

DIMENSIONS = (*COLUMNS, "scenario")


@dataclass(frozen=True, slots=True)
class FacetCounts:
    """``by_code`` None: more than ``FACET_CAP`` rows are left, so they were not counted."""

    by_code: dict[str, int] | None


def facet_counts(search: EntrySearch) -> dict[str, FacetCounts]:
    """Counts for each dimension under all filters but its own.

    At most two queries for the rows left and two for each dimension filtered, whatever the rows.
    """
    shared: dict[str, FacetCounts] | None = None
    result = {}
    for name in DIMENSIONS:
        if search.filters.only(name):
            result[name] = FacetCounts({code: n for (dimension, code), n in search.stored.items() if dimension == name})
        elif getattr(search.filters, name):
            result[name] = _counted(search, (name,), without=name)[name]
        else:
            if shared is None:
                shared = _counted(search, tuple(n for n in DIMENSIONS if not getattr(search.filters, n)))
            result[name] = shared[name]
    return result


def _counted(search: EntrySearch, names: tuple[str, ...], without: str = "") -> dict[str, FacetCounts]:
    nothing = {name: FacetCounts(None) for name in names}
    if min(search.estimates(without).values()) > CAP:
        return nothing
    found = search.ordered(without)
    rows = list(found.values_list("pk", "province_id", "industry_id", "label")[: FACET_CAP + 1])
    if len(rows) > FACET_CAP:
        return nothing
    counts: dict[str, Counter[str]] = {
        name: Counter(str(row[place]) for row in rows if row[place]) for place, name in enumerate(COLUMNS, start=1) if name in names
    }
    if "scenario" in names:
        scenarios = EntryScenario.objects.filter(entry__in=[row[0] for row in rows]).order_by()
        counts["scenario"] = Counter(scenarios.values_list("code", flat=True))
    return {name: FacetCounts(dict(counts[name])) for name in names}
