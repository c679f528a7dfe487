# What else could the true values of the projects be, given the scores?
#
# Data: a Calibration, a count and a seed (any text). Answers `count` draws of every project's true value from its
# distribution given all scores and the estimated variances, errors of projects that share experts being drawn
# together. The grey zone sends each draw through the selection.
#
# Algorithm: shifts by Matheron's rule: draw a whole world from the model, estimate it from its own scores, and add its error
# to the estimate from the real scores; that is an exact draw, at the cost of one solution of the equations. Given the
# shifts, the level of each component and each project's value are drawn from their normal distributions.
# The generator is numpy's RandomState (its stream is frozen across versions) seeded by SHA-256 of the seed; the
# draws are rounded to whole thousandths.
#
# Invariants: the same calibration, count and seed give the same draws; a longer run starts with the draws of a shorter
# one; the mean over draws tends to `expected`.
#
# Refuses: a count below 1; scores from which noise cannot be told (each project scored once).
from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

from pilotage.review.calibration.equations import CHUNK, Equations
from pilotage.review.calibration.model import Calibration
from pilotage.review.calibration.panel import THOUSAND, CalibrationError, Floats, Ints


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """``thousandths`` (count, projects): one row per draw, columns as ``projects``."""

    projects: tuple[str, ...]
    thousandths: Ints
    seed: str


def sample(calibration: Calibration, count: int, seed: str) -> Samples:
    if count < 1:
        raise CalibrationError(f"{count} draws were asked for; ask for at least one, 200 give a probability to within about 0.04")
    panel = calibration.panel
    if len(panel.projects) == len(panel.thousandths):
        raise CalibrationError("every project has one score, so nothing tells how uncertain a score is; seat a second expert")
    equations = Equations(panel, calibration.variances)
    random = np.random.RandomState(np.frombuffer(hashlib.sha256(seed.encode()).digest(), dtype=">u4").astype(np.uint32))
    values = panel.points[:, None]
    found = equations.shifts(values)
    rows = [_draws(equations, random, values, found)[: count - start] for start in range(0, count, CHUNK)]
    return Samples(panel.projects, np.concatenate(rows), seed)


def _draws(equations: Equations, random: np.random.RandomState, values: Floats, found: Floats) -> Ints:
    """(CHUNK, projects)"""
    true, scores = equations.draw(random, CHUNK)
    calibrated = equations.calibrated(values, found + true - equations.shifts(scores))
    weight = 1 / (equations.project + equations.noise / equations.seats)
    sure = np.bincount(equations.panel.project_part, weight)[:, None]
    levels = equations.levels(calibrated) + random.standard_normal((equations.panel.parts, CHUNK)) / np.sqrt(sure)
    own = np.sqrt(equations.trust * equations.noise / equations.seats)
    drawn = equations.shrunken(calibrated, levels) + own[:, None] * random.standard_normal(calibrated.shape)
    return np.rint(drawn.T * THOUSAND).astype(np.int64)
