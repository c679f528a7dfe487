# Do the scores of all projects hang together, so that the severity of experts can be told from the quality of projects?
#
# Data: a Frame with pools and a draft. How many seats cross pools is settled before (frame.py). Here: parts of the
# project-expert graph that no crossing seat ties to the largest part, and for each the pair that would.
#
# Algorithm: in a panel of the loose part with two seats or more, the least suitable seat that is not fixed goes to the
# expert of the largest part who is worth most to it at the going prices, of the same class and free of colleagues there.
# Failing that, an expert of the loose part is tied into a panel of the largest one in the same way.
#
# Invariants: a tie breaks no rule, and one pair per loose part is fixed. A part without such a pair stays loose and is
# reported (Solution.components).
from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pilotage.review.assignment.exact import Draft
from pilotage.review.assignment.frame import Frame
from pilotage.review.assignment.result import components

TRIED = 20  # projects per part


def ties(frame: Frame, found: Draft) -> NDArray[np.int64]:
    """One pair for each loose part, (n, 2)."""
    project = np.concatenate([frame.fixed[:, 0], found.project])
    expert = np.concatenate([frame.fixed[:, 1], found.expert])
    part = components(project, expert, frame.problem.shape)
    labels, sizes = np.unique(part[part >= 0], return_counts=True)
    if len(labels) < 2:
        return np.empty((0, 2), np.int64)
    main = labels[sizes.argmax()]
    expert_part = np.full(frame.problem.shape[1], -1, np.int64)
    expert_part[expert] = part[project]
    links = []
    for label in labels[labels != main].tolist():
        pair = _tie(frame, found, part == label, expert_part == main) or _tie(frame, found, part == main, expert_part == label)
        if pair:
            links.append(pair)
    return np.array(links, np.int64).reshape(-1, 2)


def _tie(frame: Frame, found: Draft, projects: NDArray[np.bool_], experts: NDArray[np.bool_]) -> tuple[int, int] | None:
    sitting = np.bincount(found.project, minlength=len(projects)) + np.bincount(frame.fixed[:, 0], minlength=len(projects))
    best: tuple[float, int, int] | None = None
    for project in np.flatnonzero(projects & (sitting > 1) & np.isin(np.arange(len(projects)), found.project))[:TRIED].tolist():
        here = np.flatnonzero(found.project == project)
        row = here[found.suitability[here].argmin()]
        block = frame.problem.block(project, project + 1)
        fit = frame.allowed(project, project + 1, block)[0] & experts & (frame.classes == frame.classes[found.expert[row]])
        employers = frame.employer[found.expert[here[here != row]]]
        fit &= ~np.isin(frame.employer, employers[employers >= 0])
        fit[found.expert[here]] = False
        if not fit.any():
            continue
        value = np.where(fit, block[0] - found.prices, -np.inf)
        gain = float(value.max() - found.suitability[row])
        if best is None or gain > best[0]:
            best = gain, project, int(value.argmax())
    return best[1:] if best else None
