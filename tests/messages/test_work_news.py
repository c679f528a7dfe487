"""The work on measures: who is told what, and reminders that come in steps and never twice on one day."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils.translation import override

from pilotage.messages import wording
from pilotage.messages.models import Message
from pilotage.messages.services import read_news
from pilotage.messages.work_wording import WORDS
from pilotage.plan.work import reminding as work_reminding
from pilotage.plan.work import services as work_services
from tests.factories import work as make
from tests.factories.accounts import MembershipFactory, UserFactory
from tests.factories.plan import TargetFactory


@pytest.fixture
def measure(cast: Any, at: Any) -> Any:
    at(make.FILING)
    read_news()
    return make.measure(code="M01", title_zh="制定方案", title_en="Draw up the plan")


def told(person: Any) -> list[str]:
    while read_news():
        pass
    return list(Message.objects.filter(recipient=person).order_by("id").values_list("text", flat=True))


def test_a_report_goes_to_the_secretariat_and_the_answer_to_the_unit(cast: Any, measure: Any) -> None:
    report = make.submitted(cast.unit_officer, measure)
    work_services.return_report(actor=cast.secretariat, report=report, reason="缺少数据")
    assert told(cast.second_secretariat) == ["progress.to_review"]
    assert told(cast.unit_officer) == ["progress.returned"]
    assert told(cast.outsider) == told(cast.filer) == told(cast.province_officer) == []
    row = Message.objects.get(recipient=cast.unit_officer)
    assert wording.body(row.text, row.params) == "“制定方案”2023年第2季度的进展报告已退回。理由：缺少数据"
    with override("en"):
        assert wording.title(row.text, row.params) == "Progress report returned: M01"


def test_a_partner_reports_to_the_lead(cast: Any, measure: Any) -> None:
    make.submitted(make.officer(), measure, unit_code=make.PARTNER)
    assert told(cast.unit_officer) == ["progress.to_review"]
    assert told(cast.secretariat) == []


def test_lights_and_deliverables(cast: Any, measure: Any) -> None:
    TargetFactory(measure=measure, code="M01-1", kind="deliverable", value=1)
    work_services.override_light(actor=cast.secretariat, measure=measure, light="red", reason="进度存疑")
    row = make.deliverable(cast.unit_officer, measure, "M01-1")
    work_services.decide_deliverable(actor=cast.secretariat, deliverable=row, verb="decline", reason="不是正式文件")
    assert told(cast.unit_officer) == ["light.overridden", "deliverable.declined"]
    assert told(cast.secretariat) == told(cast.second_secretariat) == ["deliverable.to_accept"]


def test_reminders_come_in_steps_and_reach_the_manager_after_a_week(cast: Any, measure: Any, at: Any) -> None:
    manager = UserFactory(name="负责人")
    house = cast.unit_officer.active_memberships[0].organisation
    MembershipFactory(user=manager, organisation=house, role="unit_officer", is_manager=True)
    make.submitted(cast.unit_officer, measure, "2023Q1")
    days = {}
    for day in ("11", "12", "13", "15", "16", "17", "21", "22", "23"):
        at(f"2023-07-{day} 18:00")
        days[day] = work_reminding.remind_by_rule()
        assert work_reminding.remind_by_rule() == 0
    assert [day for day, count in days.items() if count] == ["12", "16", "22"]
    assert told(cast.unit_officer) == ["progress.due", "progress.overdue", "progress.overdue"]
    assert told(manager) == ["progress.due", "progress.overdue", "progress.overdue_manager"]
    at("2023-08-05 18:00")
    assert work_reminding.remind_by_rule() == 1
    at("2024-01-01 18:00")
    assert work_reminding.remind_by_rule() == 1  # the third quarter, overdue for 78 days; the second is no longer chased


def test_several_reports_of_one_day_are_told_as_one(cast: Any, measure: Any, at: Any) -> None:
    make.measure(measure.area.plan, code="M02")
    at("2023-07-16 18:00")
    assert work_reminding.remind_by_rule() == 2  # the first quarter is no longer chased
    assert told(cast.unit_officer) == ["progress.overdue.many"]
    assert Message.objects.get(recipient=cast.unit_officer).link == f"/work/measures/?plan={measure.area.plan.slug}"


def test_what_was_handed_in_is_not_reminded_of(cast: Any, measure: Any, at: Any) -> None:
    for period in ("2023Q1", "2023Q2"):
        make.submitted(cast.unit_officer, measure, period)
    at("2023-07-20 18:00")
    assert work_reminding.remind_by_rule() == 0


def test_every_wording_has_its_values(cast: Any) -> None:
    values = dict.fromkeys(("code", "measure", "report", "due", "reason", "document", "count"), "甲") | {"count": 2}
    for name in WORDS:
        for language in ("zh-hans", "en"):
            with override(language):
                assert "%" not in wording.title(name, values) + wording.body(name, values)
