# What can be had at once when there is no time for a flow?
#
# Data: a search that has its candidate list but no flow. Algorithm: pairs from the most suitable down, each taken if
# load, seat, slot and employer allow. Invariants: as everywhere, nothing is broken; the ceiling of the first pass over
# all pairs gives the gap. It claims no more than that.
from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pilotage.review.assignment.exact import Draft, Search
from pilotage.review.assignment.frame import Frame
from pilotage.review.assignment.result import Lack
from pilotage.review.assignment.scan import Columns


class _Panels:
    """Seats still open: crossing ones by project, reserved ones by class, free ones under the most of a class."""

    def __init__(self, frame: Frame) -> None:
        count, kinds = frame.least.shape
        bridges = np.zeros((count, kinds), np.int64)
        bridges[np.arange(count), frame.bridge_class] = frame.bridges
        reserved = np.maximum(frame.least, bridges)
        self.cross = frame.bridges.astype(np.int64).copy()
        self.reserved = reserved - bridges
        self.room = (frame.most - reserved).astype(np.int64)
        self.room[:, 0] = np.iinfo(np.int64).max
        self.free = frame.seats - reserved.sum(1)
        self.bridge_class = frame.bridge_class

    def take(self, project: int, kind: int, crossing: bool) -> bool:
        if crossing and self.cross[project] > 0 and self.bridge_class[project] == kind:
            self.cross[project] -= 1
        elif kind > 0 and self.reserved[project, kind] > 0:
            self.reserved[project, kind] -= 1
        elif self.free[project] > 0 and self.room[project, kind] > 0:
            self.free[project] -= 1
            self.room[project, kind] -= 1
        else:
            return False
        return True

    def lacks(self) -> list[Lack]:
        found = [(int(p), int(self.bridge_class[p]), True, int(self.cross[p])) for p in np.flatnonzero(self.cross)]
        found += [(int(p), int(kind), False, int(self.reserved[p, kind])) for p, kind in np.argwhere(self.reserved)]
        return found + [(int(p), -1, False, int(self.free[p])) for p in np.flatnonzero(self.free)]


def extend(frame: Frame, columns: Columns, taken: NDArray[np.int64]) -> tuple[NDArray[np.int64], tuple[Lack, ...]]:
    """The rows ``taken`` and those that can join them, and what is still empty."""
    panels, load, employers = _Panels(frame), frame.load_max.copy(), set[tuple[int, int]]()
    crossing = frame.crossing(columns.project, columns.expert)
    rest = np.setdiff1d(np.arange(len(columns)), taken)
    order = np.concatenate([taken, rest[np.argsort(-columns.suitability[rest], kind="stable")]])
    rows = []
    for row in order.tolist():
        project, expert = int(columns.project[row]), int(columns.expert[row])
        employer = int(frame.employer[expert])
        if load[expert] <= 0 or (project, employer) in employers:
            continue
        if panels.take(project, int(frame.classes[expert]), bool(crossing[row])):
            rows.append(row)
            load[expert] -= 1
            if employer >= 0:
                employers.add((project, employer))
    return np.array(rows, np.int64), tuple(panels.lacks())


def draft(found: Search) -> Draft:
    columns = found.columns
    taken, lacks = extend(found.frame, columns, np.empty(0, np.int64))
    total = float(columns.suitability[taken].sum(dtype=np.float64))
    return Draft(
        project=columns.project[taken].astype(np.int64),
        expert=columns.expert[taken].astype(np.int64),
        suitability=columns.suitability[taken],
        lacks=lacks,
        slack=max(0.0, found.ceiling - total),
        prices=np.zeros(found.frame.problem.shape[1]),
        algorithm="greedy on the candidate list",
        finished=False,
        rounds=0,
    )
