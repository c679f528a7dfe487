# When not all minimums can be met: which give way, by how little, and what stands in their way?
#
# Data: an Intake whose rows have no solution. What cannot be met because there are too few is lowered first. Then each
# place that a minimum demands may be filled by a shortfall; the solver of program.py makes their number least, and
# among the ways to do so takes the one that leaves the greatest sum of scores, then the best public ranks. Maximums and
# the total never give way.
#
# Invariants: each minimum is lowered only by its shortfall; the sum of shortfalls cannot be less.
from __future__ import annotations

from collections import Counter

import numpy as np
from scipy import sparse

from pilotage.review.selecting import program
from pilotage.review.selecting.intake import Intake
from pilotage.review.selecting.model import Blocker, Bools, Ints, Quota, Relaxed, SelectionError, Terms
from pilotage.review.selecting.program import Program


def at_most(intake: Intake) -> Ints:
    """How many of each row (rows,) there can be at all: no shortfall below this can be avoided."""
    return np.asarray(intake.matrix.sum(axis=1), dtype=np.int64).ravel()


def reachable(intake: Intake, low: Ints, terms: Terms) -> Ints:
    """The minimums ``low`` (rows,) as far as they can be met together."""
    count = len(intake.eligible)
    rows = np.repeat(np.arange(len(low)), low)  # one shortfall per place that is demanded
    short = sparse.csc_array((np.ones(len(rows), dtype=np.int64), (rows, np.arange(len(rows)))), shape=(len(low), len(rows)))
    matrix = sparse.csc_array(sparse.hstack([intake.matrix, short]))
    left = Program(np.arange(count + len(rows)), np.zeros(0, dtype=np.int64), matrix, low, intake.high, terms.time_limit)
    nobody, nothing = np.zeros(count, dtype=np.int64), np.zeros(len(rows), dtype=np.int64)
    ranks = count - np.arange(count)
    goals = (np.concatenate([nobody, nothing - 1]), np.concatenate([intake.weights, nothing]), np.concatenate([ranks, nothing]))
    for goal in goals:
        found = program.best(left, goal)
        if found is None:
            raise SelectionError("no selection keeps all maximums, even without minimums; report the input")
        left = found.left
    return low - np.bincount(rows[program.chosen(left, count + len(rows))[count:]], minlength=len(low))


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
    """The full maximums that keep out all that are left, else the total where it is reached, else every full maximum."""
    counts = Counter(int(row) for row in intake.member[left].ravel() if row >= 0 and used[row] >= intake.high[row])
    common = {row: count for row, count in counts.items() if count == len(left)}
    if not common and len(left) and used[0] >= intake.high[0]:
        common = {0: len(left)}
    found = sorted((common or counts).items(), key=lambda item: (-item[1], item[0]))
    return tuple(_blocker(intake.rows[row], row, int(intake.high[row]), count) for row, count in found)


def _blocker(quota: Quota, row: int, limit: int, count: int) -> Blocker:
    return Blocker("maximum" if row else "line", quota.attribute, str(quota.value), limit, count)
