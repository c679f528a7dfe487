# The words of a selection: what goes in, what comes out. No reckoning here.
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

SELECTED, RESERVE, NOT_SELECTED = "selected", "reserve", "not_selected"
PLACES = Decimal("0.001")
THOUSAND = 1000

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class SelectionError(ValueError):
    """The input cannot be selected from; the message names candidate or quota and says what to do."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """``score`` has at most three places. ``attributes``: province, industry, size, ownership, group, … by any name;
    one that is absent counts under no quota of that name. ``kept_out``: the stage that was not passed, and why."""

    key: str
    score: Decimal | None
    attributes: Mapping[str, str] = field(default_factory=dict)
    finished: int = 1
    spread: Decimal | None = None
    recommended_rank: int | None = None
    kept_out: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Quota:
    """How many of one value of an attribute. ``value`` None: every value that has no line of its own."""

    attribute: str
    value: str | None = None
    minimum: int = 0
    maximum: int | None = None

    def __str__(self) -> str:
        return f"{self.attribute} {'(every other)' if self.value is None else self.value}"


@dataclass(frozen=True, slots=True)
class Lottery:
    """Inside ``zone`` (keys of candidates that cannot be told apart) a seeded draw decides, quotas kept."""

    zone: frozenset[str]
    seed: str


@dataclass(frozen=True, slots=True)
class Terms:
    """``tie_break``: published rules in order (finished_count, spread, recommended_rank, number, draw). ``seed``: for the
    rule draw and the last resort. ``time_limit`` in seconds for each solver run; None: until proven."""

    total: int
    reserve: int = 0
    required_reviews: int = 1
    least_score: Decimal | None = None
    tie_break: tuple[str, ...] = ("finished_count",)
    seed: str = ""
    lottery: Lottery | None = None
    time_limit: float | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One term of a bar. ``code``: line (the total), maximum or minimum of a quota, indivisible (places cannot be
    divided: only in bars that were corrected); ``limit`` of which ``used`` are taken."""

    code: str
    attribute: str | None
    value: str | None
    amount: Decimal
    limit: int
    used: int


@dataclass(frozen=True, slots=True)
class Bar:
    """The score that decides for one candidate; ``value`` is the sum of the parts' amounts."""

    value: Decimal
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Blocker:
    """A full maximum, or a minimum that just holds, and how many of the ``contenders`` (selected ones with no
    higher score) it kept from giving up their place."""

    code: str
    attribute: str
    value: str
    limit: int
    blocked: int


@dataclass(frozen=True, slots=True)
class Place:
    """``position``: public rank from 1, those set aside after all others. ``reason``: selected, reserve, lottery, below_line,
    tie, quota_maximum, quota_minimum, quotas, few_reviews, below_least or gate_<why>; ``figures`` belong to it."""

    candidate: Candidate
    position: int
    outcome: str
    reason: str
    figures: dict[str, Any]
    bar: Bar | None = None


@dataclass(frozen=True, slots=True)
class Relaxed:
    """A minimum that could not be met. ``eligible`` were there, ``reached`` fit; ``blocked_by``: limits that kept the others out."""

    quota: Quota
    eligible: int
    reached: int
    blocked_by: tuple[Blocker, ...]

    def __str__(self) -> str:
        start = f"minimum {self.quota.minimum} for {self.quota}"
        if self.eligible < self.quota.minimum and not self.blocked_by:
            return f"{start}: only {self.eligible} eligible"
        names = ", ".join(_limit_name(blocker) for blocker in self.blocked_by)
        return f"{start}: only {self.reached} of {self.eligible} eligible fit because of {names or 'other minimums'}"


@dataclass(frozen=True, slots=True)
class Certificate:
    """Why the sum of scores cannot be beaten. ``method``: lp (the linear bound is met, a proof by itself) or milp
    (branch and bound, gap 0). ``fractional``: no selection reaches the linear bound, so bars are approximate."""

    solver: str
    status: str
    method: str
    value: Decimal
    bound: Decimal
    gap: Decimal
    fractional: bool


@dataclass(frozen=True, slots=True)
class Checks:
    """Looked at after the solver: bars that agree with the outcome (``bars_corrected``: only after solving again for
    them), swaps and additions that would improve."""

    bars: int
    bars_agree: int
    bars_corrected: int
    swaps_tried: int
    improving_swaps: int
    quotas_kept: bool

    @property
    def sound(self) -> bool:
        return self.bars == self.bars_agree and not self.improving_swaps and self.quotas_kept


@dataclass(frozen=True, slots=True)
class Used:
    """One quota as it stands after the selection."""

    attribute: str | None
    value: str | None
    minimum: int
    maximum: int | None
    eligible: int
    used: int


def _limit_name(blocker: Blocker) -> str:
    if blocker.code == "line":
        return f"the total of {blocker.limit}"
    return f"the {blocker.code} {blocker.limit} for {blocker.attribute} {blocker.value}"
