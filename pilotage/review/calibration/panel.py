# Who scored what, in one fixed order, and which projects and experts hang together at all?
#
# Data: Scores (project, expert, value). They are sorted by project and expert, so the order in which they come
# is without effect; values are kept as whole thousandths.
#
# Algorithm: projects and experts are the two sides of a graph, each score an edge; connected components by
# scipy.sparse.csgraph, numbered by their first project.
#
# Invariants: every project and expert lies in exactly one component; both ends of a score in the same one.
#
# Refuses: no scores, an absent value, NaN and infinity, a blank name, the same expert twice on one project.
from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

PLACES = Decimal("0.001")
THOUSAND = 1000
LARGEST = Decimal(1_000_000)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class CalibrationError(ValueError):
    """The scores cannot be calibrated or compared; the message names which and says what to do."""


class Score(NamedTuple):
    """One expert's total on one project. ``value`` is None for a seat whose score is absent, which is refused."""

    project: str
    expert: str
    value: Decimal | int | float | None


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """Scores in the order of (project, expert): ``project``, ``expert`` and ``thousandths`` have shape (scores,)
    and point into ``projects`` and ``experts``; ``project_part`` and ``expert_part`` give the component of each."""

    projects: tuple[str, ...]
    experts: tuple[str, ...]
    project: Ints
    expert: Ints
    thousandths: Ints
    project_part: Ints
    expert_part: Ints

    @property
    def parts(self) -> int:
        return int(self.project_part.max()) + 1

    @property
    def points(self) -> Floats:
        """Values as floats, shape (scores,)."""
        return self.thousandths / THOUSAND

    @property
    def seats_of_projects(self) -> Ints:
        return np.bincount(self.project, minlength=len(self.projects)).astype(np.int64)

    @property
    def seats_of_experts(self) -> Ints:
        return np.bincount(self.expert, minlength=len(self.experts)).astype(np.int64)


def rounded(value: Decimal | float) -> Decimal:
    """Three places, half to even, as every published figure of the review; never a negative zero."""
    return Decimal(value).quantize(PLACES, rounding=ROUND_HALF_EVEN) + Decimal("0.000")


def build(scores: Iterable[Score]) -> Panel:
    """Raises CalibrationError with the names of what does not fit."""
    given = [Score(*score) for score in scores]
    _refuse(given)
    rows = sorted((str(s.project), str(s.expert), int(rounded(_decimal(s)) * THOUSAND)) for s in given)
    projects, experts = tuple(sorted({row[0] for row in rows})), tuple(sorted({row[1] for row in rows}))
    project_at, expert_at = {name: i for i, name in enumerate(projects)}, {name: i for i, name in enumerate(experts)}
    project = np.array([project_at[row[0]] for row in rows], dtype=np.int64)
    expert = np.array([expert_at[row[1]] for row in rows], dtype=np.int64)
    parts = _components(project, expert, len(projects), len(experts))
    thousandths = np.array([row[2] for row in rows], dtype=np.int64)
    return Panel(projects, experts, project, expert, thousandths, parts[: len(projects)], parts[len(projects) :])


def _decimal(score: Score) -> Decimal:
    return Decimal(str(score.value))


def _refuse(scores: list[Score]) -> None:
    if not scores:
        raise CalibrationError("there are no scores to calibrate; wait until reviews are finished")
    if nameless := [s for s in scores if not s.project or not s.expert]:
        raise CalibrationError(f"a score without a project or an expert: {_named(nameless)}; give both")
    if absent := [s for s in scores if s.value is None]:
        raise CalibrationError(f"no score yet from {_named(absent)}; leave the seat out or wait for the review")
    if unreal := [s for s in scores if not _decimal(s).is_finite()]:
        raise CalibrationError(f"not a number: the score of {_named(unreal)}; correct it or leave the seat out")
    if huge := [s for s in scores if abs(_decimal(s)) > LARGEST]:
        raise CalibrationError(f"out of all range: the score of {_named(huge)}; scores lie within {LARGEST}")
    counts = Counter((s.project, s.expert) for s in scores)
    if twice := [Score(*pair, None) for pair, count in counts.items() if count > 1]:
        raise CalibrationError(f"two scores from {_named(twice)}; keep the final one")


def _named(scores: list[Score], most: int = 5) -> str:
    names = [
        f"expert {s.expert or '(blank)'} on project {s.project or '(blank)'}" for s in sorted(scores, key=lambda s: (s.project, s.expert))
    ]
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def _components(project: Ints, expert: Ints, projects: int, experts: int) -> Ints:
    """Component of every project, then of every expert; numbered in the order of their first project."""
    size = projects + experts
    graph = sparse.coo_array((np.ones(len(project), dtype=np.int8), (project, expert + projects)), shape=(size, size))
    _count, labels = csgraph.connected_components(graph, directed=False)
    _found, first = np.unique(labels, return_index=True)
    new = np.empty(len(first), dtype=np.int64)
    new[np.argsort(first)] = np.arange(len(first))
    return new[labels]
