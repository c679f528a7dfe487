"""A target's line as the plan pages show it: value, bar, forecast, and what that means in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import pgettext

from pilotage.calls.models import Call
from pilotage.plan.enums import Outlook, TargetKind
from pilotage.plan.forecast import Forecast
from pilotage.plan.outlook import OutlookLine
from pilotage.plan.progress import TargetLine
from pilotage.web.plan import forecasts
from pilotage.web.plan.lines import Steps, goal, sentence, steps_of

OPEN = frozenset({Outlook.ON_TRACK, Outlook.AT_RISK, Outlook.UNLIKELY, Outlook.CARRIES_OVER})
# of several targets the one that most wants attention
WANTED = (
    Outlook.MISSED,
    Outlook.UNLIKELY,
    Outlook.AT_RISK,
    Outlook.CARRIES_OVER,
    Outlook.ON_TRACK,
    Outlook.UNKNOWN,
    Outlook.MET,
    Outlook.QUALITATIVE,
)


@dataclass(frozen=True, slots=True)
class Shown:
    found: OutlookLine
    goal: str
    sentence: str
    steps: Steps | None

    @property
    def line(self) -> TargetLine:
        return self.found.line

    @property
    def outlook(self) -> Outlook:
        return self.found.outlook

    @property
    def has_bar(self) -> bool:
        return self.line.target.value is not None and self.line.target.kind != TargetKind.DELIVERABLE

    @property
    def low(self) -> float | None:
        """The lower end of the 80 % range, while it is open."""
        return ends(self.found)[0]

    @property
    def high(self) -> float | None:
        return ends(self.found)[1]


def open_forecast(found: OutlookLine) -> Forecast | None:
    """The forecast where the matter is not settled."""
    return found.forecast if found.outlook in OPEN else None


def ends(found: OutlookLine) -> tuple[float, float] | tuple[None, None]:
    """Of the 80 % range, while it is open."""
    forecast = open_forecast(found)
    return forecast.intervals[80] if forecast else (None, None)


def shown(found: OutlookLine, calls: Mapping[tuple[str, int], Call], now: datetime) -> Shown:
    """``calls`` by the directory and edition they publish, with their stages prefetched: a deliverable's steps come from there."""
    steps = steps_of(found.line, calls, now)
    return Shown(found, goal(found.line.target), words(found, steps), steps)


def words(found: OutlookLine, steps: Steps | None) -> str:
    """What follows from value and status; while a count is open, where it is expected to end."""
    forecast, told = open_forecast(found), sentence(found.line, steps)
    if forecast is None or found.outlook == Outlook.CARRIES_OVER:
        return told
    expected = forecasts.expected(found.line.target, forecast)
    return f"{told} · {expected}" if found.line.target.kind == TargetKind.DELIVERABLE else expected


def total_words(outlook: Outlook) -> str:
    """The word after a number of targets: 2项完成 · 2 met"""
    return {
        Outlook.MET: pgettext("number of targets", "met"),
        Outlook.ON_TRACK: pgettext("number of targets", "on track"),
        Outlook.AT_RISK: pgettext("number of targets", "at risk"),
        Outlook.UNLIKELY: pgettext("number of targets", "unlikely"),
        Outlook.CARRIES_OVER: pgettext("number of targets", "carrying over"),
        Outlook.MISSED: pgettext("number of targets", "missed"),
        Outlook.UNKNOWN: pgettext("number of targets", "without forecast"),
        Outlook.QUALITATIVE: pgettext("number of targets", "qualitative"),
    }[outlook]
