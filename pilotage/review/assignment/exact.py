# Which assignment is the best of all, proven?
#
# Data: a Frame. Algorithm: min-cost flow on a short candidate list, then a pricing round over all pairs: every member
# of a project's best panel at the flow's prices that is not on the list joins it, and the flow is solved again. When
# none is missing, the flow's worth equals the bound of the pricing round: optimal over all pairs, not over the list.
# Colleagues that meet in a panel get a node that lets one through (exact where nothing else crosses it); across
# classes the less suitable pair is forbidden instead, and the gap says what that may cost.
#
# Invariants: the bound is taken from rounds without such forbidden pairs only. A list is never the last word.
#
# Stops early, with the best so far and its gap, when the next flow would not fit into the time that is left.
from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pilotage.review.assignment import network as net
from pilotage.review.assignment.frame import Frame
from pilotage.review.assignment.result import Lack, clashes
from pilotage.review.assignment.run import Run
from pilotage.review.assignment.scan import ONE, Columns, Scan, Units, load_worth, scan

SECONDS_PER_ARC = 1.5e-5  # a cautious guess for one flow
ALL_PAIRS = 50_000  # up to here the first list is simply everything
FIRST, MORE = 16, 8  # experts per project and leaf beyond the seats: at first, and in each further round


@dataclass(frozen=True, slots=True, eq=False)
class Draft:
    """New seats (n,), the seats left empty, and by how much the worth could still grow (``slack``), in suitability."""

    project: NDArray[np.int64]
    expert: NDArray[np.int64]
    suitability: NDArray[np.float32]
    lacks: tuple[Lack, ...]
    slack: float
    prices: NDArray[np.float64]
    algorithm: str
    finished: bool
    repairs: int = 0
    rounds: int = 1


@dataclass(slots=True, eq=False)
class Search:
    """The state of one exact search; ``flow`` is that of ``network`` over ``listed``, in units."""

    frame: Frame
    run: Run
    units: Units
    worth: net.Worth
    columns: Columns  # of the next flow
    listed: Columns  # of this one
    bound: float
    ceiling: float  # what the total cannot pass, whatever stays empty
    network: net.Network | None = None
    flow: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    prices: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    meetings: NDArray[np.int64] = field(default_factory=lambda: np.empty((0, 2), np.int64))
    forbidden: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    rounds: int = 0
    repairs: int = 0
    finished: bool = False

    @property
    def amounts(self) -> NDArray[np.int64]:
        """Units of each candidate pair, (n,)."""
        assert self.network is not None  # noqa: S101
        return self.flow[self.network.pair]

    def value(self) -> float:
        """Worth of the flow: suitability less what empty seats and missing least loads cost."""
        assert self.network is not None  # noqa: S101
        amounts = self.amounts
        loads = np.bincount(self.listed.expert, amounts, minlength=len(self.frame.load_min))
        short = np.maximum(self.frame.load_min * self.units.seat - loads, 0).sum()
        total = float((amounts * self.listed.suitability.astype(np.float64)).sum())
        return (total - self.worth.empty * self.flow[self.network.vacant].sum() - self.worth.short * short) / self.units.seat

    @property
    def slack(self) -> float:
        assert self.network is not None  # noqa: S101
        slack = self.bound - self.value()
        noise = 2 * (self.frame.seats.sum() + 1) * self.network.grain + 1e-9 * abs(self.bound)
        return 0.0 if slack <= noise else float(slack)


def search(frame: Frame, run: Run, units: Units = ONE) -> Search:
    """Without a network when not even one flow fits into the time."""
    found = _begin(frame, run, units)
    while True:
        if run.left < SECONDS_PER_ARC * len(found.columns):
            return found
        with run.stage("flow"):
            found.listed = found.columns
            found.network = net.build(frame, found.listed, found.worth, units, found.meetings)
            found.flow = net.min_cost(found.network, run.seed)
            found.prices = net.prices(frame, found.network, found.worth, found.flow)
        found.rounds += 1
        missing = _price(found)
        repaired = _repair(found)
        if not missing and not repaired:
            found.finished = True
            return found


def _begin(frame: Frame, run: Run, units: Units) -> Search:
    count, pool = frame.problem.shape
    keep = max(int(frame.seats.max(initial=1)) * units.panel * 2 + FIRST, ALL_PAIRS // count)
    with run.stage("candidates"):
        first = scan(frame, np.zeros(pool), keep, units=units, tick=run.tick("candidates"))
    worth = net.Worth.of(frame, first.low, first.high)
    bound = first.worth - worth.empty * first.vacant / units.seat
    return Search(frame, run, units, worth, first.columns, first.columns, bound, first.worth, prices=np.zeros(pool))


def _price(found: Search) -> bool:
    """One pass over all pairs at the flow's prices; True when better candidates were missing."""
    frame, units = found.frame, found.units
    with found.run.stage("certificate"):
        seen = scan(frame, found.prices, MORE, empty=-found.worth.empty, units=units, tick=found.run.tick("certificate"))
    bound = seen.worth - found.worth.empty * seen.vacant / units.seat + load_worth(frame, found.prices)
    found.bound = min(found.bound, bound)
    pool = frame.problem.shape[1]
    fresh = ~np.isin(seen.columns.keys(pool), np.concatenate([found.columns.keys(pool), found.forbidden]))
    if not (fresh & seen.wanted).any() or (found.slack == 0.0 and not len(found.forbidden)):
        return False
    found.columns = found.columns.joined(_chosen(seen, fresh), pool)
    return True


def _chosen(seen: Scan, rows: NDArray[np.bool_]) -> Columns:
    columns = seen.columns
    return Columns(columns.project[rows], columns.expert[rows], columns.suitability[rows])


def _meeting(found: Search) -> list[NDArray[np.int64]]:
    """Candidate rows in use that are colleagues in one panel, a group each."""
    if not found.frame.employers:
        return []
    rows = np.flatnonzero(found.amounts > 0)
    groups = clashes(found.frame, found.listed.project[rows], found.listed.expert[rows])
    return [rows[group] for group in groups]


def _origin(found: Search, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """A number for the part of the panel that the seats come from."""
    frame, project, expert = found.frame, found.listed.project[rows], found.listed.expert[rows]
    kind = frame.classes[expert].astype(np.int64)
    leaf = (frame.bridges[project] > 0) & (kind == frame.bridge_class[project]) & frame.crossing(project, expert)
    limited = (frame.least[project, kind] > 0) | (frame.most[project, kind] < frame.seats[project])
    return 2 * np.where(limited & (kind > 0), kind, 0) + leaf


def _repair(found: Search) -> bool:
    """Colleagues that meet get a node; those that no node can part lose all but the most suitable pair."""
    known = set(map(tuple, found.meetings.tolist()))
    fresh, out = [], []
    for rows in _meeting(found):
        key = int(found.listed.project[rows[0]]), int(found.frame.employer[found.listed.expert[rows[0]]])
        if key not in known:
            fresh.append(key)
        elif len(np.unique(_origin(found, rows))) > 1:
            out.append(np.delete(rows, found.listed.suitability[rows].argmax()))
    found.repairs += len(fresh) + len(out)
    if fresh:
        found.meetings = np.concatenate([found.meetings, np.array(fresh, np.int64)])
    if out:
        _forbid(found, np.concatenate(out))
    return bool(fresh or out)


def _forbid(found: Search, rows: NDArray[np.int64]) -> None:
    pool, columns = found.frame.problem.shape[1], found.columns
    found.forbidden = np.union1d(found.forbidden, found.listed.keys(pool)[rows])
    kept = ~np.isin(columns.keys(pool), found.forbidden)
    found.columns = Columns(columns.project[kept], columns.expert[kept], columns.suitability[kept])


def draft(found: Search) -> Draft:
    """The seats of a whole flow; of colleagues that still meet when the time is up only one keeps the seat."""
    assert found.network is not None  # noqa: S101
    spare = [np.delete(rows, found.listed.suitability[rows].argmax()) for rows in _meeting(found)]
    dropped = np.concatenate(spare) if spare else np.empty(0, np.int64)
    rows = np.setdiff1d(np.flatnonzero(found.amounts > 0), dropped)
    columns, slack = found.listed, found.slack
    lacks = [*_lacks(found), *((int(project), -1, False, 1) for project in columns.project[dropped])]
    if len(dropped):
        slack = max(0.0, found.ceiling - float(columns.suitability[rows].sum(dtype=np.float64)))
    return Draft(
        project=columns.project[rows].astype(np.int64),
        expert=columns.expert[rows].astype(np.int64),
        suitability=columns.suitability[rows],
        lacks=tuple(lacks),
        slack=slack,
        prices=found.prices,
        algorithm="min-cost flow with pricing over all pairs",
        finished=found.finished,
        repairs=found.repairs,
        rounds=found.rounds,
    )


def _lacks(found: Search) -> list[Lack]:
    assert found.network is not None  # noqa: S101
    empty = found.flow[found.network.vacant]
    rows = np.flatnonzero(empty)
    kinds = found.network.vacant_seat[rows].tolist()
    return [(project, kind, bool(cross), int(count)) for (project, kind, cross), count in zip(kinds, empty[rows], strict=True)]
