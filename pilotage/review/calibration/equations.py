# Given the variances: how does each expert differ from the others on the same projects, and how sure is that?
#
# Data: a Panel and Variances. Model: score = project + shift of the expert + noise. Shifts are random (variance
# `expert`, hence shrunken); projects are fixed while shifts are estimated, so that a shift rests only on comparisons within a
# project, never on how good the projects were that an expert happened to get. The project values are shrunken afterwards
# towards the level of their component (variance `project`).
#
# Why not both random at once (the usual BLUP): it charges the experts of a strong pool with the pool's quality. Simulated with the
# variances of NeurIPS 2014, 10 pools, correlation with the truth: pools differ in quality, 20 % bridging seats: raw .871, both
# random .873, this .883; 10 % bridging: .871, .864, .882; pools differ in severity: .785, .854, .848; no pools: .846, .860, .860.
#
# Algorithm: projects are eliminated by hand, which leaves one equation per expert, M b = r, in scipy.sparse, solved by
# conjugate gradients. Not by splu: its factors of this matrix fill in and take minutes at 4,000 unknowns.
# Standard errors: up to EXACT_UP_TO experts from the dense inverse of M; beyond that from SAMPLES seeded draws of the
# model (estimate minus truth), which gives each standard error to within about 1 / sqrt(2 * SAMPLES), that is 4 %.
#
# Invariants: shifts of a component sum to zero; an expert's shift is n / (n + noise / expert variance) of what the scores
# differ on average from what the others say of the same projects, so few scores mean little shift; without expert variance all
# shifts are zero.
from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import linalg, sparse

from pilotage.review.calibration.gradients import conjugate_gradients
from pilotage.review.calibration.panel import Floats, Panel
from pilotage.review.calibration.variances import Variances

EXACT_UP_TO = 1500
SAMPLES = 256
CHUNK = 64


@dataclass(frozen=True, slots=True, eq=False)
class Errors:
    """Standard errors: ``projects`` (projects,) of calibrated scores, ``shifts`` (experts,). ``exact`` or sampled."""

    projects: Floats
    shifts: Floats
    exact: bool


class Equations:
    """The normal equations of one panel under given variances. Arrays have a column per right-hand side."""

    def __init__(self, panel: Panel, variances: Variances) -> None:
        self.panel = panel
        self.noise, self.project, self.expert = float(variances.noise), float(variances.project), float(variances.expert)
        self.seats = panel.seats_of_projects.astype(np.float64)
        of_project, of_expert = _incidence(panel.project, len(panel.projects)), _incidence(panel.expert, len(panel.experts))
        self.mean = sparse.csr_array(sparse.diags_array(1.0 / self.seats) @ of_project.T)  # (projects, scores)
        self.panels = sparse.csr_array(self.mean @ of_expert)  # (projects, experts): 1 / seats where the expert sits
        self.spread, self.of_expert = of_project, of_expert
        ratio = self.noise / self.expert if self.expert else 0.0
        diagonal = sparse.diags_array(panel.seats_of_experts + ratio)
        self.matrix = sparse.csr_array(diagonal - of_expert.T @ (of_project @ self.panels))

    def shifts(self, values: Floats) -> Floats:
        """``values`` (scores, k) -> (experts, k)."""
        if not self.expert:
            return np.zeros((len(self.panel.experts), values.shape[1]))
        right = self.of_expert.T @ (values - self.spread @ (self.mean @ values))
        return conjugate_gradients(lambda x: self.matrix @ x, right, self.matrix.diagonal())

    def calibrated(self, values: Floats, shifts: Floats) -> Floats:
        """Mean of a project's scores less the mean shift of its experts, (projects, k)."""
        return self.mean @ values - self.panels @ shifts

    def levels(self, calibrated: Floats) -> Floats:
        """The mean of each component, projects weighted by how well they are known, (components, k)."""
        weight = 1 / (self.project + self.noise / self.seats)
        part = _incidence(self.panel.project_part, self.panel.parts)
        return (part.T @ (weight[:, None] * calibrated)) / (part.T @ weight)[:, None]

    def shrunken(self, calibrated: Floats, levels: Floats) -> Floats:
        """The best guess of each project's value, (projects, k)."""
        level = levels[self.panel.project_part]
        return level + self.trust[:, None] * (calibrated - level)

    @property
    def trust(self) -> Floats:
        """Share of a calibrated score's distance from the level that is the project's own, (projects,)."""
        return self.project / (self.project + self.noise / self.seats)

    def draw(self, random: np.random.RandomState, count: int) -> tuple[Floats, Floats]:
        """One world per column, all projects worth zero: true shifts (experts, k) and scores (scores, k)."""
        shifts = random.standard_normal((len(self.panel.experts), count)) * self.expert**0.5
        noise = random.standard_normal((len(self.panel.thousandths), count)) * self.noise**0.5
        return shifts, shifts[self.panel.expert] + noise

    def errors(self, exact_up_to: int = EXACT_UP_TO) -> Errors:
        if not self.expert:
            return Errors(np.sqrt(self.noise / self.seats), np.zeros(len(self.panel.experts)), exact=True)
        return self._exact_errors() if len(self.panel.experts) <= exact_up_to else self._sampled_errors()

    def _exact_errors(self) -> Errors:
        inverse = linalg.inv(self.matrix.toarray(), check_finite=False) * self.noise
        rows = range(0, len(self.panel.projects), 2000)
        carried = np.concatenate([_diagonal(self.panels[start : start + 2000], inverse) for start in rows])
        return Errors(np.sqrt(self.noise / self.seats + carried), np.sqrt(np.diag(inverse)), exact=True)

    def _sampled_errors(self) -> Errors:
        random = np.random.RandomState(20240229)
        projects, shifts = np.zeros(len(self.panel.projects)), np.zeros(len(self.panel.experts))
        for _ in range(SAMPLES // CHUNK):
            true, scores = self.draw(random, CHUNK)
            found = self.shifts(scores)
            projects += (self.calibrated(scores, found) ** 2).sum(axis=1)
            shifts += ((found - true) ** 2).sum(axis=1)
        return Errors(np.sqrt(projects / SAMPLES), np.sqrt(shifts / SAMPLES), exact=False)


def _incidence(index: np.ndarray, width: int) -> sparse.csr_array:
    rows = np.arange(len(index) + 1)
    return sparse.csr_array((np.ones(len(index)), index, rows), shape=(len(index), width))


def _diagonal(rows: sparse.csr_array, matrix: Floats) -> Floats:
    """diag(rows matrix rows^T) without the large product, shape (rows,)."""
    return np.asarray(rows.multiply(rows @ matrix).sum(axis=1)).ravel()
