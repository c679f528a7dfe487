"""Objections whose term for the decision is over: the secretariat is told the day after, and again every week until they are decided.

Data: the undecided objections past their last day, by notice. Algorithm: one letter a notice, however many stand against it; its key holds
the newest term that has passed, of whatever became of that objection, and the weeks since: another term passing or another week gives one
more letter, a decision gives none, nor does any further tick.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time

from django.db.models import Count, Max, Min, Q
from django.urls import reverse
from django.utils import timezone

from pilotage.core import clock
from pilotage.directory.enums import UNDECIDED
from pilotage.directory.models import Objection, PublicNotice
from pilotage.messages.news import Letter
from pilotage.messages.people import People
from pilotage.messages.services.inbox import write

WEEK = 7


def chase_objections() -> int:
    """How many messages were written. One query where no term has passed."""
    return len(write(list(_letters(clock.today()))))


def _letters(today: date) -> Iterator[Letter]:
    waits = Q(state__in=UNDECIDED)
    late = Objection.objects.filter(waits, due_on__lt=today).order_by().values("notice")
    passed = Objection.objects.filter(notice__in=late, due_on__lt=today).order_by().values("notice")
    rows = list(passed.annotate(count=Count("pk", filter=waits), first=Min("due_on", filter=waits), last=Max("due_on")))
    if not rows:
        return
    notices = PublicNotice.objects.select_related("call").in_bulk([row["notice"] for row in rows])
    people = People.load()
    for row in rows:
        notice = notices[row["notice"]]
        weeks = (today - row["last"]).days // WEEK
        text = "objection.overdue" if row["count"] == 1 else "objection.overdue.many"
        params = {"notice": notice.number, "count": row["count"], "due": {"at": _end_of(row["first"]).isoformat()}}
        link = f"{reverse('directory:objection-desk')}?view=overdue&notice={notice.number}"
        for user in people.secretariat(notice.call):
            yield Letter(user, text, params, f"objections-late:{notice.pk}:{row['last']}:{weeks}", clock.now(), notice.call, link)


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time(23, 59), timezone.get_current_timezone())
