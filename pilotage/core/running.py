"""What dated changes add up to at the end of each of several days."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import accumulate


def running(changes: Iterable[tuple[date, int]], days: Sequence[date]) -> list[int]:
    """The sum of the changes up to the end of each day. ``changes`` are in order of day."""
    found = list(changes)
    changed_on = [day for day, _change in found]
    sums = [0, *accumulate(change for _day, change in found)]
    return [sums[bisect_right(changed_on, day)] for day in days]
