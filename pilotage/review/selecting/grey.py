# How sure is each place, given how unsure the scores are?
#
# Data: a Selection and draws of the true scores (rows of thousandths with the keys of their columns, as the
# calibration samples them). Each draw goes through the linear relaxation under the selection's own quotas, those
# minimums lowered that could not be met; candidates without a column keep their score. The share of draws in
# which a candidate is selected is its probability; a share between .1 and .9 says: look again, add experts here.
#
# Where a draw's relaxation is fractional its shares are counted as they are, and the draw is counted in `fractional`.
# With n draws a probability is known to within about 1 / sqrt(n) (two standard errors at one half).
#
# Refuses: no draws; draws whose width is not that of the keys.
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np

from pilotage.review.selecting import program
from pilotage.review.selecting.engine import Selection
from pilotage.review.selecting.model import PLACES, Bools, Ints, SelectionError
from pilotage.review.selecting.needed import open_program
from pilotage.review.selecting.program import Program

LOW, HIGH = Decimal("0.1"), Decimal("0.9")


@dataclass(frozen=True, slots=True)
class GreyZone:
    """``probability`` of selection by key, three places; ``unsure``: keys from ``low`` to ``high``, nearest to one half first."""

    probability: dict[str, Decimal]
    unsure: tuple[str, ...]
    draws: int
    fractional: int
    low: Decimal
    high: Decimal


def grey_zone(selection: Selection, keys: Sequence[str], draws: Ints, *, low: Decimal = LOW, high: Decimal = HIGH) -> GreyZone:
    """``draws`` (count, keys) in whole thousandths."""
    if draws.ndim != 2 or not len(draws):
        raise SelectionError("there are no draws of the scores; sample some, 200 give a probability to within about 0.07")
    if draws.shape[1] != len(keys):
        raise SelectionError(f"the draws have {draws.shape[1]} columns for {len(keys)} keys; give one key per column")
    intake = selection.intake
    at = {key: column for column, key in enumerate(keys)}
    column = np.array([at.get(candidate.key, -1) for candidate in intake.eligible], dtype=np.int64)
    start = open_program(intake, selection.low, selection.terms)
    scores = intake.weights - intake.offset
    seen, fractional = np.zeros(len(column)), 0
    for draw in draws:
        drawn = np.where(column >= 0, draw[column], scores)
        shares = _shares(start, drawn - min(int(drawn.min(initial=0)), 0), selection.chosen)
        seen += shares
        fractional += bool((np.abs(shares - np.rint(shares)) > 1e-6).any())
    found = {c.key: _rounded(Decimal(float(n)) / len(draws)) for c, n in zip(intake.eligible, seen, strict=True)}
    half = Decimal("0.5")
    unsure = sorted((key for key, p in found.items() if low <= p <= high), key=lambda key: (abs(found[key] - half), key))
    return GreyZone(found, tuple(unsure), len(draws), fractional, low, high)


def _shares(start: Program, weights: Ints, known: Bools) -> np.ndarray:
    """How much of each candidate the relaxation takes, (eligible,); ``known`` fits, so a start with it always does."""
    shares = np.zeros(len(weights))
    if not len(weights):
        return shares
    columns = program.first_columns(start, weights) | known
    while True:
        found = program.linear(start, weights, columns, lifted=False)
        if found is None:
            raise SelectionError("the quotas of this selection fit no draw; report the input")
        missing = (program.proven(start, weights, columns, *found[1:]).reduced > 0) & ~columns
        if not missing.any():
            shares[columns] = np.round(found[0], 6)
            return shares
        columns |= missing


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(PLACES, rounding=ROUND_HALF_EVEN)
