# What score would have been enough for one project, exactly?
#
# Algorithm: two best sums, with the project left out and of the others with it taken in. Their difference is the
# score with which both are equal: above it the project is selected, at it the tie rule decides.
#
# It is never below the bar where the linear bound is met, and above it where taking the project in would push out
# more than one other (a bar prices places one at a time). Where the bound is not met and a bar contradicts the outcome
# (a fractional relaxation), the bar gets one part more, `indivisible`, that lifts or lowers it to this score.
from __future__ import annotations

from decimal import Decimal

import numpy as np

from pilotage.review.selecting import program
from pilotage.review.selecting.intake import Intake
from pilotage.review.selecting.model import PLACES, THOUSAND, Bar, Ints, Part, Terms
from pilotage.review.selecting.program import Program


def open_program(intake: Intake, low: Ints, terms: Terms) -> Program:
    """All eligible ones open."""
    everyone = np.arange(len(intake.eligible))
    return Program(everyone, np.zeros(0, dtype=np.int64), intake.matrix, low, intake.high, terms.time_limit)


def needed(intake: Intake, low: Ints, terms: Terms, place: int) -> Decimal | None:
    """None when no score would do; the lowest possible where a minimum cannot be met without the project."""
    mask = np.zeros(len(intake.eligible), dtype=bool)
    mask[place] = True
    start = open_program(intake, low, terms)
    weights = intake.weights.copy()
    weights[place] = 0
    nobody = np.zeros_like(mask)
    without, within = (program.best(start.decide(*masks), weights) for masks in ((nobody, mask), (mask, nobody)))
    if within is None:
        return None
    return _points((0 if without is None else without.value - within.value) - intake.offset)


def corrected(intake: Intake, low: Ints, terms: Terms, place: int, bar: Bar) -> Bar:
    """The bar moved to the score that is needed, by a part of its own."""
    score = needed(intake, low, terms, place)
    if score is None:
        return bar
    more = Part("indivisible", None, None, score - bar.value, int(intake.high[0]), int(intake.high[0]))
    return Bar(score, (*bar.parts, more))


def _points(thousandths: int) -> Decimal:
    return (Decimal(thousandths) / THOUSAND).quantize(PLACES)
