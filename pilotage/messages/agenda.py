"""Which deadlines stand in a person's calendar, and how a calendar program reads them.

A deadline's identifier depends on call and stage only: when the date moves, the entry moves with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from icalendar import Calendar, Event

from pilotage.accounts.enums import Role
from pilotage.accounts.rules import enterprise_ids, has_role
from pilotage.calls.enums import StageKind
from pilotage.calls.models import Application, Stage
from pilotage.calls.reports.periods import rhythm_of
from pilotage.calls.rules import visible_calls
from pilotage.core import clock
from pilotage.core.periods import schedule
from pilotage.messages.enums import APPLICANTS, OFFICERS
from pilotage.messages.models import CalendarFeed
from pilotage.review.rules import own_assignments

SINCE = timedelta(days=90)  # deadlines stay that long after they have passed
# whose calendar a stage belongs into by its kind alone
_KINDS_OF_ROLE = {
    StageKind.CHECK: tuple(role for role in OFFICERS if role != Role.COMMUNICATIONS_OFFICER),
    StageKind.RECOMMEND: tuple(role for role in OFFICERS if role != Role.DISTRICT_OFFICER),
}
_CENTRAL = (Role.SECRETARIAT, Role.AUDITOR)


def stages_for(actor: Any) -> list[Stage]:
    """Stages with a deadline, of visible calls, in which this person has a part. Three queries at most."""
    now = clock.now()
    running = Q(closes_at__gt=now - SINCE) | Q(kind=StageKind.UPDATE)
    rows = Stage.objects.filter(running, call__in=visible_calls(actor)).select_related("call")
    enterprises = enterprise_ids(actor)
    filed = set(Application.objects.filter(enterprise__in=enterprises).values_list("call", flat=True)) if enterprises else set()
    seated = set(own_assignments(actor).values_list("call", flat=True)) if has_role(actor, Role.EXPERT) else set()
    stages = [stage for stage in rows.order_by("closes_at", "id") if _deadline(stage) and _concerns(actor, stage, filed, seated)]
    return sorted(stages, key=lambda stage: (stage.closes_at, stage.pk))


def _deadline(stage: Stage) -> datetime | None:
    """Of a stage that asks for reports, when the next falls due, or the last did; the stage shows that date from here on."""
    now = clock.now()
    if stage.kind == StageKind.UPDATE and stage.options.get("every") and stage.opens_at:
        periods = schedule(rhythm_of(stage), timezone.localtime(now))
        due = [period.due_at for period in periods]
        stage.closes_at = next((each for each in due if each > now), due[-1] if due else None)
    return stage.closes_at if stage.closes_at and stage.closes_at > now - SINCE else None


def _concerns(actor: Any, stage: Stage, filed: set[int], seated: set[int]) -> bool:
    kind, call = StageKind(stage.kind), stage.call
    if has_role(actor, *_CENTRAL, call=call) or has_role(actor, *_KINDS_OF_ROLE.get(kind, ()), call=call):
        return True
    if kind in {StageKind.APPLY, StageKind.UPDATE, StageKind.NOTICE} and has_role(actor, *APPLICANTS, call=call):
        # before anybody has filed, the deadline to file is everybody's
        return call.pk in filed or (kind == StageKind.APPLY and stage.closes_at is not None and stage.closes_at > clock.now())
    return kind == StageKind.REVIEW and call.pk in seated


def calendar_of(feed: CalendarFeed) -> bytes:
    """The feed as iCalendar (RFC 5545) in the feed's language."""
    with override(feed.language):
        return _calendar(stages_for(feed.user)).to_ical()


def _calendar(stages: Iterable[Stage]) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//Pilotage//deadlines//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", _("Pilotage: deadlines"))
    for stage in stages:
        calendar.add_component(_event(stage))
    return calendar


def _event(stage: Stage) -> Event:
    event, host = Event(), urlsplit(settings.BASE_URL).hostname or "localhost"
    event.add("uid", f"{stage.call.slug}-{stage.key}@{host}")
    event.add("dtstamp", clock.now())
    event.add("dtstart", stage.closes_at)
    event.add("summary", _("%(stage)s closes: %(call)s") % {"stage": stage.title, "call": stage.call.title})
    event.add("url", settings.BASE_URL + reverse("calls:detail", args=[stage.call.slug]))
    event.add("transp", "TRANSPARENT")
    return event
