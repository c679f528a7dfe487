"""How each target stands, as a report tells it: figures to compare, words to print."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from pilotage.plan.enums import Outlook, TargetKind
from pilotage.plan.forecast import Forecast
from pilotage.plan.models import Plan, Target
from pilotage.plan.outlook import OutlookLine, outlooks
from pilotage.plan.outlook_words import sure
from pilotage.plan.progress import due_on
from pilotage.reports.papers.words import UNKNOWN, number, of_unit, percent, span

IN_PERCENT = frozenset({TargetKind.GROWTH, TargetKind.RATE})
TONES = {
    Outlook.MET: "good",
    Outlook.ON_TRACK: "accent",
    Outlook.AT_RISK: "warn",
    Outlook.UNLIKELY: "bad",
    Outlook.MISSED: "bad",
}


@dataclass(frozen=True, slots=True)
class TargetFact:
    outlook: OutlookLine

    @property
    def target(self) -> Target:
        return self.outlook.target

    @property
    def code(self) -> str:
        return self.target.code

    @property
    def value(self) -> Decimal | None:
        return self.outlook.line.value

    @property
    def forecast(self) -> Forecast | None:
        return self.outlook.forecast

    @property
    def status(self) -> Outlook:
        return self.outlook.outlook

    @property
    def status_words(self) -> str:
        """Of what no forecast was made, what is counted says more than that there is none."""
        return str((self.outlook.line.status if self.status == Outlook.UNKNOWN else self.status).label)

    @property
    def due_on(self) -> date:
        return due_on(self.target)

    @property
    def tone(self) -> str:
        return TONES.get(self.status, "neutral")

    @property
    def state_cell(self) -> list[str]:
        return [self.status_words, self.tone]

    def figures(self) -> dict[str, Any]:
        """Numbers that the next report is compared with."""
        found = {"value": plain(self.value), "goal": plain(self.target.value), "status": self.status.value}
        if self.forecast is not None:
            found |= {"chance": round(self.forecast.chance, 3), "median": plain(self.forecast.median)}
        return found


def facts_of(plan: Plan, as_of: date) -> list[TargetFact]:
    return [TargetFact(line) for line in outlooks(plan, as_of, None)]


def plain(value: Any) -> int | float | None:
    if value is None:
        return None
    return int(value) if float(value).is_integer() else round(float(value), 4)


def status_words(value: str) -> str:
    """Also of a report from before a state was renamed."""
    return str(Outlook(value).label) if value in Outlook.values else value


def goal_words(target: Target) -> str:
    """不少于300家 · at least 300 factories."""
    if target.kind == TargetKind.QUALITATIVE:
        return _("in words")
    if target.value is None:
        return _("to be delivered")
    value = amount(target, target.value)
    if target.kind == TargetKind.RANGE:
        return span(target.value, target.value_max) + amount(target, 0).removeprefix("0")
    if target.kind == TargetKind.ABOUT:
        return _("about %(value)s") % {"value": value}
    if target.kind in {TargetKind.EXACT, TargetKind.DELIVERABLE}:
        return value
    return _("at least %(value)s") % {"value": value}


def amount(target: Target, value: Any) -> str:
    if value is None:
        return UNKNOWN
    return f"{number(value)}%" if target.kind in IN_PERCENT else of_unit(value, target.unit)


def chance_words(forecast: Forecast | None) -> str:
    return UNKNOWN if forecast is None else sure(forecast.chance)


def range_words(forecast: Forecast | None, level: int = 80) -> str:
    """The interval in whole numbers where it counts things."""
    if forecast is None:
        return UNKNOWN
    low, high = forecast.intervals[level]
    return span(round(low), round(high)) if high >= 10 else span(round(low, 1), round(high, 1))


def target_fields(fact: TargetFact) -> dict[str, str]:
    """Names as in ``plan.workreports.TARGET_FIELDS``."""
    target = fact.target
    share = fact.value / target.value if fact.value is not None and target.value else None
    return {
        "title": target.title,
        "value": amount(target, fact.value),
        "goal": goal_words(target),
        "status": fact.status_words,
        "share": percent(share),
        "chance": chance_words(fact.forecast),
    }
