"""Facts by key: read within its reach, stated with one that may report."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from pilotage.accounts.services import create_token
from pilotage.core import clock
from pilotage.core.codes import fictional_uscc
from pilotage.finance.facts import rows, selectors
from pilotage.finance.facts.models import Fact, FactRow
from pilotage.registry import services as registry
from tests.conftest import moment
from tests.factories.accounts import Cast, cast
from tests.factories.finance import facts

pytestmark = pytest.mark.django_db
URL = "/api/v1/facts/statements"


@pytest.fixture(autouse=True)
def _spring():
    with clock.at(moment("2024-06-01 09:00")):
        yield


@pytest.fixture
def people() -> Cast:
    made = cast()
    made.enterprise.uscc = fictional_uscc("320505", 4711)
    made.enterprise.save()
    return made


def send(client: Client, key: str, people: Cast, lines: list[dict], **changes: object):
    body = {"enterprise": people.enterprise.uscc, "lines": lines, "source": "审计报告", **changes}
    return client.post(URL, json.dumps(body), content_type="application/json", headers={"Authorization": f"Bearer {key}"})


def test_a_statement_by_key(client: Client, people: Cast):
    _token, key = create_token(actor=people.filer, name="账务系统", can_report=True)
    lines = [{"metric": "revenue", "year": 2023, "value": "28600", "unit": "万元"}, {"metric": "staff", "year": 2023, "value": 420}]
    answer = send(client, key, people, lines)
    assert (answer.status_code, answer.json()["written"]) == (200, 2)
    assert send(client, key, people, lines).json()["written"] == 0
    told = client.get(f"/api/v1/facts/enterprises/{people.enterprise.uscc}", headers={"Authorization": f"Bearer {key}"}).json()
    assert (told["base_year"], told["facts"]) == (2023, {"revenue": 286_000_000, "staff": 420})


@pytest.mark.parametrize(
    "line",
    [
        {"metric": "revenue", "year": 2023, "value": "28600"},
        {"metric": "revenue", "year": 2023, "value": "28600", "unit": "万美元"},
        {"metric": "revenue", "year": 2023, "value": "-1", "unit": "元"},
        {"metric": "revenue", "year": 2023, "value": 0, "unit": "元"},
        {"metric": "revenues", "year": 2023, "value": 5, "unit": "元"},
        {"metric": "revenue", "year": 2023, "value": "viel", "unit": "元"},
        {"metric": "revenue", "value": 5, "unit": "元"},
    ],
)
def test_what_cannot_be_taken_is_named_and_nothing_written(client: Client, people: Cast, line: dict):
    _token, key = create_token(actor=people.filer, name="账务系统", can_report=True)
    assert send(client, key, people, [{"metric": "staff", "year": 2023, "value": 420}, line]).status_code == 422
    assert Fact.objects.count() == 0


def test_keys_reach_as_far_as_their_owners(client: Client, people: Cast):
    facts(people.enterprise, revenue=5)
    lines = [{"metric": "staff", "year": 2022, "value": 420}]
    for person, status in ((people.other_filer, 404), (people.finance_liaison, 404), (people.auditor, 403), (people.outsider, 404)):
        _token, key = create_token(actor=person, name="x", can_report=True)
        assert send(client, key, people, lines).status_code == status
    _token, reading = create_token(actor=people.filer, name="读")
    assert send(client, reading, people, lines).status_code == 403
    assert send(client, "wrong", people, lines).status_code == 401
    assert client.get(f"/api/v1/facts/enterprises/{people.enterprise.uscc}").status_code == 401


def test_a_title_reaches_the_row_at_once_and_a_day_later_the_row_is_reckoned_anew(people: Cast):
    title = registry.add_title(
        actor=people.secretariat, enterprise=people.enterprise, name="高新技术企业", valid_until=moment("2024-06-01 00:00").date()
    )
    assert FactRow.objects.get(pk=people.enterprise.pk).title_high_tech is True
    with clock.at(moment("2024-06-02 09:00")):
        assert list(rows.differences()) == []  # the row says what was known on its own day
        assert (rows.catch_up(), rows.catch_up()) == (1, 0)
        assert FactRow.objects.get(pk=people.enterprise.pk).title_high_tech is False
        registry.remove_title(actor=people.secretariat, title=title, reason="误登")
        assert "title_high_tech" not in selectors.facts_of(people.enterprise)
        assert FactRow.objects.get(pk=people.enterprise.pk).title_high_tech is None
