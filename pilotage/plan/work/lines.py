"""What is said of one measure on one day."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from pilotage.core.periods import Period
from pilotage.plan.models import LightOverride, Measure, Milestone, ProgressReport, ResponsibleUnit
from pilotage.plan.progress import TargetLine
from pilotage.plan.work.enums import Basis, Light
from pilotage.plan.work.lights import Facts, Rule


@dataclass(frozen=True, slots=True)
class MilestoneLine:
    """``days_late`` is 0 where it was reached or is not yet due."""

    milestone: Milestone
    is_done: bool
    days_late: int


@dataclass(frozen=True, slots=True)
class Owed:
    """A report that has opened and was not handed in. ``report`` is what was written so far."""

    period: Period
    unit: ResponsibleUnit
    report: ProgressReport | None
    days_late: int
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class MeasureLine:
    """``light`` and ``why`` are what is shown: the override where one is in force, else ``rule`` and what it found.

    ``progress`` is in percent, from ``basis``; ``owed`` are the reports to be written, ``overdue`` those of them past their day.
    ``last_report`` is the newest handed in by a lead unit; ``to_review`` counts those that wait for a decision.
    """

    measure: Measure
    light: Light
    why: str
    is_overridden: bool
    progress: float | None
    last_report: ProgressReport | None
    milestones: list[MilestoneLine]
    overdue: list[Owed]
    basis: Basis = Basis.NOTHING
    computed: Light = Light.NONE
    computed_why: str = ""
    rule: Rule | None = None
    override: LightOverride | None = None
    owed: list[Owed] = field(default_factory=list)
    targets: list[TargetLine] = field(default_factory=list)
    facts: Facts = field(default_factory=Facts)
    to_review: int = 0
    ends_on: date | None = None
