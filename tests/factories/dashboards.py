"""Dashboards, made through their services."""

from __future__ import annotations

from typing import Any

from pilotage.plan.models import Plan
from pilotage.reports.dashboards import services as dashboards
from pilotage.reports.dashboards.models import Dashboard, Sharing
from tests.factories.plan import AreaFactory, MeasureFactory, PlanFactory, TargetFactory


def small_plan(**fields: Any) -> Plan:
    """A plan with one counted target and one in words."""
    plan = PlanFactory(**fields)
    measure = MeasureFactory(area=AreaFactory(plan=plan), code="M03")
    TargetFactory(measure=measure, code="M03-1", title_zh="建成5G工厂", title_en="5G factories built", indicator="directory.listed")
    TargetFactory(measure=measure, code="M03-2", title_zh="名录", title_en="Directory", kind="deliverable", value=1, unit_zh="份")
    return plan


def dashboard(owner: Any, plan: Plan | None = None, title: str = "我的看板", cards: int = 0) -> Dashboard:
    made = dashboards.create(actor=owner, plan=plan or small_plan(), title=title)
    for number in range(cards):
        dashboards.add_card(
            actor=owner,
            dashboard=made,
            kind="text",
            width=1,
            title=f"说明{number + 1}",
            options={"text": "内部意见"},
            base_version=made.version,
        )
    return made


def shared(made: Dashboard, by: str = Sharing.LINK) -> Dashboard:
    owner = made.owner
    body = owner.active_memberships[0].organisation if by == Sharing.ORGANISATION else None
    return dashboards.share(actor=owner, dashboard=made, sharing=by, organisation=body, base_version=made.version)
