"""What a call's stages say about review and selection, read from their options with defaults made explicit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pilotage.calls.enums import StageKind
from pilotage.calls.models import Application, Call, CallVersion
from pilotage.review.experts import conflicts
from pilotage.review.scoring import Rubric
from pilotage.review.selection.terms import DEFAULT_TIES, DRAWS, QuotaLine, SelectionParameters, published_lines

__all__ = ["QuotaLine", "ReviewOptions", "SelectionParameters", "review_options", "rubric_of", "rubric_of_version", "selection_defaults"]


@dataclass(frozen=True, slots=True)
class ReviewOptions:
    experts_per_application: int = 3
    conflict_rules: tuple[str, ...] = conflicts.ALWAYS
    blind: bool = True
    rubric: str = "main"
    invitations: bool = False  # only experts who accepted the invitation get seats
    panel: tuple[dict[str, Any], ...] = ()  # disciplines each panel must have: name, any_of, least, most


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
    return SelectionParameters(
        total=int(options.get("total") or 0),
        reserve=int(options.get("reserve") or 0),
        quotas=published_lines(options),
        required_reviews=review_options(call).experts_per_application,
        tie_break=tuple(options.get("tie_break") or DEFAULT_TIES),
        calibrate=bool(options.get("calibrate", False)),
        draws=int(options.get("draws", DRAWS)),
        lottery=bool(options.get("lottery", False)),
        seed=str(options.get("seed") or call.slug),
    )


def rubric_of(application: Application, options: ReviewOptions) -> Rubric:
    """The rubric of the version the application was made under."""
    return rubric_of_version(application.version, options)


def rubric_of_version(version: CallVersion, options: ReviewOptions) -> Rubric:
    return Rubric.parse(version.content["rubrics"][options.rubric])
