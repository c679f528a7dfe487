"""What the listed projects say they gained: each effect figure as an improvement, with its spread and what had to be left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pilotage.core.charts import SpreadRow
from pilotage.plan.models import Plan
from pilotage.registry.models import localized
from pilotage.reports.industries import counts
from pilotage.reports.industries.figures import FEWEST, Fault, Spread, improvement, spread
from pilotage.reports.subjects import Subject, subject_of


@dataclass(frozen=True, slots=True)
class EffectLine:
    """``spread`` None: fewer than ``FEWEST`` projects give a change. ``faults``: why the others give none -> how many."""

    key: str
    label: str
    unit: str
    better: str
    given: int
    spread: Spread | None
    faults: dict[str, int]

    @property
    def row(self) -> SpreadRow | None:
        found = self.spread
        return SpreadRow(self.label, found.low, found.q1, found.median, found.q3, found.high, found.count) if found else None

    @property
    def usable(self) -> int:
        return self.given - sum(self.faults.values())


@dataclass(frozen=True, slots=True)
class Effects:
    """``entries``: projects read. ``is_complete`` False: there are more than are read at once, and nothing is said of them."""

    lines: list[EffectLine]
    entries: int
    is_complete: bool = True
    fewest: int = FEWEST


@dataclass(slots=True)
class _Figure:
    shown: dict[str, Any]
    values: list[float] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)

    def take(self, figure: dict[str, Any]) -> None:
        found = improvement(figure.get("before"), figure.get("after"), str(figure.get("better") or "higher"))
        if isinstance(found, Fault):
            self.faults[found.value] += 1
        else:
            self.values.append(found)

    def line(self, key: str, label: str = "") -> EffectLine:
        name, unit = self.shown.get("label") or {}, self.shown.get("unit") or {}
        return EffectLine(
            key=key,
            label=label or localized(name.get("zh", key), name.get("en", "")),
            unit=localized(unit.get("zh", ""), unit.get("en", "")),
            better=str(self.shown.get("better") or "higher"),
            given=len(self.values) + sum(self.faults.values()),
            spread=spread(self.values),
            faults=dict(self.faults),
        )


def effect_lines(plan: Plan, as_of: date, *, industry: str = "", scenario: str = "", subject: Subject | None = None) -> Effects:
    """One line per effect figure of the form, in its order. One query beside those of the subject."""
    subject = subject or subject_of(plan)
    read = counts.effects(subject.editions, as_of, industry=industry, scenario=scenario)
    if len(read) > counts.EFFECTS_MOST:
        return Effects([], len(read), is_complete=False)
    found = _figures((key, figure) for _industry, figures in read for key, figure in _keyed(figures))
    return Effects([figure.line(key) for key, figure in found.items()], len(read))


def effect_by_industry(plan: Plan, as_of: date, key: str, names: dict[str, str], *, subject: Subject | None = None) -> Effects:
    """One figure, a line for each industry that gives it. One query beside those of the subject."""
    subject = subject or subject_of(plan)
    read = counts.effects(subject.editions, as_of)
    if len(read) > counts.EFFECTS_MOST:
        return Effects([], len(read), is_complete=False)
    given = ((industry, figure) for industry, figures in read if industry for name, figure in _keyed(figures) if name == key)
    lines = [figure.line(code, names.get(code, code)) for code, figure in _figures(given).items()]
    return Effects(sorted(lines, key=lambda line: (-line.given, line.key)), len(read))


def _keyed(figures: Iterable[dict[str, Any]]) -> Iterable[tuple[str, dict[str, Any]]]:
    return ((str(figure.get("key")), figure) for figure in figures)


def _figures(given: Iterable[tuple[str, dict[str, Any]]]) -> dict[str, _Figure]:
    found: dict[str, _Figure] = {}
    for key, figure in given:
        if key not in found:
            found[key] = _Figure(figure)
        found[key].take(figure)
    return found
