"""Plans, their measures, and where each target stands today."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Any

from django.db.models import Max, QuerySet

from pilotage.core import clock
from pilotage.plan.enums import TargetKind, TargetStatus
from pilotage.plan.models import Measure, Plan, PlanVersion
from pilotage.plan.progress import target_lines
from pilotage.plan.rules import visible_plans
from pilotage.publications.open_data.standard.common import both, key, page
from pilotage.publications.open_data.tables import Field, ListSource, PublicTable, QuerySource, absolute, register

PLAN_FIELDS = (
    key("规划标识", "Plan"),
    page(),
    *both("title", "标题", "Title"),
    *both("issuer", "发文机关", "Issuer"),
    Field("document_number", "string", "文号", "Document number"),
    Field("issued_on", "date", "发文日期", "Issued on"),
    Field("starts_on", "date", "起始日期", "Starts on"),
    Field("ends_on", "date", "截止日期", "Ends on"),
    Field("version", "integer", "版本", "Version"),
)
MEASURE_FIELDS = (
    key(),
    Field("plan", "string", "规划标识", "Plan"),
    Field("area", "string", "方面", "Area"),
    *both("area_title", "方面名称", "Area"),
    Field("measure", "string", "措施", "Measure"),
    *both("title", "措施内容", "Measure"),
    Field("due_on", "date", "完成期限", "Due on"),
    *both("lead_units", "牵头单位", "Lead units"),
    Field("is_verified", "boolean", "归类有来源", "Its place is confirmed by a source"),
)
TARGET_FIELDS = (
    key(),
    page(),
    Field("plan", "string", "规划标识", "Plan"),
    Field("measure", "string", "措施", "Measure"),
    Field("target", "string", "目标", "Target"),
    *both("title", "目标内容", "Target"),
    Field("kind", "string", "目标类型", "Kind of target", choices=TargetKind),
    Field("value", "number", "目标值（下限）", "Aimed at (lower end)"),
    Field("value_max", "number", "目标值上限", "Upper end"),
    *both("unit", "单位", "Unit"),
    Field("due_on", "date", "完成期限", "Due on"),
    Field("current", "number", "当前值", "Counted today"),
    Field("status", "string", "进展", "Status", choices=TargetStatus),
    Field("is_verified", "boolean", "数值有来源", "The value is confirmed by a source"),
)


def changed_at() -> datetime | None:
    at: datetime | None = PlanVersion.objects.aggregate(at=Max("loaded_at"))["at"]
    return at


def _today() -> str:
    return clock.today().isoformat()


def _plans(_edition: Any) -> QuerySet[Plan]:
    return visible_plans(None)


def _plan_row(plan: Plan) -> Iterator[tuple[Any, ...]]:
    yield (
        plan.slug,
        absolute("plan:detail", plan.slug),
        plan.title_zh,
        plan.title_en,
        plan.issuer_zh,
        plan.issuer_en,
        plan.document_number,
        plan.issued_on if plan.is_issue_date_verified else None,
        plan.starts_on,
        plan.ends_on,
        plan.version,
    )


def _measures(_edition: Any) -> QuerySet[Measure]:
    found = Measure.objects.filter(area__plan__in=visible_plans(None).order_by())
    return found.select_related("area__plan").prefetch_related("lead_units")


def _measure_row(measure: Measure) -> Iterator[tuple[Any, ...]]:
    plan, units = measure.area.plan, list(measure.lead_units.all())
    yield (
        f"{plan.slug}:{measure.code}",
        plan.slug,
        measure.area.code,
        measure.area.title_zh,
        measure.area.title_en,
        measure.code,
        measure.title_zh,
        measure.title_en,
        measure.due_on,
        "、".join(unit.title_zh for unit in units),
        "; ".join(unit.title_en or unit.title_zh for unit in units),
        measure.is_verified,
    )


def _targets(_edition: Any) -> Iterator[tuple[Any, ...]]:
    for plan in visible_plans(None):
        for line in target_lines(plan, clock.today(), None):
            yield _target_row(plan, line)


def _target_row(plan: Plan, line: Any) -> tuple[Any, ...]:
    target = line.target
    return (
        f"{plan.slug}:{target.measure.code}:{target.code}",
        absolute("plan:target", slug=plan.slug, code=target.code),
        plan.slug,
        target.measure.code,
        target.code,
        target.title_zh,
        target.title_en,
        target.kind,
        target.value,
        target.value_max,
        target.unit_zh,
        target.unit_en,
        target.due_on,
        line.value,
        str(line.status),
        target.is_verified,
    )


def register_all() -> None:
    table = partial(PublicTable, changed_at=changed_at, subjects=(("行动计划", "action plan"), ("目标", "targets")))
    register(
        table(
            "plans",
            "规划",
            "Plans",
            "本平台载入的规划。",
            "The plans of this platform.",
            PLAN_FIELDS,
            QuerySource(_plans, ("slug",), _plan_row),
            page_name="home",
        )
    )
    register(
        table(
            "plan-measures",
            "规划措施",
            "Measures of plans",
            "规划的各项措施、期限和牵头单位。",
            "The measures of each plan with due date and lead units.",
            MEASURE_FIELDS,
            QuerySource(_measures, ("area__plan__slug", "area__position", "position", "id"), _measure_row),
        )
    )
    register(
        table(
            "plan-targets",
            "规划目标",
            "Targets of plans",
            "规划目标、期限和当日统计值。没有统计来源的当前值留空。",
            "The targets of each plan, their due dates and what is counted today; blank where nothing counts it.",
            TARGET_FIELDS,
            ListSource(_targets),
            valid=_today,
            frequency="DAILY",
        )
    )
