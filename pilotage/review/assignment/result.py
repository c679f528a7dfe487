# What came out, what proves it, and why is a seat empty?
#
# Data: seats as arrays, the seats left empty by kind, the bound. Each empty seat gets one reason, looked for in this
# order: the run was stopped; the competence floor; a discipline, a pool or an employer of which there are not enough;
# too few experts left after the rules, counted by rule; slots or employers of the panel keep out those with time left;
# all who are left have their load full.
#
# Invariants: total, loads and gap are computed from the seats given here, not taken from a solver.
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pilotage.review.assignment.frame import EMPLOYER, FLOOR, Frame
from pilotage.review.assignment.problem import Ints, Problem


@dataclass(frozen=True, slots=True)
class Unfilled:
    """``code``: stopped, floor, discipline, discipline_most, pool, employer, rules, load, panel. ``possible``: experts no rule bars,
    -1 where the run was stopped."""

    project: int
    missing: int
    code: str
    possible: int
    barred_by: Mapping[str, int]
    discipline: int | None
    sentence: str


@dataclass(frozen=True, slots=True)
class ShortLoad:
    """An expert with fewer seats than the least load."""

    expert: int
    load: int
    least: int


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """Seats are rows of equal length: project, expert, suitability, discipline (-1: none asked), fixed, crossing.

    ``bound`` is what no assignment with the same seats empty can pass; ``gap`` is the room up to it in per cent.
    ``optimal`` says that the gap is zero to the last digit that counts.
    """

    project: NDArray[np.int64]
    expert: NDArray[np.int64]
    suitability: NDArray[np.float32]
    discipline: NDArray[np.int64]
    fixed: NDArray[np.bool_]
    crossing: NDArray[np.bool_]
    loads: NDArray[np.int64]
    total: float
    bound: float
    gap: float
    unfilled: tuple[Unfilled, ...]
    short: tuple[ShortLoad, ...]
    components: NDArray[np.int64]  # of each project, (P,); -1 without seats
    bridge_share: float
    algorithm: str
    finished: bool
    seed: str
    versions: Mapping[str, str]
    timings: Mapping[str, float]
    repairs: int = 0
    rounds: int = 1
    notes: Sequence[str] = field(default=())

    @property
    def optimal(self) -> bool:
        return self.gap == 0.0

    @property
    def pairs(self) -> NDArray[np.int64]:
        return np.stack([self.project, self.expert], axis=1)

    @property
    def vacant(self) -> int:
        return sum(entry.missing for entry in self.unfilled)


def versions() -> dict[str, str]:
    found = {}
    for name in ("numpy", "scipy", "ortools", "numba"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _of(seats: NDArray[np.int64], project: int) -> NDArray[np.int64]:
    return seats[seats[:, 0] == project, 1]


Lack = tuple[int, int, bool, int]  # project, class (-1: free), must cross, seats


def unfilled(frame: Frame, lacks: Sequence[Lack], seats: NDArray[np.int64], stopped: bool) -> tuple[Unfilled, ...]:
    """``seats`` (n, 2): the new pairs of project and expert, fixed ones aside."""
    idle = np.bincount(seats[:, 1], minlength=frame.problem.shape[1]) < frame.load_max
    return tuple(_stopped(frame, lack) if stopped else _why(frame, lack, idle, _of(seats, lack[0])) for lack in lacks)


def _stopped(frame: Frame, lack: Lack) -> Unfilled:
    project, kind, _, missing = lack
    discipline = frame.disciplines[kind - 1] if kind > 0 else None
    sentence = f"{frame.problem.project(project)}: {missing} empty, the time was up before an expert was found."
    return Unfilled(project, missing, "stopped", -1, {}, discipline, sentence)


def _why(frame: Frame, lack: Lack, idle: NDArray[np.bool_], panel: NDArray[np.int64]) -> Unfilled:
    project, kind, cross, missing = lack
    problem = frame.problem
    free = frame.allowed(project, project + 1, problem.block(project, project + 1))[0]
    barred = frame.rules(project)
    suited = _suited(frame, free, project, kind, cross)
    code = _code(frame, project, kind, cross, suited, barred)
    idle_suited = suited & idle
    idle_suited[panel] = False
    if code == "load" and idle_suited.any():
        code = "panel"
    discipline = frame.disciplines[kind - 1] if kind > 0 else None
    sentence = _sentence(problem, project, missing, code, int(free.sum()), barred, discipline, int(suited.sum()))
    return Unfilled(project, missing, code, int(free.sum()), barred, discipline, sentence)


def _suited(frame: Frame, free: NDArray[np.bool_], project: int, kind: int, cross: bool) -> NDArray[np.bool_]:
    """Who may take this kind of seat."""
    suited = free.copy()
    if kind >= 0:
        suited &= frame.classes == kind
    if cross:
        suited &= frame.crossing(np.full(len(free), project), np.arange(len(free)))
    return suited


def _code(frame: Frame, project: int, kind: int, cross: bool, suited: NDArray[np.bool_], barred: Mapping[str, int]) -> str:
    wanted, count = _wanted(frame, project, kind, cross), int(suited.sum())
    if count < wanted:
        if count + _below_floor(frame, project, kind, cross) >= wanted:
            return "floor"
        return "pool" if cross else "discipline" if kind > 0 else "rules"
    if kind < 0 and _within_most(frame, project, suited) < wanted:
        return "discipline_most"
    known = frame.employer[suited]
    if len(np.unique(known[known >= 0])) + int((known < 0).sum()) < wanted:
        return "employer"
    return "load"


def _wanted(frame: Frame, project: int, kind: int, cross: bool) -> int:
    if cross:
        return int(frame.bridges[project])
    return int(frame.least[project, kind]) if kind > 0 else int(frame.seats[project])


def _within_most(frame: Frame, project: int, suited: NDArray[np.bool_]) -> int:
    count = np.bincount(frame.classes[suited], minlength=frame.least.shape[1])
    return int(np.minimum(count, frame.most[project]).sum())


def _below_floor(frame: Frame, project: int, kind: int, cross: bool) -> int:
    if not np.isfinite(frame.floor):
        return 0
    block = frame.problem.block(project, project + 1)
    free = frame.allowed(project, project + 1, np.full_like(block, np.inf))[0] & (block[0] < frame.floor)
    return int(_suited(frame, free, project, kind, cross).sum())


def _sentence(
    problem: Problem, project: int, missing: int, code: str, possible: int, barred: Mapping[str, int], discipline: int | None, suited: int
) -> str:
    kept = ", ".join(f"{rule} {count}" for rule, count in barred.items()) or "no rule"
    name = problem.discipline(discipline) if discipline is not None else "another pool"
    below = barred.get(FLOOR, 0)
    why = {
        "floor": f"{below} experts are below the competence floor {problem.floor}; without it there would be enough",
        "discipline": f"{suited} possible experts of {name}; kept away: {kept}",
        "discipline_most": f"the {possible} possible experts are of disciplines that are full in this panel",
        "pool": f"{suited} possible experts from another pool; kept away: {kept}",
        "employer": f"the {possible} possible experts have too few different employers",
        "rules": f"{possible} possible experts are left; kept away: {kept}",
        "load": f"all {suited} possible experts have their load full" + (f" ({name})" if discipline is not None else ""),
        "panel": "possible experts have time left, but slots or employers of this panel keep them out",
    }[code]
    return f"{problem.project(project)}: {missing} empty, {why}."


def components(project: NDArray[np.int64], expert: NDArray[np.int64], shape: tuple[int, int]) -> NDArray[np.int64]:
    """Which connected part of the project-expert graph each project is in, (P,); -1 without seats."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    size = shape[0] + shape[1]
    graph = coo_array((np.ones(len(project)), (project, shape[0] + expert)), shape=(size, size))
    _, label = connected_components(graph, directed=False)
    sitting = np.zeros(shape[0], dtype=bool)
    sitting[project] = True
    found = np.full(shape[0], -1, np.int64)
    if sitting.any():
        _, found[sitting] = np.unique(label[: shape[0]][sitting], return_inverse=True)
    return found


def clashes(frame: Frame, project: Ints, expert: Ints) -> list[NDArray[Any]]:
    """Rows of seats of one panel and one employer, each group of at least two."""
    known = np.flatnonzero(frame.employer[expert] >= 0)
    groups = int(frame.employer.max(initial=0)) + 1
    keys = project[known].astype(np.int64) * groups + frame.employer[expert[known]]
    _, code, count = np.unique(keys, return_inverse=True, return_counts=True)
    order = np.argsort(code, kind="stable")
    split = np.split(known[order], np.cumsum(count)[:-1]) if len(count) else []
    return [rows for rows in split if len(rows) > 1]


__all__ = ["EMPLOYER", "Lack", "ShortLoad", "Solution", "Unfilled", "clashes", "components", "unfilled", "versions"]
