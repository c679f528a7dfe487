"""Of all that was stated, what holds on a day: the latest of each metric and year, laid out around the last year with revenue.

Pure: rows in, columns out. A row is ``(metric, year, number, code, truth)``; rows come in the order in which they became known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pilotage.finance.facts.metrics import METRICS, YEARLY

Row = tuple[str, int | None, int | None, str, bool | None]
Held = dict[tuple[str, int | None], int | str | bool]


def held(rows: Iterable[Row]) -> Held:
    """The value that holds of each metric and year; what was taken back is absent."""
    found: Held = {}
    for metric, year, number, code, truth in rows:
        value = number if number is not None else code or truth
        if value is None or value == "":
            found.pop((metric, year), None)
        else:
            found[metric, year] = value
    return found


def base_year(found: Held) -> int | None:
    """The last year of which the revenue is known."""
    return max((year for metric, year in found if metric == "revenue" and year is not None), default=None)


def columns(found: Held, reckoned: Mapping[str, Any]) -> dict[str, int | str | bool]:
    """Columns of METRICS. ``reckoned``: by metric, without what is not known."""
    base = base_year(found)
    told: dict[str, int | str | bool] = {}
    for key, metric in METRICS.items():
        for back in range(metric.years):
            year = (base - back if base is not None else None) if key in YEARLY else None
            value = found.get((key, year)) if key not in YEARLY or year is not None else None
            if value is not None:
                told[metric.column(back)] = value
    return told | dict(reckoned)
