"""Which of the figures filed should a checker look at again?

Data: numbers by path (``field``, ``field.before``, ``field.after``); for each path the numbers the same holder filed before, oldest
first, and those that others filed for the same call.
Algorithm, per path and rule:
- history: what is expected lies between the smallest and the largest earlier figure, widened by ``factor`` on both sides;
- peers: median and median absolute deviation (MAD) of at least ``peers`` others; on the logarithmic scale when all are above zero, else
  on the plain one. Expected is the median plus and minus ``spread`` times 1.4826 MAD, and never less than the median widened by ``factor``.
A figure outside is marked. Where it differs from the last figure (from the median) by about 10, 100, 1,000 or 10,000 times, the unit
or the decimal point is the likely reason, and the mark says so.
Invariants: a figure equal to the last one, or to the median, is never marked; what is marked lies outside the range it names; figures
multiplied by one power of ten throughout give the same marks; the order of the others does not matter.
Refuses: to judge by nothing but zeros, or by fewer others than asked for.
No database, no language: the words are in ``quality_words``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from statistics import median
from typing import Any

MAD_TO_DEVIATION = 1.4826  # makes the MAD of a normal distribution its standard deviation
SLIPS = (1, 2, 3, 4)
# how far, in powers of ten, a slip may be off: against the last figure, against the median
_NEAR_LAST, _NEAR_MEDIAN = 0.11, 0.3
HISTORY_AT_MOST = 8

Figures = Mapping[str, Decimal]


class Rule(StrEnum):
    HISTORY = "history"
    PEERS = "peers"


@dataclass(frozen=True, slots=True)
class Settings:
    """``factor``: how many times more or less than before is still usual; ``peers``: fewest others to compare with;
    ``spread``: how many deviations from their median are still usual; ``skip``: fields that are not judged."""

    is_on: bool = True
    factor: float = 3.0
    peers: int = 8
    spread: float = 4.0
    skip: frozenset[str] = frozenset()

    @classmethod
    def of(cls, raw: Mapping[str, Any] | bool | None) -> Settings:
        """``quality`` of a call file; false: nothing is judged."""
        if raw is None:
            return cls()
        if isinstance(raw, bool):
            return cls(is_on=raw)
        known = {name: raw[name] for name in ("factor", "peers", "spread") if name in raw}
        return cls(skip=frozenset(raw.get("skip") or ()), **known)


@dataclass(frozen=True, slots=True)
class Mark:
    """``reference``: the last figure, or the median of the others; ``compared``: how many figures it was held against."""

    path: str
    rule: Rule
    value: Decimal
    low: Decimal
    high: Decimal
    reference: Decimal
    compared: int
    slip: int = 0


def marks(
    filed: Figures, history: Mapping[str, Sequence[Decimal]], peers: Mapping[str, Sequence[Decimal]], settings: Settings
) -> list[Mark]:
    """In the order of the figures filed, history before peers."""
    if not settings.is_on:
        return []
    found = []
    for path, value in filed.items():
        if path.partition(".")[0] in settings.skip:
            continue
        found += [
            mark
            for mark in (by_history(path, value, history.get(path, ()), settings), by_peers(path, value, peers.get(path, ()), settings))
            if mark
        ]
    return found


def by_history(path: str, value: Decimal, earlier: Sequence[Decimal], settings: Settings) -> Mark | None:
    known = list(earlier)[-HISTORY_AT_MOST:]
    if not any(known):
        return None
    low, high = _widened(min(known), max(known), settings.factor)
    if low <= value <= high:
        return None
    last = known[-1] or next(each for each in reversed(known) if each)
    return Mark(path, Rule.HISTORY, value, low, high, last, len(known), _slip(value, last, _NEAR_LAST))


def by_peers(path: str, value: Decimal, others: Sequence[Decimal], settings: Settings) -> Mark | None:
    if len(others) < settings.peers or not any(others):
        return None
    middle = Decimal(median(others))
    if value == middle:
        return None
    low, high = _usual(others, middle, settings)
    if low <= value <= high:
        return None
    return Mark(path, Rule.PEERS, value, low, high, middle, len(others), _slip(value, middle, _NEAR_MEDIAN))


def _usual(others: Sequence[Decimal], middle: Decimal, settings: Settings) -> tuple[Decimal, Decimal]:
    low, high = _widened(middle, middle, settings.factor)
    if all(each > 0 for each in others):
        centre = math.log(middle)
        reach = settings.spread * MAD_TO_DEVIATION * median(abs(math.log(each) - centre) for each in others)
        apart = Decimal(math.exp(min(reach, 60)))
        return min(low, middle / apart), max(high, middle * apart)
    reach_plain = Decimal(settings.spread * MAD_TO_DEVIATION) * Decimal(median(abs(each - middle) for each in others))
    return min(low, middle - reach_plain), max(high, middle + reach_plain)


def _widened(low: Decimal, high: Decimal, factor: float) -> tuple[Decimal, Decimal]:
    by = Decimal(str(factor))
    return (low * by if low < 0 else low / by), (high / by if high < 0 else high * by)


def _slip(value: Decimal, reference: Decimal, near: float) -> int:
    """The power of ten between two figures of one sign, where it is about a whole one; else 0."""
    if value * reference <= 0:
        return 0
    power = math.log10(abs(value)) - math.log10(abs(reference))
    whole = round(power)
    return whole if abs(whole) in SLIPS and abs(power - whole) <= near else 0
