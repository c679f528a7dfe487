# What do defences, video reviews and visits bring to the final score of a candidate?
#
# Data: the published weight of each sitting, of 100, and each candidate's mean in each (0 to 100).
# The reviews have what the weights leave of 100; without a weighted sitting the review score stays as it is.
# Invariants: pure; nobody without a score in a weighted sitting has a final score.
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

HUNDRED = Decimal(100)
PLACES = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class SittingShares:
    """``given``: candidate (its number, or what else names it) -> sitting -> mean."""

    weights: Mapping[str, Decimal]
    given: Mapping[Any, Mapping[str, Decimal]]

    @classmethod
    def read(cls, inputs: Mapping[str, Any]) -> SittingShares:
        """From the inputs of a selection; files from before there were weights have none."""
        weights = {stage: Decimal(weight) for stage, weight in sorted((inputs.get("sittings") or {}).items())}
        each = ((raw["number"], raw.get("sittings") or {}) for raw in inputs["candidates"])
        return cls(weights, {number: {stage: Decimal(mean) for stage, mean in given.items()} for number, given in each})

    @property
    def rest(self) -> Decimal:
        """The share of the reviews, 0 to 1."""
        return 1 - sum(self.weights.values(), Decimal(0)) / HUNDRED

    def lacking(self, number: Any) -> str | None:
        return next((stage for stage in self.weights if stage not in self.given[number]), None)

    def brought(self, number: Any) -> Decimal | None:
        """Points of the final score that come from the sittings."""
        if self.lacking(number):
            return None
        return sum((weight * self.given[number][stage] for stage, weight in self.weights.items()), Decimal(0)) / HUNDRED

    def joined(self, number: Any, score: Decimal | None) -> Decimal | None:
        """The final score; ``score`` is that of the reviews."""
        if not self.weights:
            return score
        brought = self.brought(number)
        if score is None or brought is None:
            return None
        return (score * self.rest + brought).quantize(PLACES, rounding=ROUND_HALF_EVEN)
