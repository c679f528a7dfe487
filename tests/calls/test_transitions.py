"""Every (state, verb, role) triple is tried; what passes is exactly what is written here."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from pilotage.calls.enums import ApplicationKind, ApplicationState
from pilotage.calls.transitions import APPLICATION
from pilotage.core.transitions import may
from tests.factories import calls as make

FILERS = {"filer", "legal_representative"}
DISTRICT, CITY, PROVINCE = {"district_officer"}, {"city_officer"}, {"province_officer"}
MINISTRY = {"secretariat", "second_secretariat"}

# (state, verb) -> who, while every stage is open
IN_TIME: dict[tuple[str, str], set[str]] = {
    ("draft", "submit"): FILERS,
    ("returned", "resubmit"): FILERS,
    ("submitted", "return"): CITY,
    ("resubmitted", "return"): CITY,
    ("district_checked", "return"): CITY,
    ("checked", "return"): PROVINCE,
    ("shortlisted", "return"): PROVINCE,
    ("recommended", "return"): MINISTRY,
    ("submitted", "check"): CITY,
    ("resubmitted", "check"): CITY,
    ("district_checked", "check"): CITY,
    ("submitted", "decline"): CITY,
    ("resubmitted", "decline"): CITY,
    ("district_checked", "decline"): CITY,
    ("checked", "decline"): PROVINCE,
    ("not_recommended", "reconsider"): PROVINCE,
    ("checked", "shortlist"): PROVINCE,
    ("shortlisted", "unshortlist"): PROVINCE,
    ("shortlisted", "recommend"): PROVINCE,
    ("recommended", "accept"): MINISTRY,
    ("recommended", "reject"): MINISTRY,
    ("accepted", "start_review"): MINISTRY,
    ("under_review", "select"): MINISTRY,
    ("under_review", "reserve"): MINISTRY,
    ("under_review", "not_select"): MINISTRY,
    ("reserve", "promote"): MINISTRY,
    ("selected", "announce"): MINISTRY,
    ("in_notice", "exclude"): MINISTRY,
    ("in_notice", "list"): MINISTRY,
} | {
    (state, "withdraw"): FILERS
    for state in (
        "draft", "submitted", "returned", "resubmitted", "district_checked", "checked", "shortlisted", "recommended", "accepted", "under_review",
    )
}  # fmt: skip

# After the deadline the officer's power passes to the secretariat; the enterprise can no longer hand in.
OFFICERS_ACTS = {"return", "check", "decline", "reconsider", "shortlist", "unshortlist", "recommend", "uncheck", "undecline"}
# Where the act was the last and nobody above has worked on it, whoever did it may take it back.
UNDO: dict[tuple[str, str], set[str]] = {("checked", "uncheck"): CITY, ("not_recommended", "undecline"): CITY}
# A call with a district check: what was handed in is with the district while its time runs.
WITH_DISTRICT = IN_TIME | UNDO | {
    (state, verb): who
    for state in ("submitted", "resubmitted")
    for verb, who in {"pass_up": DISTRICT, "return": DISTRICT, "check": set(), "decline": set()}.items()
} | {("district_checked", "unpass"): DISTRICT}  # fmt: skip
DISTRICT_LATE = IN_TIME | UNDO
AFTER: dict[tuple[str, str], set[str]] = {
    (state, verb): MINISTRY if verb in OFFICERS_ACTS else who
    for (state, verb), who in IN_TIME.items()
    if verb not in {"submit", "resubmit"}
}

# An update follows its own stage; the province confirms instead of ranking.
UPDATE = {pair: who for pair, who in IN_TIME.items() if pair[1] not in {"shortlist", "unshortlist", "recommend"}} | {
    ("checked", "confirm_update"): PROVINCE
}


def allowed(application: Any, people: dict[str, Any]) -> dict[tuple[str, str], set[str]]:
    found: dict[tuple[str, str], set[str]] = {}
    for state, verb in product(ApplicationState.values, APPLICATION.by_verb):
        application.state = state
        who = {name for name, person in people.items() if may(person, application, verb)}
        if who:
            found[state, verb] = who
    return found


def some(expected: dict[tuple[str, str], set[str]]) -> dict[tuple[str, str], set[str]]:
    return {pair: who for pair, who in expected.items() if who}


@pytest.fixture
def everyone(cast: Any) -> dict[str, Any]:
    from django.contrib.auth.models import AnonymousUser

    return cast.people() | {"anonymous": AnonymousUser(), "nobody": None}


@pytest.mark.parametrize(
    ("instant", "kind", "expected"),
    [
        (make.FILING, ApplicationKind.NEW, IN_TIME),
        (make.PROVINCE_CLOSED, ApplicationKind.NEW, AFTER),
        ("2024-07-10T10:00", ApplicationKind.UPDATE, UPDATE),
    ],
    ids=["in time", "after the deadline", "update"],
)
def test_only_the_table_s_triples_pass(
    instant: str, kind: str, expected: dict[tuple[str, str], set[str]], cast: Any, everyone: dict[str, Any], at: Any
) -> None:
    application = make.application(make.call(), cast.filer, cast.enterprise, "submitted", kind=kind)
    at(instant)
    assert allowed(application, everyone) == expected


@pytest.mark.parametrize(
    ("instant", "decided_from", "expected"),
    [
        (make.FILING, "submitted", IN_TIME | UNDO),
        (make.FILING, "checked", IN_TIME | {("checked", "uncheck"): CITY, ("not_recommended", "undecline"): PROVINCE}),
        (make.PROVINCE_CLOSED, "submitted", AFTER | dict.fromkeys(UNDO, MINISTRY)),
    ],
    ids=["the city's act", "the province's decline", "after the deadline"],
)
def test_an_act_is_taken_back_by_whoever_did_it_and_nobody_else(
    instant: str, decided_from: str, expected: dict[tuple[str, str], set[str]], cast: Any, everyone: dict[str, Any], at: Any
) -> None:
    application = make.application(make.call(), cast.filer, cast.enterprise, "submitted", decided_from=decided_from)
    at(instant)
    assert allowed(application, everyone) == expected


DISTRICT_CLOSED = "2023-09-04T10:00"


@pytest.mark.parametrize(
    ("instant", "expected"), [(make.FILING, WITH_DISTRICT), (DISTRICT_CLOSED, DISTRICT_LATE)], ids=["in time", "district's time is over"]
)
def test_the_district_stands_before_the_city_while_its_time_runs(
    instant: str, expected: dict[tuple[str, str], set[str]], cast: Any, everyone: dict[str, Any], at: Any
) -> None:
    call = make.call_with_district()
    application = make.application(call, cast.filer, cast.enterprise, "submitted", decided_from="submitted")
    at(instant)
    if instant != make.FILING:
        expected = {pair: who for pair, who in expected.items() if pair not in {("draft", "submit")}}
    assert allowed(application, everyone) == some(expected)


def test_every_refusal_is_a_sentence(cast: Any, everyone: dict[str, Any], at: Any) -> None:
    application = make.application(make.call(), cast.filer, cast.enterprise, "submitted")
    at(make.PROVINCE_CLOSED)
    for state, verb, (name, person) in product(ApplicationState.values, APPLICATION.by_verb, everyone.items()):
        application.state = state
        verdict = may(person, application, verb)
        assert bool(verdict) is not bool(verdict.reason), (state, verb, name)


def test_a_municipality_s_district_and_department_check(cast: Any, at: Any) -> None:
    from tests.factories.accounts import _body, _member

    application = make.application(make.call(), cast.filer, cast.enterprise, "submitted", prefecture_id=None)
    at(make.FILING)
    people = {"district": cast.district_officer, "city": cast.city_officer, "province": cast.province_officer}
    assert {name for name, person in people.items() if may(person, application, "check")} == {"district", "province"}
    stranger = _member("district_officer", _body("district", "另一区工信局", "370700"), "别区")
    assert not may(stranger, application, "check")


def test_a_separately_planned_city_decides_its_own_list(cast: Any, at: Any) -> None:
    from tests.factories.accounts import _body, _member, enterprise

    call = make.call()
    dalian = make.application(call, cast.filer, enterprise("大连演示机床有限公司", "210200"), "checked")
    assert (dalian.recommender.code, dalian.province_id) == ("210200", "210000")
    city = _member("city_officer", _body("city", "大连市工业和信息化局", "210200"), "连推荐")
    province = _member("province_officer", _body("province", "辽宁省工业和信息化厅", "210000"), "辽推荐")
    at(make.FILING)
    assert [bool(may(person, dalian, "shortlist")) for person in (city, province, cast.province_officer)] == [True, False, False]


def test_a_membership_for_one_call_reaches_no_other(cast: Any, at: Any) -> None:
    first = make.call()
    second = make.call(call="another-call")
    application = make.application(first, cast.filer, cast.enterprise, "submitted")
    at(make.FILING)
    cast.city_officer.memberships.update(call=second)
    cast.city_officer.__dict__.pop("active_memberships", None)
    assert not may(cast.city_officer, application, "check")
    cast.city_officer.memberships.update(call=first)
    cast.city_officer.__dict__.pop("active_memberships", None)
    assert may(cast.city_officer, application, "check")


def test_a_correction_follows_the_deadline_of_whoever_returned_it(cast: Any, at: Any) -> None:
    application = make.application(make.call(), cast.filer, cast.enterprise, "returned", returned_from="recommended")
    at(make.PROVINCE_CLOSED)
    assert may(cast.filer, application, "resubmit")
    application.state = "resubmitted"
    assert may(cast.city_officer, application, "check")
    application.state = "checked"
    assert may(cast.province_officer, application, "shortlist")
    at("2023-09-28T17:00")
    assert not may(cast.province_officer, application, "shortlist")
