"""What a call's stages say about review and selection, read from their options with defaults made explicit."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from pilotage.calls.enums import StageKind
from pilotage.calls.models import Application, Call, CallVersion
from pilotage.review import conflicts
from pilotage.review.ranking import Terms
from pilotage.review.scoring import Rubric


@dataclass(frozen=True, slots=True)
class ReviewOptions:
    experts_per_application: int = 3
    conflict_rules: tuple[str, ...] = conflicts.ALWAYS
    blind: bool = True
    rubric: str = "main"
    invitations: bool = False  # only experts who accepted the invitation get seats
    panel: tuple[dict[str, Any], ...] = ()  # disciplines each panel must have: name, any_of, least, most


@dataclass(frozen=True, slots=True)
class SelectionParameters:
    """``caps`` maps a province's code to its cap; ``default_cap`` None: the other provinces have none."""

    total: int
    reserve: int = 0
    default_cap: int | None = None
    caps: dict[str, int] = field(default_factory=dict)
    required_reviews: int = 1
    least_mean: Decimal | None = None
    tie_break: tuple[str, ...] = ("mean", "finished_count", "number")

    def terms(self) -> Terms:
        return Terms(self.total, self.reserve, self.default_cap, dict(self.caps), self.required_reviews, self.least_mean, self.tie_break)

    def as_json(self) -> dict[str, Any]:
        return {
            "total": self.total,
            "reserve": self.reserve,
            "default_cap": self.default_cap,
            "caps": dict(sorted(self.caps.items())),
            "required_reviews": self.required_reviews,
            "least_mean": None if self.least_mean is None else str(self.least_mean),
            "tie_break": list(self.tie_break),
        }

    @classmethod
    def from_json(cls, raw: dict[str, Any]) -> SelectionParameters:
        least = raw.get("least_mean")
        return cls(
            total=raw["total"],
            reserve=raw.get("reserve", 0),
            default_cap=raw.get("default_cap"),
            caps=dict(raw.get("caps", {})),
            required_reviews=raw.get("required_reviews", 1),
            least_mean=None if least is None else Decimal(least),
            tie_break=tuple(raw.get("tie_break", ("mean", "finished_count", "number"))),
        )


def review_options(call: Call) -> ReviewOptions:
    """Of the call's review stage; the defaults where it has none. One query for the stages, once per call object."""
    stage = call.stage(StageKind.REVIEW)
    options = stage.options if stage else {}
    return ReviewOptions(
        int(options.get("experts_per_application", 3)),
        conflicts.rules_in_force(options.get("conflicts", ())),
        bool(options.get("blind", True)),
        str(options.get("rubric", "main")),
        bool(options.get("invitations", False)),
        tuple(options.get("panel") or ()),
    )


def selection_defaults(call: Call) -> SelectionParameters:
    """What the call file publishes for its selection: the form starts from here."""
    stage = call.stage(StageKind.SELECT)
    options = stage.options if stage else {}
    caps = {str(code): int(cap) for code, cap in (options.get("per_province") or {}).items() if code != "default" and cap is not None}
    default = (options.get("per_province") or {}).get("default")
    return SelectionParameters(
        total=int(options.get("total") or 0),
        reserve=int(options.get("reserve") or 0),
        default_cap=None if default is None else int(default),
        caps=caps,
        required_reviews=review_options(call).experts_per_application,
        tie_break=tuple(options.get("tie_break") or ("mean", "finished_count", "number")),
    )


def rubric_of(application: Application, options: ReviewOptions) -> Rubric:
    """The rubric of the version the application was made under."""
    return rubric_of_version(application.version, options)


def rubric_of_version(version: CallVersion, options: ReviewOptions) -> Rubric:
    return Rubric.parse(version.content["rubrics"][options.rubric])
