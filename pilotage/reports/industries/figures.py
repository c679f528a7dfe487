"""How did figures change, how far apart are they, and which pairs that one would expect are missing?

Data: before and after as they were filed (text), changes as numbers, counts for each pair of row and column.
Algorithm: relative change over the size of the value before; five numbers by linear interpolation between
the sorted values (the inclusive method); for pairs the count expected if row and column had nothing to do with each other.
Invariants: the five numbers never fall from low to high and lie within the data; an improvement is positive,
whichever direction is better; the expected counts add up to the counts.
Refuses: a change from 0, a figure that is no number, and to summarise fewer than ``FEWEST`` values.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

FEWEST = 5  # of fewer projects no spread is shown: single projects could be read from it
LIKELY = 3.0  # a missing pair is a white spot where at least so many were to be expected


class Fault(StrEnum):
    """Why a pair of figures gives no change."""

    MISSING = "missing"
    NOT_A_NUMBER = "not_a_number"
    FROM_ZERO = "from_zero"


@dataclass(frozen=True, slots=True)
class Spread:
    low: float
    q1: float
    median: float
    q3: float
    high: float
    count: int


def improvement(before: object, after: object, better: str) -> float | Fault:
    """In percent of the value before; positive where the figure became better."""
    if before in (None, "") or after in (None, ""):
        return Fault.MISSING
    try:
        old, new = float(str(before)), float(str(after))
    except ValueError:
        return Fault.NOT_A_NUMBER
    if not math.isfinite(old) or not math.isfinite(new):
        return Fault.NOT_A_NUMBER
    if old == 0:
        return Fault.FROM_ZERO
    change = (new - old) / abs(old) * 100
    change = -change if better == "lower" else change
    return change + 0.0 if math.isfinite(change) else Fault.NOT_A_NUMBER


def spread(values: Iterable[float], fewest: int = FEWEST) -> Spread | None:
    """The five numbers, or None of fewer than ``fewest`` values."""
    found = sorted(values)
    if len(found) < max(fewest, 1):
        return None
    return Spread(found[0], quantile(found, 0.25), quantile(found, 0.5), quantile(found, 0.75), found[-1], len(found))


def spread_of_counts(counts: Mapping[int, int]) -> Spread | None:
    """The five numbers of whole values given with how often each occurs; no smallest number, as such values are published one by one."""
    ordered = [value for value in sorted(counts) for _each in range(counts[value])]
    return spread(ordered, fewest=1)


def quantile(ordered: Sequence[float], share: float) -> float:
    """Between the two nearest of the sorted values, in proportion."""
    place = (len(ordered) - 1) * share
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    value = ordered[low] + (ordered[high] - ordered[low]) * (place - low)
    return min(max(value, ordered[low]), ordered[high])


def expected(pairs: Mapping[tuple[str, str], int], rows: Mapping[str, int], columns: Sequence[str]) -> dict[tuple[str, str], float]:
    """How many of each pair there would be if every row used every column as often as the whole does. ``rows``: members of each row."""
    total = sum(rows.values())
    if not total:
        return {}
    used: dict[str, int] = dict.fromkeys(columns, 0)
    for (_row, column), count in pairs.items():
        used[column] = used.get(column, 0) + count
    return {(row, column): size * used[column] / total for row, size in rows.items() for column in columns}


def white(
    pairs: Mapping[tuple[str, str], int], rows: Mapping[str, int], columns: Sequence[str], likely: float = LIKELY
) -> dict[tuple[str, str], float]:
    """The pairs of which there is none though at least ``likely`` were to be expected, with the expected count."""
    hoped = expected(pairs, rows, columns)
    return {pair: count for pair, count in hoped.items() if count >= likely and not pairs.get(pair)}
