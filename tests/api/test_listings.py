"""The listing pipeline by key: what its owner sees, with days; nothing private to receivers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from pilotage.accounts.services import create_token
from pilotage.core import clock
from pilotage.finance.pipeline import amending, documents, services
from tests.factories import listings as make
from tests.factories.accounts import enterprise
from tests.factories.matching import consented

pytestmark = pytest.mark.django_db
URL = "/api/v1/listings"
ASKED = ("file_tutoring", "accept_tutoring", "accept", "inquire")


@pytest.fixture(autouse=True)
def _today() -> Any:
    with clock.at(make.NOW):
        yield


def keyed(person: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {create_token(actor=person, name='测试')[1]}"}


def test_a_key_shows_what_its_owner_sees_and_nothing_else(client: Any, cast: Any) -> None:
    batch = make.signed(cast)
    consented(cast)
    own = batch.lines.get(project__enterprise=cast.enterprise).project
    other = make.project(cast.secretariat, cast.other_enterprise)
    everything = {own.number, other.number}
    sees = {
        "filer": {own.number},
        "legal_representative": {own.number},
        "other_filer": {other.number},
        "finance_liaison": {own.number},
        "secretariat": everything,
        "second_secretariat": everything,
        "auditor": everything,
    }
    for name, person in cast.people().items():
        headers = keyed(person)
        listed = {row["number"] for row in client.get(URL, headers=headers).json()["listings"]}
        opened = {number for number in everything if client.get(f"{URL}/{number}", headers=headers).status_code == 200}
        assert listed == opened == sees.get(name, set()), name
    assert client.get(URL).status_code == 401
    assert client.get(f"{URL}/{own.number}").status_code == 401
    assert client.get(f"{URL}/U0000-00000", headers=keyed(cast.auditor)).status_code == 404


def test_stages_come_with_days_and_rounds(client: Any, cast: Any) -> None:
    project = make.project(cast.secretariat, cast.enterprise, verbs=ASKED)
    begun = project.stage_on

    def move(verb: str, days: int, **said: Any) -> None:
        services.move(actor=cast.secretariat, project=project, verb=verb, on=begun + timedelta(days=days), reason="演示原因", **said)

    move("answer", 20, document="演示〔2022〕8号")
    move("ask_again", 30)
    move("suspend", 40, cause="financials_expired")
    documents.add_document(actor=cast.filer, project=project, upload=SimpleUploadedFile("a.pdf", b"%PDF-1.7"), title="情况说明")
    found = client.get(f"{URL}/{project.number}", headers=keyed(cast.filer)).json()
    assert (found["stage"], found["inquiry_round"], found["since"]) == ("suspended", 2, str(begun + timedelta(days=40)))
    assert found["suspension"]["cause"] == "financials_expired"
    assert found["suspension"]["overdue_days"] == (make.TODAY - project.suspended_until).days > 0
    assert [(step["stage"], step["kind"], step["days"]) for step in found["steps"]][-4:] == [
        ("inquiry", "entered", 20),
        ("inquiry", "answered", 10),
        ("inquiry", "entered", 10),
        ("suspended", "entered", (make.TODAY - begun).days - 40),
    ]
    assert found["rounds"] == [
        {"number": 1, "asked_on": str(begun), "answered_on": str(begun + timedelta(days=20))},
        {"number": 2, "asked_on": str(begun + timedelta(days=30)), "answered_on": None},
    ]
    assert [each["title"] for each in found["documents"]] == ["情况说明"]
    amending.take_back(actor=cast.secretariat, project=project, reason="误录入")
    found = client.get(f"{URL}/{project.number}", headers=keyed(cast.filer)).json()
    assert (found["suspension"], found["steps"][-1]["taken_back"], found["steps"][-1]["days"]) == (None, True, None)


def test_a_receiver_gets_no_reasons_and_no_papers(client: Any, cast: Any) -> None:
    batch = make.signed(cast)
    consented(cast)
    project = batch.lines.get(project__enterprise=cast.enterprise).project
    services.tell(actor=cast.filer, project=project, sponsor="演示证券", own_note="内部安排")
    for verb in (*ASKED, "suspend"):
        services.move(actor=cast.secretariat, project=project, verb=verb, on=make.BEGIN, reason="内部原因", cause="financials_expired")
    for address, find in ((f"{URL}/{project.number}", lambda told: told), (URL, lambda told: told["listings"][0])):
        told = {who: find(client.get(address, headers=keyed(who)).json())["suspension"] for who in (cast.finance_liaison, cast.filer)}
        assert told[cast.finance_liaison] is None
        assert told[cast.filer]["cause"] == "financials_expired"
    services.move(actor=cast.secretariat, project=project, verb="withdraw", on=make.TODAY, reason="内部原因", document="演示文号")
    documents.add_document(actor=cast.filer, project=project, upload=SimpleUploadedFile("a.pdf", b"%PDF-1.7"), title="内部报告")
    answer = client.get(f"{URL}/{project.number}", headers=keyed(cast.finance_liaison))
    assert answer.json()["stage"] == "withdrawn"
    for private in ("内部安排", "内部原因", "演示文号", "内部报告"):
        assert private not in answer.content.decode()


@pytest.mark.parametrize("rows", [1, 4])
def test_the_list_costs_the_same_whatever_the_rows(client: Any, cast: Any, rows: int, django_assert_num_queries: Any) -> None:
    for number in range(rows):
        make.project(cast.secretariat, enterprise(f"苏州{number}号有限公司"), verbs=ASKED if number else ())
    headers = keyed(cast.auditor)
    client.get(URL, headers=headers)
    with django_assert_num_queries(3):
        assert len(client.get(URL, headers=headers).json()["listings"]) == rows
    newest = client.get(f"{URL}?size=1", headers=headers).json()
    assert bool(newest["next"]) is (rows > 1)
    assert {row["stage"] for row in client.get(f"{URL}?stage=inquiry", headers=headers).json()["listings"]} <= {"inquiry"}
    assert client.get(f"{URL}?market=moon", headers=headers).json()["listings"] == []
