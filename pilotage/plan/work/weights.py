"""How far has a group come, each part by its weight?

Data: parts with a weight (or None) and a progress in percent (or None). Algorithm: a part without a weight counts as much as those
with one do on average, and 1 where no part has one; the answer is the weighted mean of the parts whose progress is known.
Invariants: the answer lies between the smallest and the largest known progress; multiplying every weight by the same number changes
nothing; without any known progress it is None. ``weight`` is the sum of all weights as used, ``known`` that of the parts counted.
Refuses: weights of 0 or less (ValueError).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    weight: float | None
    progress: float | None


@dataclass(frozen=True, slots=True)
class Rolled:
    """``parts`` and ``counted`` are numbers of parts: all, and those whose progress is known."""

    progress: float | None
    weight: float
    known: float
    parts: int
    counted: int
    weights: tuple[float, ...] = ()


def rolled(parts: Sequence[Part]) -> Rolled:
    weights = used_weights([part.weight for part in parts])
    counted = [(weight, part.progress) for weight, part in zip(weights, parts, strict=True) if part.progress is not None]
    known = sum(weight for weight, _progress in counted)
    progress = sum(weight * value for weight, value in counted) / known if counted else None
    return Rolled(progress, sum(weights), known, len(parts), len(counted), tuple(weights))


def used_weights(weights: Sequence[float | None]) -> list[float]:
    stated = [weight for weight in weights if weight is not None]
    if any(weight <= 0 for weight in stated):
        raise ValueError("a weight must be more than 0")
    usual = sum(stated) / len(stated) if stated else 1.0
    return [usual if weight is None else weight for weight in weights]
