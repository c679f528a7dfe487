"""What several pages of this room need: which call a desk stands at, and a call's stages in words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from pilotage.calls.deadlines import begins_at
from pilotage.calls.enums import ApplicationKind, StageKind
from pilotage.calls.models import Application, Call, Stage
from pilotage.calls.reports.periods import period_of
from pilotage.calls.rules import visible_applications, visible_calls
from pilotage.core import clock
from pilotage.registry.models import localized


def pick(text: Any) -> str:
    """The active language of a ``{zh, en}`` pair of a call file; plain text stays as it is."""
    if isinstance(text, dict):
        return localized(text.get("zh", ""), text.get("en", ""))
    return str(text or "")


def urls_of(source: Any) -> list[dict[str, str]]:
    """``source`` of a plan file as a list of ``{url, note}``, whichever of its shapes was used."""
    if not source:
        return []
    if isinstance(source, str):
        return [{"url": source, "note": "", "lang": ""}]
    if isinstance(source, dict):
        note = pick(source.get("note", ""))
        return [{"url": source.get("url", ""), "note": note, "lang": "en" if note.isascii() else "zh-Hans"}]
    return [entry for one in source for entry in urls_of(one)]


@dataclass(frozen=True, slots=True)
class StageLine:
    """A stage as a line of the timeline. ``status`` is past, now, later or undated."""

    key: str
    kind: str
    title: str
    opens: datetime | None
    closes: datetime | None
    status: str
    verified: bool
    sources: tuple[dict[str, str], ...]


def stage_lines(call: Call, *, kinds: frozenset[str] | None = None) -> list[StageLine]:
    now = clock.now()
    return [
        StageLine(
            stage.key,
            stage.kind,
            stage.title,
            stage.opens_at,
            stage.closes_at,
            stage_status(call, stage, now),
            bool(stage.options.get("verified", True)),
            tuple(urls_of(stage.options.get("source"))),
        )
        for stage in call.stage_by_key.values()
        if kinds is None or stage.kind in kinds
    ]


def stages_ahead(application: Application) -> list[StageLine]:
    """What an applicant has before it. The officers follow no deadline with an update, so only its filing is dated."""
    if application.kind != ApplicationKind.UPDATE:
        return stage_lines(application.call, kinds=APPLICANT_STAGES)
    officers = (("check", _("Local check")), ("confirm", _("Confirmation by the province")))
    return [
        *_filing_of_update(application),
        *(StageLine(key, key, title, None, None, "undated", True, ()) for key, title in officers),
    ]


def _filing_of_update(application: Application) -> list[StageLine]:
    """A report has the times of its own period."""
    lines = stage_lines(application.call, kinds=frozenset({StageKind.UPDATE}))
    period = period_of(application.call, application.period) if application.period else None
    if period is None:
        return lines
    status = "now" if period.takes(clock.now()) else "past" if period.is_overdue(clock.now()) else "later"
    return [replace(line, opens=period.opens_at, closes=period.due_at, status=status) for line in lines]


def stage_status(call: Call, stage: Stage, now: datetime) -> str:
    """past, now, later or undated. Without an opening of its own a stage runs from the close of the one before it."""
    if stage.closes_at and now > stage.closes_at:
        return "past"
    begins = begins_at(call, stage)
    if begins and now < begins:
        return "later"
    if stage.opens_at is None and stage.closes_at is None:
        return "undated"
    if stage.opens_at and not stage.closes_at:
        return "past"
    return "now"


def is_closed(call: Call, kind: str) -> bool:
    closes = deadline(call, kind)
    return closes is not None and clock.now() >= closes


def calls_for(request: HttpRequest) -> QuerySet[Call]:
    return (
        visible_calls(request.user).select_related("current").defer("current__content").prefetch_related("stages").order_by("-year", "slug")
    )


def desk_call(request: HttpRequest, kind: str) -> tuple[Call | None, list[Call]]:
    """The call a desk stands at: the one asked for, else the likeliest: one with applications before the
    reader, whose ``kind`` stage is open (of several the one with most of them), else where it closed last. One query where there are several.
    """
    calls = [call for call in calls_for(request) if call.stage(kind)]
    asked = request.GET.get("call") or request.POST.get("call")
    if asked:
        chosen = next((call for call in calls if call.slug == asked), None)
        if chosen is None:
            raise Http404
        return chosen, calls
    if len(calls) < 2:
        return next(iter(calls), None), calls
    return _likeliest(request, calls, kind), calls


def _likeliest(request: HttpRequest, calls: list[Call], kind: str) -> Call:
    found = visible_applications(request.user).filter(call__in=calls).order_by()
    numbers = dict(found.values_list("call").annotate(number=Count("pk")))
    now = clock.now()
    statuses = {call.pk: stage_status(call, call.stage(kind), now) for call in calls}
    pool = [call for call in calls if numbers.get(call.pk)] or calls
    running = [call for call in pool if statuses[call.pk] == "now"]
    if running:
        return max(running, key=lambda call: numbers.get(call.pk, 0))
    over = [call for call in pool if statuses[call.pk] == "past"] or pool
    return max(over, key=lambda call: deadline(call, kind) or now)


def deadline(call: Call, kind: str) -> datetime | None:
    stage = call.stage(kind)
    return stage.closes_at if stage else None


APPLICANT_STAGES = frozenset(
    {
        StageKind.APPLY,
        StageKind.CHECK,
        StageKind.RECOMMEND,
        StageKind.ACCEPT,
        StageKind.REVIEW,
        StageKind.DEFENCE,
        StageKind.SITE_VISIT,
        StageKind.SELECT,
        StageKind.NOTICE,
        StageKind.PUBLISH,
    }
)
