# Which assignment is within a thousandth of the best when there are half a billion pairs?
#
# Data: a Frame without least loads. Algorithm: seats bid for experts (Bertsekas): each waiting seat takes the expert
# worth most to it and raises the price by what it would lose on the second best, plus eps; whoever offered least for a
# full expert waits again. A few coarse auctions in a sample of the projects give first prices; a pass over all pairs at
# these prices makes the list; an auction on it, from zero prices, makes seats; the next pass is the certificate (bound)
# and, where that leaves more than the gap asked for, adds whom each project would rather have, for a finer auction. Seats
# that nobody won are filled last by chains of moves, looked for over all pairs.
#
# Invariants: loads, bars, slots and one expert per employer hold at every moment. The bound is that of scan.py.
#
# Refuses least loads: a flow of its own does those (exact.py). Stops at the time limit with what it has.
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pilotage.review.assignment import chance, greedy
from pilotage.review.assignment.chains import fill_by_chains
from pilotage.review.assignment.exact import Draft
from pilotage.review.assignment.frame import Frame
from pilotage.review.assignment.result import Lack
from pilotage.review.assignment.run import Run
from pilotage.review.assignment.scan import Columns, Scan, kernels, load_worth, scan

FIRST, MORE, LEAF, ROUNDS = 50, 20, 12, 5  # experts on the first list, added per pass, the same per leaf; auctions
COARSE, FINE, FINEST = 0.02, 0.005, 0.001  # of the span of suitability
MOST_PARTS, LEAST_LOAD, CHUNKS, SAMPLE_ROUNDS = 8, 3, 200, 3  # of the sample that gives the first prices
BIDS_AT_ONCE = 200_000


@dataclass(slots=True, eq=False)
class Seats:
    """One row per seat: project, class (-1: free), must cross, the candidate row held (-1: none)."""

    project: NDArray[np.int64]
    kind: NDArray[np.int64]
    cross: NDArray[np.bool_]
    held: NDArray[np.int64]
    start: NDArray[np.int64]  # (P + 1,)
    free_room: NDArray[np.int64]  # (P, C): free seats that a class may take


def lay_out(frame: Frame) -> Seats:
    """Seats that must cross first, then those of a class, then free ones."""
    count, kinds = frame.least.shape
    bridges = np.zeros((count, kinds), np.int64)
    bridges[np.arange(count), frame.bridge_class] = frame.bridges
    reserved = np.maximum(frame.least, bridges)
    free_room = (frame.most - reserved).astype(np.int64)
    free_room[:, 0] = np.iinfo(np.int64).max
    groups = [(np.arange(count), -1, False, frame.seats - reserved.sum(1))]
    groups += [(np.arange(count), kind, True, bridges[:, kind]) for kind in range(kinds)]
    groups += [(np.arange(count), kind, False, (reserved - bridges)[:, kind]) for kind in range(1, kinds)]
    project = np.concatenate([np.repeat(rows, times) for rows, _, _, times in groups])
    kind = np.concatenate([np.full(int(times.sum()), kind, np.int64) for _, kind, _, times in groups])
    cross = np.concatenate([np.full(int(times.sum()), cross, bool) for _, _, cross, times in groups])
    order = np.lexsort((kind < 0, ~cross, project))
    start = np.concatenate([[0], np.cumsum(np.bincount(project, minlength=count))]).astype(np.int64)
    return Seats(project[order], kind[order], cross[order], np.full(len(order), -1, np.int64), start, free_room)


def auction(frame: Frame, columns: Columns, eps: float, empty: float, run: Run) -> tuple[Seats, NDArray[np.float64], bool]:
    """Seats with the candidate rows they won, prices (R,), and whether it ran to its end."""
    loops = kernels()
    assert loops is not None  # noqa: S101  the caller looked
    count, pool = frame.problem.shape
    seats, prices = lay_out(frame), np.zeros(pool)
    start = np.searchsorted(columns.project, np.arange(count + 1)).astype(np.int64)
    first = np.concatenate([[0], np.cumsum(frame.load_max)]).astype(np.int64)
    size, bids, holders = np.zeros(pool, np.int64), np.zeros(first[-1]), np.full(first[-1], -1, np.int64)
    edges = (start, columns.expert, columns.suitability, frame.crossing(columns.project, columns.expert))
    chairs = (seats.project, seats.kind, seats.cross, seats.held, seats.start)
    experts = (frame.classes, frame.employer, frame.load_max, first, size, bids, holders, prices)
    queue = (np.arange(len(seats.project)), np.array([0, len(seats.project)]), seats.free_room)
    waiting = len(seats.project)
    while waiting and run.left > 0:
        waiting = loops.bid(edges, chairs, experts, queue, eps, empty, BIDS_AT_ONCE)
        run.tell("auction", 1 - waiting / max(len(seats.project), 1))
    return seats, prices, not waiting


@dataclass(slots=True, eq=False)
class Market:
    """``empty`` is what an empty seat is worth, below any suitability; ``ceiling`` what the total cannot pass."""

    frame: Frame
    run: Run
    columns: Columns
    span: float
    empty: float
    ceiling: float
    bound: float

    @property
    def more(self) -> int:
        return MORE if self.frame.plain else LEAF


def by_auction(frame: Frame, run: Run, gap: float) -> Draft:
    """Rounds of auction and pricing until the gap is at most ``gap`` per cent, or the rounds or the time are over."""
    market = _open(frame, run, _sampled(frame, run))
    best: Draft | None = None
    seen: Scan | None = None
    eps = FINE * market.span
    for number in range(1, ROUNDS + 1):
        draft, seen = _round(market, eps, number)
        if best is None or draft.slack < best.slack:
            best = draft
        if seen is None or best.slack <= gap / 100 * _total(best):
            break
        market.columns = market.columns.joined(_fresh(market, seen), frame.problem.shape[1])
        eps = max(eps / 2, FINEST * market.span)
    assert best is not None  # noqa: S101
    return _close(market, replace(best, finished=best.finished and seen is not None))


def _open(frame: Frame, run: Run, prices: NDArray[np.float64], only: Sequence[tuple[int, int]] | None = None) -> Market:
    with run.stage("candidates"):
        seats = int(frame.seats.max(initial=1))
        keep = max(FIRST if frame.plain else seats + LEAF, 3 * seats)
        first = scan(frame, prices, keep, tick=run.tick("candidates"), only=only)
    span = max(first.high - first.low, 1e-6)
    empty = min(first.low, 0.0) - 3 * span
    bound = first.worth + load_worth(frame, prices)
    return Market(frame, run, first.columns, span, empty, bound, bound + empty * first.vacant)


def _sampled(frame: Frame, run: Run) -> NDArray[np.float64]:
    """Prices from a market of one project in `parts` whose experts have as much less time: they make the first list a good one."""
    parts = min(MOST_PARTS, round(float(np.median(frame.load_max)) / LEAST_LOAD))
    prices = np.zeros(frame.problem.shape[1])
    size = max(16, len(frame.seats) // CHUNKS)
    chunks = [(lo, min(lo + size, len(frame.seats))) for lo in range(0, len(frame.seats), size)]
    if parts < 2 or len(chunks) < 10 * parts:
        return prices
    only = [chunks[i] for i in sorted(chance.order(len(chunks), run.seed, "sample")[: len(chunks) // parts])]
    market = _open(_part(frame, only, parts), run, prices, only)
    for number in range(SAMPLE_ROUNDS):
        with run.stage("auction"):
            _, prices, _ = auction(market.frame, market.columns, COARSE * market.span, market.empty, run)
        if number < SAMPLE_ROUNDS - 1:
            with run.stage("candidates"):
                seen = scan(market.frame, prices, market.more, empty=market.empty, only=only)
            market.columns = market.columns.joined(_fresh(market, seen), len(prices))
    return prices


def _part(frame: Frame, only: Sequence[tuple[int, int]], parts: int) -> Frame:
    inside = np.zeros(len(frame.seats), dtype=bool)
    for lo, hi in only:
        inside[lo:hi] = True
    load = np.maximum(np.rint(frame.load_max / parts), frame.load_max > 0).astype(np.int64)
    rows = inside[:, None]
    return replace(
        frame,
        seats=frame.seats * inside,
        load_max=load,
        least=frame.least * rows,
        most=frame.most * rows,
        bridges=frame.bridges * inside,
    )


def _round(market: Market, eps: float, number: int) -> tuple[Draft, Scan | None]:
    """One auction, and the pass over all pairs that prices it where there is time for one."""
    frame, run = market.frame, market.run
    with run.stage("auction"):
        seats, prices, ended = auction(frame, market.columns, eps, market.empty, run)
    seen = None
    if ended and run.left > 0:
        with run.stage("certificate"):
            seen = scan(frame, prices, market.more, empty=market.empty, tick=run.tick("certificate"))
        market.bound = min(market.bound, seen.worth + market.empty * seen.vacant + load_worth(frame, prices))
    held = seats.held >= 0
    rows, lacks = seats.held[held], _lacks(seats, ~held)
    if not ended:
        rows, lacks = greedy.extend(frame, market.columns, rows)
    columns = market.columns
    total = float(columns.suitability[rows].sum(dtype=np.float64))
    slack = market.bound - total - market.empty * int((~held).sum()) if ended else market.ceiling - total
    draft = Draft(
        project=columns.project[rows].astype(np.int64),
        expert=columns.expert[rows].astype(np.int64),
        suitability=columns.suitability[rows],
        lacks=lacks,
        slack=max(slack, 0.0),
        prices=prices,
        algorithm="auction with pricing over all pairs",
        finished=ended and seen is not None,
        rounds=number,
    )
    return draft, seen


def _total(draft: Draft) -> float:
    return float(draft.suitability.sum(dtype=np.float64))


def _fresh(market: Market, seen: Scan) -> Columns:
    pool, columns = market.frame.problem.shape[1], seen.columns
    rows = ~np.isin(columns.keys(pool), market.columns.keys(pool))
    return Columns(columns.project[rows], columns.expert[rows], columns.suitability[rows])


def _lacks(seats: Seats, empty: NDArray[np.bool_]) -> tuple[Lack, ...]:
    kinds = np.stack([seats.project[empty], seats.kind[empty], seats.cross[empty]], axis=1).astype(np.int64)
    rows, counts = np.unique(kinds, axis=0, return_counts=True)
    return tuple((project, kind, bool(cross), int(count)) for (project, kind, cross), count in zip(rows.tolist(), counts, strict=True))


def _close(market: Market, best: Draft) -> Draft:
    """Empty seats are tried once more over all pairs; the slack shrinks by what that brings."""
    if not best.lacks or not best.finished:
        return best
    with market.run.stage("repair"):
        full = fill_by_chains(market.frame, best, market.run)
    gained = _total(full) - _total(best) - market.empty * (len(full.project) - len(best.project))
    return replace(full, slack=max(0.0, best.slack - gained), repairs=len(full.project) - len(best.project))
