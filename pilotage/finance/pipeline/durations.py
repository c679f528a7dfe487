"""How long does a stage take until the next one, when many have not got there yet?

Data: for each project the day on which it first entered each stage of its line, and the day on which it ended, if it did.
A spell is the days from one stage to the next; a project still waiting, or gone before, gives a spell of which only the beginning is
known: it says "longer than this". Leaving such projects out would make every stage look faster than it is.
Algorithm (Kaplan-Meier): over the days in order, the share still waiting is multiplied by 1 - d / n, where n had waited at least so long
and d got through on that day. The median is the first day on which at most half still wait. Exact fractions, no rounding.
Invariants: with nothing open it is the lower middle of the ordered days; the order of the spells does not matter.
Refuses: nothing; where half never got through, the median is None and pages say so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Way:
    """``entered``: stage -> day, of the stages it got to. ``ended``: the day it was withdrawn or terminated, else None."""

    line: tuple[str, ...]
    entered: Mapping[str, date]
    ended: date | None = None


@dataclass(frozen=True, slots=True)
class Spell:
    days: int
    through: bool


@dataclass(frozen=True, slots=True)
class Duration:
    """``median`` in days; ``through`` got to the next stage, ``waiting`` did not (yet)."""

    median: int | None
    through: int
    waiting: int


def spells(ways: Iterable[Way], first: str, then: str, until: date) -> list[Spell]:
    """Of the ways on which ``then`` follows ``first``; what happened after ``until`` is not known."""
    found = []
    for way in ways:
        begun, reached = way.entered.get(first), way.entered.get(then)
        if begun is None or begun > until or not _follows(way.line, first, then):
            continue
        through = reached is not None and reached <= until
        end = reached if through and reached is not None else min(way.ended or until, until)
        found.append(Spell(max(0, (end - begun).days), through))
    return found


def _follows(line: Sequence[str], first: str, then: str) -> bool:
    return first in line and then in line and line.index(then) == line.index(first) + 1


def duration(rows: Sequence[Spell]) -> Duration:
    through = sum(row.through for row in rows)
    return Duration(median(rows), through, len(rows) - through)


def median(rows: Sequence[Spell]) -> int | None:
    got = Counter(row.days for row in rows if row.through)
    all_days = Counter(row.days for row in rows)
    at_risk, share = len(rows), Fraction(1)
    for day in sorted(all_days):
        share *= 1 - Fraction(got[day], at_risk)
        if got[day] and share <= Fraction(1, 2):
            return day
        at_risk -= all_days[day]
    return None
