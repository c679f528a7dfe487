"""Who is told and reminded where districts check before cities."""

from __future__ import annotations

from typing import Any

import pytest

from pilotage.calls import services as calls
from pilotage.calls.enums import ApplicationState as S
from pilotage.calls.models import Application
from pilotage.core import clock
from pilotage.messages.models import Message
from pilotage.messages.services import send_reminders
from tests.conftest import moment
from tests.factories import calls as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def row(cast: Any, at: Any) -> Application:
    return make.application(make.call_with_district(), cast.filer, cast.enterprise, S.SUBMITTED)


def test_what_is_passed_up_is_the_city_s_work_and_taken_back_is_told(row: Application, cast: Any, inboxes: Any) -> None:
    calls.pass_up_many(actor=cast.district_officer, applications=[row])
    assert inboxes() == {"filer": ["passed_up"], "legal_representative": ["passed_up"], "city_officer": ["work.check"]}
    calls.take_back(actor=cast.district_officer, applications=[row], reason="误报")
    assert inboxes()["filer"] == ["passed_up", "taken_back"]


def test_a_correction_is_the_district_s_work_again(row: Application, cast: Any, inboxes: Any) -> None:
    from pilotage.audit.services import transition

    calls.return_for_correction(actor=cast.district_officer, application=row, reason="缺少合同")
    transition(row, "resubmit", actor=cast.filer)
    told = inboxes()
    assert (told["district_officer"], "city_officer" in told) == (["work.check"], False)


def reminded(person: Any) -> list[str]:
    rows = Message.objects.filter(recipient=person, key__startswith="reminder:").order_by("id")
    return [row.key.split(":")[2] for row in rows]


def test_each_level_is_reminded_of_its_own_deadline(row: Application, cast: Any) -> None:
    with clock.at(moment("2023-08-31 18:00")):  # three days before the district's hour has passed, one has not
        send_reminders()
    assert (reminded(cast.district_officer), reminded(cast.city_officer)) == (["district_check"], [])
    with clock.at(moment("2023-09-05 18:00")):  # the district is late: the city is reminded of its own
        send_reminders()
    assert (reminded(cast.district_officer), reminded(cast.city_officer)) == (["district_check"], ["city_check"])


def test_who_corrects_is_not_reminded_of_the_district_s_deadline(cast: Any) -> None:
    make.application(make.call_with_district(), cast.filer, cast.enterprise, S.RETURNED)
    for instant in ("2023-08-31 18:00", "2023-09-05 18:00"):
        with clock.at(moment(instant)):
            send_reminders()
    assert reminded(cast.filer) == ["city_check"]
