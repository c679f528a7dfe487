"""What the plan page shows, read in a bounded number of queries."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from pilotage.calls.enums import StageKind
from pilotage.calls.models import Call
from pilotage.calls.rules import visible_calls
from pilotage.calls.selectors import filing_open
from pilotage.core import clock
from pilotage.directory.models import Edition, PublicNotice
from pilotage.directory.rules import can_object, visible_editions, visible_notices
from pilotage.directory.selectors.notices import with_counts
from pilotage.plan.enums import Outlook
from pilotage.plan.models import Area, Measure, Plan
from pilotage.plan.outlook import outlooks
from pilotage.plan.selectors import areas_of
from pilotage.web.plan.days import AsOf
from pilotage.web.plan.lines import publishing_calls
from pilotage.web.plan.outlooks import WANTED, Shown, shown
from pilotage.web.plan.places import PlaceMap, map_views, place_map

SEGMENT_GAP = 0.8  # percent of the state line


@dataclass(frozen=True, slots=True)
class OpenCall:
    call: Call
    closes_at: datetime | None


@dataclass(frozen=True, slots=True)
class News:
    """A public notice, or an edition published."""

    kind: str
    at: datetime
    title: str
    url: str
    count: int | None
    until: datetime | None = None
    object_url: str = ""


@dataclass(frozen=True, slots=True)
class MeasureRow:
    measure: Measure
    lines: list[Shown]

    @property
    def outlook(self) -> Outlook:
        """Of its targets the one that most wants attention; a measure without any is words only."""
        found = {shown.outlook for shown in self.lines}
        return next((outlook for outlook in WANTED if outlook in found), Outlook.QUALITATIVE)


@dataclass(frozen=True, slots=True)
class AreaRow:
    area: Area
    measures: list[MeasureRow]
    is_verified: bool
    is_open: bool


@dataclass(frozen=True, slots=True)
class PlanPage:
    plan: Plan
    targets: list[Shown]
    segments: list[tuple[float, float, Outlook]]
    totals: list[tuple[Outlook, int]]
    areas: list[AreaRow]
    area_count: int
    action_count: int
    measure_count: int
    missing_count: int
    open_calls: list[OpenCall]
    news: list[News]
    places: PlaceMap

    @property
    def has_forecasts(self) -> bool:
        return any(each.low is not None for each in self.targets)


def build(plan: Plan, actor: Any, as_of: AsOf, *, wanted_map: str = "") -> PlanPage:
    """The page as it stood at the end of that day: what opened, closed or was published later is not on it."""
    with clock.at(as_of.moment):
        return _built(plan, actor, as_of, wanted_map)


def _built(plan: Plan, actor: Any, as_of: AsOf, wanted_map: str) -> PlanPage:
    now = clock.now()
    calls = list(visible_calls(actor).filter(plan=plan).prefetch_related("stages").order_by("-year", "slug"))
    published_by = publishing_calls(calls)
    every = [shown(line, published_by, now) for line in outlooks(plan, as_of.day, actor)]
    quantified = [each for each in every if each.line.is_quantified]
    areas = _areas(plan, every)
    entered = sum(len(area.measures) for area in areas)
    return PlanPage(
        plan=plan,
        targets=quantified,
        segments=_segments(quantified),
        totals=_totals(quantified),
        areas=areas,
        area_count=len(areas),
        action_count=plan.declared_action_count or sum(len(row.area.actions.all()) for row in areas),
        measure_count=entered,
        missing_count=max((plan.declared_measure_count or entered) - entered, 0),
        open_calls=_open_calls(calls),
        news=_news(plan, actor, now),
        places=place_map(
            map_views(plan, calls, actor, as_of, [each.line.target for each in every]), wanted_map, lambda key: as_of.address("", map=key)
        ),
    )


def _areas(plan: Plan, every: list[Shown]) -> list[AreaRow]:
    by_measure: dict[int, list[Shown]] = {}
    for each in every:
        by_measure.setdefault(each.line.target.measure_id, []).append(each)
    rows, opened = [], False
    for area in areas_of(plan):
        measures = [MeasureRow(measure, by_measure.get(measure.pk, [])) for measure in area.measures.all()]
        verified = all(part.is_verified for part in [*area.actions.all(), *area.measures.all()])
        opens = not opened and any(line.line.is_quantified and line.line.value is not None for row in measures for line in row.lines)
        opened = opened or opens
        rows.append(AreaRow(area, measures, verified, opens))
    return rows


def _totals(quantified: list[Shown]) -> list[tuple[Outlook, int]]:
    counted = Counter(each.outlook for each in quantified)
    return [(outlook, counted[outlook]) for outlook in Outlook if counted[outlook]]


def _segments(quantified: list[Shown]) -> list[tuple[float, float, Outlook]]:
    """Left edge and width in percent of one piece for each target, sorted by outlook."""
    found = sorted((each.outlook for each in quantified), key=list(Outlook).index)
    if not found:
        return []
    width = (100 - SEGMENT_GAP * (len(found) - 1)) / len(found)
    return [(round(index * (width + SEGMENT_GAP), 2), round(width, 2), outlook) for index, outlook in enumerate(found)]


def _open_calls(calls: list[Call]) -> list[OpenCall]:
    found = []
    for call in calls:
        stage = call.stage(StageKind.APPLY)
        if stage is not None and filing_open(call):
            found.append(OpenCall(call, stage.closes_at))
    return sorted(found, key=lambda each: (each.closes_at is None, each.closes_at, each.call.slug))


def _news(plan: Plan, actor: Any, now: datetime, count: int = 4) -> list[News]:
    """Notices opened and editions published by now in the plan's calls, newest first. Two queries."""
    notices = with_counts(visible_notices(actor).filter(call__plan=plan, opens_at__lte=now)).order_by("-opens_at", "-id")[:count]
    editions = visible_editions(actor).filter(call__plan=plan, published_at__lte=now).select_related("directory")
    found = [_notice(notice) for notice in notices] + [_edition(edition) for edition in editions.order_by("-published_at", "-id")[:count]]
    return sorted(found, key=lambda news: news.at, reverse=True)[:count]


def _notice(notice: PublicNotice) -> News:
    objects = bool(can_object(notice))
    return News(
        kind="open" if objects else "notice",
        at=notice.opens_at,
        title=notice.title,
        url=reverse("directory:notice-detail", args=[notice.number]),
        count=notice.row_count,
        until=notice.closes_at if objects else None,
        object_url=reverse("directory:objection-create", args=[notice.number]) if objects else "",
    )


def _edition(edition: Edition) -> News:
    address = reverse("directory:list", args=[edition.directory.slug])
    return News("edition", edition.published_at, edition.title, f"{address}?edition={edition.key}", edition.declared_count)
