"""Introductions in which nothing moves: reminded of by rule, and ended when nobody answers. The messages room tells those concerned."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from pilotage.audit.services import Entry, record_many, transition_many
from pilotage.core import clock
from pilotage.finance.matching.enums import ACTIVE
from pilotage.finance.matching.models import Introduction

# days without a step; ours, no source states any
FIRST, AGAIN, LAPSE = 14, 30, 180


def remind_by_rule() -> int:
    """Remind of what has not moved for two weeks, then every thirty days; let lapse what has not moved for half a year. Returns how many."""
    now, reason = clock.now(), _("No step for %(days)d days.") % {"days": LAPSE}
    waiting = Introduction.objects.filter(state__in=ACTIVE, moved_at__lte=now - timedelta(days=FIRST)).order_by("pk")
    # without a transaction, which would hold up who writes at every tick
    if not any(_lapses(row, now) or is_due(row, now) for row in waiting):
        return 0
    with transaction.atomic():
        rows = list(waiting.select_for_update(of=("self",)).select_related("need", "offer"))
        dead = [row for row in rows if _lapses(row, now)]
        transition_many(dead, "lapse", actor=None, reason=reason, changes=lambda _row: {"reason": reason})
        ended = {row.pk for row in dead}
        due = [row for row in rows if row.pk not in ended and is_due(row, now)]
        for row in due:
            row.reminded_on = clock.today()
        Introduction.objects.bulk_update(due, ["reminded_on"])
        record_many([Entry(row, "finance.introduction.remind") for row in due], actor=None)
    return len(dead) + len(due)


def _lapses(row: Introduction, now: datetime) -> bool:
    return row.moved_at <= now - timedelta(days=LAPSE)


def is_due(row: Introduction, now: datetime) -> bool:
    """Whether a step of the rhythm has come since the last reminder."""
    gone = (now - row.moved_at).days
    if gone < FIRST:
        return False
    last_step = FIRST + (gone - FIRST) // AGAIN * AGAIN
    return row.reminded_on is None or row.reminded_on < localdate(row.moved_at + timedelta(days=last_step))
