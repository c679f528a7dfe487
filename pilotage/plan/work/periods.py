"""For which periods does a measure owe reports, and when is each due?

Data: what the plan says under ``reporting`` and the days between which it and the measure run; the reckoning itself is ``core.periods``.
A report opens on the day after its period and is due ``due_days`` days later; the last one is that of the period in which the measure ends.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from pilotage.core.periods import QUARTER, YEAR, Period, Rhythm, key_of, parts_of, schedule

if TYPE_CHECKING:
    from pilotage.plan.models import Measure, Plan

# used where the plan does not say; ours, no source states them
EVERY, DUE_DAYS = QUARTER, 15
_MONTHS = {QUARTER: 3, YEAR: 12}


def every(plan: Plan) -> str:
    return str(plan.reporting.get("every") or EVERY)


def due_days(plan: Plan) -> int:
    return int(plan.reporting.get("due_days") or DUE_DAYS)


def publishes_texts(plan: Plan) -> bool:
    """Whether accepted reports can be read by everybody, not only lights and milestones."""
    return bool(plan.reporting.get("public_texts"))


def ends_on(measure: Measure, plan: Plan) -> date:
    """The last day on which the measure runs."""
    return max(day for day in (measure.due_on or plan.ends_on, measure.carries_over_to) if day)


def periods(plan: Plan, measure: Measure, now: datetime) -> list[Period]:
    """Every period of the measure whose report has opened by ``now``, oldest first. No query."""
    months = _MONTHS[every(plan)]
    first = _months_later(_first_of_period(plan.starts_on, months), months)
    opens = timezone.make_aware(datetime.combine(first, time()))
    rhythm = Rhythm(every(plan), opens, None, due_days(plan), None, key_of(ends_on(measure, plan), every(plan)))
    return [period for period in schedule(rhythm, timezone.localtime(now)) if period.opens_at <= now]


def last_day(key: str) -> date:
    """Of the period with this key."""
    year, quarter = parts_of(key)
    return _months_later(date(year, (quarter - 1) * 3 + 1 if quarter else 1, 1), 3 if quarter else 12) - timedelta(days=1)


def _first_of_period(day: date, months: int) -> date:
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def _months_later(day: date, months: int) -> date:
    whole = day.month - 1 + months
    return date(day.year + whole // 12, whole % 12 + 1, 1)
