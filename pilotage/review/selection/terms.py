"""The published terms of a selection: places, quotas, tie rule, seed. Pure, so that a decision file is replayed by the same code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

ATTRIBUTES = ("province", "industry", "size", "ownership", "group", "level")
TIE_RULES = ("mean", "finished_count", "spread", "recommended_rank", "number", "draw")
DEFAULT_TIES = ("mean", "finished_count", "number")
DRAWS = 100  # a chance is known to within about 0.1
MOST_DRAWS = 1000


@dataclass(frozen=True, slots=True)
class QuotaLine:
    """How many of one value of an attribute; ``value`` None: of every value without a line of its own."""

    attribute: str
    value: str | None = None
    minimum: int = 0
    maximum: int | None = None

    def as_json(self) -> list[Any]:
        return [self.attribute, self.value, self.minimum, self.maximum]


@dataclass(frozen=True, slots=True)
class SelectionParameters:
    """``draws``: samples behind each chance of selection, 0 for none. ``seed``: of the samples, the rule draw and the lottery."""

    total: int
    reserve: int = 0
    quotas: tuple[QuotaLine, ...] = ()
    required_reviews: int = 1
    least_mean: Decimal | None = None
    tie_break: tuple[str, ...] = DEFAULT_TIES
    calibrate: bool = False
    draws: int = DRAWS
    lottery: bool = False
    seed: str = ""

    @property
    def default_cap(self) -> int | None:
        """At most so many of each province that has no line of its own."""
        return next((line.maximum for line in self.quotas if line.attribute == "province" and line.value is None), None)

    @property
    def caps(self) -> dict[str, int]:
        lines = (line for line in self.quotas if line.attribute == "province")
        return {line.value: line.maximum for line in lines if line.value is not None and line.maximum is not None}

    def line(self, attribute: str, value: str) -> QuotaLine | None:
        """The limits that count for a value: its own, else those of every other."""
        lines = {line.value: line for line in self.quotas if line.attribute == attribute}
        return lines.get(value, lines.get(None))

    def as_json(self) -> dict[str, Any]:
        return {
            "total": self.total,
            "reserve": self.reserve,
            "quotas": [line.as_json() for line in ordered(self.quotas)],
            "required_reviews": self.required_reviews,
            "least_mean": None if self.least_mean is None else str(self.least_mean),
            "tie_break": list(self.tie_break),
            "calibrate": self.calibrate,
            "draws": self.draws,
            "lottery": self.lottery,
            "seed": self.seed,
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> SelectionParameters:
        """Also of selections made before there were quotas of other attributes: their caps are quotas of the province."""
        least = raw.get("least_mean")
        lines = (
            [QuotaLine(*line) for line in raw["quotas"]] if "quotas" in raw else province_lines(raw.get("default_cap"), raw.get("caps", {}))
        )
        return cls(
            total=raw["total"],
            reserve=raw.get("reserve", 0),
            quotas=ordered(lines),
            required_reviews=raw.get("required_reviews", 1),
            least_mean=None if least is None else Decimal(least),
            tie_break=tuple(raw.get("tie_break", DEFAULT_TIES)),
            calibrate=bool(raw.get("calibrate", False)),
            draws=int(raw.get("draws", 0)),
            lottery=bool(raw.get("lottery", False)),
            seed=str(raw.get("seed", "")),
        )


def ordered(lines: Any) -> tuple[QuotaLine, ...]:
    """Attribute by attribute, the line for every other value first."""
    return tuple(sorted(lines, key=lambda line: (ATTRIBUTES.index(line.attribute), line.value is not None, line.value or "")))


def province_lines(default: int | None, caps: Mapping[str, int | None]) -> list[QuotaLine]:
    """Caps as call files and selections named them at first. A province whose cap is None has none, whatever the default."""
    lines = [QuotaLine("province", str(code), 0, cap) for code, cap in caps.items()]
    return [*lines, QuotaLine("province", None, 0, default)] if default is not None else lines


def published_lines(options: Mapping[str, Any]) -> tuple[QuotaLine, ...]:
    """The quotas of a call file's select stage: ``per_province`` and ``quotas``; the latter win where both name one value."""
    named = dict(options.get("per_province") or {})
    default = named.pop("default", None)
    found = {(line.attribute, line.value): line for line in province_lines(default, named)}
    for quota in options.get("quotas") or ():
        pairs: list[tuple[str | None, Mapping[str, Any]]] = [(str(value), limits) for value, limits in (quota.get("values") or {}).items()]
        if quota.get("each"):
            pairs.append((None, quota["each"]))
        for value, limits in pairs:
            found[quota["by"], value] = QuotaLine(quota["by"], value, int(limits.get("min") or 0), limits.get("max"))
    return ordered(found.values())
