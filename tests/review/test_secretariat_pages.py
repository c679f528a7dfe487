import re

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from pilotage.calls.models import Application
from pilotage.review.enums import AssignmentState
from pilotage.review.models import Assignment, ExpertProfile, ReviewSummary
from tests.factories import review as make

pytestmark = pytest.mark.django_db


def pages(call, number="A-0"):
    return {
        "board": reverse("review:board", args=[call.slug]),
        "assign": reverse("review:assigning", args=[call.slug]),
        "application": reverse("review:application", args=[call.slug, number]),
        "experts": reverse("review:expert-list"),
    }


@pytest.fixture
def field(call, cast, me, at):
    experts = [me, make.expert("E2")]
    provinces = ["320000", "320000", "320000", "370000", "370000"]
    apps = [
        make.reviewed(call, cast.secretariat, [9 - i, 9 - i], experts, number=f"A-{i}", province=code, name=f"保密企业{i}有限公司")
        for i, code in enumerate(provinces)
    ]
    at(make.AFTER_REVIEW)
    return apps


@pytest.mark.parametrize(
    "who", ["outsider", "filer", "expert", "province_officer", "communications_officer", "city_officer", "finance_liaison"]
)
def test_scores_and_results_are_for_secretariat_and_auditors(call, cast, field, client_for, who):
    client = client_for(getattr(cast, who))
    for name, address in pages(call).items():
        response = client.get(address)
        assert (name, response.status_code) == (name, 403)
        assert "保密企业" not in response.content.decode()


def test_auditors_read_and_change_nothing(call, cast, field, client_for):
    client = client_for(cast.auditor)
    for name, address in pages(call).items():
        assert (name, client.get(address).status_code) == (name, 200)
    assert client.post(pages(call)["assign"], {}).status_code == 403


def test_board_shows_progress_mean_and_spread_and_sorts(call, cast, field, client_for):
    make.application(call, "A-8", "370000")
    html = client_for(cast.secretariat).get(pages(call)["board"] + "?sort=mean").content.decode()
    assert re.findall(r"/(A-\d)/", html) == ["A-0", "A-1", "A-2", "A-3", "A-4", "A-8"]
    assert "90.00" in html
    assert html.count("seat-finished") == 10


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("progress=seats", ["A-0", "A-1", "A-2", "A-3", "A-4", "A-8"]),
        ("progress=wide", ["A-8"]),
        ("province=370000", ["A-3", "A-4", "A-8"]),
        ("progress=open", []),
    ],
)
def test_board_filters(call, cast, me, field, client_for, query, numbers):
    make.reviewed(call, cast.secretariat, [9, 3], [me, ExpertProfile.objects.get(number="E2")], number="A-8", province="370000")
    html = client_for(cast.secretariat).get(f"{pages(call)['board']}?{query}").content.decode()
    assert sorted(set(re.findall(r"/(A-\d)/", html))) == numbers


def test_assigning_by_hand_shows_each_conflict_and_refuses_it(call, cast, client_for):
    make.application(call, "A-0")
    local, free = make.expert("E1", "320000"), make.expert("E2")
    client = client_for(cast.secretariat)
    html = client.get(pages(call)["application"]).content.decode()
    assert f'name="expert" value="{free.pk}"' in html
    assert f'name="expert" value="{local.pk}"' not in html
    assert client.post(pages(call)["application"], {"act": "assign", "expert": local.pk}).status_code == 403
    assert client.post(pages(call)["application"], {"act": "assign", "expert": free.pk}).status_code == 302
    assert [a.expert for a in Assignment.objects.all()] == [free]


def test_cancel_and_reopen_need_a_reason(call, cast, me, client_for):
    app = make.application(call, "A-0")
    begun = make.seat(app, me, cast.secretariat)
    done = make.seat(app, make.expert("E2"), cast.secretariat, AssignmentState.FINISHED, 8)
    client = client_for(cast.secretariat)
    page = pages(call)["application"]
    assert client.post(page, {"act": "cancel", "assignment": begun.pk, "reason": ""}).status_code == 422
    client.post(page, {"act": "cancel", "assignment": begun.pk, "reason": "出差"})
    client.post(page, {"act": "reopen", "assignment": done.pk, "reason": "更正笔误"})
    begun.refresh_from_db()
    done.refresh_from_db()
    assert (begun.state, done.state) == (AssignmentState.CANCELLED, AssignmentState.STARTED)


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(("name", "number"), [("board", 13), ("application", 19)])
def test_cost_is_the_same_for_one_row_and_three(call, cast, me, at, client_for, django_assert_num_queries, rows, name, number):
    second = make.expert("E2")
    for i in range(rows):
        make.reviewed(call, cast.secretariat, [8, 7], [me, second], number=f"A-{i}", province="370000")
    at(make.AFTER_REVIEW)
    client = client_for(cast.secretariat)
    with django_assert_num_queries(number):
        assert client.get(pages(call)[name]).status_code == 200


def test_board_over_5000_applications_and_15000_reviews(call, cast, client_for):
    template = make.application(call, "B-0000", "370000")
    columns = [f.attname for f in Application._meta.concrete_fields if f.attname not in {"id", "number", "project_title", "state"}]
    shared = {name: getattr(template, name) for name in columns}
    apps = Application.objects.bulk_create(
        Application(**shared, number=f"B-{i:04}", project_title=f"项目{i}", state="under_review") for i in range(1, 5000)
    )
    experts = [make.expert(f"X{i:03}") for i in range(100)]
    Assignment.objects.bulk_create(
        Assignment(
            application=app, call=call, expert=experts[(i * 3 + k) % 100], state="finished", method="manual", position=i,
            total=50 + (i + k) % 50, assigned_by=cast.secretariat, assigned_at=make.LONG_AGO, finished_at=make.LONG_AGO,
        )
        for i, app in enumerate(apps)
        for k in range(3)
    )  # fmt: skip
    ReviewSummary.objects.bulk_create(
        ReviewSummary(application=app, call=call, seat_count=3, finished_count=3, mean=50 + i % 50, spread=2) for i, app in enumerate(apps)
    )
    handler, cookies = WSGIHandler(), client_for(cast.secretariat).cookies  # the whole stack without what the tests add to their client
    handler.load_middleware()
    for query in ("", "?sort=mean", "?progress=done&sort=spread"):
        request = RequestFactory().get(pages(call)["board"] + query)
        request.COOKIES = {name: morsel.value for name, morsel in cookies.items()}
        with CaptureQueriesContext(connection) as queries:
            response = handler.get_response(request)
        assert response.content.decode().count('<span class="seats"') == 50
        assert len(queries) <= 15
