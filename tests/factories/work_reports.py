"""A small plan with templates of work reports, and reports of it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from pilotage.plan.models import Plan
from pilotage.reports.papers.models import WorkReport, WorkTemplate
from pilotage.reports.papers.services import confirm_signing, draft_report, propose_signing, submit_report
from tests.factories.plan import AreaFactory, MeasureFactory, PlanFactory, TargetFactory

TODAY = "2023-07-05 09:00"
SUMMARY = {
    "kind": "text",
    "key": "summary",
    "title": {"zh": "概况", "en": "In short"},
    "default": {"zh": "截至{as_of}，目标{targets}项。\n建成{M03-1.value}。", "en": "By {as_of}, {targets} targets. Built: {M03-1.value}."},
}
CONTENT: dict[str, Any] = {
    "report": "quarterly",
    "title": {"zh": "工作季报", "en": "Quarterly work report"},
    "period": "quarter",
    "language": "both",
    "parts": [SUMMARY, {"kind": "targets"}, {"kind": "changes"}, {"kind": "notes"}],
}


def plan() -> Plan:
    """Two targets: one counted by nobody, one in words."""
    made = PlanFactory(
        slug="plan-2023", title_zh="测试规划", title_en="Test plan", sources=[{"url": "https://example.org/plan", "note": ""}]
    )
    area = AreaFactory(plan=made, code="area")
    measure = MeasureFactory(area=area, code="M03", title_zh="建成5G工厂", title_en="Build 5G factories")
    TargetFactory(measure=measure, code="M03-1", title_zh="建成5G工厂", title_en="5G factories built", value=Decimal(300), position=0)
    TargetFactory(measure=measure, code="M03-2", kind="qualitative", value=None, title_zh="完善平台", title_en="Platform", position=1)
    return made


def template(of: Plan | None = None, **changes: Any) -> WorkTemplate:
    content = {**CONTENT, **changes}
    return WorkTemplate.objects.create(
        plan=of or plan(),
        code=content["report"],
        title_zh=content["title"]["zh"],
        title_en=content["title"]["en"],
        every=content["period"],
        content=content,
    )


def report(cast: Any, of: WorkTemplate | None = None, period: str = "2023Q2", as_of: date | None = None) -> WorkReport:
    return draft_report(actor=cast.secretariat, template=of or template(), period=period, as_of=as_of)


def signed(cast: Any, of: WorkTemplate | None = None, period: str = "2023Q2") -> WorkReport:
    made = report(cast, of, period)
    submit_report(actor=cast.secretariat, report=made)
    propose_signing(actor=cast.secretariat, report=made)
    return confirm_signing(actor=cast.second_secretariat, report=made)
