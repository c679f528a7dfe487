# What is asked: which experts should sit on which projects?
#
# Data: P projects with the seats each needs, R experts with the most (and least) seats each may hold, and the
# suitability of every pair as a float32 array (P, R) or as a function of a range of projects, so that hundreds of
# millions of pairs never stand in memory at once. Bars say which pairs are out of the question and by which rule.
#
# Invariants: a Problem is checked as a whole before anything is solved; nothing in it is changed afterwards.
#
# Refuses, each with a sentence that names the project, expert or rule and says what to do: arrays of the wrong
# shape, negative seats or loads, a least load above the most, contradictory slots, a fixed pair that is barred,
# doubled, beyond the load or beyond the slots, two fixed experts of one employer, pairs that do not exist.
from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.integer[Any]]
Floats = NDArray[np.floating[Any]]
Blocks = Callable[[int, int], Floats]

LARGEST = 1e6  # of suitability, either way: beyond, costs would not fit into 63 bits
NO_PAIRS: Ints = np.empty((0, 2), np.int64)


class AssignmentError(ValueError):
    """``code`` and ``facts`` let a page say the same in another language."""

    def __init__(self, code: str, sentence: str, **facts: Any) -> None:
        super().__init__(sentence)
        self.code, self.facts = code, facts


@dataclass(frozen=True, slots=True, eq=False)
class SameGroup:
    """Bars a pair whose two numbers are equal, as for one province; a negative number is unknown and bars nothing.

    ``projects`` (P,), ``experts`` (R,).
    """

    rule: str
    projects: Ints
    experts: Ints


@dataclass(frozen=True, slots=True, eq=False)
class BarredPairs:
    """``pairs`` (n, 2): project, expert."""

    rule: str
    pairs: Ints


@dataclass(frozen=True, slots=True, eq=False)
class BarredBlocks:
    """``block(lo, hi)`` is True (hi - lo, R) where a pair is barred."""

    rule: str
    block: Callable[[int, int], NDArray[np.bool_]]


Bar = SameGroup | BarredPairs | BarredBlocks


@dataclass(frozen=True, slots=True, eq=False)
class Slots:
    """Each expert has one primary discipline (R,); a panel has between ``least`` and ``most`` (P, D) of each."""

    discipline: Ints
    least: Ints
    most: Ints
    names: Sequence[str] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Bridging:
    """At least ``share`` of the seats go to experts of another pool; ``projects`` (P,), ``experts`` (R,) name the pools."""

    projects: Ints
    experts: Ints
    share: float = 0.2


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """``seats`` (P,), ``load_max`` and ``load_min`` (R,), ``suitability`` (P, R) or a function lo, hi -> (hi - lo, R).

    ``fixed`` and ``forbidden`` (n, 2) are pairs of project and expert; a negative ``employer`` (R,) is unknown.
    A function of blocks is called several times with the same range, on large problems from several threads, and must
    answer the same each time.
    """

    seats: Ints
    load_max: Ints
    suitability: Floats | Blocks
    load_min: Ints | None = None
    bars: Sequence[Bar] = ()
    fixed: Ints = field(default_factory=NO_PAIRS.copy)
    forbidden: Ints = field(default_factory=NO_PAIRS.copy)
    slots: Slots | None = None
    employer: Ints | None = None
    floor: float | None = None
    bridging: Bridging | None = None
    project_names: Sequence[str] = ()
    expert_names: Sequence[str] = ()

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.seats), len(self.load_max)

    def project(self, index: int) -> str:
        return str(self.project_names[index]) if self.project_names else f"project {index}"

    def expert(self, index: int) -> str:
        return str(self.expert_names[index]) if self.expert_names else f"expert {index}"

    def discipline(self, index: int) -> str:
        names = self.slots.names if self.slots else ()
        return str(names[index]) if names else f"discipline {index}"

    def block(self, lo: int, hi: int) -> Floats:
        """Suitability of projects lo to hi, (hi - lo, R) float32; refuses what is not a finite number."""
        found = self.suitability(lo, hi) if callable(self.suitability) else self.suitability[lo:hi]
        if np.shape(found) != (hi - lo, len(self.load_max)):
            raise AssignmentError(
                "shape", f"Suitability of projects {lo} to {hi} has shape {np.shape(found)}; {(hi - lo, len(self.load_max))} is needed."
            )
        block = np.ascontiguousarray(found, dtype=np.float32)
        if block.size and not (block.min() >= -LARGEST and block.max() <= LARGEST):
            self._refuse_number(block, lo)
        return block

    def _refuse_number(self, block: Floats, lo: int) -> None:
        row, column = (int(i) for i in np.argwhere(~(np.abs(block) <= LARGEST))[0])
        project, expert = self.project(lo + row), self.expert(column)
        wrong = "too large" if np.isfinite(block[row, column]) else "not a number"
        raise AssignmentError(
            "suitability",
            f"The suitability of {expert} for {project} is {block[row, column]}, {wrong}. Mend it, or bar the pair by a rule.",
            project=lo + row,
            expert=column,
        )

    def with_fixed(self, pairs: Ints) -> Problem:
        """The same problem in which these seats are locked besides those that already are."""
        return replace(self, fixed=np.unique(np.concatenate([as_pairs(self.fixed), as_pairs(pairs)]), axis=0))


def as_pairs(pairs: Ints) -> NDArray[np.int64]:
    return np.asarray(pairs, dtype=np.int64).reshape(-1, 2)


def check(problem: Problem) -> None:
    _check_shapes(problem)
    _check_numbers(problem)
    _check_slots(problem)
    for name, pairs in _pair_lists(problem):
        _check_pairs(problem, name, pairs)


def _check_shapes(problem: Problem) -> None:
    count, pool = problem.shape
    wanted: list[tuple[str, Any, tuple[int, ...]]] = [("seats", problem.seats, (count,)), ("load_max", problem.load_max, (pool,))]
    wanted += [(name, value, (pool,)) for name in ("load_min", "employer") if (value := getattr(problem, name)) is not None]
    wanted += [(f"bar {bar.rule}, projects", bar.projects, (count,)) for bar in problem.bars if isinstance(bar, SameGroup)]
    wanted += [(f"bar {bar.rule}, experts", bar.experts, (pool,)) for bar in problem.bars if isinstance(bar, SameGroup)]
    if slots := problem.slots:
        wide = np.shape(slots.least)[-1] if np.ndim(slots.least) else 0
        wanted += [("slots, discipline", slots.discipline, (pool,)), ("slots, least", slots.least, (count, wide))]
        wanted += [("slots, most", slots.most, (count, wide))]
    if bridging := problem.bridging:
        wanted += [("bridging, projects", bridging.projects, (count,)), ("bridging, experts", bridging.experts, (pool,))]
    if not callable(problem.suitability):
        wanted += [("suitability", problem.suitability, (count, pool))]
    for name, value, shape in wanted:
        if np.shape(value) != shape:
            raise AssignmentError("shape", f"{name} has shape {np.shape(value)}; {count} projects and {pool} experts need {shape}.")


def _first(where: Any) -> int:
    return int(np.flatnonzero(where)[0])


def _check_numbers(problem: Problem) -> None:
    for name in ("seats", "load_max", "load_min"):
        if (value := getattr(problem, name)) is not None and np.size(value) and not np.issubdtype(np.asarray(value).dtype, np.integer):
            raise AssignmentError("whole", f"{name} holds numbers that are not whole. Give whole numbers.")
    seats, most = np.asarray(problem.seats), np.asarray(problem.load_max)
    if (seats < 0).any():
        at = _first(seats < 0)
        raise AssignmentError("seats", f"{problem.project(at)} needs {seats[at]} seats. Give zero or more.", project=at)
    if (most < 0).any():
        at = _first(most < 0)
        raise AssignmentError("load_max", f"{problem.expert(at)} may hold {most[at]} seats. Give zero or more.", expert=at)
    if problem.floor is not None and not np.isfinite(problem.floor):
        raise AssignmentError("floor", f"The competence floor is {problem.floor}, not a number. Give a number or leave it out.")
    if problem.bridging and not 0 <= problem.bridging.share <= 1:
        raise AssignmentError("bridging", f"The bridging share is {problem.bridging.share}. Give a share between 0 and 1.")
    if problem.load_min is not None:
        _check_least_loads(problem, np.asarray(problem.load_min))


def _check_least_loads(problem: Problem, least: Ints) -> None:
    if (wrong := (least < 0) | (least > problem.load_max)).any():
        at = _first(wrong)
        sentence = f"{problem.expert(at)} should hold at least {least[at]} and at most {problem.load_max[at]} seats. Mend one of the two."
        raise AssignmentError("load_min", sentence, expert=at)
    if least.sum() > np.sum(problem.seats):
        sentence = f"The least loads add up to {least.sum()}, but there are only {np.sum(problem.seats)} seats. Lower the least loads."
        raise AssignmentError("load_min_sum", sentence)


def _check_slots(problem: Problem) -> None:
    if not (slots := problem.slots):
        return
    least, most, seats = np.asarray(slots.least), np.asarray(slots.most), np.asarray(problem.seats)
    kinds = least.shape[1]
    if len(slots.discipline) and (np.min(slots.discipline) < 0 or np.max(slots.discipline) >= kinds):
        at = _first((np.asarray(slots.discipline) < 0) | (np.asarray(slots.discipline) >= kinds))
        sentence = f"{problem.expert(at)} has discipline {slots.discipline[at]}; 0 to {kinds - 1} exist."
        raise AssignmentError("discipline", sentence, expert=at)
    if (wrong := (least < 0) | (least > most)).any():
        row, kind = (int(i) for i in np.argwhere(wrong)[0])
        sentence = (
            f"{problem.project(row)} asks for at least {least[row, kind]} and at most {most[row, kind]} of {problem.discipline(kind)}."
        )
        raise AssignmentError("slots", f"{sentence} Mend one of the two.", project=row, discipline=kind)
    for total, rule, word in ((least.sum(1), least.sum(1) > seats, "at least"), (most.sum(1), most.sum(1) < seats, "at most")):
        if kinds and rule.any():
            row = _first(rule)
            sentence = (
                f"{problem.project(row)} has {seats[row]} seats, but its slots allow {word} {total[row]}. Mend the slots or the seats."
            )
            raise AssignmentError("slots", sentence, project=row)


def _pair_lists(problem: Problem) -> list[tuple[str, Ints]]:
    return [
        ("fixed", problem.fixed),
        ("forbidden", problem.forbidden),
        *((bar.rule, bar.pairs) for bar in problem.bars if isinstance(bar, BarredPairs)),
    ]


def _check_pairs(problem: Problem, name: str, given: Ints) -> None:
    pairs = as_pairs(given)
    wrong = ((pairs < 0) | (pairs >= np.asarray(problem.shape))).any(1)
    if wrong.any():
        at = pairs[_first(wrong)].tolist()
        raise AssignmentError(
            "pairs", f"The {name} pair {at} does not exist among {problem.shape[0]} projects and {problem.shape[1]} experts."
        )
