"""When a stage is open, in the sentence that the applicant and the officer both read."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from pilotage.calls.enums import ApplicationKind, ApplicationState, StageKind
from pilotage.calls.models import Application, Call, Stage
from pilotage.calls.reports.periods import period_of, period_title, periods_of, report_stage
from pilotage.core import clock
from pilotage.core.verdict import YES, Verdict, no

# A correction follows the deadline of whoever sent the application back.
_STAGE_OF_RETURN = {
    ApplicationState.CHECKED: StageKind.RECOMMEND,
    ApplicationState.SHORTLISTED: StageKind.RECOMMEND,
    ApplicationState.RECOMMENDED: StageKind.ACCEPT,
}


def moment(value: datetime) -> str:
    """To the minute, in the programme's time zone."""
    # Translators: a date format, not words; see Django's date filter
    return date_format(timezone.localtime(value), _("j F Y, H:i"))


def stage_open(call: Call, kind: str, now: datetime | None = None) -> Verdict:
    """Whether a stage of this kind accepts acts now: opened, and not yet closed."""
    stage = call.stage(kind)
    now = now or clock.now()
    if stage is None:
        return no(_("This call has no stage “%(stage)s”.") % {"stage": StageKind(kind).label})
    if stage.opens_at and now < stage.opens_at:
        return no(_("“%(stage)s” opens on %(moment)s.") % {"stage": stage.title, "moment": moment(stage.opens_at)})
    return _not_closed(stage, stage.closes_at, now)


def filing_open(call: Call, kind: str = ApplicationKind.NEW, period: str = "") -> Verdict:
    """Whether something of this kind can be filed now; ``period`` names the report, else any that is taken now will do."""
    if kind == ApplicationKind.UPDATE and report_stage(call):
        return _report_open(call, period)
    return stage_open(call, StageKind.UPDATE if kind == ApplicationKind.UPDATE else StageKind.APPLY)


def _report_open(call: Call, key: str) -> Verdict:
    stage, now, known = report_stage(call), clock.now(), periods_of(call)
    if stage is None or (key and all(period.key != key for period in known)):
        return no(_("This call asks for no report for %(period)s.") % {"period": period_title(key)})
    asked = [period for period in known if not key or period.key == key]
    if any(period.takes(now) for period in asked):
        return YES
    over = [period for period in asked if period.until and now >= period.until]
    if over and over[-1].until:
        return _not_closed(stage, over[-1].until, now)
    return no(_("“%(stage)s” opens on %(moment)s.") % {"stage": stage.title, "moment": moment(asked[0].opens_at)})


def report_due(application: Application) -> datetime | None:
    """When a report is or was due; None where dates were moved and its period is no longer asked for."""
    period = period_of(application.call, application.period)
    return period.due_at if period else None


def before_deadline(application: Application, kind: str) -> Verdict:
    """Whether an officer's stage is still open for this application. An update follows no officer's deadline."""
    if application.kind == ApplicationKind.UPDATE:
        return YES
    stage = application.call.stage(kind)
    return _not_closed(stage, deadline(application, kind), clock.now()) if stage else YES


def deadline(application: Application, kind: str) -> datetime | None:
    """The stage's close, or the later close of the stage that returned the application; None: no deadline."""
    kinds = [kind, _STAGE_OF_RETURN.get(ApplicationState(application.returned_from))] if application.returned_from else [kind]
    stages = [stage for each in kinds if each and (stage := application.call.stage(each))]
    closes = [stage.closes_at for stage in stages]
    return max((each for each in closes if each), default=None) if all(closes) else None


def district_open(call: Call) -> Verdict:
    """Whether districts may still pass up and return, where the call has them check before the cities."""
    stage = call.district_stage
    if stage is None:
        return no(_("This call has no district check: the city checks directly."))
    return _not_closed(stage, stage.closes_at, clock.now())


def correction_deadline(application: Application) -> datetime | None:
    """A report that was returned can be filed again at any time; only that it is late is shown."""
    if application.period:
        due = report_due(application)
        return due if due and due > clock.now() else None
    kind = StageKind.UPDATE if application.kind == ApplicationKind.UPDATE else StageKind.CHECK
    return deadline(application, kind)


def correction_open(application: Application) -> Verdict:
    if application.period:
        return YES
    kind = StageKind.UPDATE if application.kind == ApplicationKind.UPDATE else StageKind.CHECK
    stage = application.call.stage(kind)
    return _not_closed(stage, correction_deadline(application), clock.now()) if stage else YES


def is_past(application: Application, kind: str) -> bool:
    """Whether the deadline has gone by, after which the secretariat may act in the officer's place."""
    own = StageKind.UPDATE if application.kind == ApplicationKind.UPDATE else kind
    closes = report_due(application) if application.period else deadline(application, own)
    return closes is not None and clock.now() >= closes


def _not_closed(stage: Stage, closes: datetime | None, now: datetime) -> Verdict:
    if closes and now >= closes:
        return no(_("“%(stage)s” closed on %(moment)s.") % {"stage": stage.title, "moment": moment(closes)})
    return YES


def begins_at(call: Call, stage: Stage) -> datetime | None:
    """The stage's opening; one with a close but no opening of its own begins when the stage before it has closed."""
    if stage.opens_at or stage.closes_at is None:
        return stage.opens_at
    earlier = [each.closes_at for each in call.stage_by_key.values() if each.position < stage.position and each.closes_at]
    return earlier[-1] if earlier else None


def open_stages(call: Call, now: datetime | None = None) -> list[Any]:
    now = now or clock.now()
    return [
        stage
        for stage in call.stage_by_key.values()
        if ((begins := begins_at(call, stage)) is None or begins <= now) and (stage.closes_at is None or now < stage.closes_at)
    ]
