"""How unevenly are things spread over places, and what is a place strong in?

Data: counts, not negative, one for each place (or one for each pair of place and kind).
Algorithm: textbook formulas, each in one pass over the counts (the Gini coefficient after one sort).
Invariants: order of the places never matters; doubling every count changes nothing but densities;
shares lie between 0 and 1, the Herfindahl-Hirschman index between 1/n and 1, the Gini coefficient between 0 and (n - 1)/n.
Refuses: to divide by nothing. Where a figure has no base it is None, never 0: the page then says why it is blank.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

PER = 1000  # densities are per so many industrial enterprises
TOP = 5


@dataclass(frozen=True, slots=True)
class Concentration:
    """Of ``total`` things over ``places`` places, those without any among them. Blank figures: there is nothing to share out."""

    total: int
    places: int
    occupied: int
    top: float | None
    hhi: float | None
    gini: float | None


def concentration(counts: Iterable[int], top: int = TOP) -> Concentration:
    found = list(counts)
    return Concentration(sum(found), len(found), sum(1 for count in found if count), top_share(found, top), herfindahl(found), gini(found))


def top_share(counts: Iterable[int], top: int = TOP) -> float | None:
    """What part of the total the ``top`` largest places hold."""
    found = sorted(counts, reverse=True)
    total = sum(found)
    return sum(found[:top]) / total if total else None


def herfindahl(counts: Iterable[int]) -> float | None:
    """The sum of the squared shares: 1 where one place holds everything."""
    found = list(counts)
    total = sum(found)
    return sum(count * count for count in found) / (total * total) if total else None


def gini(counts: Iterable[int]) -> float | None:
    """0 where every place holds the same; near 1 where one of many holds everything."""
    found = sorted(counts)
    total, number = sum(found), len(found)
    if not total:
        return None
    weighted = sum(place * count for place, count in enumerate(found, start=1))
    return max(0.0, (2 * weighted - (number + 1) * total) / (number * total))


def location_quotient(part: int, of_place: int, of_kind: int, total: int) -> float | None:
    """The share of a kind in a place over its share everywhere: above 1, the place is stronger in it than the whole."""
    if not of_place or not of_kind or not total:
        return None
    return part * total / (of_place * of_kind)


def location_quotients(counts: Mapping[tuple[str, str], int]) -> dict[tuple[str, str], float]:
    """For every pair of (place, kind) counted. Pairs that are absent are 0 and stay absent."""
    of_place: dict[str, int] = {}
    of_kind: dict[str, int] = {}
    for (place, kind), count in counts.items():
        of_place[place] = of_place.get(place, 0) + count
        of_kind[kind] = of_kind.get(kind, 0) + count
    total = sum(of_place.values())
    found = {}
    for (place, kind), count in counts.items():
        quotient = location_quotient(count, of_place[place], of_kind[kind], total)
        if count and quotient is not None:
            found[place, kind] = quotient
    return found


def density(count: int | None, base: Decimal | int | None, per: int = PER) -> float | None:
    """How many for each ``per`` of the base; None where either is not known or the base is 0."""
    if count is None or base is None or base <= 0:
        return None
    return float(Decimal(count) * per / Decimal(base))
