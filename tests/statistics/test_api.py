"""Returns sent by programs: with a key that may report, once for each idempotency key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from pilotage.accounts.models import User
from pilotage.accounts.services import create_token
from pilotage.statistics.models import DataSet, Return, Sending, Value, ValueRevision
from tests.factories import statistics as make

pytestmark = pytest.mark.django_db
JIANGSU = "320000"
SENT = {"data_set": "projects", "reporter": JIANGSU, "period": "2023-06", "figures": {"building": "10", "built": 4}}


@pytest.fixture(autouse=True)
def _day() -> Iterator[None]:
    with make.on("2023-07-05"):
        yield


@pytest.fixture
def provinces(cast: Any) -> DataSet:
    return make.data_set()


def send(client: Any, user: User | None, content: dict[str, Any], key: str = "june-2023-a", *, can_report: bool = True) -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    if user is not None:
        headers["Authorization"] = f"Bearer {create_token(actor=user, name='测试', can_report=can_report)[1]}"
    return client.post("/api/v1/statistics/returns", content, content_type="application/json", headers=headers)


def test_a_return_is_sent_and_handed_in(client: Any, cast: Any, provinces: DataSet) -> None:
    answer = send(client, cast.province_officer, {**SENT, "hand_in": True})
    assert answer.status_code == 200, answer.content
    assert answer.json() == {
        "data_set": "projects", "reporter": JIANGSU, "period": "2023-06", "state": "submitted", "edition": 1, "due_on": "2023-07-10",
        "figures": {"building": "10", "built": "4"}, "flags": [],
    }  # fmt: skip


def test_the_same_key_again_changes_nothing(client: Any, cast: Any, provinces: DataSet) -> None:
    first = send(client, cast.province_officer, {**SENT, "hand_in": True}).json()
    again = send(client, cast.province_officer, {**SENT, "hand_in": True})
    assert (again.status_code, again.json()) == (200, first)
    assert (Sending.objects.count(), ValueRevision.objects.count()) == (1, 2)
    other = send(client, cast.province_officer, {**SENT, "figures": {"building": "11"}})
    assert other.status_code == 409
    assert Value.objects.get(element="building").current == 10


@pytest.mark.parametrize(
    ("name", "status"), [("other_province_officer", 403), ("secretariat", 403), ("auditor", 403), ("outsider", 404), ("filer", 404)]
)
def test_a_key_may_send_no_more_than_its_owner_may_enter(client: Any, cast: Any, provinces: DataSet, name: str, status: int) -> None:
    assert send(client, getattr(cast, name), SENT).status_code == status
    assert Return.objects.count() == 0


def test_a_key_that_only_reads_and_no_key_at_all(client: Any, cast: Any, provinces: DataSet) -> None:
    assert send(client, cast.province_officer, SENT, can_report=False).status_code == 403
    assert send(client, None, SENT).status_code == 401
    client.force_login(cast.province_officer)
    assert send(client, None, SENT).status_code == 401
    assert send(client, cast.province_officer, SENT, key="").status_code == 422
    assert Return.objects.count() == 0


def test_what_does_not_fit_is_named_and_nothing_is_saved(client: Any, cast: Any, provinces: DataSet) -> None:
    answer = send(client, cast.province_officer, {**SENT, "figures": {"building": "ten", "bilding": 1}})
    assert (answer.status_code, sorted(answer.json()["errors"])) == (422, ["bilding", "building"])
    answer = send(client, cast.province_officer, {**SENT, "figures": {"building": "10"}, "hand_in": True})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["built"])
    assert (Return.objects.count(), Sending.objects.count()) == (0, 0)


def test_an_unusual_figure_is_explained_with_it(client: Any, cast: Any, provinces: DataSet) -> None:
    content = {**SENT, "figures": {"building": "950", "built": "4"}, "hand_in": True}
    assert send(client, cast.province_officer, content).status_code == 422
    answer = send(client, cast.province_officer, {**content, "answers": {"building": "two parks"}}, "june-2023-b").json()
    assert (answer["state"], answer["flags"]) == ("submitted", [{"element": "building", "screen": "rule", "answered": True}])


def test_data_sets_are_listed_for_whom_they_concern(client: Any, cast: Any, provinces: DataSet) -> None:
    def listed(user: User) -> list[str]:
        headers = {"Authorization": f"Bearer {create_token(actor=user, name='测试')[1]}"}
        return [each["slug"] for each in client.get("/api/v1/statistics/data-sets", headers=headers).json()]

    assert listed(cast.province_officer) == listed(cast.auditor) == ["projects"]
    assert listed(cast.outsider) == listed(cast.filer) == []
    assert client.get("/api/v1/statistics/data-sets").status_code == 401
