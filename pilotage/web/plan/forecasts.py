"""A forecast as pages word it and draw it: the range at the due date, the chance, the day it is met, the fan."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from pilotage.core import charts
from pilotage.plan.enums import TargetKind
from pilotage.plan.forecast.model import Forecast
from pilotage.plan.models import Plan, Target
from pilotage.web import formats
from pilotage.web.plan.lines import IN_PERCENT, amount, plain

WIDE, PHONE = (860, 344), (356, 300)
Trend = Sequence[tuple[date, Decimal | None]]


# --- numbers --------------------------------------------------------------------------------
def rounded(target: Target, value: float) -> Decimal:
    """Counts in whole numbers, percentages to one decimal."""
    exact = Decimal(str(value))
    return exact.quantize(Decimal("0.1")) if target.kind in IN_PERCENT else exact.quantize(Decimal(1))


def interval(target: Target, forecast: Forecast, level: int = 80) -> str:
    """3,050—3,310 · 42.1—45.3%; one number where both ends are the same."""
    return between(target, *forecast.intervals[level])


def between(target: Target, lower: float, upper: float) -> str:
    low, high = rounded(target, lower), rounded(target, upper)
    dash = "–" if formats.in_english() else "—"
    text = formats.number(low) if low == high else f"{formats.number(low)}{dash}{formats.number(high)}"
    return f"{text}%" if target.kind in IN_PERCENT else text


def chance(value: float) -> str:
    """94%; never a certainty that a forecast cannot give."""
    if 0 < value < 0.005:
        return "<1%"
    if 0.995 <= value < 1:
        return ">99%"
    return f"{round(value * 100)}%"


def third(day: date) -> str:
    """12月上旬 · early Dec: as exact as the day on which a paper appears can be said."""
    month = formats.SHORT_MONTHS[day.month - 1] if formats.in_english() else f"{day.month}月"
    return (_("early %(month)s"), _("mid %(month)s"), _("late %(month)s"))[min((day.day - 1) // 10, 2)] % {"month": month}


def due_words(due: date) -> str:
    """年底 · year-end; else the day."""
    return pgettext("due date", "year-end") if (due.month, due.day) == (12, 31) else formats.short_day(due)


# --- sentences ------------------------------------------------------------------------------
def when_or_range(target: Target, forecast: Forecast) -> str:
    """What the column of forecasts shows: the range, of a paper the time it is likely to appear."""
    if target.kind != TargetKind.DELIVERABLE:
        return interval(target, forecast)
    likely = forecast.met_by.get(50)
    return third(likely) if likely else _("not by %(due)s") % {"due": due_words(forecast.due_on)}


def expected(target: Target, forecast: Forecast) -> str:
    """预计年底3,050—3,310家 · 3,050–3,310 expected by 31 Dec"""
    if target.kind == TargetKind.DELIVERABLE:
        return _("Expected: %(when)s") % {"when": when_or_range(target, forecast)}
    unit = "" if formats.in_english() or target.kind in IN_PERCENT else target.unit_zh
    due = formats.short_day(forecast.due_on) if formats.in_english() else due_words(forecast.due_on)
    return _("%(range)s expected by %(due)s") % {"range": f"{interval(target, forecast)}{unit}", "due": due}


def headline(target: Target, forecast: Forecast) -> str:
    """12月10日前后达到3,000家，年底3,180家左右 · met around 10 Dec, about 3,180 at year-end"""
    likely = forecast.met_by.get(50)
    due, median = due_words(forecast.due_on), amount(target, rounded(target, forecast.median))
    told = {"due": due, "median": median, "goal": amount(target, target.value), "chance": chance(forecast.chance)}
    if target.kind == TargetKind.DELIVERABLE:
        if likely is None:
            return _("Not likely by %(due)s") % told
        return _("Likely %(when)s, %(chance)s by the due date") % {**told, "when": third(likely)}
    if likely is None:
        return _("About %(median)s at %(due)s, against a target of %(goal)s") % told
    return _("Reaches %(goal)s around %(day)s; about %(median)s at %(due)s") % {**told, "day": formats.short_day(likely)}


def sure_by(forecast: Forecast) -> str:
    """The day by which it is met with ninety per cent, in a sentence; '' where no day is."""
    sure = forecast.met_by.get(90)
    return _("Met by %(day)s with a chance of 90%%.") % {"day": formats.day(sure)} if sure else ""


# --- pictures -------------------------------------------------------------------------------
def fan(target: Target, trend: Trend, forecast: Forecast | None, *, size: tuple[int, int] = WIDE) -> SafeString:
    known = [(day, float(value)) for day, value in trend if value is not None]
    is_count = target.value is not None and target.kind != TargetKind.QUALITATIVE
    drawn = charts.fan(
        known,
        forecast.path if forecast else (),
        goal=float(target.value) if is_count and target.value is not None else None,
        goal_label=_("Target %(goal)s") % {"goal": _short(target, target.value)},
        title=_fan_title(target, forecast),
        format_number=lambda value: _written(target, value),
        day_label=day_label,
        end_label=due_words(forecast.due_on) if forecast else "",
        dash="–" if formats.in_english() else "—",
        empty=_("Nothing has been counted yet."),
        size=size,
    )
    return SafeString(drawn.svg)


def within(plan: Plan, trend: Trend) -> list[tuple[date, Decimal | None]]:
    """The part of a course that lies in the plan's period, with the day before it begins."""
    return [(day, value) for day, value in trend if day >= plan.starts_on - timedelta(days=1)]


def _fan_title(target: Target, forecast: Forecast | None) -> str:
    if forecast is None:
        return _("%(title)s: the values counted") % {"title": target.title}
    told = {"title": target.title, "headline": headline(target, forecast), "range": interval(target, forecast)}
    return _("%(title)s: %(headline)s; 80%% range %(range)s") % told


def _short(target: Target, value: Decimal | None) -> str:
    number = formats.number(plain(value))
    return f"{number}%" if target.kind in IN_PERCENT else number


def _written(target: Target, value: float) -> str:
    """On an axis and at the end of a fan: small steps keep a decimal, counts of a size do not."""
    exact = plain(Decimal(str(round(value, 1 if abs(value) < 20 or target.kind in IN_PERCENT else 0))))
    return f"{formats.number(exact)}%" if target.kind in IN_PERCENT else formats.number(exact)


def day_label(day: date) -> str:
    """10月 · Oct for the end of a month, else the day."""
    if (day + timedelta(days=1)).day != 1:
        return formats.short_day(day)
    return formats.SHORT_MONTHS[day.month - 1] if formats.in_english() else f"{day.month}月"


def spark(target: Target, trend: Trend, forecast: Forecast | None, tone: str) -> SafeString:
    values = [None if value is None else float(value) for _day, value in trend]
    goal = float(target.value) if target.value is not None else None
    ahead = forecast.intervals[80] if forecast else None
    return SafeString(charts.sparkline(values, goal=goal, tone=tone, ahead=ahead).svg)


def span_words(trend: Trend) -> str:
    """1—10月 · Jan–Oct: what a sparkline covers, of its last year."""
    if not trend:
        return ""
    last = trend[-1][0]
    first = min(day for day, _value in trend if day.year == last.year)
    if formats.in_english():
        months = formats.SHORT_MONTHS
        return months[last.month - 1] if first.month == last.month else f"{months[first.month - 1]}–{months[last.month - 1]}"
    return f"{last.month}月" if first.month == last.month else f"{first.month}—{last.month}月"
