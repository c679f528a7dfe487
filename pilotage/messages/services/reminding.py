"""Reminders before a stage closes, planned from the call's file and sent once each.

Data: one row per call, stage, offset and group, with the moment it is due for the deadline as it stands.
Algorithm: planning compares the rows with what file and deadlines say now. A moved deadline moves the row; where the new
moment lies ahead the row is open again, whether it went out before or not. A row that is due goes out once, unless the
stage has closed meanwhile or a later reminder of the same stage and group is due as well: then it is passed over.
Invariants: the key of a message holds call, stage, offset and deadline, so nobody gets the same reminder twice, and who
belongs to two groups gets it once.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from pilotage.calls.enums import StageKind
from pilotage.calls.models import Stage
from pilotage.calls.reports.periods import rhythm_of
from pilotage.core import clock
from pilotage.core.periods import schedule
from pilotage.messages.enums import Group
from pilotage.messages.models import PlannedReminder
from pilotage.messages.news import Letter
from pilotage.messages.people import group
from pilotage.messages.services.inbox import write
from pilotage.messages.services.outbox import locked_office
from pilotage.messages.wording import name_of
from pilotage.plan.reminders import ReminderLine, lines

logger = logging.getLogger("pilotage.messages")
Identity = tuple[int, str, int, str]


@dataclass(frozen=True, slots=True)
class _Wanted:
    line: ReminderLine
    closes_at: datetime

    @property
    def due_at(self) -> datetime:
        return self.closes_at - timedelta(minutes=self.line.minutes)


def send_reminders() -> int:
    """Plan anew and send what is due. Returns how many messages were written."""
    now = clock.now()
    wanted = _wanted(now)
    _plan(wanted, now)
    due = PlannedReminder.objects.filter(done_at__isnull=True, due_at__lte=now).order_by("due_at", "id")
    return sum(_guarded(row, wanted, now) for row in due)


def _guarded(row: PlannedReminder, wanted: dict[Identity, _Wanted], now: datetime) -> int:
    """One that fails stays due and does not hold up the others."""
    try:
        return _send(row, wanted, now)
    except Exception:
        logger.exception("the reminder %s could not be sent; it is tried again at the next tick", row.pk)
        return 0


def _wanted(now: datetime) -> dict[Identity, _Wanted]:
    """What files and deadlines ask for, for every stage still to close, and every report still to fall due. One query."""
    running = Q(closes_at__gt=now) | Q(kind=StageKind.UPDATE)
    stages = Stage.objects.filter(running, call__current__isnull=False).order_by("call", "position")
    found: dict[Identity, _Wanted] = {}
    for call, key, kind, opens_at, closes_at, options, reminders in stages.values_list(
        "call", "key", "kind", "opens_at", "closes_at", "options", "call__current__content__reminders"
    ):
        if kind == StageKind.UPDATE and options.get("every") and opens_at:
            closes_at = _next_report(Stage(kind=kind, opens_at=opens_at, closes_at=closes_at, options=options), now)
        for line in lines(reminders, [(key, kind)]):
            if line.stage == key and closes_at is not None and closes_at > now:
                found[(call, key, line.minutes, line.to)] = _Wanted(line, closes_at)
    return found


def _next_report(stage: Stage, now: datetime) -> datetime | None:
    """When the report that comes next is due; each period moves the planned reminders on."""
    return next((period.due_at for period in schedule(rhythm_of(stage), timezone.localtime(now)) if period.due_at > now), None)


def _plan(wanted: dict[Identity, _Wanted], now: datetime) -> None:
    """Bring the rows in line with what is wanted. Without a change: one query."""
    known = {_identity(row): row for row in PlannedReminder.objects.order_by("id")}
    new = [key for key in wanted if key not in known]
    moved = [row for key, row in known.items() if key in wanted and row.closes_at != wanted[key].closes_at]
    gone = [row.pk for key, row in known.items() if key not in wanted and row.done_at is None]
    if not (new or moved or gone):
        return
    with transaction.atomic():
        locked_office()
        PlannedReminder.objects.bulk_create([_row(key, wanted[key]) for key in new], ignore_conflicts=True)
        for row in moved:
            row.closes_at, row.due_at = wanted[_identity(row)].closes_at, wanted[_identity(row)].due_at
            if row.due_at > now:
                row.done_at = None
        PlannedReminder.objects.bulk_update(moved, ["closes_at", "due_at", "done_at"])
        PlannedReminder.objects.filter(pk__in=gone).delete()


def _identity(row: PlannedReminder) -> Identity:
    return (row.call_id, row.stage_key, row.minutes, row.group)


def _row(key: Identity, wanted: _Wanted) -> PlannedReminder:
    call, stage, minutes, to = key
    return PlannedReminder(call_id=call, stage_key=stage, minutes=minutes, group=to, closes_at=wanted.closes_at, due_at=wanted.due_at)


def _send(row: PlannedReminder, wanted: dict[Identity, _Wanted], now: datetime) -> int:
    with transaction.atomic():
        mine = PlannedReminder.objects.filter(pk=row.pk, done_at__isnull=True, closes_at=row.closes_at)
        if not mine.update(done_at=now) or _is_passed_over(row, wanted, now):
            return 0
        stage = Stage.objects.select_related("call").get(call=row.call_id, key=row.stage_key)
        return len(write(list(_letters(row, stage, wanted[_identity(row)].line, now))))


def _is_passed_over(row: PlannedReminder, wanted: dict[Identity, _Wanted], now: datetime) -> bool:
    later = (
        other.due_at <= now
        for (call, stage, minutes, to), other in wanted.items()
        if (call, stage, to) == (row.call_id, row.stage_key, row.group) and minutes < row.minutes
    )
    return _identity(row) not in wanted or any(later)


_PAGES = {
    Group.FILERS_WITH_DRAFT: "calls:my-list",
    Group.FILERS: "calls:my-list",
    Group.CHECKERS: "calls:check-desk",
    Group.RECOMMENDERS: "calls:recommend-desk",
    Group.COSIGNERS: "calls:cosign-desk",
    Group.EXPERTS: "review:queue",
    Group.SECRETARIAT: "desk",
}


def _letters(row: PlannedReminder, stage: Stage, line: ReminderLine, now: datetime) -> Iterable[Letter]:
    text = "reminder.update" if row.group == Group.FILERS and stage.kind == StageKind.UPDATE else f"reminder.{row.group}"
    params = {"call": name_of(stage.call), "stage": name_of(stage), "closes": {"at": row.closes_at.isoformat()}}
    if line.text:
        params["extra"] = dict(line.text)
    key = f"reminder:{row.call_id}:{row.stage_key}:{row.minutes}:{int(row.closes_at.timestamp())}"
    link = reverse(_PAGES[Group(row.group)])
    return [Letter(user, text, params, key, now, stage.call, link) for user in group(stage.call, stage, row.group)]
