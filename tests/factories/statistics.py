"""Data sets as their files would make them, and returns brought through the services. All figures are the tests' own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from pilotage.core import clock
from pilotage.plan.models import Plan, ResponsibleUnit
from pilotage.statistics import services
from pilotage.statistics.loading import load_data_sets
from pilotage.statistics.models import DataSet, Return
from tests.factories.accounts import UNIT
from tests.factories.plan import PlanFactory


def text(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


ELEMENTS = [
    {"code": "building", "kind": "integer", "min": 0, "title": text("在建项目", "Being built"), "unit": text("个", "projects")},
    {"code": "built", "kind": "integer", "min": 0, "never_falls": True, "title": text("建成项目", "Built"), "unit": text("个", "projects")},
    {"code": "whole", "kind": "integer", "sum_of": ["building", "built"], "required": False, "title": text("合计", "In all")},
    {"code": "added", "kind": "decimal", "counts": "flow", "required": False, "min": 0, "title": text("新增投资", "Added"),
     "unit": text("亿元", "CNY 100 million")},
    {"code": "share", "kind": "percent", "required": False, "min": 0, "max": 100, "title": text("占比", "Share")},
]  # fmt: skip
RULES = [
    {"key": "sane", "check": "built <= 100 * building", "elements": ["built"], "message": text("建成数过大", "Too many built")},
    {"key": "many", "check": "building <= 900", "elements": ["building"], "severity": "warning", "message": text("在建数较大", "Many")},
]


def content(slug: str = "projects", **changes: Any) -> dict[str, Any]:
    return {
        "data_set": slug,
        "title": text("项目统计", "Projects"),
        "period": "month",
        "starts": "2022-01-01",
        "deadline_days": 10,
        "reports": {"level": "province", "divisions": ["320000", "370000"]},
        "elements": ELEMENTS,
        "rules": RULES,
        "verified": False,
        **changes,
    }


def plan(**fields: Any) -> Plan:
    found = PlanFactory(**fields)
    ResponsibleUnit.objects.create(plan=found, code=UNIT, title_zh="演示单位", title_en="Demonstration unit")
    return found


def data_set(of: Plan | None = None, **changes: Any) -> DataSet:
    """As loaded from a file; at province level by default."""
    wanted = content(**changes)
    owner = of or plan()
    load_data_sets(owner, [wanted], None)
    return DataSet.objects.select_related("current", "plan").get(slug=wanted["data_set"])


CITIES = {"reports": {"level": "city", "divisions": ["320000", "370000"]}}
NATIONAL = {"reports": {"level": "unit", "units": [UNIT]}}


def on(day: str) -> Any:
    return clock.at(datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=ZoneInfo("Asia/Shanghai")))


def entered(actor: Any, of: DataSet, reporter: str, period: str, figures: Mapping[str, Any]) -> Return:
    return services.save_figures(actor=actor, data_set=of, reporter=reporter, period=period, figures=figures).report


def handed_in(actor: Any, of: DataSet, reporter: str, period: str, figures: Mapping[str, Any]) -> Return:
    report = entered(actor, of, reporter, period, figures)
    services.answer_flags(actor=actor, report=report, answers={flag.pk: "测试说明" for flag in report.flags.all()})
    return services.hand_in(actor=actor, report=report)


def locked(reporter_actor: Any, approvers: list[Any], of: DataSet, reporter: str, period: str, figures: Mapping[str, Any]) -> Return:
    report = handed_in(reporter_actor, of, reporter, period, figures)
    for approver in approvers:
        services.approve(actor=approver, report=report)
    return report


def day(text_: str) -> date:
    return date.fromisoformat(text_)
