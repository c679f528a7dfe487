"""The feed of deadlines: whose, which, under which identity, and how the address stops working."""

from __future__ import annotations

from typing import Any

import pytest
from icalendar import Calendar

from pilotage.accounts.models import Membership
from pilotage.audit.models import AuditEvent
from pilotage.calls.enums import ApplicationState as S
from pilotage.calls.models import Stage
from pilotage.core.verdict import Conflict
from pilotage.messages import services
from pilotage.messages.agenda import calendar_of, stages_for
from pilotage.messages.models import CalendarFeed
from pilotage.messages.services.calendar import feed_of_token
from pilotage.review import services as review
from tests.conftest import moment
from tests.factories import calls as make
from tests.factories.review import expert

pytestmark = pytest.mark.usefixtures("at")


def keys(person: Any) -> list[str]:
    return [stage.key for stage in stages_for(person)]


def test_each_role_sees_the_stages_it_has_a_part_in(call: Any, cast: Any) -> None:
    expert("0001", user=cast.expert)
    assert {name: keys(person) for name, person in cast.people().items()} == {
        "filer": ["apply"], "legal_representative": ["apply"], "other_filer": ["apply"],
        "district_officer": ["city_check"], "city_officer": ["city_check", "recommend"], "other_city_officer": ["city_check", "recommend"],
        "province_officer": ["city_check", "recommend"], "other_province_officer": ["city_check", "recommend"],
        "communications_officer": ["recommend"],
        "secretariat": [s.key for s in call.stages.filter(closes_at__isnull=False).order_by("closes_at")],
        "second_secretariat": keys(cast.secretariat), "auditor": keys(cast.secretariat),
        "expert": [], "finance_liaison": [], "unit_officer": [], "outsider": [],
    }  # fmt: skip


def test_who_has_filed_sees_what_follows(call: Any, cast: Any, at: Any) -> None:
    make.application(call, cast.filer, cast.enterprise, S.SUBMITTED)
    at("2023-09-10 10:00")
    assert (keys(cast.filer), keys(cast.other_filer)) == (["apply", "notice", "update"], [])


def test_an_expert_sees_the_review_of_calls_with_a_seat(call: Any, cast: Any) -> None:
    me = expert("0001", user=cast.expert)
    row = make.application(call, cast.filer, cast.enterprise, S.ACCEPTED)
    seat = review.assign(actor=cast.secretariat, application=row, expert=me)
    assert keys(cast.expert) == ["review"]
    review.cancel_assignment(actor=cast.secretariat, assignment=seat, reason="调整")
    assert keys(cast.expert) == []


def events(feed: CalendarFeed) -> list[Any]:
    return list(Calendar.from_ical(calendar_of(feed)).walk("VEVENT"))


def test_the_feed_can_be_read_by_a_calendar_program(call: Any, cast: Any) -> None:
    feed, token = services.make_feed(actor=cast.filer, language="zh-hans")
    [event] = events(feed)
    assert (str(event["uid"]), str(event["summary"])) == (f"{call.slug}-apply@testserver", "企业申报截止：2023年5G工厂名录")
    assert event.decoded("dtstart") == moment("2023-08-31 17:00")
    english, _token = services.make_feed(actor=cast.filer, language="en")
    assert str(events(english)[0]["summary"]) == "Application closes: 5G factory directory 2023"
    assert token not in str(list(CalendarFeed.objects.values()))


def test_a_moved_deadline_keeps_its_identity(call: Any, cast: Any) -> None:
    feed, _token = services.make_feed(actor=cast.filer)
    [before] = events(feed)
    Stage.objects.filter(call=call, key="apply").update(closes_at=moment("2023-09-05 17:00"))
    [after] = events(feed)
    assert (before["uid"], after.decoded("dtstart")) == (after["uid"], moment("2023-09-05 17:00"))


def test_one_address_at_a_time_and_none_after_withdrawal(call: Any, cast: Any) -> None:
    _first, old = services.make_feed(actor=cast.filer)
    _second, new = services.make_feed(actor=cast.filer)
    assert (feed_of_token(old), feed_of_token(new) is not None) == (None, True)
    services.revoke_feed(actor=cast.filer)
    assert feed_of_token(new) is None
    with pytest.raises(Conflict):
        services.revoke_feed(actor=cast.filer)
    verbs = list(AuditEvent.objects.filter(verb__startswith="calendar.").values_list("verb", flat=True))
    assert verbs == ["calendar.make", "calendar.revoke", "calendar.make", "calendar.revoke"]


def test_the_address_follows_what_its_owner_may_see(call: Any, cast: Any, client: Any) -> None:
    _feed, token = services.make_feed(actor=cast.city_officer)
    address = f"/calendar/{token}.ics"
    response = client.get(address)
    assert (response["Content-Type"], response.content.count(b"BEGIN:VEVENT")) == ("text/calendar; charset=utf-8", 2)
    assert "no-store" in response["Cache-Control"]
    Membership.objects.filter(user=cast.city_officer).update(ended_at=moment("2023-01-02 00:00"))
    assert client.get(address).content.count(b"BEGIN:VEVENT") == 0
    cast.city_officer.is_active = False
    cast.city_officer.save()
    assert [client.get(path).status_code for path in (address, "/calendar/guess.ics")] == [404, 404]


@pytest.mark.parametrize("rows", [1, 3])
def test_a_feed_costs_the_same_whatever_it_holds(rows: int, call: Any, cast: Any, client: Any, django_assert_num_queries: Any) -> None:
    for number in range(rows):
        make.application(call, cast.filer, cast.enterprise, S.SUBMITTED, project_title=f"项目{number}")
    _feed, token = services.make_feed(actor=cast.filer)
    with django_assert_num_queries(4):
        client.get(f"/calendar/{token}.ics")
