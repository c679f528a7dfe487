# Which projects need one more opinion before the line can be drawn?
#
# Data: per project a score, its standard error and the opinions there are; the bar; how many seats are left to give.
# Algorithm: with a normal error the chance of being above the bar is Phi((score - bar) / error); projects whose chance
# lies between `low` and 1 - `low` are unsure, and the less sure a project is the sooner it gets an opinion.
#
# Invariants: no project gets more than `most` opinions in all; the same figures give the same list; ties go by place.
#
# Refuses: a standard error that is not above zero, a score that is not a number, a chance outside 0 to 1/2.
from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from pilotage.review.assignment.problem import AssignmentError, Floats, Ints


@dataclass(frozen=True, slots=True, eq=False)
class NearLine:
    """``chance`` (P,) of being above the bar; ``unsure`` projects, least sure first; ``extra`` (P,) seats to add, 0 or 1."""

    chance: NDArray[np.float64]
    unsure: NDArray[np.int64]
    extra: NDArray[np.int64]


def more_experts(
    scores: Floats, bar: float, errors: Floats, opinions: Ints, *, most: int = 5, budget: int | None = None, low: float = 0.1
) -> NearLine:
    """One more expert for each unsure project that has fewer than ``most``, as far as ``budget`` goes."""
    score, error = np.asarray(scores, np.float64), np.asarray(errors, np.float64)
    for name, wrong in (("score", ~np.isfinite(score)), ("standard error", ~(np.isfinite(error) & (error > 0)))):
        if wrong.any():
            at = int(np.flatnonzero(wrong)[0])
            raise AssignmentError("near_line", f"Project {at} has no usable {name}. Leave it out until it has one.", project=at)
    if not 0 < low < 0.5:
        raise AssignmentError("near_line", f"The chance below which a project is sure is {low}. Give one between 0 and 1/2.")
    chance = ndtr((score - bar) / error)
    order = np.argsort(np.abs(chance - 0.5), kind="stable")
    unsure = order[(chance[order] >= low) & (chance[order] <= 1 - low)]
    extra = np.zeros(len(score), np.int64)
    extra[unsure[np.asarray(opinions)[unsure] < most][:budget]] = 1
    return NearLine(chance, unsure.astype(np.int64), extra)
