"""The reports a call asks for after listing, read off its update stage; the reckoning itself is in ``periods``."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from pilotage.calls.enums import StageKind
from pilotage.calls.models import Application, Call, Stage
from pilotage.core import clock
from pilotage.core.periods import DUE_DAYS, Period, Rhythm, schedule
from pilotage.core.periods import period_name as period_name
from pilotage.core.periods import period_title as period_title


def report_stage(call: Call) -> Stage | None:
    """The update stage, where it asks for a report in each period."""
    stage = call.stage(StageKind.UPDATE)
    return stage if stage and stage.options.get("every") and stage.opens_at else None


def rhythm_of(stage: Stage) -> Rhythm:
    """Of a stage that :func:`report_stage` has let through."""
    options = stage.options
    return Rhythm(
        every=options["every"],
        opens=timezone.localtime(stage.opens_at),  # type: ignore[arg-type]
        closes=timezone.localtime(stage.closes_at) if stage.closes_at else None,
        due_days=int(options.get("due_days") or DUE_DAYS),
        late_days=options.get("late_days"),
        last=str(options.get("last") or ""),
    )


def periods_of(call: Call, now: datetime | None = None) -> list[Period]:
    """Every period that has opened, and the next one, oldest first. No query where the stages are there."""
    stage = report_stage(call)
    return schedule(rhythm_of(stage), timezone.localtime(now or clock.now())) if stage else []


def period_of(call: Call, key: str) -> Period | None:
    return next((period for period in periods_of(call) if period.key == key), None)


def open_periods(call: Call, now: datetime | None = None) -> list[Period]:
    """Those whose report can be filed now, late or not."""
    now = now or clock.now()
    return [period for period in periods_of(call, now) if period.takes(now)]


def next_due(call: Call, now: datetime | None = None) -> Period | None:
    """The one that falls due next, whether it has opened or not."""
    now = now or clock.now()
    return next((period for period in periods_of(call, now) if period.due_at > now), None)


def current_period(call: Call) -> Period | None:
    """The newest one whose report can be filed now."""
    return next(reversed(open_periods(call)), None)


def is_report(application: Application) -> bool:
    return bool(application.period)
