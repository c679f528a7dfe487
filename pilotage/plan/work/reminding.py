"""Reminding units of progress reports that were not handed in: by hand, and by rule. The messages room tells them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pilotage.audit.services import Entry, record_many
from pilotage.core import clock
from pilotage.core.verdict import Invalid
from pilotage.plan.models import Plan, WorkReminder
from pilotage.plan.reminders import Chase
from pilotage.plan.work import rules
from pilotage.plan.work.standing import Owed, measure_lines

# days around the day a report is due; ours, no source states any
CHASE = Chase((-3, 1, 7), 14)
MANAGER_FROM = 7  # days after which the lead unit's managers are told as well
LONGEST = timedelta(days=90)  # after that nobody is reminded by rule any more


def remind(*, actor: Any, plan: Plan, owed: Sequence[tuple[str, Owed]]) -> int:
    """Remind of these reports, given as measure code and what is owed; each at most once a day. Returns how many."""
    rules.can_remind(actor).require()
    if not owed:
        raise Invalid(_("No report is overdue."))
    today = clock.today()
    done = set(WorkReminder.objects.filter(plan=plan, day=today).values_list("measure_code", "unit_code", "period"))
    return _write(plan, [(code, each) for code, each in owed if (code, each.unit.code, each.period.key) not in done], actor)


def remind_by_rule() -> int:
    """For every plan that runs or ended lately: remind where a step has come since the last reminder. Returns how many."""
    now, oldest = clock.now(), clock.today() - LONGEST - timedelta(days=500)
    return sum(_chase(plan, now) for plan in Plan.objects.filter(ends_on__gte=oldest).order_by("pk"))


def _chase(plan: Plan, now: Any) -> int:
    """Without the targets: what is owed does not depend on them."""
    wanted = []
    last = _last_days(plan)
    for line in measure_lines(plan, clock.today(), None, lines=[]):
        for owed in line.owed:
            step = CHASE.last_step(owed.period.due_at, now)
            if step is None or now - owed.period.due_at > LONGEST:
                continue
            reminded = last.get((line.measure.code, owed.unit.code, owed.period.key))
            if reminded is None or reminded < timezone.localtime(step).date():
                wanted.append((line.measure.code, owed))
    return _write(plan, wanted, None)


def _last_days(plan: Plan) -> dict[tuple[str, str, str], Any]:
    rows = WorkReminder.objects.filter(plan=plan).order_by("day").values_list("measure_code", "unit_code", "period", "day")
    return {(code, unit, period): day for code, unit, period, day in rows}


def _write(plan: Plan, owed: Iterable[tuple[str, Owed]], actor: Any) -> int:
    now, today = clock.now(), clock.today()
    rows = [
        WorkReminder(
            plan=plan,
            measure_code=code,
            unit_code=each.unit.code,
            period=each.period.key,
            day=today,
            due_at=each.period.due_at,
            to_manager=now - each.period.due_at >= timedelta(days=MANAGER_FROM),
            by=actor,
            at=now,
        )
        for code, each in owed
    ]
    if not rows:
        return 0
    with transaction.atomic():
        Plan.objects.select_for_update().get(pk=plan.pk)  # two ticks at once remind once
        known = set(WorkReminder.objects.filter(plan=plan, day=today).values_list("measure_code", "unit_code", "period"))
        rows = [row for row in rows if (row.measure_code, row.unit_code, row.period) not in known]
        WorkReminder.objects.bulk_create(rows)
        record_many([Entry(row, "work_report.remind") for row in rows], actor=actor)
    return len(rows)
