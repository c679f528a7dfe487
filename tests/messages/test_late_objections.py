"""Objections past their term: the secretariat hears of them the day after and weekly, nobody else does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from pilotage.core import clock
from pilotage.directory import services
from pilotage.messages.models import Message
from pilotage.messages.services import chase_objections
from pilotage.messages.wording import WORDINGS
from tests.factories import directory as make

pytestmark = pytest.mark.django_db
SECRETARIAT = 2


@pytest.fixture
def objection(cast: Any) -> Any:
    return make.objection(make.opened(cast))


def days_after(objection: Any, days: int) -> Any:
    return clock.at(make.moment(f"{objection.due_on + timedelta(days=days)} 09:00"))


def test_the_secretariat_is_told_the_day_after_and_every_week(cast: Any, objection: Any) -> None:
    written = []
    for day in (0, 1, 2, 7, 8, 13, 14):
        with days_after(objection, day):
            written.append(chase_objections())
    assert written == [0, SECRETARIAT, 0, SECRETARIAT, 0, 0, SECRETARIAT]
    told = Message.objects.order_by("id").first()
    assert {row.recipient_id for row in Message.objects.all()} == {cast.secretariat.pk, cast.second_secretariat.pk}
    assert told is not None
    assert (told.text, told.link) == ("objection.overdue", f"/work/objections/?view=overdue&notice={objection.notice.number}")
    assert objection.text not in str(told.params)
    assert WORDINGS["objection.overdue.many"].kind == told.kind


def test_several_are_one_letter_and_a_decision_sends_none(cast: Any) -> None:
    stage = make.opened(cast)
    first, second = make.objection(stage), make.objection(stage, text="另一件，请核对设备清单与合同。")
    with days_after(first, 1):
        assert chase_objections() == SECRETARIAT
        assert {(row.text, row.params["count"]) for row in Message.objects.all()} == {("objection.overdue.many", 2)}
    with days_after(first, 2):
        services.decide_objection(actor=cast.secretariat, objection=second, upheld=False, decision="与核查结果不符。")
        assert chase_objections() == 0
        services.decide_objection(actor=cast.secretariat, objection=first, upheld=False, decision="与核查结果不符。")
    with days_after(first, 30):
        assert chase_objections() == 0


def test_nothing_late_costs_one_query(objection: Any, django_assert_num_queries: Any) -> None:
    with days_after(objection, 0), django_assert_num_queries(3):  # two of them open and close the writing
        assert chase_objections() == 0
