"""Pages of screenings and comparisons: who opens them, whose enterprises are counted, what they cost."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from pilotage.finance.models import Screening
from pilotage.finance.screening import services
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


def test_the_workbook_holds_what_is_filtered(client_for: Any, cast: Any, made: Any) -> None:
    services.screen_today()
    answer = client_for(cast.secretariat).get(f"{HOME}{Screening.objects.get().pk}.xlsx?channel=demo-channel&answer=needs_attestation")
    rows = list(load_workbook(BytesIO(answer.content)).active.values)
    assert made[3].name_zh in str(rows)
    assert made[0].name_zh not in str(rows)


def test_who_drops_out_and_with_which_number(client_for: Any, cast: Any, made: Any) -> None:
    client = client_for(cast.secretariat)
    page = client.get(f"{COMPARE}?channel=demo-channel")
    assert (page.context["told"].out, [each.pk for each in page.context["rows"]]) == (2, [made[0].pk, made[1].pk])
    assert [(flip["name"], flip["lost"]) for flip in page.context["flips"]] == [("营业收入", 2), ("无重大违法", 0)]
    moved = client.get(f"{COMPARE}?channel=demo-channel&p.least_revenue=15000")
    assert [each.pk for each in moved.context["rows"]] == [made[0].pk]
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
