"""Pages of screenings and comparisons: who opens them, whose enterprises are counted, what they cost."""

from __future__ import annotations

import csv
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from pilotage.finance.models import FactRow, Screening
from pilotage.finance.screening import comparing, services
from pilotage.web.financing import exports
from tests.factories import finance

pytestmark = pytest.mark.django_db
HOME, COMPARE = "/financing/screenings/", "/financing/screenings/compare/"


@pytest.fixture(autouse=True)
def _day(at: Any) -> None:
    at("2025-06-30 12:00")


@pytest.fixture
def made(cast: Any) -> list[Any]:
    finance.channel()
    found = finance.screened(4)
    for each in found[:3]:
        finance.attestation(each, "demo_channel_word")
    return found


@pytest.mark.parametrize("address", [HOME, COMPARE])
def test_who_opens_them(client_for: Any, cast: Any, made: Any, address: str) -> None:
    expected = {"secretariat": 200, "auditor": 200, "finance_liaison": 200, "filer": 403, "province_officer": 403, "outsider": 403}
    assert {name: client_for(getattr(cast, name)).get(address).status_code for name in expected} == expected
    assert client_for(None).get(address).status_code == 302


def test_a_screening_is_begun_and_read(client_for: Any, cast: Any, made: Any) -> None:
    client = client_for(cast.secretariat)
    answer = client.post(HOME, {"rule_date": "2025-06-30", "facts_on": "2025-06-30"})
    screening = Screening.objects.get()
    assert answer.url == f"/financing/screenings/{screening.pk}/"
    page = client.get(f"{answer.url}?channel=demo-channel&answer=does_not_meet")
    assert [row["enterprise"].pk for row in page.context["rows"]] == [made[0].pk, made[1].pk]
    assert page.context["rows"][0]["failed"] == ["营业收入"]
    assert "需人工确认" in page.content.decode()
    assert "2025年6月30日" in client.get(HOME).content.decode()


def test_only_the_secretariat_begins_one(client_for: Any, cast: Any, made: Any) -> None:
    for actor in (cast.auditor, cast.finance_liaison, cast.outsider):
        assert client_for(actor).post(HOME, {}).status_code == 403
    assert Screening.objects.count() == 0
    assert client_for(cast.secretariat).post(HOME, {"rule_date": "soon"}).status_code == 400


def test_an_institution_counts_only_whom_it_may_see(client_for: Any, cast: Any, made: Any) -> None:
    services.screen_today()
    screening = Screening.objects.get()
    client = client_for(cast.finance_liaison)
    page = client.get(f"{HOME}{screening.pk}/?channel=demo-channel&answer=does_not_meet")
    assert (page.context["total"], list(page.context["rows"])) == (0, [])
    assert made[0].name_zh not in page.content.decode()
    assert client.get(f"{COMPARE}?channel=demo-channel").context["told"].total == 0
    assert client_for(cast.secretariat).get(f"{COMPARE}?channel=demo-channel").context["told"].total == 4
    for stranger in (cast.outsider, cast.filer):
        assert client_for(stranger).get(f"{HOME}{screening.pk}/").status_code == 404
        assert client_for(stranger).get(f"{HOME}{screening.pk}.xlsx").status_code == 404


def told(answer: Any) -> list[list[Any]]:
    """The rows of a file without its head, CSV or XLSX."""
    content = b"".join(answer.streaming_content)
    if answer["Content-Type"].startswith("text/csv"):
        return list(csv.reader(content.decode("utf-8-sig").splitlines()))[1:]
    return [list(row) for row in load_workbook(BytesIO(content)).active.values][1:]


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_the_file_holds_what_is_filtered(client_for: Any, cast: Any, made: Any, kind: str) -> None:
    services.screen_today()
    answer = client_for(cast.secretariat).get(f"{HOME}{Screening.objects.get().pk}.{kind}?channel=demo-channel&answer=needs_attestation")
    assert [(row[0], row[4], row[6]) for row in told(answer)] == [(made[3].name_zh, "需人工确认", "无重大违法")]
    assert client_for(cast.secretariat).get(f"{HOME}{Screening.objects.get().pk}.pdf").status_code == 404


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_a_comparison_is_kept_as_a_file(client_for: Any, cast: Any, made: Any, kind: str) -> None:
    client = client_for(cast.secretariat)
    rows = told(client.get(f"{HOME}compare.{kind}?channel=demo-channel&group=out"))
    assert [[row[0], *row[4:7]] for row in rows] == [[each.name_zh, "符合", "不符合", "营业收入"] for each in made[:2]]
    assert told(client.get(f"{HOME}compare.{kind}?channel=demo-channel&group=gained&condition=revenue_enough")) == []
    # an address that asks for no group: all of whom anything differs
    assert len(told(client.get(f"{HOME}compare.{kind}?channel=demo-channel"))) == 2
    assert client.get(f"{HOME}compare.{kind}?channel=demo-channel&before=soon").status_code == 404


def test_a_file_says_which_numbers_were_put_in(client_for: Any, cast: Any, made: Any) -> None:
    content = b"".join(client_for(cast.secretariat).get(f"{HOME}compare.csv?channel=demo-channel&p.least_revenue=15000").streaming_content)
    assert "2024年4月30日的规则（营业收入≥1.5亿元）" in content.decode().splitlines()[0]


def test_a_file_holds_the_enterprises_of_its_reader_only(client_for: Any, cast: Any, made: Any) -> None:
    services.screen_today()
    files = [f"{HOME}{Screening.objects.get().pk}.csv?channel=demo-channel&answer=does_not_meet", f"{HOME}compare.csv?channel=demo-channel"]
    assert [len(told(client_for(cast.finance_liaison).get(file))) for file in files] == [0, 0]
    FactRow.objects.filter(pk=made[0].pk).update(is_public=True)
    assert [[row[0] for row in told(client_for(cast.finance_liaison).get(file))] for file in files] == [[made[0].name_zh]] * 2
    assert [[client_for(who).get(file).status_code for file in files] for who in (cast.outsider, cast.filer)] == [[404, 403]] * 2
    assert [client_for(None).get(file).status_code for file in files] == [302, 302]


def test_a_file_is_read_in_parts_and_sent_as_it_is_read(client_for: Any, cast: Any, monkeypatch: Any) -> None:
    """Of a register of any size, the memory of one part."""
    finance.channel()
    made = finance.screened(7, revenue=200_000_000)
    services.screen_today()
    monkeypatch.setattr(exports, "PART", 2)
    monkeypatch.setattr(comparing, "CHUNK", 2)
    for file in (
        f"{HOME}{Screening.objects.get().pk}.csv?channel=demo-channel&answer=does_not_meet",
        f"{HOME}compare.csv?channel=demo-channel",
    ):
        answer = client_for(cast.secretariat).get(file)
        lines = iter(answer.streaming_content)
        next(lines)
        with CaptureQueriesContext(connection) as first:
            next(lines)
        with CaptureQueriesContext(connection) as rest:
            assert len(list(lines)) == len(made) - 1
        assert 0 < len(first) <= 3 < len(rest)


def test_who_drops_out_and_with_which_number(client_for: Any, cast: Any, made: Any) -> None:
    client = client_for(cast.secretariat)
    page = client.get(f"{COMPARE}?channel=demo-channel")
    assert [row["enterprise"].pk for row in page.context["rows"]] == [made[0].pk, made[1].pk]
    assert [(flip["name"], flip["cells"][0]["count"]) for flip in page.context["flips"]] == [("营业收入", 2), ("无重大违法", 0)]
    assert page.context["who"]["total"] == 2
    by_condition = client.get(f"{COMPARE}{page.context['flips'][0]['cells'][0]['url']}")
    assert [row["lost"] for row in by_condition.context["rows"]] == [["营业收入"], ["营业收入"]]
    assert "不再满足：营业收入" in by_condition.content.decode()
    moved = client.get(f"{COMPARE}?channel=demo-channel&p.least_revenue=15000")
    assert [row["enterprise"].pk for row in moved.context["rows"]] == [made[0].pk]
    assert client.get(f"{COMPARE}?channel=demo-channel&p.least_revenue=much").status_code == 400


def test_the_pages_cost_the_same_whatever_their_rows(client_for: Any, cast: Any, made: Any) -> None:
    services.screen_today()
    pk, client = Screening.objects.get().pk, client_for(cast.secretariat)
    costs = []
    for answer in ("meets", "does_not_meet"):
        with CaptureQueriesContext(
            connection,
        ) as captured:
            client.get(f"{HOME}{pk}/?channel=demo-channel&answer={answer}")
        costs.append(len(captured))
    assert costs[0] == costs[1]
    assert costs[0] <= 14


def test_a_comparison_costs_the_same_whatever_it_lists(client_for: Any, cast: Any, made: Any) -> None:
    client, costs = client_for(cast.secretariat), []
    for more in (0, 30):
        finance.screened(more, revenue=200_000_000)
        with CaptureQueriesContext(connection) as captured:
            page = client.get(f"{COMPARE}?channel=demo-channel&group=any")
        costs.append((len(captured), len(page.context["rows"])))
    assert (costs[0][0], costs[1][1]) == (costs[1][0], 25)
    following = client.get(f"{COMPARE}{page.context['next_url']}").context["rows"]
    assert len(following) == 32 - 25
