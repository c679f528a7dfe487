# How much of the scatter of scores is due to projects, how much to experts, how much is noise?
#
# Data: a Panel. Model: score = level of the component + project + expert + noise, all three random.
#
# Algorithm: Henderson's method 3 (method of moments, fitting constants), variances common to all components
# because one rubric is used. Three sums of squares are set equal to what the model expects:
#   what projects and experts together leave unexplained   (scores - projects - experts + components) * noise
#   what projects alone leave                              (scores - projects) * (expert + noise)
#   what experts alone leave                               (scores - experts) * (project + noise)
# The first needs an additive least squares fit, by conjugate gradients on the experts with projects eliminated; noise and
# expert variance are then free of how much projects differ. The other two are exact fractions of whole
# thousandths. Figures are rounded to six significant digits, and the rounded ones are used.
#
# Invariants: no variance is negative: an expert variance below zero is set to zero and the noise estimated again with it; a
# project variance below zero is set to zero. Noise is at least one thousandth squared, since totals are rounded to thousandths.
# Where nothing is left to tell experts from noise (no loop in the graph of scores) the expert variance is
# zero and `separable` is false.
from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

import numpy as np
from scipy import sparse

from pilotage.review.calibration.gradients import conjugate_gradients
from pilotage.review.calibration.panel import THOUSAND, Ints, Panel

DIGITS = Context(prec=6, rounding=ROUND_HALF_EVEN)
LEAST_NOISE = 1e-6


@dataclass(frozen=True, slots=True)
class Variances:
    """In squared points, six digits. ``separable``: whether the scores could tell experts and noise apart."""

    project: Decimal
    expert: Decimal
    noise: Decimal
    separable: bool

    @property
    def reliability(self) -> Decimal:
        """Share of a single score's variance that is the project's own, 0-1."""
        return self.project / (self.project + self.expert + self.noise)


def estimate(panel: Panel) -> Variances:
    scores, projects, experts = len(panel.thousandths), len(panel.projects), len(panel.experts)
    loops = scores - projects - experts + panel.parts
    if not loops:
        return _inseparable(panel)
    squares = Fraction(sum(value * value for value in panel.thousandths.tolist()))
    left_by_projects = squares - _between(panel, panel.project)
    within_projects = _points(left_by_projects / (scores - projects))
    within_experts = _points((squares - _between(panel, panel.expert)) / (scores - experts))
    noise = max((_points(left_by_projects) - _explained_by_experts(panel)) / loops, LEAST_NOISE)
    expert = max(within_projects - noise, 0.0)
    if not expert:
        noise = max(within_projects, LEAST_NOISE)
    return Variances(_published(max(within_experts - noise, 0.0)), _published(expert), _published(noise), separable=True)


def _explained_by_experts(panel: Panel) -> float:
    """How much less experts leave unexplained once projects are allowed for, in squared points."""
    seats = sparse.csr_array((np.ones(len(panel.project)), (panel.project, panel.expert)), shape=(len(panel.projects), len(panel.experts)))
    of_projects, of_experts = panel.seats_of_projects, panel.seats_of_experts
    means = np.bincount(panel.project, panel.points) / of_projects
    right = np.asarray(np.bincount(panel.expert, panel.points - means[panel.project]), dtype=np.float64)
    shared = seats.T @ (sparse.diags_array(1.0 / of_projects) @ seats)
    matrix = sparse.csr_array(sparse.diags_array(of_experts.astype(np.float64)) - shared)
    diagonal = np.asarray(matrix.diagonal(), dtype=np.float64)
    right[diagonal < 1e-9] = 0.0  # scored only what nobody else did
    shifts = conjugate_gradients(lambda x: matrix @ x, right[:, None], np.where(diagonal < 1e-9, 1.0, diagonal))
    return float((shifts[:, 0] * right).sum())


def _inseparable(panel: Panel) -> Variances:
    """Nothing is known of experts; where projects have several scores those still part noise from projects."""
    scores, projects = len(panel.thousandths), len(panel.projects)
    squares = Fraction(sum(value * value for value in panel.thousandths.tolist()))
    whole = _points((squares - _between(panel, panel.project_part[panel.project])) / max(scores - panel.parts, 1))
    noise = _points((squares - _between(panel, panel.project)) / (scores - projects)) if scores > projects else whole
    noise = max(noise, LEAST_NOISE)
    return Variances(_published(max(whole - noise, 0.0)), Decimal(0), _published(noise), separable=False)


def _between(panel: Panel, group: Ints) -> Fraction:
    """Sum over groups of (sum of values) squared / number of values, exact, in squared thousandths."""
    count = np.bincount(group)
    sums = np.zeros(len(count), dtype=np.int64)
    np.add.at(sums, group, panel.thousandths)
    by_count: dict[int, int] = {}
    for n, total in zip(count.tolist(), sums.tolist(), strict=True):
        by_count[n] = by_count.get(n, 0) + total * total
    return sum((Fraction(total, n) for n, total in sorted(by_count.items()) if n), Fraction(0))


def _points(squared_thousandths: Fraction) -> float:
    return float(squared_thousandths / THOUSAND**2)


def _published(value: float) -> Decimal:
    return DIGITS.create_decimal(Decimal(value)) if value else Decimal(0)
