"""Calls and the dates of their stages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Any

from django.db.models import F, Max, QuerySet

from pilotage.calls import rules
from pilotage.calls.enums import StageKind
from pilotage.calls.models import Call, Stage
from pilotage.publications.open_data.standard.common import both, key, page
from pilotage.publications.open_data.tables import Field, PublicTable, QuerySource, absolute, register

CALL_FIELDS = (
    key("申报工作标识", "Call"),
    page(),
    Field("plan", "string", "规划", "Plan"),
    Field("year", "integer", "年份", "Year"),
    *both("title", "标题", "Title"),
    *both("summary", "摘要", "Summary"),
    Field("measures", "string", "所属措施", "Measures it serves"),
)
STAGE_FIELDS = (
    key(),
    Field("call", "string", "申报工作标识", "Call"),
    Field("position", "integer", "序号", "Position"),
    Field("kind", "string", "环节类型", "Kind of stage", choices=StageKind),
    *both("title", "环节", "Stage"),
    Field("opens_at", "datetime", "开始", "Opens at"),
    Field("closes_at", "datetime", "截止", "Closes at"),
)


def changed_at() -> datetime | None:
    at: datetime | None = rules.visible_calls(None).aggregate(at=Max("current__loaded_at"))["at"]
    return at


def _calls(_edition: Any) -> QuerySet[Call]:
    return rules.visible_calls(None).select_related("plan").annotate(summary=F("current__content__summary"))


def _call_row(call: Any) -> Iterator[tuple[Any, ...]]:
    summary = call.summary or {}
    yield (
        call.slug,
        absolute("calls:detail", call.slug),
        call.plan.slug,
        call.year,
        call.title_zh,
        call.title_en,
        summary.get("zh", ""),
        summary.get("en", ""),
        call.measure_code,
    )


def _stages(_edition: Any) -> QuerySet[Stage]:
    return Stage.objects.filter(call__in=rules.visible_calls(None)).select_related("call")


def _stage_row(stage: Stage) -> Iterator[tuple[Any, ...]]:
    yield (
        f"{stage.call.slug}:{stage.key}",
        stage.call.slug,
        stage.position,
        stage.kind,
        stage.title_zh,
        stage.title_en,
        stage.opens_at,
        stage.closes_at,
    )


def register_all() -> None:
    table = partial(PublicTable, changed_at=changed_at, subjects=(("申报", "call for applications"),))
    register(
        table(
            "calls",
            "申报工作",
            "Calls",
            "各年度的申报工作。",
            "The calls for applications of each year.",
            CALL_FIELDS,
            QuerySource(_calls, ("slug",), _call_row),
            page_name="calls:list",
        )
    )
    register(
        table(
            "call-stages",
            "申报环节",
            "Stages of calls",
            "各项申报工作的环节和起止时间。",
            "The stages of each call with their dates.",
            STAGE_FIELDS,
            QuerySource(_stages, ("call__slug", "position", "id"), _stage_row),
        )
    )
