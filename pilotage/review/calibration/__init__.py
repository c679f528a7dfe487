"""Calibration of expert scores: raw and calibrated side by side, each shift with its standard error.

    calibrate(scores, *, pools=None) -> Calibration      .projects .experts .components .variances .bridges .warnings
    Calibration.project(name) .expert(name)              the figures of one
    Calibration.ranking(names=None) .difference(a, b)    within one component; across components they refuse
    Calibration.figures()                                everything published, for JSON, in a fixed order
    sample(calibration, count, seed) -> Samples          draws of the true values, for the grey zone of the selection

Example, three experts, of whom Gu gives six or seven points more than the others on the same projects:

    >>> from pilotage.review.calibration import Score, calibrate
    >>> given = {"A": {"Li": 80, "Wu": 79}, "B": {"Li": 71, "Gu": 78}, "C": {"Wu": 76, "Gu": 83}, "D": {"Li": 60, "Wu": 62, "Gu": 67}}
    >>> found = calibrate(Score(project, expert, value) for project, mine in given.items() for expert, value in mine.items())
    >>> [(expert.expert, str(expert.shift), str(expert.error)) for expert in found.experts]
    [('Gu', '4.291', '2.229'), ('Li', '-2.341', '2.229'), ('Wu', '-1.951', '2.229')]
    >>> [(project.project, str(project.raw), str(project.calibrated)) for project in found.ranking()]
    [('A', '79.500', '81.646'), ('C', '79.500', '78.330'), ('B', '74.500', '73.525'), ('D', '63.000', '63.000')]

A and C have the same raw mean, but Gu sat on C only.
"""

from pilotage.review.calibration.bridging import Bridge
from pilotage.review.calibration.model import Calibration, Component, ExpertFigures, ProjectFigures, Warned, calibrate
from pilotage.review.calibration.panel import CalibrationError, Score
from pilotage.review.calibration.sampling import Samples, sample
from pilotage.review.calibration.variances import Variances

__all__ = [
    "Bridge",
    "Calibration",
    "CalibrationError",
    "Component",
    "ExpertFigures",
    "ProjectFigures",
    "Samples",
    "Score",
    "Variances",
    "Warned",
    "calibrate",
    "sample",
]
