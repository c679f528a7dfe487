# What do the criterion scores of one review, and the reviews of one application, say in one number?
#
# Data: a Rubric as the call file publishes it (criteria with whole or decimal weights that sum to 100, a
# scale such as 10); a review is a value per criterion, whole numbers from 0 to the scale.
#
# Total of a review, 0-100: sum over criteria of weight * value / scale. It exists only when every
# criterion has a value. While a review is under way the running figure is the same sum divided by the
# weight scored so far, so it stands on the same 0-100 scale; its share says how much of the weight it covers.
# Mean of an application: arithmetic mean of the totals. Spread: highest minus lowest total.
#
# All arithmetic is Decimal; every published figure is rounded once, at the end, to three places, half to
# even (a tie goes to the even digit, so rounding favours nobody over many projects).
#
# Invariants: a total lies between 0 and 100; raising one value never lowers a total; the mean lies
# between the lowest and the highest total; the order of criteria and of reviews is without effect.
#
# Refuses: weights that do not sum to 100, a value off the scale, a criterion the rubric does not have.
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

PLACES = Decimal("0.001")
HUNDRED = Decimal(100)


class RubricError(ValueError):
    """The rubric or a value does not fit; the message says where."""


@dataclass(frozen=True, slots=True)
class Criterion:
    key: str
    weight: Decimal
    title_zh: str = ""
    title_en: str = ""
    anchors: dict[int, tuple[str, str]] = field(default_factory=dict)  # level -> (zh, en)


@dataclass(frozen=True, slots=True)
class Rubric:
    scale: int
    criteria: tuple[Criterion, ...]

    @classmethod
    def parse(cls, content: Mapping[str, Any]) -> Rubric:
        """From a call file's ``rubrics`` entry."""
        criteria = tuple(_criterion(raw) for raw in content["criteria"])
        rubric = cls(int(content.get("scale", 10)), criteria)
        if len({criterion.key for criterion in criteria}) != len(criteria):
            raise RubricError("a criterion stands in the rubric twice")
        if sum(criterion.weight for criterion in criteria) != HUNDRED:
            raise RubricError("the weights of a rubric must sum to 100")
        return rubric

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(criterion.key for criterion in self.criteria)

    @property
    def levels(self) -> range:
        return range(self.scale + 1)

    def clean(self, value: object) -> Decimal | None:
        """A value as posted or stored: a whole number on the scale, None for blank. Raises RubricError."""
        if value is None or value == "":
            return None
        try:
            number = Decimal(str(value).strip())
        except ArithmeticError:
            raise RubricError(f"not a number: {value!r}") from None
        if not number.is_finite() or number != number.to_integral_value() or not 0 <= number <= self.scale:
            raise RubricError(f"not a whole number from 0 to {self.scale}: {value}")
        return number


@dataclass(frozen=True, slots=True)
class Running:
    """``value`` is None before the first score; ``share`` is the weight scored so far, out of 100."""

    value: Decimal | None
    scored: int
    share: Decimal


def _criterion(raw: Mapping[str, Any]) -> Criterion:
    title = raw.get("title", {})
    anchors = {int(level): (text.get("zh", ""), text.get("en", "")) for level, text in raw.get("anchors", {}).items()}
    return Criterion(raw["key"], Decimal(str(raw["weight"])), title.get("zh", ""), title.get("en", ""), dict(sorted(anchors.items())))


def rounded(value: Decimal) -> Decimal:
    return value.quantize(PLACES, rounding=ROUND_HALF_EVEN)


def running(rubric: Rubric, values: Mapping[str, Decimal | None]) -> Running:
    _check(rubric, values)
    scored = [(c.weight, value) for c in rubric.criteria if (value := values.get(c.key)) is not None]
    share = sum((weight for weight, _value in scored), Decimal(0))
    if not share:
        return Running(None, len(scored), share)
    points = sum((weight * value for weight, value in scored), Decimal(0))
    return Running(rounded(points * HUNDRED / (share * rubric.scale)), len(scored), share)


def total(rubric: Rubric, values: Mapping[str, Decimal | None]) -> Decimal | None:
    """The total of a complete review, 0-100; None while a criterion has no value."""
    _check(rubric, values)
    points = Decimal(0)
    for criterion in rubric.criteria:
        value = values.get(criterion.key)
        if value is None:
            return None
        points += criterion.weight * value
    return rounded(points / rubric.scale)


def missing(rubric: Rubric, values: Mapping[str, Decimal | None]) -> list[str]:
    return [key for key in rubric.keys if values.get(key) is None]


def mean(totals: Sequence[Decimal]) -> Decimal | None:
    return rounded(sum(totals, Decimal(0)) / len(totals)) if totals else None


def spread(totals: Sequence[Decimal]) -> Decimal | None:
    """Highest minus lowest; None with fewer than two, where nothing can differ."""
    return rounded(max(totals) - min(totals)) if len(totals) > 1 else None


def _check(rubric: Rubric, values: Mapping[str, Decimal | None]) -> None:
    unknown = sorted(set(values) - set(rubric.keys))
    if unknown:
        raise RubricError(f"the rubric has no criterion {', '.join(unknown)}")
    for key, value in values.items():
        if value is not None and not 0 <= value <= rubric.scale:
            raise RubricError(f"{key}: {value} is not on the scale from 0 to {rubric.scale}")
