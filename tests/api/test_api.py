from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, settings

from pilotage.accounts.models import User
from pilotage.accounts.services import create_token, revoke_token
from pilotage.calls.enums import ApplicationState
from pilotage.directory.selectors import entries as plans
from pilotage.directory.services import recount
from pilotage.wsgi import application as wsgi
from tests.factories import calls as call_factory
from tests.factories import directory as directory_factory

pytestmark = pytest.mark.django_db


def keyed(user: User) -> dict[str, str]:
    return {"Authorization": f"Bearer {create_token(actor=user, name='测试')[1]}"}


@pytest.fixture
def filings(cast: Any) -> dict[str, Any]:
    call = call_factory.call()
    return {
        "own": call_factory.application(call, cast.filer, cast.enterprise, ApplicationState.SUBMITTED),
        "other": call_factory.application(call, cast.other_filer, cast.other_enterprise, ApplicationState.SUBMITTED),
        "draft": call_factory.application(call, cast.filer, cast.enterprise, ApplicationState.DRAFT),
    }


@pytest.mark.parametrize(
    ("name", "sees"),
    [
        ("filer", {"own", "draft"}),
        ("other_filer", {"other"}),
        ("city_officer", {"own"}),
        ("other_city_officer", {"other"}),
        ("province_officer", {"own"}),
        ("communications_officer", set()),
        ("secretariat", {"own", "other"}),
        ("auditor", {"own", "other"}),
        ("expert", set()),
        ("finance_liaison", set()),
        ("unit_officer", set()),
        ("outsider", set()),
    ],
)
def test_a_key_shows_what_its_owner_sees_and_nothing_else(client, cast, filings, name, sees):
    headers = keyed(getattr(cast, name))

    listed = client.get("/api/v1/applications", headers=headers).json()["applications"]
    opened = {key for key, row in filings.items() if client.get(f"/api/v1/applications/{row.number}", headers=headers).status_code == 200}

    assert {row["number"] for row in listed} == {filings[key].number for key in sees}
    assert opened == sees


def test_applications_need_a_key(client, filings):
    assert client.get("/api/v1/applications").status_code == 401
    assert client.get(f"/api/v1/applications/{filings['own'].number}").status_code == 401


@pytest.mark.parametrize("path", ["/api/v1/applications", "/api/v1/plans", "/api/v1/calls"])
def test_a_wrong_key_is_refused_even_where_none_is_needed(client, filings, path):
    assert client.get(path, headers={"Authorization": "Bearer plt_wrong"}).status_code == 401


def test_a_revoked_key_is_refused(client, cast, filings):
    token, key = create_token(actor=cast.auditor, name="旧程序")
    revoke_token(actor=cast.auditor, token=token)

    assert client.get("/api/v1/applications", headers={"Authorization": f"Bearer {key}"}).status_code == 401


def test_a_signed_in_browser_is_no_key(client, cast, filings):
    client.force_login(cast.secretariat)

    assert client.get("/api/v1/applications").status_code == 401


def test_answers_come_with_the_version_they_were_filed_under(client, cast, filings):
    found = client.get(f"/api/v1/applications/{filings['own'].number}", headers=keyed(cast.city_officer)).json()

    assert found["form_version"] == 1
    assert found["data"]["contact_name"] == "陆闻舟"
    assert found["province"] == {"code": "320000", "zh": "江苏省", "en": ""}


def test_pages_follow_each_other(client, cast, filings):
    headers = keyed(cast.auditor)
    first = client.get("/api/v1/applications?size=1", headers=headers).json()
    second = client.get(f"/api/v1/applications?size=1&after={first['next']}", headers=headers).json()

    assert [first["applications"][0]["number"], second["applications"][0]["number"]] == [filings["other"].number, filings["own"].number]
    assert second["next"] is None


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_whatever_the_rows(client, cast, rows, django_assert_num_queries):
    call = call_factory.call()
    for n in range(rows):
        call_factory.application(call, cast.filer, cast.enterprise, ApplicationState.SUBMITTED, project_title=f"项目{n}")
    headers = keyed(cast.auditor)
    with django_assert_num_queries(6):
        client.get("/api/v1/applications", headers=headers)


def test_directory_is_public_and_holds_nothing_private(client, cast):
    stage = directory_factory.published(cast)

    listed = client.get("/api/v1/directories/5g-factory/entries").json()["entries"]
    found = client.get(f"/api/v1/directories/5g-factory/entries/{listed[0]['number']}")

    assert [row["number"] for row in listed] == [entry.number for entry in stage.entries]
    assert found.json()["fictional"] is True
    for private in ("contact", "陆闻舟", "0512-00000000"):
        assert private not in found.content.decode()


def test_an_unpublished_edition_does_not_exist(client, cast):
    directory_factory.edition_prepared(cast)

    assert client.get("/api/v1/directories/5g-factory/editions").json() == []
    assert client.get("/api/v1/directories/5g-factory/entries").json()["entries"] == []


@pytest.mark.parametrize(("text", "count"), [("演示1号", 1), ("精密", 2), ("没有", 0)])
def test_entries_are_searched_by_any_part_of_the_name(client, cast, text, count):
    directory_factory.published(cast)

    assert len(client.get("/api/v1/directories/5g-factory/entries", {"q": text}).json()["entries"]) == count


@pytest.fixture
def editions(cast: Any) -> list[str]:
    """Two editions, one entry removed, and some still in preparation; the numbers of what is public."""
    directory_factory.division("210200")
    old, new = directory_factory.edition(2023), directory_factory.edition(2024)
    draft = directory_factory.edition(2025, state="prepared", published_at=None)
    made = [
        directory_factory.entry(old, "精密减速机5G工厂"),
        directory_factory.entry(old, "海工装备5G工厂", "大连渤海港务有限公司", province_id="210000", prefecture_id="210200"),
        directory_factory.entry(old, "精密轴承5G工厂", state="removed", removed_on="2024-01-02"),
        directory_factory.entry(new, "精密电机5G工厂"),
        directory_factory.entry(new, "Bohai Port 5G Terminal", "大连渤海港务有限公司", state="rectifying"),
    ]
    directory_factory.entry(new, "精密草稿", state="prepared")
    directory_factory.entry(draft, "精密待发布5G工厂", state="prepared")
    for edition in (old, new):
        recount(edition)
    return [row.number for row in made]


@pytest.fixture(params=["gathered", "walked"])
def plan(request: Any, monkeypatch: Any) -> None:
    """Answer as for a small directory, and as for a million entries."""
    if request.param == "walked":
        monkeypatch.setattr(plans, "CAP", 0)
        monkeypatch.setattr(plans, "FACET_CAP", 0)


@pytest.mark.parametrize(
    ("query", "places"),
    [
        ({}, (0, 1, 2, 3, 4)),
        ({"q": "精密"}, (0, 2, 3)),
        ({"q": " 精密 "}, (0, 2, 3)),
        ({"q": "5G"}, (0, 1, 2, 3, 4)),
        ({"q": "密"}, (0, 2, 3)),
        ({"q": "bohai"}, (4,)),
        ({"q": "…"}, ()),
        ({"q": "精密", "edition": 2023}, (0, 2)),
        ({"q": "精密", "edition": 2025}, ()),
        ({"edition": 2024}, (3, 4)),
        ({"province": "210000"}, (1,)),
        ({"q": "精密", "province": "320000", "industry": "34"}, (0, 2, 3)),
        ({"province": "990000"}, ()),
    ],
)
def test_entries_of_several_editions_come_in_order_of_number(client, editions, plan, query, places):
    rows: list[dict[str, Any]] = []
    after: str | None = ""
    while after is not None:
        found = client.get("/api/v1/directories/5g-factory/entries", {**query, "after": after, "size": 2}).json()
        rows, after = rows + found["entries"], found["next"]

    assert [row["number"] for row in rows] == [editions[place] for place in places]
    assert {row["edition"] for row in rows} == {int(row["number"][4:8]) for row in rows}


def test_the_secretariat_finds_what_is_still_prepared(client, cast, editions, plan):
    found = client.get("/api/v1/directories/5g-factory/entries", {"q": "精密"}, headers=keyed(cast.secretariat)).json()["entries"]

    titles = ["精密减速机5G工厂", "精密轴承5G工厂", "精密电机5G工厂", "精密草稿", "精密待发布5G工厂"]
    assert [row["project"] for row in found] == titles


@pytest.mark.parametrize("rows", [1, 3])
def test_entries_cost_the_same_whatever_the_rows(client, cast, rows, django_assert_num_queries):
    edition = directory_factory.edition()
    for _ in range(rows):
        directory_factory.entry(edition)
    recount(edition)
    with django_assert_num_queries(4):
        assert len(client.get("/api/v1/directories/5g-factory/entries", {"q": "精密"}).json()["entries"]) == rows


def test_unknown_things_are_not_found_in_json(client, cast):
    for path in ("plans/none", "plans/none/targets", "calls/none", "directories/none/entries", "directories/none/editions"):
        answer = client.get(f"/api/v1/{path}")
        assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/json; charset=utf-8")


def test_chinese_stays_chinese_on_the_wire(client, cast, filings):
    assert "5G工厂名录" in client.get("/api/v1/calls").content.decode()


@pytest.fixture
def kept_connection() -> Iterator[None]:
    """A request of the real application would close the connection that holds the test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def test_every_endpoint_keeps_its_schema(cast, filings, kept_connection):
    """schemathesis against the real application: no crash, and answers as the schema says, for valid and invalid input."""
    directory_factory.edition()
    headers = keyed(cast.auditor)
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", wsgi)

    tried: set[str] = set()
    for result in schema.get_all_operations():
        operation = result.ok()
        tried.add(operation.path)

        @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
        @schemathesis_given(operation)
        def probe(case: Any) -> None:
            case.call_and_validate(headers=headers)

        probe()

    assert tried == set(schema.raw_schema["paths"])
    assert len(tried) >= 12


def schemathesis_given(operation: Any) -> Any:
    from hypothesis import given

    return given(case=operation.as_strategy())
