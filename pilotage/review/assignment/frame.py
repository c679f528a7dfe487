# What is left to decide once the fixed seats are taken, and which rule keeps which expert from which project?
#
# Data: a checked Problem. Answers: a Frame with the seats and loads that remain, one class per expert (class 0: any
# discipline without limits; others: a discipline that some call limits), bars in a form that a dense pass reads
# quickly, and for every project how many of its seats must go to another pool.
#
# Algorithm: fixed pairs leave the problem: seat, load, slot and employer are booked and the pair is barred. Bridging
# seats are laid out in turn over the pools, within a pool in an order drawn from the seed, until their share is met.
#
# Invariants: 0 <= least <= most per class, the least of all classes fit into the seats, bridging seats fit into them.
#
# Refuses: fixed pairs that are barred, doubled, or beyond load, seats, slots or one expert per employer.
from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pilotage.review.assignment import chance
from pilotage.review.assignment.problem import (
    AssignmentError,
    BarredBlocks,
    BarredPairs,
    Floats,
    Ints,
    Problem,
    SameGroup,
    as_pairs,
    check,
)

FIXED, FORBIDDEN, NO_LOAD, FLOOR, EMPLOYER = "fixed", "forbidden", "no_load", "floor", "same_employer"


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """``classes`` (R,), ``least`` and ``most`` (P, C), ``bridges`` and ``bridge_class`` (P,); pools (P,), (R,)."""

    problem: Problem
    fixed: NDArray[np.int64]
    seats: NDArray[np.int64]
    load_max: NDArray[np.int64]
    load_min: NDArray[np.int64]
    classes: NDArray[np.int32]
    disciplines: tuple[int, ...]  # of class 1, 2, …
    least: NDArray[np.int32]
    most: NDArray[np.int32]
    bridges: NDArray[np.int32]
    bridge_class: NDArray[np.int32]
    project_pool: NDArray[np.int32]
    expert_pool: NDArray[np.int32]
    employer: NDArray[np.int32]
    equal_projects: NDArray[np.int32]  # (bars, P)
    equal_experts: NDArray[np.int32]  # (bars, R)
    barred_start: NDArray[np.int64]  # (P + 1,) into barred_expert, sorted within a project
    barred_expert: NDArray[np.int32]
    masks: tuple[BarredBlocks, ...]
    floor: float

    @property
    def employers(self) -> bool:
        return bool((self.employer >= 0).any())

    @property
    def plain(self) -> bool:
        """Neither slots nor bridging: a panel is any set of experts."""
        return self.least.shape[1] == 1 and not self.bridges.any()

    def allowed(self, lo: int, hi: int, block: Floats) -> NDArray[np.bool_]:
        """(hi - lo, R): pairs that no rule keeps apart."""
        free = np.broadcast_to(self.load_max > 0, block.shape) & (block >= self.floor)
        for projects, experts in zip(self.equal_projects, self.equal_experts, strict=True):
            mine = projects[lo:hi, None]
            free &= (mine != experts[None, :]) | (mine < 0)
        for mask in self.masks:
            free &= ~mask.block(lo, hi)
        start, end = self.barred_start[lo], self.barred_start[hi]
        rows = np.repeat(np.arange(hi - lo), np.diff(self.barred_start[lo : hi + 1]))
        free[rows, self.barred_expert[start:end]] = False
        return free

    def crossing(self, projects: Ints, experts: Ints) -> NDArray[np.bool_]:
        mine, theirs = self.project_pool[projects], self.expert_pool[experts]
        return (mine >= 0) & (theirs >= 0) & (mine != theirs)

    def rules(self, project: int) -> dict[str, int]:
        """How many experts each rule keeps away, the first rule that applies being counted; reads one row."""
        block = self.problem.block(project, project + 1)
        left = np.ones(self.problem.shape[1], dtype=bool)
        counts: dict[str, int] = {}
        for rule, hit in self._hits(project, block):
            if caught := int((left & hit).sum()):
                counts[rule] = counts.get(rule, 0) + caught
            left &= ~hit
        return counts

    def _hits(self, project: int, block: Floats) -> list[tuple[str, NDArray[np.bool_]]]:
        problem, pool = self.problem, self.problem.shape[1]
        hits = [(FIXED, _members(self.fixed[self.fixed[:, 0] == project, 1], pool))]
        for bar in problem.bars:
            if isinstance(bar, SameGroup):
                hits.append((bar.rule, (np.asarray(bar.experts) == bar.projects[project]) & (bar.projects[project] >= 0)))
            elif isinstance(bar, BarredBlocks):
                hits.append((bar.rule, bar.block(project, project + 1)[0]))
            else:
                hits.append((bar.rule, _members(_of(bar.pairs, project), pool)))
        mates = _members(_colleagues(self.fixed[self.fixed[:, 0] == project], self.employer)[:, 1], pool)
        hits += [(FORBIDDEN, _members(_of(problem.forbidden, project), pool)), (EMPLOYER, mates)]
        return [*hits, (NO_LOAD, self.load_max <= 0), (FLOOR, block[0] < self.floor)]


def _of(pairs: Ints, project: int) -> Ints:
    found = as_pairs(pairs)
    return found[found[:, 0] == project, 1]


def _members(experts: Ints, pool: int) -> NDArray[np.bool_]:
    hit = np.zeros(pool, dtype=bool)
    hit[experts] = True
    return hit


def make_frame(problem: Problem, seed: str = "") -> Frame:
    """Checks the problem; refuses fixed pairs that cannot stand."""
    check(problem)
    fixed = as_pairs(problem.fixed)
    pool = problem.shape[1]
    employer = np.full(pool, -1, np.int32) if problem.employer is None else compact(problem.employer)[0]
    _check_fixed(problem, fixed, employer)
    seats = np.asarray(problem.seats, np.int64) - np.bincount(fixed[:, 0], minlength=problem.shape[0])
    taken = np.bincount(fixed[:, 1], minlength=pool)
    classes, disciplines, least, most = _classes(problem, fixed, seats)
    equal = [compact(bar.projects, bar.experts) for bar in problem.bars if isinstance(bar, SameGroup)]
    start, barred = _barred(problem, fixed, employer)
    pools = _pools(problem)
    bridges, bridge_class = _bridges(problem, seed, fixed, seats, classes, least, most, *pools)
    return Frame(
        problem=problem,
        fixed=fixed,
        seats=seats,
        load_max=np.asarray(problem.load_max, np.int64) - taken,
        load_min=np.maximum((0 if problem.load_min is None else np.asarray(problem.load_min, np.int64)) - taken, 0),
        classes=classes,
        disciplines=disciplines,
        least=least,
        most=most,
        bridges=bridges,
        bridge_class=bridge_class,
        project_pool=pools[0],
        expert_pool=pools[1],
        employer=employer,
        equal_projects=np.array([projects for projects, _ in equal], np.int32).reshape(len(equal), problem.shape[0]),
        equal_experts=np.array([experts for _, experts in equal], np.int32).reshape(len(equal), problem.shape[1]),
        barred_start=start,
        barred_expert=barred,
        masks=tuple(bar for bar in problem.bars if isinstance(bar, BarredBlocks)),
        floor=-np.inf if problem.floor is None else float(np.float32(problem.floor)),
    )


def compact(*sides: Ints) -> list[NDArray[np.int32]]:
    """The same groups numbered from 0 over all sides; any negative number becomes -1."""
    given = [np.asarray(side, np.int64) for side in sides]
    known = np.unique(np.concatenate(given))
    known = known[known >= 0]
    return [np.where(side < 0, -1, np.searchsorted(known, side)).astype(np.int32) for side in given]


def _pools(problem: Problem) -> list[NDArray[np.int32]]:
    if problem.bridging is None:
        return [np.full(count, -1, np.int32) for count in problem.shape]
    return compact(problem.bridging.projects, problem.bridging.experts)


def _check_fixed(problem: Problem, fixed: NDArray[np.int64], employer: NDArray[np.int32]) -> None:
    if not len(fixed):
        return
    names = [f"{problem.expert(expert)} is fixed to {problem.project(project)}" for project, expert in fixed.tolist()]
    if len(np.unique(fixed, axis=0)) < len(fixed):
        raise AssignmentError("fixed_twice", f"A fixed pair is given twice. Give each once: {names[_doubled(fixed)]}.")
    _check_room(problem, fixed)
    _check_colleagues(problem, fixed, employer)
    for at, (project, expert) in enumerate(fixed.tolist()):
        if rule := _barring(problem, project, expert):
            sentence = f"{names[at]}, but the rule {rule} bars the pair. Release the pair or mend the rule."
            raise AssignmentError("fixed_barred", sentence, project=project, expert=expert, rule=rule)


def _doubled(pairs: NDArray[np.int64]) -> int:
    _, first = np.unique(pairs, axis=0, return_index=True)
    return int(np.setdiff1d(np.arange(len(pairs)), first)[0])


def _check_room(problem: Problem, fixed: NDArray[np.int64]) -> None:
    sides = ((0, problem.seats, problem.project, "seats"), (1, problem.load_max, problem.expert, "as most load"))
    for side, room, name, word in sides:
        count = np.bincount(fixed[:, side], minlength=len(room))
        if (count > room).any():
            at = int(np.flatnonzero(count > room)[0])
            raise AssignmentError("fixed_room", f"{name(at)} has {count[at]} fixed seats, but {room[at]} {word}. Release some.")


def _check_colleagues(problem: Problem, fixed: NDArray[np.int64], employer: NDArray[np.int32]) -> None:
    known = fixed[employer[fixed[:, 1]] >= 0]
    panels = np.stack([known[:, 0], employer[known[:, 1]]], axis=1)
    if len(np.unique(panels, axis=0)) < len(panels):
        at = _doubled(panels)
        sentence = f"Two experts of one employer are fixed to {problem.project(int(known[at, 0]))}, {problem.expert(int(known[at, 1]))} is one. Release one."
        raise AssignmentError("fixed_employer", sentence, project=int(known[at, 0]))


def _barring(problem: Problem, project: int, expert: int) -> str:
    for bar in problem.bars:
        if isinstance(bar, SameGroup):
            hit = bar.projects[project] >= 0 and bar.projects[project] == bar.experts[expert]
        elif isinstance(bar, BarredBlocks):
            hit = bar.block(project, project + 1)[0, expert]
        else:
            hit = expert in _of(bar.pairs, project)
        if hit:
            return bar.rule
    return FORBIDDEN if expert in _of(problem.forbidden, project) else ""


Classes = tuple[NDArray[np.int32], tuple[int, ...], NDArray[np.int32], NDArray[np.int32]]


def _classes(problem: Problem, fixed: NDArray[np.int64], seats: NDArray[np.int64]) -> Classes:
    """Only disciplines that some project limits become classes of their own."""
    count, pool = problem.shape
    if problem.slots is None:
        return np.zeros(pool, np.int32), (), np.zeros((count, 1), np.int32), seats.astype(np.int32)[:, None]
    discipline = np.asarray(problem.slots.discipline, np.int64)
    booked = np.zeros((count, problem.slots.least.shape[1]), np.int64)
    np.add.at(booked, (fixed[:, 0], discipline[fixed[:, 1]]), 1)
    least = np.maximum(np.asarray(problem.slots.least, np.int64) - booked, 0)
    most = np.asarray(problem.slots.most, np.int64) - booked
    _check_booked(problem, least, most, seats)
    limited = np.flatnonzero((least > 0).any(0) | (most < seats[:, None]).any(0))
    new = np.zeros(least.shape[1], np.int32)
    new[limited] = np.arange(1, len(limited) + 1)
    nothing = np.zeros((count, 1), np.int64)
    columns = np.hstack([nothing, least[:, limited]]), np.hstack([seats[:, None], np.minimum(most[:, limited], seats[:, None])])
    return new[discipline], tuple(limited.tolist()), columns[0].astype(np.int32), columns[1].astype(np.int32)


def _check_booked(problem: Problem, least: NDArray[np.int64], most: NDArray[np.int64], seats: NDArray[np.int64]) -> None:
    over = (most < 0).any(1) | (least.sum(1) > seats)
    if over.any():
        row = int(np.flatnonzero(over)[0])
        raise AssignmentError(
            "fixed_slots", f"The experts fixed to {problem.project(row)} leave no panel within its slots. Release one.", project=row
        )


def _barred(problem: Problem, fixed: NDArray[np.int64], employer: NDArray[np.int32]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Explicit pairs by project: given ones, forbidden ones, the fixed seats themselves and their colleagues."""
    lists = [as_pairs(bar.pairs) for bar in problem.bars if isinstance(bar, BarredPairs)]
    lists += [as_pairs(problem.forbidden), fixed, _colleagues(fixed, employer)]
    keys = np.unique(np.concatenate([pairs[:, 0] * problem.shape[1] + pairs[:, 1] for pairs in lists]))
    rows, experts = np.divmod(keys, max(problem.shape[1], 1))
    start = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=problem.shape[0]))])
    return start.astype(np.int64), experts.astype(np.int32)


def _colleagues(fixed: NDArray[np.int64], employer: NDArray[np.int32]) -> NDArray[np.int64]:
    found = [
        np.stack([np.full(len(mates), project), mates], axis=1)
        for project, expert in fixed.tolist()
        if employer[expert] >= 0 and len(mates := np.flatnonzero(employer == employer[expert]))
    ]
    return np.concatenate(found) if found else np.empty((0, 2), np.int64)


def _bridges(
    problem: Problem,
    seed: str,
    fixed: NDArray[np.int64],
    seats: NDArray[np.int64],
    classes: NDArray[np.int32],
    least: NDArray[np.int32],
    most: NDArray[np.int32],
    project_pool: NDArray[np.int32],
    expert_pool: NDArray[np.int32],
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """How many seats of each project must cross pools, and in which class."""
    count = len(seats)
    if not problem.bridging:
        return np.zeros(count, np.int32), np.zeros(count, np.int32)
    chosen, room = _bridge_classes(seats, classes, least, most, project_pool, expert_pool)
    crossing = (project_pool[fixed[:, 0]] != expert_pool[fixed[:, 1]]) & (project_pool[fixed[:, 0]] >= 0) & (expert_pool[fixed[:, 1]] >= 0)
    wanted = int(np.ceil(problem.bridging.share * np.sum(problem.seats) - 1e-9)) - int(crossing.sum())
    given = np.zeros(count, np.int32)
    order = _in_turn(project_pool, seed)
    while wanted > 0 and (able := order[given[order] < room[order]]).size:
        given[able[:wanted]] += 1
        wanted -= min(wanted, able.size)
    return given, chosen


def _bridge_classes(
    seats: NDArray[np.int64],
    classes: NDArray[np.int32],
    least: NDArray[np.int32],
    most: NDArray[np.int32],
    project_pool: NDArray[np.int32],
    expert_pool: NDArray[np.int32],
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The class with most experts of other pools in which a seat can cross, and how many seats of it can."""
    kinds, known = least.shape[1], expert_pool >= 0
    pools = int(max(project_pool.max(initial=0), expert_pool.max(initial=0))) + 1
    here = np.zeros((pools, kinds), np.int64)
    np.add.at(here, (expert_pool[known], classes[known]), 1)
    others = here.sum(0)[None, :] - here[np.maximum(project_pool, 0)]
    room = np.minimum(most, (seats - least.sum(1))[:, None] + least)
    others = np.where((room > 0) & (project_pool >= 0)[:, None], others, 0)
    chosen = others.argmax(1)
    rows = np.arange(len(seats))
    return chosen.astype(np.int32), np.where(others[rows, chosen] > 0, room[rows, chosen], 0).astype(np.int32)


def _in_turn(pool: NDArray[np.int32], seed: str) -> NDArray[np.int64]:
    """Projects with one of each pool after another; within a pool in drawn order."""
    drawn = chance.order(len(pool), seed, "bridges")
    by_pool = drawn[np.argsort(pool[drawn], kind="stable")]
    _, start, sizes = np.unique(pool[by_pool], return_index=True, return_counts=True)
    turn = np.arange(len(pool)) - np.repeat(start, sizes)
    return by_pool[np.argsort(turn, kind="stable")]
