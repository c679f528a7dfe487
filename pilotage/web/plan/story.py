"""What is told of one target: the fan, the sentence under it, how it was forecast, what was said before and what is counted now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils.safestring import SafeString

from pilotage.plan import readings
from pilotage.plan.enums import Outlook, TargetKind
from pilotage.plan.indicators import Change
from pilotage.plan.models import Plan, Target
from pilotage.plan.outlook import OutlookLine, month_ends
from pilotage.plan.outlook_words import in_words
from pilotage.plan.progress import target_history
from pilotage.plan.reading_models import TargetReading
from pilotage.web import formats
from pilotage.web.plan import forecasts
from pilotage.web.plan.days import AsOf
from pilotage.web.plan.lines import IN_PERCENT, plain
from pilotage.web.plan.outlooks import open_forecast

PLACES = readings.PLACES
MONTHS = 13
MOST_CHANGES = 10


@dataclass(frozen=True, slots=True)
class ReadingRow:
    """What was said at the end of a day, and what the records give for that day now."""

    day: date
    said: str
    forecast: str
    chance: str
    outlook: Outlook
    now: str
    differs: bool


@dataclass(frozen=True, slots=True)
class Story:
    """``why`` says why there is no forecast; ``changes`` are acts that changed the value of an earlier day."""

    headline: str
    why: str
    fan: SafeString
    fan_phone: SafeString
    has_points: bool
    chance: str
    interval: str
    sure: str
    words: list[str]
    readings: list[ReadingRow]
    changes: list[Change]


def story(plan: Plan, found: OutlookLine, as_of: AsOf) -> Story:
    """Three queries over what the line itself has cost."""
    target, forecast = found.line.target, open_forecast(found)
    trend = forecasts.within(plan, found.trend)
    said = _readings(plan, target, as_of)
    corrected = [row.day for row in said if row.differs]
    return Story(
        headline=forecasts.headline(target, forecast) if forecast else "",
        why="" if forecast else found.why_none,
        fan=forecasts.fan(target, trend, forecast),
        fan_phone=forecasts.fan(target, trend, forecast, size=forecasts.PHONE),
        has_points=any(value is not None for _day, value in trend) and target.kind != TargetKind.QUALITATIVE,
        chance=forecasts.chance(forecast.chance) if forecast else "",
        interval=forecasts.interval(target, forecast) if forecast else "",
        sure=forecasts.sure_by(forecast) if forecast else "",
        words=in_words(found) if forecast else [],
        readings=said,
        changes=_changes(plan, found, min(corrected)) if corrected else [],
    )


def _readings(plan: Plan, target: Target, as_of: AsOf) -> list[ReadingRow]:
    """Of the ends of the last months and of the day before, newest first, each beside what is counted for its day now. Two queries."""
    days = {*month_ends(as_of.day, MONTHS), as_of.day - timedelta(days=1)}
    kept = list(readings.of(plan, target.code).filter(day__in=days))
    now = dict(target_history(plan, target, [reading.day for reading in kept])) if kept else {}
    return [_row(target, reading, now.get(reading.day), is_told=bool(now)) for reading in reversed(kept)]


def _row(target: Target, reading: TargetReading, now: Decimal | None, *, is_told: bool) -> ReadingRow:
    """``is_told``: whether the indicator can say what an earlier day's number is."""
    bounds: Mapping[str, Sequence[float]] = reading.forecast.get("intervals") or {}
    chance = reading.chance
    return ReadingRow(
        day=reading.day,
        said=_written(target, reading.value),
        forecast=forecasts.between(target, *bounds["80"]) if "80" in bounds else "",
        chance="" if chance is None else forecasts.chance(chance),
        outlook=Outlook(reading.outlook),
        now=_written(target, now) if is_told else "",
        differs=is_told and reading.value != (None if now is None else now.quantize(PLACES)),
    )


def _written(target: Target, value: Decimal | None) -> str:
    number = formats.number(plain(value))
    return f"{number}%" if value is not None and target.kind in IN_PERCENT else number


def _changes(plan: Plan, found: OutlookLine, since: date) -> list[Change]:
    """Newest first; those of the day itself were known when it was read."""
    indicator = found.line.indicator
    if indicator is None or indicator.changes is None:
        return []
    acts = indicator.changes(plan, found.line.target.indicator_options, since)
    return sorted(acts, key=lambda act: act.at, reverse=True)[:MOST_CHANGES]
