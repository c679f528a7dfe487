"""What the forecast reads and what it says: plain records, no Django, nothing about one plan.

A count (a target) is reached either by records that go through passages one after another (``Pipeline``) or by a value
that is reported now and then (``Series``). Shares are 0 to 1, waits are whole days, money never appears.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

# kinds that more of the counted can only help
AT_LEAST = ("minimum", "deliverable", "growth", "rate")

Lever = Literal["arrivals", "limit", "share", "days", "date"]


class CannotForecast(ValueError):
    """The input says nothing that could be forecast, or contradicts itself; the message says what, ``code`` in one word.

    Codes: kind, goal, past, short, still (what is there does not tell); series, pipeline, arrivals, change (the input is at fault).
    """

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Prior:
    """Of one step, before anything was learnt; stated on the page and by whom."""

    share: float  # that goes on
    weight: float  # in records
    days: float  # median wait
    days_90: float  # nine of ten wait at most
    slip_90: float = 14  # a dated step is late by at most so many days nine times of ten


@dataclass(frozen=True, slots=True)
class Step:
    """One passage; the last one ends in the count."""

    key: str
    title: str  # words for the page, in the active language
    waiting: tuple[tuple[float, int], ...]  # (days waited, records) now before this step
    passed: float  # learnt up to as_of: went on …
    left: float  # … / ended here
    waits: tuple[tuple[float, int], ...]  # (days, records) of those that went on
    prior: Prior
    opens_on: date | None = None  # nothing passes before
    closes_on: date | None = None  # decided by then if it keeps its date
    together: bool = False  # all pass on one day (selection, publication): closes_on, or opens_on without one
    limit: int | None = None  # at most so many pass in all, those counted already among them


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Records still to come into the first step."""

    so_far: int
    opens_on: date | None
    closes_on: date | None
    expected: tuple[float, float] | None  # 90 % range of the total, stated by the operator (forecast.expected in the call file)
    # (share of the window gone, share of all filed by then) of earlier calls; () = the kernel's stated prior
    profile: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """A recommender's or province's part, for limits by place and what-ifs."""

    code: str
    waiting: tuple[int, ...]  # per step
    counted: int = 0
    limit: int | None = None
    limit_step: str = ""


@dataclass(frozen=True, slots=True)
class Pipeline:
    as_of: date
    counted: int
    steps: tuple[Step, ...]
    arrivals: Arrivals | None = None
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Series:
    """A counted value without a pipeline."""

    as_of: date
    points: tuple[tuple[date, float], ...]
    never_falls: bool = True


@dataclass(frozen=True, slots=True)
class Goal:
    """``kind`` as in TargetKind."""

    kind: str
    value: float
    value_max: float | None
    tolerance: float | None
    due_on: date


@dataclass(frozen=True, slots=True)
class Band:
    """Of the path, per day of the grid."""

    day: date
    q025: float
    q10: float
    q25: float
    q50: float
    q75: float
    q90: float
    q975: float


@dataclass(frozen=True, slots=True)
class Forecast:
    as_of: date
    due_on: date
    median: float
    intervals: dict[int, tuple[float, float]]  # 50, 80, 95
    chance: float
    met_by: dict[int, date | None]  # 50 and 90 % sure of being met by that day
    path: tuple[Band, ...] = field(repr=False)
    draws: int
    seed: int


@dataclass(frozen=True, slots=True)
class Change:
    """A what-if. ``amount``: records more to come, places more, share gained (0.05), factor on days, days later (negative: earlier)."""

    lever: Lever
    step: str  # key; "" where the lever is not about a step
    place: str  # code; "" for the whole
    amount: float
