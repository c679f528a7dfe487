"""The slow truth: the same question as one integer programme, and what every answer must keep."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from pilotage.review.assignment import Problem, Solution
from pilotage.review.assignment.problem import BarredPairs, SameGroup, as_pairs


@dataclass(frozen=True)
class Truth:
    vacant: int
    short: int
    total: float


def barred(problem: Problem) -> np.ndarray:
    """(P, R): pairs out of the question, fixed ones aside."""
    count, pool = problem.shape
    out = np.zeros((count, pool), bool)
    for bar in problem.bars:
        if isinstance(bar, SameGroup):
            out |= (bar.projects[:, None] == bar.experts[None, :]) & (bar.projects[:, None] >= 0)
        elif isinstance(bar, BarredPairs):
            out[tuple(as_pairs(bar.pairs).T)] = True
        else:
            out |= bar.block(0, count)
    out[tuple(as_pairs(problem.forbidden).T)] = True
    if problem.floor is not None:
        low = problem.block(0, count) < np.float32(problem.floor)
        low[tuple(as_pairs(problem.fixed).T)] = False
        out |= low
    return out


def truth(problem: Problem) -> Truth:
    """Fewest empty seats, then fewest missing least loads, then most suitability, by HiGHS."""
    count, pool = problem.shape
    suit = problem.block(0, count).astype(float)
    kinds = problem.slots.least.shape[1] if problem.slots else 0
    pairs, vacant = count * pool, count * (1 + kinds)  # an empty seat: free, or reserved for a discipline
    size = pairs + vacant + pool
    cost = np.concatenate([-suit.ravel(), np.full(vacant, 1e4), np.full(pool, 1e2)])
    upper = np.concatenate([(~barred(problem)).ravel().astype(float), np.full(vacant, 99.0), np.full(pool, 99.0)])
    lower = np.zeros(size)
    for project, expert in as_pairs(problem.fixed).tolist():
        lower[project * pool + expert] = 1
    rows, low, high = [], [], []

    def rule(entries: dict[int, float], least: float, most: float) -> None:
        row = np.zeros(size)
        for at, value in entries.items():
            row[at] = value
        rows.append(row)
        low.append(least)
        high.append(most)

    for p in range(count):
        here = {p * pool + e: 1.0 for e in range(pool)}
        empty = {pairs + p * (1 + kinds) + d: 1.0 for d in range(1 + kinds)}
        rule(here | empty, problem.seats[p], problem.seats[p])
        for d in range(kinds):
            inside = {p * pool + e: 1.0 for e in range(pool) if problem.slots.discipline[e] == d}
            rule(inside | {pairs + p * (1 + kinds) + 1 + d: 1.0}, problem.slots.least[p, d], np.inf)
            rule(inside, 0, problem.slots.most[p, d])
        if problem.employer is not None:
            for group in set(problem.employer[problem.employer >= 0].tolist()):
                rule({p * pool + e: 1.0 for e in range(pool) if problem.employer[e] == group}, 0, 1)
    for e in range(pool):
        column = {p * pool + e: 1.0 for p in range(count)}
        rule(column, 0, problem.load_max[e])
        rule(column | {pairs + vacant + e: 1.0}, 0 if problem.load_min is None else problem.load_min[e], np.inf)
    found = milp(cost, integrality=np.ones(size), bounds=Bounds(lower, upper), constraints=LinearConstraint(np.array(rows), low, high))
    assert found.status == 0, found.message
    x = np.rint(found.x)
    return Truth(int(x[pairs : pairs + vacant].sum()), int(x[pairs + vacant :].sum()), float((suit.ravel() * x[:pairs]).sum()))


def check(problem: Problem, solution: Solution) -> None:
    """Everything that must hold of any answer."""
    count, pool = problem.shape
    taken = np.zeros((count, pool), int)
    np.add.at(taken, (solution.project, solution.expert), 1)
    assert taken.max(initial=0) <= 1
    assert not (taken.astype(bool) & barred(problem)).any()
    assert (taken.sum(0) <= problem.load_max).all()
    assert (taken.sum(0) == solution.loads).all()
    missing = np.zeros(count, int)
    for entry in solution.unfilled:
        missing[entry.project] += entry.missing
        assert entry.sentence.startswith(problem.project(entry.project))
    assert (taken.sum(1) + missing == problem.seats).all()
    assert all(taken[project, expert] for project, expert in as_pairs(problem.fixed).tolist())
    if problem.employer is not None:
        for group in set(problem.employer[problem.employer >= 0].tolist()):
            assert taken[:, problem.employer == group].sum(1).max(initial=0) <= 1
    if problem.slots is not None:
        for kind in range(problem.slots.least.shape[1]):
            assert (taken[:, problem.slots.discipline == kind].sum(1) <= problem.slots.most[:, kind]).all()
    total = problem.block(0, count)[solution.project, solution.expert].sum(dtype=float)
    np.testing.assert_allclose(solution.total, total, atol=1e-6)
    assert solution.bound >= solution.total - 1e-9
