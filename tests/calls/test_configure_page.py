"""The page on which the secretariat moves deadlines and sets quotas."""

from __future__ import annotations

import html
from typing import Any

import pytest

from pilotage.audit.models import AuditEvent
from pilotage.calls.models import Quota, Recommender
from tests.factories import calls as make

pytestmark = pytest.mark.django_db


def text(response: Any) -> str:
    return html.unescape(response.content.decode())


@pytest.fixture
def call(at: Any) -> Any:
    at("2023-08-28 10:00")
    return make.call()


@pytest.fixture
def address(call: Any) -> str:
    return f"/work/calls/{call.slug}/"


def written(call: Any, **changed: str) -> dict[str, str]:
    """The dates as the page shows them, but for those given."""
    from pilotage.web.calls.configure import _written

    values = {"do": "dates", "reason": "按通知延期"}
    for stage in call.stages.all():
        values |= {f"opens_at-{stage.key}": _written(stage.opens_at), f"closes_at-{stage.key}": _written(stage.closes_at)}
    return values | changed


@pytest.mark.parametrize("who", ["outsider", "filer", "city_officer", "province_officer", "auditor"])
def test_only_the_secretariat_comes_here(who: str, call: Any, cast: Any, client_for: Any, address: str) -> None:
    client = client_for(getattr(cast, who))
    assert client.get(address).status_code == 403
    assert client.post(address, {"do": "quotas", "limit-320000": "1"}).status_code == 403
    assert Quota.objects.get(call=call, recommender__code="320000").limit is None
    assert address not in client.get(f"/calls/{call.slug}/").content.decode()


def test_the_call_leads_here(call: Any, cast: Any, client_for: Any, address: str) -> None:
    client = client_for(cast.secretariat)
    assert address in client.get(f"/calls/{call.slug}/").content.decode()
    page = client.get(address).content.decode()
    assert 'name="closes_at-apply" value="2023-08-31T17:00"' in page
    assert "江苏" in page


def test_all_deadlines_move_at_once(call: Any, cast: Any, client_for: Any, address: str) -> None:
    """City and province together: in whatever order the levels stand, the whole timetable is judged, not each line."""
    later = {"closes_at-apply": "2023-09-05T17:00", "closes_at-city_check": "2023-10-12T17:00", "closes_at-recommend": "2023-10-20T17:00"}
    answer = client_for(cast.secretariat).post(address, written(call, **later))
    assert answer.status_code == 302
    assert {f"closes_at-{s.key}": s.closes_at for s in call.stages.filter(key__in=["apply", "city_check", "recommend"])} == {
        key: make.moment(value) for key, value in later.items()
    }
    assert AuditEvent.objects.filter(verb="stage.set_dates", reason="按通知延期").count() == 3


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"closes_at-city_check": "2023-12-01T17:00"}, "才截止。"),
        ({"closes_at-apply": "2023-07-01T17:00"}, "环节的截止时间应晚于开始时间。"),
        ({"closes_at-apply": "31 August"}, "“31 August”不是日期时间"),
        ({"closes_at-apply": "2023-09-05T17:00", "reason": " "}, "须写明理由"),
    ],
)
def test_a_wrong_timetable_changes_nothing_and_says_where(
    changed: dict[str, str], sentence: str, call: Any, cast: Any, client_for: Any, address: str
) -> None:
    before = list(call.stages.values_list("key", "opens_at", "closes_at"))
    answer = client_for(cast.secretariat).post(address, written(call, **changed))
    assert answer.status_code == 422
    assert sentence in text(answer)
    for name, value in changed.items():
        if name != "reason":
            assert f'name="{name}" value="{value}"' in answer.content.decode()  # what was typed is still there
    assert list(call.stages.values_list("key", "opens_at", "closes_at")) == before


def test_quotas_are_set_and_lifted(call: Any, cast: Any, client_for: Any, address: str) -> None:
    client = client_for(cast.secretariat)
    client.post(address, {"do": "quotas", "limit-320000": "40", "limit-370000": "12", "reason": "按通知"})
    assert dict(Quota.objects.filter(limit__isnull=False).values_list("recommender__code", "limit")) == {"320000": 40, "370000": 12}
    assert AuditEvent.objects.filter(verb="quota.set").count() == 2
    client.post(address, {"do": "quotas", "limit-320000": "40", "limit-370000": ""})
    assert dict(Quota.objects.filter(limit__isnull=False).values_list("recommender__code", "limit")) == {"320000": 40}
    assert AuditEvent.objects.filter(verb="quota.set").count() == 3


def test_a_quota_below_what_is_recommended_is_refused_in_words(call: Any, cast: Any, client_for: Any, address: str) -> None:
    jiangsu = Recommender.objects.get(code="320000")
    for number in range(2):
        made = make.application(call, cast.filer, cast.enterprise, "recommended", project_title=f"项目{number}")
        made.recommender = jiangsu
        made.save(update_fields=["recommender"])
    answer = client_for(cast.secretariat).post(address, {"do": "quotas", "limit-320000": "1", "limit-370000": "5"})
    assert answer.status_code == 422
    assert "已推荐2家，名额不能少于此数；请先退回多出的申报。" in text(answer)
    assert not Quota.objects.filter(limit__isnull=False).exists()
    assert client_for(cast.secretariat).post(address, {"do": "quotas", "limit-320000": "2"}).status_code == 302


def test_a_quota_that_is_no_number_is_refused(call: Any, cast: Any, client_for: Any, address: str) -> None:
    answer = client_for(cast.secretariat).post(address, {"do": "quotas", "limit-320000": "four", "limit-370000": "5"})
    assert answer.status_code == 422
    assert "“four”" in text(answer)
    assert not Quota.objects.filter(limit__isnull=False).exists()


@pytest.mark.parametrize("quotas", [1, 3])
def test_the_number_of_queries_does_not_grow(
    quotas: int, call: Any, cast: Any, client_for: Any, address: str, django_assert_num_queries: Any
) -> None:
    kept = Quota.objects.filter(call=call).order_by("recommender__code").values_list("pk", flat=True)[:quotas]
    Quota.objects.exclude(pk__in=list(kept)).delete()
    client = client_for(cast.secretariat)
    client.get(address)
    with django_assert_num_queries(7):
        client.get(address)
