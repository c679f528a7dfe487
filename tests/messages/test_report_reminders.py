"""Reports: reminded of before they are due, chased after, never twice on one day."""

from __future__ import annotations

from typing import Any

import pytest

from pilotage.calls import services as calls
from pilotage.calls.models import Application
from pilotage.messages.agenda import stages_for
from pilotage.messages.models import Message, OutboxMail
from pilotage.messages.tasks import tick
from pilotage.messages.wording import body, title
from tests.factories import calls as make
from tests.factories import reports as factory

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(cast: Any, at: Any) -> Application:
    at("2024-04-01 10:00")
    cast.enterprise.uscc = "91320505MA1XD00000"
    cast.enterprise.save()
    call = factory.quarterly_call(last="2024Q2", opens="2024-04-01T09:00")
    return factory.listed(call, cast.filer, cast.enterprise, project_title="齿轮5G工厂")


def told(user: Any) -> list[str]:
    return [message.text for message in Message.objects.filter(recipient=user, text__regex=r"^re(minder|port)\.").order_by("pk")]


def test_reminded_before_and_chased_after_until_it_is_filed(project: Application, cast: Any, at: Any) -> None:
    seen = []
    for moment in ("2024-04-08 18:00", "2024-04-14 18:00", "2024-04-16 18:00", "2024-04-16 20:00", "2024-04-22 18:00", "2024-04-23 18:00"):
        at(moment)
        tick()
        seen.append(told(cast.filer))
    due, overdue = "reminder.update", "report.overdue"
    assert seen == [[due], [due, due], [due, due, overdue], [due, due, overdue], [due, due, overdue, overdue], [due, due, overdue, overdue]]
    message = Message.objects.filter(recipient=cast.filer, text=overdue).latest("pk")
    assert title(message.text, message.params) == "报告逾期未报：齿轮5G工厂"
    assert body(message.text, message.params) == (
        f"{project.number}的2024年第1季度报告应于2024年4月15日17:00前报送，至今未报送，目前仍可补报。"
    )
    assert message.link == "/my/"
    assert OutboxMail.objects.filter(person=cast.filer, subject="报告逾期未报：齿轮5G工厂").count() == 2
    calls.submit(actor=cast.filer, application=factory.report(project, cast.filer))
    at("2024-05-06 18:00")
    tick()
    assert told(cast.filer) == seen[-1]


def test_a_reminder_by_hand_comes_at_once_and_not_again_on_that_day(project: Application, cast: Any, at: Any) -> None:
    at("2024-04-16 18:00")
    calls.remind_of_report(actor=cast.city_officer, projects=[project], period="2024Q1")
    tick()
    calls.remind_of_report(actor=cast.city_officer, projects=[project], period="2024Q1")
    tick()
    assert told(cast.filer) == ["report.overdue"]
    assert told(cast.other_filer) == []


def test_before_it_is_due_the_reminder_says_until_when(project: Application, cast: Any, at: Any) -> None:
    at("2024-04-03 18:00")
    calls.remind_of_report(actor=cast.city_officer, projects=[project], period="2024Q1")
    tick()
    message = Message.objects.get(recipient=cast.filer, text="report.due")
    assert body(message.text, message.params) == f"{project.number}的2024年第1季度报告尚未报送，请于2024年4月15日17:00前报送。"


def test_the_call_adds_its_own_words(project: Application, cast: Any, at: Any) -> None:
    words = {"zh": "请在省平台同步填报。", "en": "Also on the provincial platform."}
    stages = project.call.current.content["stages"]
    rules = [{"stage": "update", "after": ["2d"], "to": "filers", "text": words}]
    make.load_calls(make.plan(), [make.call_document(stages=stages, reminders=rules)], None)
    at("2024-04-17 18:00")
    tick()
    message = Message.objects.get(recipient=cast.filer, text="report.overdue")
    assert body(message.text, message.params).endswith("\n请在省平台同步填报。")


def test_the_calendar_shows_when_the_next_report_is_due(project: Application, cast: Any, at: Any) -> None:
    def shown() -> list[Any]:
        return [stage.closes_at for stage in stages_for(cast.filer) if stage.kind == "update"]

    assert shown() == [make.moment("2024-04-15T17:00")]
    at("2024-06-01 10:00")
    assert shown() == [make.moment("2024-07-15T17:00")]
