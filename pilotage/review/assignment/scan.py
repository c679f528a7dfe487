# At these prices of the experts' time, whom does each project want most, out of all pairs?
#
# Data: a Frame and one price per expert. Algorithm: one pass over all pairs in blocks of projects; per project and
# leaf the `keep` best of suitability less price that no rule bars, and from them the best panel. Summed over projects
# and with the prices of the loads added, the worth of these panels is a bound that no assignment can pass (Lagrange):
# the certificate. Members of best panels that are not on the candidate list yet are the columns that were missing.
#
# Invariants: the bound holds for any prices; where employers clash only across classes it leaves that rule out and so
# stays a bound. The compiled and the numpy pass give the same answer.
#
# Refuses: suitability that is not a finite number (with its project and expert).
from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from pilotage.review.assignment import panels
from pilotage.review.assignment.frame import Frame

BLOCK_PAIRS = 1 << 22
COMPILE_FROM = 1 << 22  # smaller problems are done before a compiler would be loaded

Tick = Callable[[float], None]


@cache
def kernels() -> ModuleType | None:
    """The compiled loops, None where the extra `solvers` is not installed. Loading them takes a second."""
    try:
        from pilotage.review.assignment import kernels as found  # only here: a small problem is done before numba is loaded
    except ImportError:
        return None
    return found


@dataclass(frozen=True, slots=True)
class Units:
    """A seat has ``seat`` units, of which one pair may give at most ``pair``: the pair cap as a fraction."""

    seat: int = 1
    pair: int = 1

    @property
    def panel(self) -> int:
        """How many experts at least share one seat."""
        return -(-self.seat // self.pair)


ONE = Units()


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Candidate pairs, sorted by project: ``project``, ``expert`` (n,) int32, ``suitability`` (n,) float32."""

    project: NDArray[np.int32]
    expert: NDArray[np.int32]
    suitability: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.project)

    def joined(self, other: Columns, pool: int) -> Columns:
        keys = np.concatenate([self.keys(pool), other.keys(pool)])
        keys, first = np.unique(keys, return_index=True)
        project, expert = np.divmod(keys, pool)
        suitability = np.concatenate([self.suitability, other.suitability])[first]
        return Columns(project.astype(np.int32), expert.astype(np.int32), suitability)

    def keys(self, pool: int) -> NDArray[np.int64]:
        return self.project.astype(np.int64) * pool + self.expert


@dataclass(frozen=True, slots=True, eq=False)
class Scan:
    """``worth`` is the sum over projects in suitability; ``wanted`` marks the columns of best panels.

    ``low`` and ``high`` bound the suitability where an empty seat was worth minus infinity, as in the first pass.
    """

    columns: Columns
    wanted: NDArray[np.bool_]
    worth: float
    vacant: int
    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class Terms:
    """On what terms a pass looks at every block: ``prices`` per expert, ``shape`` (leaves, kept in each), the worth of an empty seat."""

    prices: NDArray[np.float64]
    shape: tuple[int, int]
    branches: int
    units: Units
    empty: float


def load_worth(frame: Frame, prices: NDArray[np.float64]) -> float:
    """What the loads add to the bound."""
    return float(np.where(prices >= 0, prices * frame.load_max, prices * frame.load_min).sum())


def scan(
    frame: Frame,
    prices: NDArray[np.float64],
    keep: int,
    *,
    empty: float = -np.inf,
    units: Units = ONE,
    tick: Tick | None = None,
    only: Sequence[tuple[int, int]] | None = None,
) -> Scan:
    """``keep`` experts per project and leaf; an empty seat is worth ``empty``. A pass over all pairs, or over ranges of projects."""
    count, pool = frame.problem.shape
    branches = 2 if frame.bridges.any() else 1
    leaves = frame.least.shape[1] * branches
    keep = min(max(keep, int(frame.seats.max(initial=1)) * units.panel), max(pool, 1))
    step = max(1, BLOCK_PAIRS // max(pool, 1))
    large = count * pool >= COMPILE_FROM and kernels() is not None
    rows, terms = _compiled if large else _plain, Terms(prices, (leaves, keep), branches, units, empty)

    def part(ends: tuple[int, int]) -> Part:
        lo, hi = ends
        block = frame.problem.block(lo, hi)
        found = _collect(lo, *rows(frame, lo, hi, block, terms))
        span = (float(block.min()), float(block.max())) if empty == -np.inf else (np.inf, -np.inf)
        return *found, *span

    ranges = only or [(lo, min(lo + step, count)) for lo in range(0, count, step)]
    parts = []
    with ThreadPoolExecutor(_workers() if large else 1) as threads:  # the compiled loop and the products let others run
        for found in threads.map(part, ranges):
            parts.append(found)
            if tick:
                tick(len(parts) / len(ranges))
    return _join(parts, units)


def _workers() -> int:
    return min(4, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


Part = tuple[Columns, NDArray[np.bool_], float, int, float, float]


def _join(parts: list[Part], units: Units) -> Scan:
    columns = Columns(*(np.concatenate([getattr(p[0], name) for p in parts]) for name in ("project", "expert", "suitability")))
    worth, vacant = sum(p[2] for p in parts) / units.seat, sum(p[3] for p in parts)
    low, high = min(p[4] for p in parts), max(p[5] for p in parts)
    return Scan(columns, np.concatenate([p[1] for p in parts]), worth, vacant, low, high)


Found = tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.bool_], NDArray[np.float64], NDArray[np.int64]]


def _collect(
    lo: int,
    experts: NDArray[np.int32],
    suits: NDArray[np.float32],
    used: NDArray[np.bool_],
    worth: NDArray[np.float64],
    vacant: NDArray[np.int64],
) -> tuple[Columns, NDArray[np.bool_], float, int]:
    there = experts >= 0
    rows = np.broadcast_to(np.arange(lo, lo + len(experts), dtype=np.int32)[:, None, None], experts.shape)
    return Columns(rows[there], experts[there], suits[there]), used[there], float(worth.sum()), int(vacant.sum())


def _room(rows: int, shape: tuple[int, int]) -> Found:
    full = (rows, *shape)
    return np.full(full, -1, np.int32), np.zeros(full, np.float32), np.zeros(full, bool), np.zeros(rows), np.zeros(rows, np.int64)


def distinct(frame: Frame, units: Units) -> bool:
    """Whether 'one expert per employer' nests inside the panel, so that the pass can obey it."""
    return frame.employers and frame.plain and units.seat == units.pair


def _compiled(frame: Frame, lo: int, hi: int, block: NDArray[np.float32], terms: Terms) -> Found:
    loops = kernels()
    assert loops is not None  # noqa: S101  the caller looked
    for mask in frame.masks:
        block = np.where(mask.block(lo, hi), np.float32(-np.inf), block)
    floor = max(frame.floor, float(np.finfo(np.float32).min))
    limits = (frame.seats, frame.load_max, frame.classes, frame.least, frame.most, frame.bridges, frame.bridge_class)
    groups = (frame.project_pool, frame.expert_pool, frame.employer, frame.equal_projects, frame.equal_experts)
    bars = (*limits, *groups, frame.barred_start, frame.barred_expert, floor)
    found, units = _room(hi - lo, terms.shape), terms.units
    loops.scan_rows(block, lo, terms.prices, bars, distinct(frame, units), terms.branches, units.seat, units.pair, terms.empty, found)
    return found


def _plain(frame: Frame, lo: int, hi: int, block: NDArray[np.float32], terms: Terms) -> Found:
    found, shape, branches, units = _room(hi - lo, terms.shape), terms.shape, terms.branches, terms.units
    experts, suits, _, _, _ = found
    allowed = frame.allowed(lo, hi, block) & (frame.seats[lo:hi, None] > 0)
    value = np.where(allowed, block - terms.prices, -np.inf)
    lists = np.full((hi - lo, *shape), -np.inf)
    for leaf in range(shape[0]):
        inside = value if shape[0] == 1 else np.where(_leaf(frame, lo, hi, branches) == leaf, value, -np.inf)
        if distinct(frame, units):
            inside = _best_of_employer(inside, frame.employer)
        best = _largest(inside, shape[1])
        lists[:, leaf] = np.take_along_axis(inside, best, 1)
        experts[:, leaf] = np.where(lists[:, leaf] > -np.inf, best, -1)
        suits[:, leaf] = np.take_along_axis(block, best, 1)
    (_simple_panels if frame.plain else _panels)(frame, lo, lists, found, branches, units, terms.empty)
    return found


def _leaf(frame: Frame, lo: int, hi: int, branches: int) -> NDArray[np.int64]:
    leaf = frame.classes[None, :].astype(np.int64) * branches
    if branches == 1:
        return leaf
    return leaf + frame.crossing(np.arange(lo, hi)[:, None], np.arange(len(frame.classes))[None, :])


def _largest(value: NDArray[np.float64], keep: int) -> NDArray[np.int64]:
    """Places of the ``keep`` largest of each row, falling."""
    best = np.argpartition(value, value.shape[1] - keep, axis=1)[:, value.shape[1] - keep :]
    return np.take_along_axis(best, np.argsort(-np.take_along_axis(value, best, 1), axis=1, kind="stable"), 1)


def _best_of_employer(value: NDArray[np.float64], employer: NDArray[np.int32]) -> NDArray[np.float64]:
    only = value.copy()
    for group in np.unique(employer[employer >= 0]):
        members = np.flatnonzero(employer == group)
        best = members[value[:, members].argmax(1)]
        only[:, members] = -np.inf
        only[np.arange(len(value)), best] = value[np.arange(len(value)), best]
    return only


def _simple_panels(frame: Frame, lo: int, lists: NDArray[np.float64], found: Found, branches: int, units: Units, empty: float) -> None:
    """All projects at once where a panel is just the best experts."""
    del branches
    _, _, used, worth, vacant = found
    value = lists[:, 0]
    need = frame.seats[lo : lo + len(value), None] * units.seat
    amount = np.clip(need - units.pair * np.arange(value.shape[1]), 0, units.pair) * (value > empty)
    used[:, 0] = amount > 0
    worth[:] = (np.where(amount > 0, value, 0) * amount).sum(1)
    vacant[:] = need[:, 0] - amount.sum(1)


def _panels(frame: Frame, lo: int, lists: NDArray[np.float64], found: Found, branches: int, units: Units, empty: float) -> None:
    experts, _, used, worth, vacant = found
    for row in range(len(lists)):
        p = lo + row
        left = np.where(experts[row] >= 0, units.pair, 0).astype(np.int64)
        rules = (int(frame.seats[p]), frame.least[p], frame.most[p], int(frame.bridges[p]), int(frame.bridge_class[p]))
        worth[row], vacant[row] = panels.best_panel(lists[row], left, *rules, branches, units.seat, empty)
        used[row] = (experts[row] >= 0) & (left < units.pair)
