# What would each project's panel have said if every expert judged alike, and how sure is that?
#
# Data: Scores. Model: score = project + shift of the expert + noise, shrunken; variances by the method of moments
# (variances.py), estimates by sparse normal equations (equations.py), each connected component for itself.
#
# Published, all in Decimal with three places, half to even:
#   shift of an expert    how much above (+) or below (-) the others on the same projects, shrunken towards 0
#   raw of a project      arithmetic mean of its scores
#   calibrated            raw minus the mean of the published shifts of its experts: anybody can check it by hand
#   error                 standard error of `calibrated`; likewise of each shift
#   expected              `calibrated` shrunken towards the level of the component: the best guess of the true value
# Ranking uses `calibrated`: it takes from a project only what its experts are known to add. `expected` pulls
# projects with fewer scores more towards the level, which is right for foretelling and wrong for comparing
# applicants; with panels of one size both give one order within a component.
#
# Invariants: the order of the input is without effect, to the byte; nobody shifts where the expert variance is
# zero, and then calibrated equals raw; shifts of one component sum to zero before rounding; an expert with one or
# two scores is marked `few` and moves by no more than the same shrinkage allows: n / (n + noise / expert variance).
# Per-expert z-scores are never used: in hold-out they are worse than doing nothing.
#
# Refuses: what panel.py refuses; ranking or comparing across components, which nothing in the scores can support.
from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np

from pilotage.review.calibration import bridging
from pilotage.review.calibration.bridging import Bridge
from pilotage.review.calibration.equations import EXACT_UP_TO, Equations
from pilotage.review.calibration.panel import THOUSAND, CalibrationError, Panel, Score, build, rounded
from pilotage.review.calibration.variances import Variances, estimate

FEW = 3  # fewer scores than this, and an expert is marked


@dataclass(frozen=True, slots=True)
class ProjectFigures:
    project: str
    component: int
    scores: int
    raw: Decimal
    calibrated: Decimal
    expected: Decimal
    error: Decimal


@dataclass(frozen=True, slots=True)
class ExpertFigures:
    """``shrinkage`` 0-1: the share of an observed difference that becomes the shift. ``few``: fewer than three scores."""

    expert: str
    component: int
    scores: int
    shift: Decimal
    error: Decimal
    shrinkage: Decimal
    few: bool


@dataclass(frozen=True, slots=True)
class Component:
    """Projects and experts linked by scores. ``level``: its estimated mean."""

    number: int
    projects: tuple[str, ...]
    experts: tuple[str, ...]
    scores: int
    level: Decimal

    def name(self, most: int = 3) -> str:
        more = f" and {len(self.projects) - most} more" if len(self.projects) > most else ""
        return (
            f"component {self.number + 1} (projects {', '.join(self.projects[:most])}{more}; experts {', '.join(self.experts[:most])}"
            + (f" and {len(self.experts) - most} more)" if len(self.experts) > most else ")")
        )


@dataclass(frozen=True, slots=True)
class Warned:
    """``code``: several_components, thin_bridging, no_expert_variance, not_separable or few_scores; ``figures`` for the sentence."""

    code: str
    figures: dict[str, object]


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    projects: tuple[ProjectFigures, ...]  # by name
    experts: tuple[ExpertFigures, ...]
    components: tuple[Component, ...]
    variances: Variances
    bridges: tuple[Bridge, ...]
    warnings: tuple[Warned, ...]
    exact_errors: bool
    panel: Panel = field(repr=False)

    def project(self, name: str) -> ProjectFigures:
        return self.projects[_place(self.panel.projects, name, "project")]

    def expert(self, name: str) -> ExpertFigures:
        return self.experts[_place(self.panel.experts, name, "expert")]

    def ranking(self, projects: Iterable[str] | None = None) -> list[ProjectFigures]:
        """By calibrated score, then name. Refuses projects of several components."""
        chosen = self.projects if projects is None else tuple(self.project(name) for name in projects)
        self._refuse_apart(chosen)
        return sorted(chosen, key=lambda figures: (-figures.calibrated, figures.project))

    def difference(self, one: str, other: str) -> Decimal:
        """Calibrated score of one project minus that of the other. Refuses across components."""
        pair = self.project(one), self.project(other)
        self._refuse_apart(pair)
        return pair[0].calibrated - pair[1].calibrated

    def figures(self) -> dict[str, object]:
        """Everything published, as plain values for JSON: the same input in any order gives the same bytes."""
        return {
            "variances": {name: str(getattr(self.variances, name)) for name in ("project", "expert", "noise")},
            "separable": self.variances.separable,
            "errors": "exact" if self.exact_errors else "sampled",
            "components": [[c.number, c.scores, str(c.level), list(c.projects), list(c.experts)] for c in self.components],
            "projects": [[p.project, p.component, p.scores, *map(str, (p.raw, p.calibrated, p.expected, p.error))] for p in self.projects],
            "experts": [[e.expert, e.component, e.scores, *map(str, (e.shift, e.error, e.shrinkage)), e.few] for e in self.experts],
            "bridges": [[b.component, b.pool, b.seats, b.bridging, str(b.expected), str(b.mixing), b.thin] for b in self.bridges],
            "warnings": [w.code for w in self.warnings],
        }

    def _refuse_apart(self, chosen: Iterable[ProjectFigures]) -> None:
        parts = sorted({figures.component for figures in chosen})
        if len(parts) > 1:
            named = "; ".join(self.components[part].name() for part in parts[:5]) + (" and more" if len(parts) > 5 else "")
            raise CalibrationError(
                f"{len(parts)} components share no expert, so their calibrated scores cannot be compared: {named}. "
                "Seat experts of one on projects of the other, or compare raw means"
            )


def _place(names: tuple[str, ...], name: str, kind: str) -> int:
    place = bisect_left(names, name)
    if place == len(names) or names[place] != name:
        raise CalibrationError(f"{kind} {name} has no scores here; it cannot be calibrated")
    return place


def calibrate(scores: Iterable[Score], *, pools: Mapping[str, str] | None = None, exact_up_to: int = EXACT_UP_TO) -> Calibration:
    """``pools``: the discipline or session of each project, for the warning about bridging; without it the
    thinnest cut found serves. ``exact_up_to``: number of experts up to which standard errors are exact."""
    panel = build(scores)
    variances = estimate(panel)
    equations = Equations(panel, variances)
    values = panel.points[:, None]
    exact = equations.shifts(values)
    calibrated = equations.calibrated(values, exact)
    levels = equations.levels(calibrated)
    expected = equations.shrunken(calibrated, levels)[:, 0]
    errors = equations.errors(exact_up_to)
    shifts = [rounded(float(value)) for value in exact[:, 0]]
    found = bridging.bridges(panel, pools)
    components = _components(panel, levels[:, 0])
    experts = _experts(panel, variances, shifts, errors.shifts)
    return Calibration(
        _projects(panel, shifts, expected, errors.projects),
        experts,
        components,
        variances,
        found,
        _warnings(variances, components, found, experts),
        errors.exact,
        panel,
    )


def _projects(panel: Panel, shifts: list[Decimal], expected: np.ndarray, errors: np.ndarray) -> tuple[ProjectFigures, ...]:
    totals = np.zeros(len(panel.projects), dtype=np.int64)
    taken = np.zeros(len(panel.projects), dtype=np.int64)
    np.add.at(totals, panel.project, panel.thousandths)
    np.add.at(taken, panel.project, np.array([int(shift * THOUSAND) for shift in shifts], dtype=np.int64)[panel.expert])
    rows = zip(panel.projects, panel.project_part, panel.seats_of_projects, totals, taken, expected, errors, strict=True)
    return tuple(
        ProjectFigures(
            name,
            int(part),
            int(n),
            rounded(Decimal(int(total)) / (THOUSAND * int(n))),
            rounded(Decimal(int(total - shift)) / (THOUSAND * int(n))),
            rounded(float(value)),
            rounded(float(error)),
        )
        for name, part, n, total, shift, value, error in rows
    )


def _experts(panel: Panel, variances: Variances, shifts: list[Decimal], errors: np.ndarray) -> tuple[ExpertFigures, ...]:
    rows = zip(panel.experts, panel.expert_part, panel.seats_of_experts, shifts, errors, strict=True)
    return tuple(
        ExpertFigures(name, int(part), int(n), shift, rounded(float(error)), _shrinkage(int(n), variances), int(n) < FEW)
        for name, part, n, shift, error in rows
    )


def _shrinkage(scores: int, variances: Variances) -> Decimal:
    return rounded(scores * variances.expert / (scores * variances.expert + variances.noise))


def _components(panel: Panel, levels: np.ndarray) -> tuple[Component, ...]:
    projects: list[list[str]] = [[] for _ in range(panel.parts)]
    experts: list[list[str]] = [[] for _ in range(panel.parts)]
    for name, part in zip(panel.projects, panel.project_part, strict=True):
        projects[part].append(name)
    for name, part in zip(panel.experts, panel.expert_part, strict=True):
        experts[part].append(name)
    seats = np.bincount(panel.project_part[panel.project], minlength=panel.parts)
    return tuple(
        Component(part, tuple(projects[part]), tuple(experts[part]), int(seats[part]), rounded(float(levels[part])))
        for part in range(panel.parts)
    )


def _warnings(
    variances: Variances, components: tuple[Component, ...], found: tuple[Bridge, ...], experts: tuple[ExpertFigures, ...]
) -> tuple[Warned, ...]:
    warned = []
    if len(components) > 1:
        warned.append(Warned("several_components", {"components": len(components)}))
    if not variances.separable:
        warned.append(Warned("not_separable", {}))
    elif not variances.expert:
        warned.append(Warned("no_expert_variance", {}))
    for bridge in found:
        if bridge.thin:
            figures: dict[str, object] = {
                "component": bridge.component,
                "pool": bridge.pool,
                "mixing": bridge.mixing,
                "threshold": bridging.ENOUGH,
            }
            warned.append(Warned("thin_bridging", figures | {"bridging": bridge.bridging, "seats": bridge.seats}))
    if few := [expert.expert for expert in experts if expert.few]:
        warned.append(Warned("few_scores", {"experts": few, "least": FEW}))
    return tuple(warned)
