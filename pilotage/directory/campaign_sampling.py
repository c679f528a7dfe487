"""Which entries are re-evaluated, so that anybody can draw the same again?

Data: the entry numbers of each province, a seed, a share in percent and a least number for each province.
Algorithm: in a province the numbers stand in order of SHA-256 of ``<seed>\\n<number>``, written in hexadecimal; the first
``max(least, share of the numbers rounded up)`` are drawn, at most all.
Invariants: the order in which numbers come, other provinces and repetition change nothing; a larger share draws the same ones and more.
Refuses: an empty seed, a share outside 1 to 100.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

METHOD = "sha256-stratified-1"


@dataclass(frozen=True, slots=True)
class Drawn:
    number: str
    stratum: str
    position: int


def draw(population: Mapping[str, Iterable[str]], seed: str, percent: int, least: int) -> list[Drawn]:
    if not seed or not 1 <= percent <= 100:
        raise ValueError("a drawing needs a seed and a share of 1 to 100 percent")
    return [
        Drawn(number, stratum, position)
        for stratum in sorted(population)
        for position, number in enumerate(_first(sorted(set(population[stratum])), seed, percent, least), start=1)
    ]


def size_of(count: int, percent: int, least: int) -> int:
    """How many of ``count`` are drawn."""
    return min(count, max(least, -(-count * percent // 100)))


def population_digest(population: Mapping[str, Iterable[str]]) -> str:
    """SHA-256 of the population as canonical JSON: provinces and numbers in order, no spaces."""
    ordered = {stratum: sorted(set(population[stratum])) for stratum in sorted(population)}
    return hashlib.sha256(json.dumps(ordered, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()


def _first(numbers: list[str], seed: str, percent: int, least: int) -> list[str]:
    ranked = sorted(numbers, key=lambda number: (rank(seed, number), number))
    return ranked[: size_of(len(numbers), percent, least)]


def rank(seed: str, number: str) -> str:
    return hashlib.sha256(f"{seed}\n{number}".encode()).hexdigest()
