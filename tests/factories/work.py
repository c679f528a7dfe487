"""Measures with units, and the work on them."""

from __future__ import annotations

from datetime import date
from typing import Any

from pilotage.accounts.enums import OrganisationKind, Role
from pilotage.accounts.models import User
from pilotage.plan.models import Measure, Plan, ProgressReport, ResponsibleUnit
from pilotage.plan.work import services
from tests.factories.accounts import UNIT, MembershipFactory, OrganisationFactory, UserFactory
from tests.factories.plan import AreaFactory, MeasureFactory, PlanFactory

FILING = "2023-07-05 10:00"  # the report of 2023Q2 is open and due on the 15th
OVERDUE = "2023-07-20 10:00"
PARTNER = "unit-b"
WORDS = {"done": "已印发工作方案", "problems": "暂无", "next_steps": "组织宣贯", "progress": "50"}


def unit(plan: Plan, code: str, name: str = "") -> ResponsibleUnit:
    return ResponsibleUnit.objects.get_or_create(
        plan=plan, code=code, defaults={"title_zh": name or f"单位{code}", "title_en": f"Unit {code}"}
    )[0]


def measure(plan: Plan | None = None, *, lead: str = UNIT, cooperating: str = PARTNER, **fields: Any) -> Measure:
    """Led by the cast's unit, with another taking part."""
    plan = plan or PlanFactory()
    fields.setdefault("area", plan.areas.first() or AreaFactory(plan=plan))
    made = MeasureFactory(**fields)
    if lead:
        made.lead_units.add(unit(plan, lead))
    if cooperating:
        made.cooperating_units.add(unit(plan, cooperating))
    return made


def officer(code: str = PARTNER, name: str = "配合人", **fields: Any) -> User:
    """Of the organisation for this unit, which is made where there is none."""
    from pilotage.accounts.models import Organisation

    house = Organisation.objects.filter(unit_code=code).first() or OrganisationFactory(
        kind=OrganisationKind.UNIT, unit_code=code, name_zh=f"演示{code}单位", name_en=f"Demo unit {code}"
    )
    person = UserFactory(name=name)
    MembershipFactory(user=person, organisation=house, role=Role.UNIT_OFFICER, **fields)
    return person


def draft(actor: Any, of: Measure, period: str = "2023Q2", unit_code: str = UNIT, **words: Any) -> ProgressReport:
    return services.save_report(
        actor=actor, plan=of.area.plan, measure=of, unit_code=unit_code, period=period, values=WORDS | words, base_version=0
    )


def submitted(actor: Any, of: Measure, period: str = "2023Q2", unit_code: str = UNIT, **words: Any) -> ProgressReport:
    return services.submit_report(actor=actor, report=draft(actor, of, period, unit_code, **words))


def accepted(actor: Any, reviewer: Any, of: Measure, period: str = "2023Q2", unit_code: str = UNIT, **words: Any) -> ProgressReport:
    return services.accept_report(actor=reviewer, report=submitted(actor, of, period, unit_code, **words))


def milestone(actor: Any, of: Measure, due_on: date = date(2023, 6, 30), **fields: Any) -> Any:
    values = {"title_zh": "印发方案", "title_en": "Plan issued", "due_on": due_on.isoformat()} | fields
    return services.add_milestone(actor=actor, measure=of, values=values)


def deliverable(actor: Any, of: Measure, target: str, **fields: Any) -> Any:
    values = {
        "title_zh": "升级版工作方案",
        "title_en": "",
        "number": "演示〔2023〕1号",
        "delivered_on": "2023-06-30",
        "address": "https://example.org/plan",
    }
    return services.propose_deliverable(actor=actor, measure=of, target_code=target, values=values | fields)
