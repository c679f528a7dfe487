"""The calibration of a call's finished scores, computed anew whenever it is read.

Scores are few thousand numbers: to compute them anew costs less than to keep a copy true. What a selection used stands in the selection.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pilotage.calls.models import Application, Call
from pilotage.review.enums import AssignmentState
from pilotage.review.models import Assignment, ExpertProfile

if TYPE_CHECKING:  # numpy and scipy are loaded when a calibration is read, not when the site starts
    from pilotage.review.calibration import Calibration, ExpertFigures, ProjectFigures


@dataclass(frozen=True, slots=True)
class ExpertLine:
    """``mean``: of the totals the expert gave, 0-100."""

    expert: ExpertProfile
    mean: Decimal
    figures: ExpertFigures


@dataclass(frozen=True, slots=True)
class ProjectLine:
    """Places count from 1 inside the component; equal scores share the better place."""

    application: Application
    figures: ProjectFigures
    raw_place: int
    place: int

    @property
    def change(self) -> Decimal:
        return self.figures.calibrated - self.figures.raw

    @property
    def rise(self) -> int:
        return self.raw_place - self.place


@dataclass(frozen=True, slots=True)
class Reading:
    found: Calibration
    scores: int
    experts: list[ExpertLine]  # the strictest first
    projects: list[ProjectLine]  # by component, then by calibrated score
    warnings: list[str]

    @property
    def is_whole(self) -> bool:
        """Whether all calibrated scores can be compared with each other."""
        return len(self.found.components) == 1


def read(call: Call) -> Reading | None:
    """None while no review is finished. Three queries, whatever the number of scores."""
    from pilotage.review.calibration import Score, calibrate

    seats = Assignment.objects.filter(call=call, state=AssignmentState.FINISHED).order_by("id")
    rows = seats.values_list("application__number", "expert__number", "total")
    given = [(number, expert, total) for number, expert, total in rows if total is not None]  # the database sees to it that none is
    if not given:
        return None
    found = calibrate(Score(*row) for row in given)
    related = Application.objects.filter(call=call, number__in={row[0] for row in given}).select_related("enterprise", "province")
    applications = {row.number: row for row in related.defer("data", "field_versions", "bigrams").order_by("id")}
    numbers = {row[1] for row in given}
    experts = {row.number: row for row in ExpertProfile.objects.filter(number__in=numbers).select_related("user").order_by("number")}
    totals: dict[str, list[Decimal]] = defaultdict(list)
    for _number, expert, total in given:
        totals[expert].append(total)
    lines = [ExpertLine(experts[each.expert], sum(totals[each.expert], Decimal(0)) / each.scores, each) for each in found.experts]
    return Reading(
        found,
        len(given),
        sorted(lines, key=lambda line: (line.figures.shift, line.figures.expert)),
        _placed(found.projects, applications),
        [warning_sentence(warned.code, warned.figures) for warned in found.warnings],
    )


def _placed(projects: Sequence[ProjectFigures], applications: dict[str, Application]) -> list[ProjectLine]:
    lines = []
    for component in sorted({each.component for each in projects}):
        mine = [each for each in projects if each.component == component]
        raw, calibrated = _places([each.raw for each in mine]), _places([each.calibrated for each in mine])
        ordered = sorted(mine, key=lambda each: (-each.calibrated, each.project))
        lines += [ProjectLine(applications[each.project], each, raw[each.raw], calibrated[each.calibrated]) for each in ordered]
    return lines


def _places(scores: Sequence[Decimal]) -> dict[Decimal, int]:
    places: dict[Decimal, int] = {}
    for place, score in enumerate(sorted(scores, reverse=True), start=1):
        places.setdefault(score, place)
    return places


# --- words ----------------------------------------------------------------------------------
def warning_sentence(code: str, figures: Mapping[str, Any]) -> str:
    if code == "several_components":
        return _(
            "%(count)s groups of applications share no expert. Nothing in the scores can tell a strict group from a weak one: "
            "calibrated scores are compared inside a group only."
        ) % {"count": figures["components"]}
    if code == "not_separable":
        return _("Each expert scored one application only, so strictness cannot be told from quality. No score is shifted.")
    if code == "no_expert_variance":
        return _("The experts judge alike: what differs between them is no more than chance. No score is shifted.")
    if code == "thin_bridging":
        return _thin(figures)
    few = len(figures["experts"])
    return ngettext(
        "%(count)s expert has fewer than %(least)s finished reviews; hardly anything is known of the strictness.",
        "%(count)s experts have fewer than %(least)s finished reviews; hardly anything is known of their strictness.",
        few,
    ) % {"count": few, "least": figures["least"]}


def _thin(figures: Mapping[str, Any]) -> str:
    return _(
        "Part of the panel is linked thinly: %(bridging)s of %(seats)s seats cross over, a share of %(mixing)s of what chance would give "
        "(at least %(threshold)s is wanted). A shift between the parts may be quality, not strictness."
    ) % {name: figures[name] for name in ("bridging", "seats", "mixing", "threshold")}
