# Which 0-1 choice is the best one, proven, when goals come one after another?
#
# Data: a Program: candidates still open, rows of limits low <= sum <= high over them, those already taken. Goals are
# whole weights over all candidates; the first counts alone, the next only among the best of those before, and so on.
#
# Algorithm, for one goal: 1. the linear relaxation by HiGHS (scipy), large ones by column generation (a few columns,
# then those that its prices show as missing). 2. Its prices, rounded to whole millionths of a weight, give an
# upper bound by weak duality in whole numbers: sum high*y+ - low*y- + sum max(0, weight - price of its rows). No
# rounding error of the solver can touch this bound. 3. A choice that reaches the bound (rounded down to a whole)
# must leave out every candidate whose reduced weight is negative and take every one whose is positive by more than the
# rest of the bound, and fill each row that has a price. What is left open is small; if a choice exists in it, it is
# proven best, and so are exactly the choices left. 4. Otherwise no choice reaches the linear bound (a fractional
# relaxation): scipy.optimize.milp with gap 0 decides, and the goal becomes a row of its own. It runs over the candidates whose
# reduced weight is small; with the choice it finds, weight and bound say how small is small enough to have missed nothing.
#
# Why prices are lifted: with limits that just hold, many price vectors are right. The relaxation is solved with upper
# bounds 1 + 1/(4 * total + 4), which makes the highest bars the right ones: the bar of a class is then the score of
# the last one selected, not that of the first one left out. The bound of step 2 is that of the true limits all the same.
#
# Invariants: what is returned keeps every row, checked in whole numbers; the same program gives the same choice.
#
# Refuses: a time limit that passes without proof.
from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import scipy
from scipy import optimize, sparse

from pilotage.review.selecting.model import Bools, Ints, SelectionError

MILLION = 10**6
NEAR = 400  # candidates branched over at first
MANY = 3000  # columns from which the relaxation is solved by column generation


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """``open`` (n,) candidates not decided, ``taken`` those decided in; ``matrix`` (rows, n), ``low``, ``high`` (rows,) what is left
    of the limits for the open ones."""

    open: Ints
    taken: Ints
    matrix: sparse.csc_array
    low: Ints
    high: Ints
    time_limit: float | None = None

    def decide(self, into: Bools, out: Bools) -> Program:
        """With some of the open ones decided, masks of shape (n,)."""
        stay = ~(into | out)
        used = np.asarray(self.matrix @ into.astype(np.int64)).ravel()
        taken = np.concatenate([self.taken, self.open[into]])
        return replace(self, open=self.open[stay], taken=taken, matrix=self.matrix[:, stay], low=self.low - used, high=self.high - used)

    def with_row(self, weights: Ints, value: int) -> Program:
        """One row more: the open ones' weights sum to exactly ``value``."""
        matrix = sparse.csc_array(sparse.vstack([self.matrix, sparse.csr_array(weights[None, :])]))
        return replace(self, matrix=matrix, low=np.append(self.low, value), high=np.append(self.high, value))


@dataclass(frozen=True, slots=True, eq=False)
class Prices:
    """``upper``, ``lower`` (rows,) whole millionths, none negative; ``bound`` on the goal in millionths; ``reduced`` (n,);
    ``columns`` (n,) those the relaxation was solved over."""

    upper: Ints
    lower: Ints
    reduced: Ints
    bound: int
    columns: Bools


@dataclass(frozen=True, slots=True, eq=False)
class Best:
    """``value``: the goal over all, those taken included. ``left``: the program of all choices that reach it."""

    value: int
    bound: int  # in millionths
    left: Program
    prices: Prices
    method: str
    gap: float


def solver_name() -> str:
    from scipy.optimize._highspy import _core  # the bundled solver has no public name for its version

    version = ".".join(str(getattr(_core, f"HIGHS_VERSION_{part}", "?")) for part in ("MAJOR", "MINOR", "PATCH"))
    return f"HiGHS {version} (scipy {scipy.__version__})"


def best(program: Program, weights: Ints) -> Best | None:
    """``weights`` over all candidates. None: no choice keeps the rows."""
    mine = weights[program.open]
    base = int(weights[program.taken].sum())
    tightest: Prices | None = None
    for lifted in (True, False):
        prices = relaxation(program, mine, lifted=lifted)
        if prices is None:
            return None
        value = prices.bound // MILLION
        left = _face(program, mine, prices, value)
        if left is not None and feasible(left, program.open[prices.columns]) is not None:
            return Best(base + value, prices.bound + base * MILLION, left, prices, "lp", 0.0)
        tightest = prices if tightest is None or prices.bound < tightest.bound else tightest
    return _by_branching(program, mine, base, tightest)


def chosen(program: Program, size: int) -> Bools:
    """Any choice that keeps the rows, as a mask over all candidates; the program must have one."""
    found = feasible(program)
    if found is None:
        raise SelectionError("the solver lost the choice it had found; run again or report the input")
    mask = np.zeros(size, dtype=bool)
    mask[program.taken] = True
    mask[program.open[found]] = True
    return mask


def relaxation(program: Program, weights: Ints, *, lifted: bool) -> Prices | None:
    """Prices of the linear relaxation and the bound they prove; None when even that has no solution."""
    count = len(program.open)
    rows = len(program.low)
    if not count:
        fits = (program.low <= 0).all() and (program.high >= 0).all()
        nothing = np.zeros(0, dtype=np.int64)
        zero = np.zeros(rows, dtype=np.int64)
        return Prices(zero, zero, nothing, 0, np.zeros(0, dtype=bool)) if fits else None
    columns = first_columns(program, weights) if count > MANY else np.ones(count, dtype=bool)
    while True:
        found = linear(program, weights, columns, lifted=lifted)
        if found is None and columns.all():
            return None
        if found is None:
            columns[:] = True
            continue
        prices = proven(program, weights, columns, *found[1:])
        missing = (prices.reduced > 0) & ~columns
        if not missing.any():
            return prices
        columns |= missing


def linear(program: Program, weights: Ints, columns: Bools, *, lifted: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """The relaxation over some columns: shares (columns,), prices of high and of low (rows,); None when nothing fits."""
    matrix = program.matrix[:, columns].tocsr()
    has_low = np.flatnonzero(program.low > 0)
    above = sparse.vstack([matrix, -matrix[has_low]]) if len(has_low) else matrix
    limits = np.concatenate([program.high, -program.low[has_low]])
    most = 1 + 1 / (4 * max(int(program.high[0]), 0) + 4) if lifted else 1.0
    if (program.high < 0).any():
        return None
    found = optimize.linprog(-weights[columns].astype(float), A_ub=above, b_ub=limits, bounds=(0, most), method="highs-ds")
    if found.status == 2:
        return None
    if found.status != 0:
        raise SelectionError(f"the linear relaxation was not solved: {found.message}")
    marginals = -found.ineqlin.marginals
    lower = np.zeros(len(program.low))
    lower[has_low] = marginals[len(program.high) :]
    return found.x, marginals[: len(program.high)], lower


def feasible(program: Program, likely: Ints | None = None) -> Bools | None:
    """A choice that keeps the rows, as a mask over the open ones; looked for among the ``likely`` candidates first."""
    if likely is not None:
        near = np.isin(program.open, likely)
        nobody = np.zeros(len(near), dtype=bool)
        found = None if near.all() else _milp(program.decide(nobody, ~near), np.zeros(int(near.sum())))
        if found is not None:
            near[near] = found[0]
            return near
    found = _milp(program, np.zeros(len(program.open)))
    return None if found is None else found[0]


def proven(program: Program, weights: Ints, columns: Bools, upper: np.ndarray, lower: np.ndarray) -> Prices:
    up = np.maximum(np.rint(upper * MILLION), 0).astype(np.int64)
    down = np.maximum(np.rint(lower * MILLION), 0).astype(np.int64)
    reduced = weights * MILLION - np.asarray(program.matrix.T @ (up - down)).ravel()
    bound = int((up * program.high).sum()) - int((down * program.low).sum()) + int(np.maximum(reduced, 0).sum())
    return Prices(up, down, reduced, bound, columns)


def _face(program: Program, weights: Ints, prices: Prices, value: int) -> Program | None:
    """The program of all choices worth ``value``; None when the bound rules it out."""
    rest = prices.bound - value * MILLION
    if rest < 0:
        return None
    full, bare = prices.upper > rest, prices.lower > rest
    low, high = np.where(full, program.high, program.low), np.where(bare, program.low, program.high)
    if (low > high).any():
        return None
    into = prices.reduced > rest
    face = replace(program, low=low, high=high).decide(into, prices.reduced < -rest)
    if not rest:
        return face
    return face.with_row(weights[~into & ~(prices.reduced < -rest)], value - int(weights[into].sum()))


def _by_branching(program: Program, weights: Ints, base: int, prices: Prices | None) -> Best | None:
    """First among candidates whose reduced weight is small; their best choice shows how far one has to look to be sure."""
    if prices is None:
        return None
    size = np.abs(prices.reduced)
    widest = int(size.max(initial=0))
    margin = int(np.sort(size)[min(NEAR, len(size)) - 1]) if len(size) else 0
    while True:
        into = prices.reduced > margin
        near = program.decide(into, prices.reduced < -margin)
        mine = weights[size <= margin]
        found = _milp(near, -mine.astype(float))
        if found is None and margin >= widest:
            return None
        if found is None:
            margin = max(10 * margin, MILLION)
            continue
        value = int(mine[found[0]].sum()) + int(weights[into].sum())
        if prices.bound - value * MILLION <= margin or margin >= widest:
            return _branched(program, weights, base, prices, value, found[1])
        margin = prices.bound - value * MILLION


def _branched(program: Program, weights: Ints, base: int, prices: Prices, value: int, gap: float) -> Best:
    left = _face(program, weights, prices, value)
    if left is None:
        raise SelectionError("the solver's choice is worth more than its own bound; report the input")
    return Best(base + value, (base + value) * MILLION, left, prices, "milp", gap)


def _milp(program: Program, costs: np.ndarray) -> tuple[Bools, float] | None:
    count = len(program.open)
    if (program.low > program.high).any():
        return None
    if not count or not costs.any():
        simple = _simple(program)
        if simple is not None or not count:
            return None if simple is None else (simple, 0.0)
    options = {"mip_rel_gap": 0.0} | ({"time_limit": program.time_limit} if program.time_limit else {})
    rows = optimize.LinearConstraint(program.matrix.astype(float), program.low.astype(float), program.high.astype(float))
    found = optimize.milp(costs, integrality=np.ones(count), bounds=optimize.Bounds(0, 1), constraints=rows, options=options)
    if found.status == 2:
        return None
    if found.status != 0:
        raise SelectionError(f"no proven best selection within the time limit of {program.time_limit} s ({found.message}); allow more time")
    mask: Bools = found.x > 0.5
    if not _kept(program, mask):
        raise SelectionError("the solver's choice breaks a limit by rounding; report the input")
    return mask, float(found.mip_gap or 0.0)


def _simple(program: Program) -> Bools | None:
    """Nobody or everybody of the open ones, where that keeps the rows."""
    for mask in (np.zeros(len(program.open), dtype=bool), np.ones(len(program.open), dtype=bool)):
        if _kept(program, mask):
            return mask
    return None


def _kept(program: Program, mask: Bools) -> bool:
    used = np.asarray(program.matrix @ mask.astype(np.int64)).ravel()
    return bool(((program.low <= used) & (used <= program.high)).all())


def first_columns(program: Program, weights: Ints) -> Bools:
    """The heaviest four times the total, for every minimum the heaviest of its row, and what only costs (shortfalls)."""
    order = np.argsort(-weights, kind="stable")
    columns: Bools = weights < 0
    columns[order[: 4 * max(int(program.high[0]), 1)]] = True
    by_row = program.matrix.tocsr()
    for row in np.flatnonzero(program.low > 0):
        members = by_row.indices[by_row.indptr[row] : by_row.indptr[row + 1]]
        heaviest = members[np.argsort(-weights[members], kind="stable")]
        columns[heaviest[: 2 * int(program.low[row]) + 5]] = True
    return columns
