"""Reminding of reports that were not filed: by hand, and by the rules of the call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pilotage.audit.services import Entry, record_many
from pilotage.calls.enums import StageKind
from pilotage.calls.models import Application, Call, ReportReminder, Stage
from pilotage.calls.reports.periods import open_periods
from pilotage.calls.reports.selectors import can_be_reminded, holders, may_remind, not_filed, reminded_today
from pilotage.core import clock
from pilotage.core.verdict import Invalid
from pilotage.plan.reminders import Chase, chase_of


@dataclass(frozen=True, slots=True)
class Reminded:
    """``filed``: left out because the report has come in; ``today``: because they were reminded today already."""

    sent: int
    filed: int
    today: int


def remind_of_report(*, actor: Any, projects: Sequence[Application], period: str) -> Reminded:
    """Remind the enterprises of these listed projects of a report, each at most once a day.

    Raises ``Refused`` when the report cannot be filed now or a project is not the actor's, ``Invalid`` when nothing was chosen.
    """
    if not projects:
        raise Invalid({"projects": _("Select at least one enterprise.")})
    for call in {project.call_id: project.call for project in projects}.values():
        can_be_reminded(call, period).require()
    for project in projects:
        may_remind(actor, project).require()
    with transaction.atomic():
        owing = _locked(list(not_filed(Application.objects.filter(pk__in=[each.pk for each in projects]), period)))
        today = reminded_today(owing, period)
        wanted = [project for project in owing if project.pk not in today]
        _write(wanted, period, actor)
    return Reminded(len(wanted), len({each.pk for each in projects}) - len(owing), len(today))


def _locked(projects: Sequence[Application]) -> list[Application]:
    """One at a time for everything that reminds of the same project."""
    keys = [project.pk for project in projects]
    return list(
        Application.objects.select_for_update(of=("self",)).filter(pk__in=keys).only("pk", "number", "project_title").order_by("pk")
    )


def _write(projects: Sequence[Application], period: str, actor: Any) -> None:
    day, now = clock.today(), clock.now()
    rows = [ReportReminder(project=project, period=period, day=day, by=actor, at=now) for project in projects]
    ReportReminder.objects.bulk_create(rows)
    record_many([Entry(row, "report.remind") for row in rows], actor=actor)


# --- by rule --------------------------------------------------------------------------------
def remind_by_rule() -> int:
    """Remind of what is overdue, where a step of the call's rule has come since the last reminder. Returns how many.

    Three queries for each overdue report that can still be filed, whatever the number of enterprises.
    """
    stages = Stage.objects.filter(kind=StageKind.UPDATE, call__current__isnull=False, opens_at__lte=clock.now()).select_related("call")
    rows = stages.order_by("pk").values_list("call", "key", "call__current__content__reminders")
    sent = 0
    for pk, key, reminders in rows:
        if chase := chase_of(reminders, key):
            call = Call.objects.prefetch_related("stages").get(pk=pk)
            sent += sum(_chase(call, chase, period.key, period.due_at) for period in open_periods(call))
    return sent


def _chase(call: Call, chase: Chase, period: str, due: datetime) -> int:
    step = chase.last_step(due, clock.now())
    if step is None:
        return 0
    since = timezone.localtime(step).date()
    with transaction.atomic():
        done = ReportReminder.objects.filter(project__call=call, period=period, day__gte=since).order_by().values("project")
        wanted = _locked(list(not_filed(holders(call), period).exclude(pk__in=done).only("pk")))
        _write(wanted, period, None)
    return len(wanted)
