"""Scales: round steps for numbers, calendar steps for days, and labels that leave each other room."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from pilotage.core.charts.canvas import TEXT, FormatNumber, width_of

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_MONTHS = (1, 2, 3, 6, 12, 24, 60, 120)
_DAYS = (1, 2, 7, 14)
GAP = 10.0


@dataclass(frozen=True, slots=True)
class Scale:
    """From values between ``low`` and ``high`` to pixels between ``start`` and ``end``."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        share = (value - self.low) / ((self.high - self.low) or 1.0)
        return self.start + share * (self.end - self.start)


def round_step(span: float, count: int) -> float:
    """The smallest of 1, 2, 2.5, 5 times a power of ten that cuts ``span`` into at most ``count`` parts."""
    if span <= 0 or not math.isfinite(span):
        return 1.0
    rough = span / max(1, count)
    power = 10.0 ** math.floor(math.log10(rough))
    return next((step * power for step in _STEPS if step * power >= rough * (1 - 1e-9)), 10 * power)


def ticks(low: float, high: float, count: int = 5, *, label: FormatNumber | None = None) -> list[float]:
    """Round numbers from at or below ``low`` to at or above ``high``; no two print the same."""
    if high <= low:
        low, high = (min(low, 0.0), max(high, 0.0)) if low else (0.0, 1.0)
    for parts in range(count, 0, -1):
        step = round_step(high - low, parts)
        first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
        found = [round(place * step, 10) for place in range(first, last + 1)]
        if label is None or parts == 1 or len({label(value) for value in found}) == len(found):
            return found
    return [low, high]


def numbers(values: Iterable[float], *, from_zero: bool) -> tuple[float, float]:
    """The least and most to be shown; a picture that starts at zero says so by its axis."""
    found = list(values)
    low, high = (min(found), max(found)) if found else (0.0, 1.0)
    if from_zero or low <= 0 or low < high * 0.4:
        return min(low, 0.0), max(high, 0.0)
    room = (high - low) * 0.12 or high * 0.1
    return max(0.0, low - room), high + room * 0.4


def day_ticks(first: date, last: date, width: float, label: Callable[[date], str]) -> list[tuple[date, str]]:
    """Ends of months (of days, for a short time) whose labels do not touch in ``width`` pixels."""
    if last <= first:
        return [(first, label(first))]
    for found in _candidates(first, last):
        if len(found) >= 2 and _fits(found, first, last, width, label):
            return [(day, label(day)) for day in found]
    both = [first, last]
    return [(day, label(day)) for day in (both if _fits(both, first, last, width, label) else [last])]


def _candidates(first: date, last: date) -> Iterable[list[date]]:
    if (last - first).days <= 45:
        yield from ([last - timedelta(days=back) for back in range(0, (last - first).days + 1, step)][::-1] for step in _DAYS)
    yield from (_month_ends(first, last, step) for step in _MONTHS)


def _month_ends(first: date, last: date, step: int) -> list[date]:
    """Days that end a month whose number is a multiple of ``step``, counted in months of the calendar."""
    found = []
    for place in range(first.year * 12 + first.month, last.year * 12 + last.month + 1):
        year, month = divmod(place, 12)
        day = date(year, month + 1, 1) - timedelta(days=1)
        if place % step == 0 and first <= day <= last:
            found.append(day)
    return found


def _fits(days: Sequence[date], first: date, last: date, width: float, label: Callable[[date], str]) -> bool:
    scale = Scale(first.toordinal(), last.toordinal(), 0, width)
    boxes = [(scale(day.toordinal()), width_of(label(day)) / 2) for day in days]
    return all(after - second - (before + half) >= GAP for (before, half), (after, second) in pairwise(boxes))


def widest(labels: Iterable[str], size: float = TEXT) -> float:
    return max((width_of(words, size) for words in labels), default=0.0)


def apart(places: Sequence[float], height: float, low: float, high: float) -> list[float]:
    """The places moved as little as needed so that each has ``height`` of its own between ``low`` and ``high``."""
    order = sorted(range(len(places)), key=lambda index: places[index])
    found = list(places)
    bottom = low
    for index in order:
        found[index] = max(found[index], bottom)
        bottom = found[index] + height
    top = high
    for index in reversed(order):
        found[index] = min(found[index], top)
        top = found[index] - height
    return found
