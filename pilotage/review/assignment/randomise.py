# How can nobody arrange to sit on a given project, and what does that cost?
#
# Data: a Problem, a pair cap q = a / 2^b: no pair may be more likely than q (Jecmen and others 2020). Algorithm: the
# best marginals are one min-cost flow with every seat and load worth 2^b units and every pair at most a of them (exact,
# with pricing over all pairs: exact.py). One draw takes the flow apart bit by bit: the arcs whose lowest bit is set form
# cycles, as whole units pass every node; along each cycle a fair coin says which way one unit is pushed; then all bits
# are zero and the units are halved.
#
# Invariants: every draw keeps loads, bars, slots and employers; each pair's chance is exactly its marginal; the coins
# come from SHA-256 of a seed whose digest can be published beforehand, so the draw can be repeated (chance.py).
# The cap holds for pairs, not for two pairs together.
#
# Refuses a cap that is not a / 2^b with 0 < a <= 2^b and b <= 16.
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from pilotage.review.assignment import chance, result
from pilotage.review.assignment.exact import Draft, Search, search
from pilotage.review.assignment.frame import Frame, make_frame
from pilotage.review.assignment.problem import AssignmentError, Problem
from pilotage.review.assignment.result import Solution
from pilotage.review.assignment.run import Progress, Run
from pilotage.review.assignment.scan import Units
from pilotage.review.assignment.solving import refuse, solution


@dataclass(frozen=True, slots=True, eq=False)
class Lottery:
    """Marginals: row i is the pair (``project[i]``, ``expert[i]``) with ``probability[i]`` <= q, (n,).

    ``expected`` is the mean total of a draw, ``best`` the total without a cap, ``price`` what the cap costs in per cent.
    """

    project: NDArray[np.int64]
    expert: NDArray[np.int64]
    probability: NDArray[np.float64]
    cap: Fraction
    expected: float
    best: float
    price: float
    vacant: float
    versions: Mapping[str, str]
    timings: Mapping[str, float]
    _frame: Frame
    _search: Search
    _run: Run

    def draw(self, seed: str) -> Solution:
        """The assignment that this seed decides. Its own gap is that to the best without a cap."""
        return _draw(self, seed)


def randomise(problem: Problem, cap: Fraction, *, seed: str = "", progress: Progress | None = None, partial: bool = False) -> Lottery:
    """``seed`` decides between equally good marginals and which projects bridge pools; the draw has its own."""
    units = _units(cap)
    run = Run(seed, None, progress)
    frame = make_frame(problem, seed)
    refuse(frame, partial)
    free = search(frame, run)
    found = free if units.pair == units.seat else search(frame, run, units)
    rows = np.flatnonzero(found.amounts)
    best, expected = _total(free), _total(found)
    fixed = _fixed_total(frame)
    assert found.network is not None  # noqa: S101
    return Lottery(
        project=found.listed.project[rows].astype(np.int64),
        expert=found.listed.expert[rows].astype(np.int64),
        probability=found.amounts[rows] / found.units.seat,
        cap=cap,
        expected=expected + fixed,
        best=best + fixed,
        price=100 * (best - expected) / max(abs(best + fixed), 1e-12),
        vacant=float(found.flow[found.network.vacant].sum()) / found.units.seat,
        versions=result.versions(),
        timings=dict(run.timings),
        _frame=frame,
        _search=found,
        _run=run,
    )


def _units(cap: Fraction) -> Units:
    whole = cap.denominator
    if whole & (whole - 1) or not 0 < cap <= 1 or whole > 1 << 16:
        sentence = f"The pair cap is {cap}. Take a fraction above 0 and up to 1 whose denominator is 2, 4, 8 … 65536, such as 1/2."
        raise AssignmentError("cap", sentence, cap=str(cap))
    return Units(whole, cap.numerator)


def _total(found: Search) -> float:
    return float((found.amounts * found.listed.suitability.astype(np.float64)).sum()) / found.units.seat


def _fixed_total(frame: Frame) -> float:
    return float(sum(frame.problem.block(project, project + 1)[0, expert] for project, expert in frame.fixed.tolist()))


def _draw(lottery: Lottery, seed: str) -> Solution:
    found, frame = lottery._search, lottery._frame
    network = found.network
    assert network is not None  # noqa: S101
    flow = rounded(network.tail, network.head, found.flow, found.units.seat, seed)
    rows, empty = np.flatnonzero(flow[network.pair]), flow[network.vacant]
    columns = found.listed
    total = float(columns.suitability[rows].sum(dtype=np.float64))
    lacks = [
        (project, kind, bool(cross), int(count))
        for (project, kind, cross), count in zip(network.vacant_seat.tolist(), empty.tolist(), strict=True)
        if count
    ]
    draft = Draft(
        project=columns.project[rows].astype(np.int64),
        expert=columns.expert[rows].astype(np.int64),
        suitability=columns.suitability[rows],
        lacks=tuple(lacks),
        slack=max(0.0, lottery.best - _fixed_total(frame) - total),
        prices=found.prices,
        algorithm=f"drawn by seed with pair cap {lottery.cap}",
        finished=True,
        rounds=found.rounds,
    )
    return solution(frame, draft, Run(seed))


def rounded(tail: NDArray[np.int32], head: NDArray[np.int32], flow: NDArray[np.int64], unit: int, seed: str) -> NDArray[np.int64]:
    """Whole seats from a flow in units, each arc up or down with the chance its units say; (m,) like ``flow``.

    Every node but source and sink passes on what it gets; supplies and what the sink takes are whole seats.
    """
    units = flow.copy()
    for bit in range(unit.bit_length() - 1):
        odd = np.flatnonzero(units & 1)
        units[odd] += _pushes(tail[odd], head[odd], seed, f"bit {bit}")
        units >>= 1
    return units


def _pushes(tail: NDArray[np.int32], head: NDArray[np.int32], seed: str, name: str) -> NDArray[np.int64]:
    """+1 or -1 for each arc, so that every node stays in balance."""
    cycle, along = _cycles(tail.tolist(), head.tolist())
    coins = chance.bits(int(cycle.max(initial=-1)) + 1, seed, name).astype(np.int64) * 2 - 1
    return along * coins[cycle]


def _cycles(tail: list[int], head: list[int]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Splits arcs whose every node has an even degree into cycles: number of the cycle, +1 along or -1 against, (m,)."""
    at: dict[int, list[int]] = {}
    for arc, (one, other) in enumerate(zip(tail, head, strict=True)):
        at.setdefault(one, []).append(arc)
        at.setdefault(other, []).append(arc)
    cycle, along = np.full(len(tail), -1, np.int64), np.ones(len(tail), np.int64)
    number, used = 0, bytearray(len(tail))
    for start in at:
        path: list[tuple[int, int]] = []  # the node left, the arc taken
        place: dict[int, int] = {start: 0}
        node = start
        while arc := _next(at[node], used):
            used[arc - 1] = 1
            path.append((node, arc - 1))
            node = head[arc - 1] if tail[arc - 1] == node else tail[arc - 1]
            if node in place:
                for left, taken in path[place[node] :]:
                    cycle[taken], along[taken] = number, 1 if tail[taken] == left else -1
                    if left != node:
                        del place[left]
                del path[place[node] :]
                number += 1
            else:
                place[node] = len(path)
    return cycle, along


def _next(arcs: list[int], used: bytearray) -> int:
    """One more than an arc that is not used yet, 0 where there is none."""
    while arcs:
        arc = arcs.pop()
        if not used[arc]:
            return arc + 1
    return 0
