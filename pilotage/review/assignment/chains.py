# Can a seat that nobody won still be filled if others move up?
#
# Data: a Frame, seats that stand, seats that are empty. Algorithm: breadth-first search for the shortest chain: an
# expert with time left takes the empty seat, or one without takes it and leaves a seat that is filled the same way. One
# row of pairs is read per project that is visited. Experts that a search without success reached are left out of the
# next ones: from them no chain leads anywhere (Hungarian trees). Where slots or employers count, a chain passes each
# project once, so it may miss what a flow would find.
#
# Invariants: every move keeps load, bars, slots, pools and employers; a seat that was filled stays filled.
#
# Stops at the time limit; what is still empty then stays empty.
from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pilotage.review.assignment.exact import Draft
from pilotage.review.assignment.frame import Frame
from pilotage.review.assignment.result import Lack
from pilotage.review.assignment.run import Run

LONGEST = 15.0  # seconds


@dataclass(slots=True, eq=False)
class Board:
    """``panel`` maps a project to its new experts and their suitability, ``holds`` an expert to projects."""

    frame: Frame
    panel: defaultdict[int, dict[int, float]]
    holds: defaultdict[int, set[int]]
    load: NDArray[np.int64]
    dead: NDArray[np.bool_]

    def put(self, project: int, expert: int, suitability: float) -> None:
        self.panel[project][expert] = suitability
        self.holds[expert].add(project)
        self.load[expert] += 1

    def take(self, project: int, expert: int) -> None:
        del self.panel[project][expert]
        self.holds[expert].discard(project)
        self.load[expert] -= 1


Vacancy = tuple[int, int, bool, int]  # project, class (-1: any), must cross, expert who would leave (-1: none)


def fill_by_chains(frame: Frame, draft: Draft, run: Run) -> Draft:
    pool = frame.problem.shape[1]
    board = Board(frame, defaultdict(dict), defaultdict(set), np.zeros(pool, np.int64), np.zeros(pool, dtype=bool))
    for project, expert, suitability in zip(draft.project.tolist(), draft.expert.tolist(), draft.suitability.tolist(), strict=True):
        board.put(project, expert, suitability)
    end = run.left - min(LONGEST, run.left)
    lacks: list[Lack] = []
    for project, kind, cross, count in draft.lacks:
        left = count
        while left and run.left > end and _fill(board, (project, kind, cross, -1)):
            left -= 1
        if left:
            lacks.append((project, kind, cross, left))
    seats = [(project, expert, suit) for project, panel in sorted(board.panel.items()) for expert, suit in sorted(panel.items())]
    project, expert, suit = (np.array(column) for column in zip(*seats, strict=True)) if seats else (np.zeros(0),) * 3
    return replace(
        draft,
        project=project.astype(np.int64),
        expert=expert.astype(np.int64),
        suitability=suit.astype(np.float32),
        lacks=tuple(lacks),
    )


def _fill(board: Board, first: Vacancy) -> bool:
    """Fills the vacancy by the shortest chain; False when none leads to an expert with time left."""
    came: dict[int, tuple[Vacancy, float]] = {}
    seen, once = board.dead.copy(), {first[0]}
    simple = board.frame.plain and not board.frame.employers
    queue = deque([first])
    while queue:
        vacancy = queue.popleft()
        fit, suit = _fitting(board, vacancy)
        fresh = np.flatnonzero(fit & ~seen)
        seen[fresh] = True
        for expert in fresh.tolist():
            came[expert] = vacancy, float(suit[expert])
        idle = fresh[board.load[fresh] < board.frame.load_max[fresh]]
        if idle.size:
            _move(board, came, int(idle[suit[idle].argmax()]))
            return True
        for expert in fresh.tolist():
            for project in sorted(board.holds[expert]):
                if simple or project not in once:  # two moves in one panel could bring colleagues together
                    once.add(project)
                    queue.append(_left_by(board, expert, project))
    if simple:
        board.dead = seen
    return False


def _left_by(board: Board, expert: int, project: int) -> Vacancy:
    """The seat that is free when the expert leaves: to be filled by the like where slots or pools count."""
    frame = board.frame
    kind = -1 if frame.plain else int(frame.classes[expert])
    cross = bool(frame.bridges[project]) and bool(frame.crossing(np.array([project]), np.array([expert]))[0])
    return project, kind, cross, expert


def _fitting(board: Board, vacancy: Vacancy) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
    frame, (project, kind, cross, leaver) = board.frame, vacancy
    block = frame.problem.block(project, project + 1)
    fit = frame.allowed(project, project + 1, block)[0]
    mates = [expert for expert in board.panel[project] if expert != leaver]
    fit[[*mates, *([leaver] if leaver >= 0 else [])]] = False
    employers = frame.employer[mates]
    fit &= ~np.isin(frame.employer, employers[employers >= 0])
    if kind >= 0:
        fit &= frame.classes == kind
    else:
        fit &= (np.bincount(frame.classes[mates], minlength=frame.most.shape[1]) < frame.most[project])[frame.classes]
    if cross:
        fit &= frame.crossing(np.full(len(fit), project), np.arange(len(fit)))
    return fit, block[0]


def _move(board: Board, came: dict[int, tuple[Vacancy, float]], last: int) -> None:
    """From the idle expert back to the empty seat."""
    expert = last
    while expert >= 0:
        (project, _, _, leaver), suitability = came[expert]
        if leaver >= 0:
            board.take(project, leaver)
        board.put(project, expert, suitability)
        expert = leaver
