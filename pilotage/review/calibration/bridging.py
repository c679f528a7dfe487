# Do enough seats link the pools of experts for a shift to be told from a pool's quality?
#
# Data: a Panel, and where the caller knows them the pools (discipline, session) of the projects. An expert's pool
# is the one in which most of the expert's seats lie (ties: the first by name); a seat bridges when project and
# expert lie in different pools. Without pools the thinnest cut that is found through each component serves.
#
# Statistic: mixing = bridging seats / bridging seats expected if seats were given without regard to pools. It is 0
# for separate pools and about 1 for a pool that is a pool in name only, whatever the number of pools.
#
# Threshold 0.20: bridging seats are all that tells a severe pool from a weak one. Simulated with the variances of
# NeurIPS 2014, ten pools, 1,000 projects, recall of the true best tenth, raw against calibrated (12 seeds): pools differ in severity,
# mixing .01 .552/.573, .05 .557/.600, .10 .560/.613, .20 .573/.628; pools differ in quality, .01 .655/.669, .05 .659/.670, .10
# .652/.670, .20 .649/.670. So thin bridging does no harm here, but below .20 much of a pool's severity stays in its scores. (The
# usual model, in which projects are random too, does harm below: at .10 only a draw, with none .569 against .620 raw.)
#
# Algorithm for the cut: the slowest mixing direction of a random walk over seats (power iteration from a fixed
# start), then the best of all cuts along it. A cut that is found is real; that none is thinner is not proven.
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from scipy import sparse

from pilotage.review.calibration.panel import Bools, CalibrationError, Floats, Ints, Panel, rounded

ENOUGH = Decimal("0.200")
STEPS = 300


@dataclass(frozen=True, slots=True)
class Bridge:
    """How one pool (or one side of the thinnest cut, ``pool`` is None) is linked with the rest of its component.

    ``bridging`` of ``seats`` cross the border; ``expected`` would without regard to pools; ``thin``: mixing < 0.20.
    ``experts`` are those on this side."""

    component: int
    pool: str | None
    seats: int
    bridging: int
    expected: Decimal
    mixing: Decimal
    thin: bool
    experts: tuple[str, ...]


def bridges(panel: Panel, pools: Mapping[str, str] | None = None) -> tuple[Bridge, ...]:
    """One entry per pool and component that holds more than one pool; without pools one per component that can be cut."""
    if pools is None:
        found = [_thinnest(panel, part) for part in range(panel.parts)]
        return tuple(bridge for bridge in found if bridge is not None)
    if missing := [name for name in panel.projects if name not in pools]:
        raise CalibrationError(f"no pool is given for project {', '.join(missing[:5])}; give every scored project its pool")
    names = sorted({pools[name] for name in panel.projects})
    of_project = np.array([names.index(pools[name]) for name in panel.projects], dtype=np.int64)
    of_expert = _homes(panel, of_project, len(names))
    found = [
        _measured(panel, part, of_project == pool, of_expert == pool, name)
        for part in range(panel.parts)
        for pool, name in enumerate(names)
    ]
    return tuple(bridge for bridge in found if bridge is not None)


def _homes(panel: Panel, of_project: Ints, pools: int) -> Ints:
    seats = np.zeros((len(panel.experts), pools), dtype=np.int64)
    np.add.at(seats, (panel.expert, of_project[panel.project]), 1)
    return seats.argmax(axis=1)


def _measured(panel: Panel, part: int, projects_in: Bools, experts_in: Bools, pool: str | None) -> Bridge | None:
    """Border seats of one side; None when the component lies wholly inside or outside of it."""
    here = panel.project_part[panel.project] == part
    project_side, expert_side = projects_in[panel.project[here]], experts_in[panel.expert[here]]
    seats, total = int((project_side | expert_side).sum()), int(here.sum())
    bridging = int((project_side != expert_side).sum())
    a, b = int(project_side.sum()), int(expert_side.sum())
    expected = Decimal(a * (total - b) + b * (total - a)) / total
    if not seats or not expected:
        return None
    mixing = rounded(bridging / expected)
    names = tuple(panel.experts[i] for i in np.flatnonzero(experts_in & (panel.expert_part == part)))
    return Bridge(part, pool, seats, bridging, rounded(expected), mixing, mixing < ENOUGH, names)


def _thinnest(panel: Panel, part: int) -> Bridge | None:
    here = panel.project_part[panel.project] == part
    experts, expert = np.unique(panel.expert[here], return_inverse=True)
    projects, project = np.unique(panel.project[here], return_inverse=True)
    if len(experts) < 2 or len(projects) < 2:
        return None
    place_experts, place_projects = _slowest(project, expert, len(projects), len(experts))
    projects_in, experts_in = _sweep(project, expert, place_projects, place_experts)
    all_projects, all_experts = np.zeros(len(panel.projects), dtype=bool), np.zeros(len(panel.experts), dtype=bool)
    all_projects[projects[projects_in]] = True
    all_experts[experts[experts_in]] = True
    return _measured(panel, part, all_projects, all_experts, None)


def _slowest(project: Ints, expert: Ints, projects: int, experts: int) -> tuple[Floats, Floats]:
    """Places of experts and projects along the slowest mixing direction of the walk expert -> project -> expert."""
    seats = sparse.csr_array((np.ones(len(project)), (project, expert)), shape=(projects, experts))
    of_expert, of_project = np.bincount(expert), np.bincount(project)
    place = np.sin(1.0 + np.arange(experts) * 2.399963)
    for _ in range(STEPS):
        place = place - (place * of_expert).sum() / of_expert.sum()
        size = np.sqrt((place * place * of_expert).sum())
        if size < 1e-9:
            break
        place = (seats.T @ ((seats @ (place / size)) / of_project)) / of_expert
    place = place - (place * of_expert).sum() / of_expert.sum()
    return np.round(place, 9), np.round((seats @ place) / of_project, 9)


def _sweep(project: Ints, expert: Ints, place_projects: Floats, place_experts: Floats) -> tuple[Bools, Bools]:
    """The cut with the least mixing among all along the line; each side keeps at least one project and one expert."""
    total = len(project)
    ends = np.sort(np.concatenate([place_projects, place_experts]))
    cuts = (ends[1:] + ends[:-1])[ends[1:] > ends[:-1]] / 2
    low, high = np.minimum(place_projects[project], place_experts[expert]), np.maximum(place_projects[project], place_experts[expert])
    crossing = np.searchsorted(np.sort(low), cuts) - np.searchsorted(np.sort(high), cuts)
    a, b = np.searchsorted(np.sort(place_projects[project]), cuts), np.searchsorted(np.sort(place_experts[expert]), cuts)
    fair = (a > 0) & (b > 0) & (a < total) & (b < total)
    if not fair.any():
        return np.zeros(len(place_projects), dtype=bool), np.zeros(len(place_experts), dtype=bool)
    expected = (a * (total - b) + b * (total - a)) / total
    best = int(np.argmin(np.where(fair, np.round(crossing / np.maximum(expected, 1e-9), 9), np.inf)))
    return place_projects < cuts[best], place_experts < cuts[best]
