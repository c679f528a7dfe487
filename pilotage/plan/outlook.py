"""How does each target stand, and will it be met? What is counted, joined with the forecast of what is on its way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any
from zlib import crc32

from django.utils.translation import gettext as _

from pilotage.core.verdict import Invalid
from pilotage.plan import forecast as kernel
from pilotage.plan.enums import Outlook, TargetKind, TargetStatus
from pilotage.plan.forecast import CannotForecast, Change, Forecast, Goal, Pipeline, Series
from pilotage.plan.forecast.model import AT_LEAST
from pilotage.plan.indicators import CannotCount, Indicator
from pilotage.plan.kept import kept, kept_levers, told, until_the_next_act
from pilotage.plan.models import Plan, Target
from pilotage.plan.outlook_words import in_words, lever_words
from pilotage.plan.progress import TargetLine, due_on, target_lines

__all__ = ["Lever", "OutlookLine", "WhatIf", "goal_of", "in_words", "levers", "outlook_of", "outlooks", "what_if"]

# ours: chances from which a target is called on track or at risk; below the second it is called unlikely
ON_TRACK, AT_RISK = 0.6, 0.05
TREND_MONTHS = 12
SERIES_MONTHS = 30


@dataclass(frozen=True, slots=True)
class OutlookLine:
    """``why_none`` is a sentence where ``forecast`` is None; ``trend`` the values at the ends of months and today, oldest first."""

    line: TargetLine
    outlook: Outlook
    forecast: Forecast | None
    why_none: str
    inputs: Pipeline | Series | None
    trend: list[tuple[date, Decimal | None]]

    @property
    def target(self) -> Target:
        return self.line.target


@dataclass(frozen=True, slots=True)
class WhatIf:
    before: Forecast
    after: Forecast


@dataclass(frozen=True, slots=True)
class Lever:
    """One change, what it says in words, and the chance with it."""

    change: Change
    words: str
    chance: float


@dataclass(slots=True)
class _Read:
    """What the indicators told, each asked once for the same options, and not again until somebody acts."""

    plan: Plan
    as_of: date
    months: list[date]
    state: str

    def history(self, indicator: Indicator, options: Mapping[str, Any]) -> list[tuple[date, Decimal | None]]:
        key = f"{indicator.key} {sorted(options.items())!r}"
        return list(self._told(f"history {key}", lambda: self._history(indicator, options)))

    def pipeline(self, indicator: Indicator, options: Mapping[str, Any]) -> Pipeline | None:
        key = f"{indicator.key} {sorted(options.items())!r}"
        ask = indicator.pipeline
        found: Pipeline | None = self._told(f"pipeline {key}", lambda: ask(self.plan, options, self.as_of)) if ask else None
        return found

    def _told(self, key: str, ask: Callable[[], Any]) -> Any:
        return told(self.state, f"{self.plan.pk} {self.plan.version} {self.as_of} {key}", ask)

    def _history(self, indicator: Indicator, options: Mapping[str, Any]) -> list[tuple[date, Decimal | None]]:
        if indicator.history is None:
            return []
        try:
            found = indicator.history(self.plan, options, self.months)
        except CannotCount:
            return []
        return [(day, None if value is None else Decimal(value)) for day, value in zip(self.months, found, strict=True)]


def outlooks(plan: Plan, as_of: date, actor: Any) -> list[OutlookLine]:
    """One per target in the plan's order. Costs two queries and what each distinct indicator with its options costs, once between two acts."""
    read = _Read(plan, as_of, month_ends(as_of, SERIES_MONTHS), until_the_next_act())
    return [_outlook(plan, line, as_of, read) for line in target_lines(plan, as_of, actor)]


def month_ends(as_of: date, months: int) -> list[date]:
    """The last days of so many months before ``as_of``, and ``as_of`` itself."""
    days, day = [as_of], as_of.replace(day=1) - timedelta(days=1)
    while len(days) <= months:
        days.append(day)
        day = day.replace(day=1) - timedelta(days=1)
    return days[::-1]


def goal_of(target: Target, as_of: date) -> Goal:
    """A target whose measure runs on past its due date is forecast for the later day once the first is over."""
    due = due_on(target)
    later = target.measure.carries_over_to
    value = target.value if target.value is not None else Decimal(1)
    return Goal(
        kind=str(target.kind),
        value=float(value),
        value_max=None if target.value_max is None else float(target.value_max),
        tolerance=None if target.tolerance is None else float(target.tolerance),
        due_on=later if later is not None and as_of > due else due,
    )


def seed_of(plan: Plan) -> int:
    """Of the plan alone: two days differ by what happened between them, never by luck."""
    return crc32(plan.slug.encode())


def what_if(plan: Plan, target: Target, as_of: date, actor: Any, changes: Sequence[Change]) -> WhatIf:
    """The forecast of a target as it is and with the changes. Invalid where there is nothing to change."""
    line = next((each for each in outlooks(plan, as_of, actor) if each.target.pk == target.pk), None)
    if line is None or line.forecast is None or not isinstance(line.inputs, Pipeline):
        raise Invalid({"changes": _("Only the forecast of records on their way can be tried with changes.")})
    try:
        after = kept(goal_of(line.target, as_of), kernel.changed(line.inputs, changes), seed_of(plan))
    except CannotForecast:
        raise Invalid({"changes": _("One of the changes is of something that is not there, such as a limit where none is set.")}) from None
    return WhatIf(line.forecast, after)


def levers(line: OutlookLine) -> list[Lever]:
    """Of the changes tried, those that raise the chance, the most helpful first; none without records on their way."""
    if line.forecast is None or not isinstance(line.inputs, Pipeline):
        return []
    found = kept_levers(goal_of(line.target, line.forecast.as_of), line.inputs, line.forecast.seed)
    return [Lever(each.change, lever_words(each.change, line.inputs), each.chance) for each in found]


def _outlook(plan: Plan, line: TargetLine, as_of: date, read: _Read) -> OutlookLine:
    target = line.target
    inputs = _inputs(line, read)
    found, why = _forecast(plan, line, as_of, inputs)
    return OutlookLine(line, outlook_of(target, line.status, found), found, why, inputs, _trend(line, read))


def _inputs(line: TargetLine, read: _Read) -> Pipeline | Series | None:
    indicator = line.indicator
    if indicator is None or line.value is None or line.target.kind == TargetKind.QUALITATIVE:
        return None
    options = line.target.indicator_options
    pipeline = read.pipeline(indicator, options)
    return pipeline if pipeline is not None else _series(line.target, read.as_of, read.history(indicator, options))


def _series(target: Target, as_of: date, history: Sequence[tuple[date, Decimal | None]]) -> Series | None:
    points = [(day, float(value)) for day, value in history if value is not None]
    if not points:
        return None
    # before the first record a count stands at nought; of those months the last alone is kept
    first = next((at for at, (_day, value) in enumerate(points) if value), 0)
    points = points[max(0, first - 1) :]
    rising = all(a[1] <= b[1] for a, b in pairwise(points))
    return Series(as_of, tuple(points), rising and target.kind not in {TargetKind.GROWTH, TargetKind.RATE})


def _trend(line: TargetLine, read: _Read) -> list[tuple[date, Decimal | None]]:
    if line.indicator is None or line.target.kind == TargetKind.QUALITATIVE:
        return []
    return read.history(line.indicator, line.target.indicator_options)[-TREND_MONTHS - 1 :]


def _forecast(plan: Plan, line: TargetLine, as_of: date, inputs: Pipeline | Series | None) -> tuple[Forecast | None, str]:
    why = _why_none(line)
    if why:
        return None, why
    if inputs is None:
        return None, _("Nothing tells yet how this number grows.")
    try:
        return kept(goal_of(line.target, as_of), inputs, seed_of(plan)), ""
    except CannotForecast as error:
        return None, _refusal(error.code)


def _why_none(line: TargetLine) -> str:
    target, status = line.target, line.status
    if status == TargetStatus.QUALITATIVE:
        return _("A qualitative target has no number to forecast.")
    if status == TargetStatus.MET and target.kind in AT_LEAST:
        return _("Met; nothing is left to forecast.")
    if status == TargetStatus.MISSED:
        return _("The due date is over.")
    if status == TargetStatus.CANNOT_COUNT:
        return line.why
    if line.indicator is None:
        return _("No indicator counts this target.")
    return "" if line.value is not None else _("There is no record to forecast from yet.")


def _refusal(code: str) -> str:
    return {
        "past": _("The due date is over."),
        "short": _("Too few values are known to tell how this number grows: at least three over four weeks are needed."),
        "still": _("The number has not moved yet, so nothing tells its pace."),
        "arrivals": _("Nothing tells how many applications will come: the call states no expected number and has not begun."),
    }.get(code, _("The records on their way contradict each other, so nothing is forecast."))


def outlook_of(target: Target, status: TargetStatus, forecast: Forecast | None) -> Outlook:
    """By what is counted where that decides, else by the chance of the forecast."""
    settled = {
        TargetStatus.QUALITATIVE: Outlook.QUALITATIVE,
        TargetStatus.MISSED: Outlook.MISSED,
        TargetStatus.CANNOT_COUNT: Outlook.UNKNOWN,
    }.get(status)
    if settled is not None:
        return settled
    if status == TargetStatus.MET and (forecast is None or forecast.chance >= ON_TRACK):
        return Outlook.MET
    if status == TargetStatus.CARRIES_OVER and (forecast is None or forecast.chance < ON_TRACK):
        return Outlook.CARRIES_OVER
    if forecast is None:
        return Outlook.UNKNOWN
    return by_chance(forecast.chance)


def by_chance(chance: float) -> Outlook:
    if chance >= ON_TRACK:
        return Outlook.ON_TRACK
    return Outlook.AT_RISK if chance >= AT_RISK else Outlook.UNLIKELY
