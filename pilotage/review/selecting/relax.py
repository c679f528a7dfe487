# When not all minimums can be met: which give way, by how little, and what stands in their way?
#
# Data: an Intake whose rows have no solution. Algorithm: a shortfall variable per minimum; scipy.optimize.milp makes
# their sum least; a second run, that sum fixed, takes the shortfalls that leave the greatest sum of scores. Maximums
# and the total never give way.
#
# Invariants: each minimum is lowered only by its shortfall; the sum of shortfalls cannot be less.
from __future__ import annotations

from collections import Counter

import numpy as np
from scipy import optimize, sparse

from pilotage.review.selecting.intake import Intake
from pilotage.review.selecting.model import Blocker, Bools, Ints, Quota, Relaxed, SelectionError, Terms


def reachable(intake: Intake, terms: Terms) -> Ints:
    """The minimums (rows,) as far as they can be met together."""
    count = len(intake.eligible)
    needed = np.flatnonzero(intake.low > 0)
    slack = sparse.csc_array((np.ones(len(needed)), (needed, np.arange(len(needed)))), shape=(len(intake.low), len(needed)))
    matrix = intake.matrix.astype(float)
    over = optimize.LinearConstraint(sparse.hstack([matrix, slack]), intake.low.astype(float), np.inf)
    under = optimize.LinearConstraint(sparse.hstack([matrix, 0 * slack]), -np.inf, intake.high.astype(float))
    bounds = optimize.Bounds(0, np.concatenate([np.ones(count), intake.low[needed]]))
    short = np.concatenate([np.zeros(count), np.ones(len(needed))])
    least = _solve(short, [over, under], bounds, terms)
    total = optimize.LinearConstraint(sparse.csr_array(short[None, :]), -np.inf, float(least[count:].sum()))
    found = _solve(np.concatenate([-intake.weights.astype(float), np.zeros(len(needed))]), [over, under, total], bounds, terms)
    low = intake.low.copy()
    low[needed] -= found[count:]
    return low


def named(intake: Intake, low: Ints, chosen: Bools) -> tuple[Relaxed, ...]:
    """The minimums that gave way, each with the limits that keep its other members out of the final choice."""
    used = np.asarray(intake.matrix @ chosen.astype(np.int64)).ravel()
    found = []
    for row in np.flatnonzero(low < intake.low):
        members = np.flatnonzero((intake.member == row).any(axis=1))
        left = members[~chosen[members]]
        found.append(Relaxed(intake.rows[row], len(members), int(used[row]), _blockers(intake, left, used)))
    return tuple(found)


def _blockers(intake: Intake, left: Ints, used: Ints) -> tuple[Blocker, ...]:
    counts = Counter(int(row) for row in intake.member[left].ravel() if row >= 0 and used[row] >= intake.high[row])
    if len(left) and used[0] >= intake.high[0]:
        counts[0] = len(left)
    return tuple(_blocker(intake.rows[row], row, int(intake.high[row]), count) for row, count in sorted(counts.items()))


def _blocker(quota: Quota, row: int, limit: int, count: int) -> Blocker:
    return Blocker("maximum" if row else "line", quota.attribute, str(quota.value), limit, count)


def _solve(costs: np.ndarray, rows: list[optimize.LinearConstraint], bounds: optimize.Bounds, terms: Terms) -> Ints:
    options = {"mip_rel_gap": 0.0} | ({"time_limit": terms.time_limit} if terms.time_limit else {})
    found = optimize.milp(costs, integrality=np.ones(len(costs)), bounds=bounds, constraints=rows, options=options)
    if found.status != 0:
        raise SelectionError(f"the minimums could not be weighed against each other ({found.message}); lower some, or allow more time")
    return np.rint(found.x).astype(np.int64)
