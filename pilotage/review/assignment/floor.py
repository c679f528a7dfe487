# How high may the competence floor be set so that no seat is lost by it?
#
# Data: a Problem. Algorithm: the seats that can be filled at all are counted by a max-flow; then a binary search over
# the suitabilities that occur, each step a max-flow over the pairs at or above the candidate value. Where the pairs are
# too many for one list, the minimum cut of a flow that falls short tells which pairs are missing: from projects that
# still reach an empty seat to experts that do not; a pass over all pairs adds the best of them, until none is left.
#
# Invariants: with the floor found as many seats are filled as without one, with any higher one fewer. Loads, bars,
# slots and fixed seats hold; least loads play no part (they only say who sits, not how many).
#
# Refuses what solve refuses. Where employers are given, one per panel holds through a node for every group in a panel;
# across slots, where no flow can keep that, it is left out and the answer says so (``exact``).
from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pilotage.review.assignment import network as net
from pilotage.review.assignment.frame import Frame, make_frame
from pilotage.review.assignment.problem import Problem
from pilotage.review.assignment.run import Progress, Run
from pilotage.review.assignment.scan import Columns, scan

ALL_PAIRS = 3_000_000
FIRST, MORE = 16, 8  # experts per project beyond the seats on the first list, and added by each cut
ANY = net.Worth(1, 1)  # costs play no part


@dataclass(frozen=True, slots=True)
class Floor:
    """``value`` is the largest floor that keeps ``seats`` filled, the most that can be; None where no seat can be filled."""

    value: float | None
    seats: int
    exact: bool


@dataclass(slots=True, eq=False)
class _Search:
    frame: Frame
    columns: Columns
    complete: bool
    meetings: NDArray[np.int64] | None


def largest_floor(problem: Problem, *, progress: Progress | None = None) -> Floor:
    frame = make_frame(replace(problem, load_min=None))
    pool, total = problem.shape[1], int(frame.seats.sum())
    if not pool or not total:
        return Floor(None, 0, True)
    run = Run(progress=progress)
    complete = problem.shape[0] * pool <= ALL_PAIRS
    keep = pool if complete else int(frame.seats.max()) * 2 + FIRST
    first = scan(frame, np.zeros(pool), keep, tick=run.tick("candidates"))
    found = _Search(frame, first.columns, complete and not _deduplicated(frame), _groups(frame, first.columns))
    most = _filled(found, -np.inf)
    values = np.unique(found.columns.suitability)
    if not most or not len(values):
        return Floor(None, 0, True)
    value = _highest(found, values, most, run)
    return Floor(value, most + len(frame.fixed), frame.plain or not frame.employers)


def _deduplicated(frame: Frame) -> bool:
    return frame.employers and frame.plain


def _highest(found: _Search, values: NDArray[np.float32], most: int, run: Run) -> float:
    """The list may grow while it is searched, so the values are taken anew until they stay."""
    low, high = float(values[0]), float(values[-1])
    while True:
        inside = values[(values >= np.float32(low)) & (values <= np.float32(high))]
        if len(inside) <= 1:
            return low
        middle = float(inside[len(inside) // 2])
        run.tell("floor", 1 / len(inside))
        if _filled(found, middle, most) >= most:
            low = middle
        else:
            below = inside[: len(inside) // 2]
            high = float(below[-1])
        values = np.unique(found.columns.suitability)


def _filled(found: _Search, floor: float, enough: int | None = None) -> int:
    """Seats that pairs at or above ``floor`` fill; the list grows by what the cut lacks."""
    frame = found.frame
    while True:
        network = net.build(frame, found.columns, ANY, meetings=found.meetings)
        usable = np.ones(len(network.tail), dtype=bool)
        usable[network.vacant] = False
        usable[network.pair] = found.columns.suitability >= floor
        filled, reached = net.most_flow(network, usable)
        if found.complete or filled == frame.seats.sum() or (enough is not None and filled >= enough):
            return filled
        fresh = _across(found, network, reached, floor)
        if not len(fresh):
            return filled
        found.columns = found.columns.joined(fresh, frame.problem.shape[1])
        found.meetings = _groups(frame, found.columns)


def _across(found: _Search, network: net.Network, reached: NDArray[np.bool_], floor: float) -> Columns:
    """Pairs over the cut that are not listed: experts with time left, wanted by projects that reach an empty seat."""
    frame = found.frame
    pool = frame.problem.shape[1]
    full = reached[network.experts : network.sink]
    narrowed = replace(frame, load_max=np.where(full, 0, frame.load_max), floor=max(frame.floor, floor))
    wanted = scan(narrowed, np.zeros(pool), MORE).columns
    fresh = ~np.isin(wanted.keys(pool), found.columns.keys(pool))
    return Columns(wanted.project[fresh], wanted.expert[fresh], wanted.suitability[fresh])


def _groups(frame: Frame, columns: Columns) -> NDArray[np.int64] | None:
    """Every project and employer of which the list has two or more."""
    if not frame.employers:
        return None
    known = frame.employer[columns.expert] >= 0
    keys = np.stack([columns.project[known], frame.employer[columns.expert[known]]], axis=1).astype(np.int64)
    groups, count = np.unique(keys, axis=0, return_counts=True)
    return groups[count > 1]
