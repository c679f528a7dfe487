"""Does a figure look like something else: a mark for "missing", thousands taken for yuan, a head counted in money?

Pure: one row of figures and the year before in, sentences' keys out. A fault can only be wrong; a doubt may be true and is let through
when somebody says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from pilotage.finance.rules.model import MARKS

# of a body that does business these are never nought
NEVER_ZERO = frozenset({"revenue", "total_assets", "share_capital", "staff", "shareholders", "market_cap", "market_cap_60"})
# profits and cash flows rise and fall a thousandfold in honesty
STEADY = frozenset({"revenue", "rd_expense", "total_assets", "total_liabilities", "share_capital", "staff", "rd_staff", "net_assets"})
JUMP = 300  # ours: past this, one of two years is in another unit
LEAST_PER_HEAD = 5_000  # ours: yuan of revenue for one person in a year, under which the statement is in thousands
MOST_PER_HEAD = 10**9  # ours: over which yuan were stated as thousands or 万元; trade in raw materials stays under a third of it
MOST_OF_REVENUE = 10  # ours: R&D above so many times the revenue; a firm before its first product may have it
PARTS = (("rd_staff", "staff"),)  # what cannot exceed what


class Why(StrEnum):
    MARK = "mark"  # -1, -999, 9999…
    ZERO = "zero"
    ZERO_AFTER = "zero_after"
    JUMP = "jump"
    PER_HEAD = "per_head"
    MUCH_PER_HEAD = "much_per_head"
    OF_REVENUE = "of_revenue"
    PART = "part"


DOUBTS = frozenset({Why.ZERO_AFTER, Why.JUMP, Why.PER_HEAD, Why.MUCH_PER_HEAD, Why.OF_REVENUE})


@dataclass(frozen=True, slots=True)
class Suspicion:
    """``other``: the figure it is held against."""

    metric: str
    why: Why
    other: int | None = None

    @property
    def is_doubt(self) -> bool:
        return self.why in DOUBTS


def suspicions(row: Mapping[str, int], before: Mapping[str, int]) -> Iterator[Suspicion]:
    """``row``: metric -> figure of one year or day; ``before``: the same of the year before, or as stated earlier."""
    for metric, value in row.items():
        if value in MARKS:
            yield Suspicion(metric, Why.MARK)
        elif value == 0 and metric in NEVER_ZERO:
            yield Suspicion(metric, Why.ZERO)
        elif value == 0 and before.get(metric):
            yield Suspicion(metric, Why.ZERO_AFTER, before[metric])
        elif metric in STEADY and jumps(value, before.get(metric)):
            yield Suspicion(metric, Why.JUMP, before[metric])
    yield from _together(row)


def jumps(value: int, other: int | None) -> bool:
    return bool(other and value > 0 and other > 0 and (value >= JUMP * other or other >= JUMP * value))


def _together(row: Mapping[str, int]) -> Iterator[Suspicion]:
    revenue, staff = row.get("revenue", 0), row.get("staff", 0)
    # a firm of one may have hardly any revenue; one of twenty has some
    if revenue > 0 and staff >= 20 and revenue < LEAST_PER_HEAD * staff:
        yield Suspicion("revenue", Why.PER_HEAD, revenue // staff)
    if staff >= 20 and revenue > MOST_PER_HEAD * staff:
        yield Suspicion("revenue", Why.MUCH_PER_HEAD, revenue // staff)
    if row.get("rd_expense", 0) > MOST_OF_REVENUE * revenue > 0:
        yield Suspicion("rd_expense", Why.OF_REVENUE, revenue)
    for part, whole in PARTS:
        if part in row and whole in row and row[part] > row[whole] > 0:
            yield Suspicion(part, Why.PART, row[whole])
