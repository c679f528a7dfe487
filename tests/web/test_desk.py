from __future__ import annotations

import pytest

from pilotage.audit import services as audit
from pilotage.calls.enums import ApplicationState
from pilotage.calls.models import Application
from tests.factories import calls as call_factory
from tests.factories import directory as directory_factory

pytestmark = pytest.mark.django_db


def text_of(client, user) -> str:
    client.force_login(user)
    return client.get("/desk/").content.decode()


def test_the_overview_counts_each_station_and_opens_its_records(client, cast):
    call = call_factory.call()
    for state in (ApplicationState.RECOMMENDED, ApplicationState.RECOMMENDED, ApplicationState.CHECKED):
        call_factory.application(call, cast.filer, cast.enterprise, state, project_title=f"项目{Application.objects.count()}")

    html = text_of(client, cast.secretariat)

    assert f'<a href="/applications/?call={call.slug}&amp;state=recommended">2</a>' in html
    assert f'<a href="/applications/?call={call.slug}&amp;state=checked">1</a>' in html
    assert "待受理</a> <strong>2</strong>" in html


def test_a_proposed_act_waits_for_the_colleague_and_says_so_to_the_proposer(client, cast):
    stage = directory_factory.opened(cast)
    with directory_factory.clock.at(directory_factory.moment(directory_factory.AFTER)):
        audit.propose(stage.notice, "close", actor=cast.secretariat)

    assert "由本人提请" in text_of(client, cast.secretariat)
    colleague = text_of(client, cast.second_secretariat)
    assert "由本人提请" not in colleague
    assert f'<a href="/work/directory/{stage.call.slug}/">' in colleague


def test_an_empty_house_says_what_to_do(client, cast):
    assert "还没有征集" in text_of(client, cast.secretariat)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_overview_costs_the_same_whatever_the_rows(client, cast, rows, django_assert_num_queries):
    call = call_factory.call()
    for n in range(rows):
        call_factory.application(call, cast.filer, cast.enterprise, ApplicationState.CHECKED, project_title=f"项目{n}")
    client.force_login(cast.secretariat)
    with django_assert_num_queries(12):
        client.get("/desk/")


def test_an_outsider_sees_no_call(client, cast):
    call = call_factory.call()
    call_factory.application(call, cast.filer, cast.enterprise, ApplicationState.RECOMMENDED)

    html = text_of(client, cast.outsider)

    assert call.title_zh not in html
    assert "此账号还没有角色" in html
