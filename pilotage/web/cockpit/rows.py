"""One line of the cockpit's table: a target with its value, goal, forecast, chance and judgement, as written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from pilotage.calls.models import Call
from pilotage.plan.enums import Outlook, TargetKind
from pilotage.plan.models import Plan, Target
from pilotage.plan.outlook import OutlookLine
from pilotage.web import formats
from pilotage.web.plan import forecasts
from pilotage.web.plan.lines import IN_PERCENT, Steps, plain, steps_of
from pilotage.web.plan.outlooks import open_forecast
from pilotage.web.states import look


@dataclass(frozen=True, slots=True)
class Row:
    """``own`` is the part of the reader's own province, None for readers without one. ``why`` explains an empty forecast."""

    outlook_line: OutlookLine
    value: str
    is_word: bool
    goal: str
    forecast: str
    chance: str
    why: str
    spark: SafeString
    own: Decimal | int | None
    own_url: str
    url: str
    is_selected: bool

    @property
    def target(self) -> Target:
        return self.outlook_line.line.target

    @property
    def records_url(self) -> str | None:
        return self.outlook_line.line.records_url

    @property
    def outlook(self) -> Outlook:
        return self.outlook_line.outlook


def row(
    plan: Plan,
    found: OutlookLine,
    calls: Mapping[tuple[str, int], Call],
    now: datetime,
    *,
    selected: str,
    url: str,
    own: tuple[Decimal | int | None, str] = (None, ""),
) -> Row:
    target, forecast = found.line.target, open_forecast(found)
    steps = steps_of(found.line, calls, now)
    return Row(
        outlook_line=found,
        value=value_words(found, steps),
        is_word=bool(steps and steps.current) and found.outlook != Outlook.MET,
        goal=goal_words(target),
        forecast=forecasts.when_or_range(target, forecast) if forecast else "",
        chance=forecasts.chance(forecast.chance) if forecast else "",
        why="" if forecast else found.why_none,
        spark=forecasts.spark(target, forecasts.within(plan, found.trend), forecast, look("outlook", found.outlook).tone),
        own=own[0],
        own_url=own[1],
        url=url,
        is_selected=target.code == selected,
    )


def value_words(found: OutlookLine, steps: Steps | None) -> str:
    """2,864 · 12.5% · of a paper not yet out the step it is in."""
    target = found.line.target
    if steps and steps.current and found.outlook != Outlook.MET:
        return steps.current
    if found.line.value is None:
        return formats.UNKNOWN
    number = formats.number(plain(found.line.value))
    return f"{number}%" if target.kind in IN_PERCENT else number


def goal_words(target: Target) -> str:
    """≥3,000 · 30 · 约2 · 302—335 · ≥20%"""
    if target.value is None:
        return formats.UNKNOWN
    number = formats.number(plain(target.value))
    if target.kind == TargetKind.RANGE:
        return f"{number}{'–' if formats.in_english() else '—'}{formats.number(plain(target.value_max))}"
    if target.kind == TargetKind.ABOUT:
        return _("c. %(number)s") % {"number": number}
    if target.kind == TargetKind.DELIVERABLE:
        return number if formats.in_english() else f"{number}{target.unit_zh}"
    sign = "" if target.kind == TargetKind.EXACT else "≥"
    return f"{sign}{number}{'%' if target.kind in IN_PERCENT else ''}"
