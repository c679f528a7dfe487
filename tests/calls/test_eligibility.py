"""Conditions of a call: judged with reasons, never guessing; the page, the start and the submission say the same."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from pilotage.calls import rules, services
from pilotage.calls.eligibility import Answer, Facts, Holding, Honour, Question, judge, overall
from pilotage.core.verdict import Invalid, Refused
from tests.factories import calls as make

TODAY = date(2023, 12, 20)
ASKED = {
    "revenue": Question("上年主营业务收入", "万元"),
    "state": Question("建设状态", words={"built": "已建成", "building": "在建"}),
    "clean": Question("无重大事故"),
    "type": Question("类型"),
}


@pytest.fixture
def call(db: None, at: Any) -> Any:
    at(make.FILING)
    return make.call()


def facts(**known: Any) -> Facts:
    return Facts(today=TODAY, questions=ASKED, **known)


@pytest.mark.parametrize(
    ("rule", "known", "answer"),
    [
        ({"rule": "legal_person"}, {"is_legal_person": True}, Answer.YES),
        ({"rule": "legal_person"}, {"is_legal_person": False}, Answer.NO),
        ({"rule": "legal_person", "branches": True}, {"is_legal_person": False}, Answer.YES),
        ({"rule": "legal_person"}, {}, Answer.UNKNOWN),
        ({"rule": "region", "provinces": ["420000"]}, {"divisions": ["420000", "420100"]}, Answer.YES),
        ({"rule": "region", "provinces": ["420000"]}, {"divisions": ["320000"]}, Answer.NO),
        ({"rule": "region", "provinces": ["420000"]}, {}, Answer.UNKNOWN),
        ({"rule": "industry", "codes": ["C"]}, {"industry": ["34", "C"]}, Answer.YES),
        ({"rule": "industry", "codes": ["35"]}, {"industry": ["34", "C"]}, Answer.NO),
        ({"rule": "industry", "codes": ["35"]}, {}, Answer.UNKNOWN),
        ({"rule": "declared", "field": "clean"}, {"answers": {"clean": True}}, Answer.YES),
        ({"rule": "declared", "field": "clean"}, {"answers": {"clean": False}}, Answer.NO),
        ({"rule": "declared", "field": "clean"}, {}, Answer.UNKNOWN),
        ({"rule": "choice", "field": "state", "in": ["built"]}, {"answers": {"state": "built"}}, Answer.YES),
        ({"rule": "choice", "field": "state", "in": ["built"]}, {"answers": {"state": "building"}}, Answer.NO),
        ({"rule": "choice", "field": "state", "in": ["built"]}, {}, Answer.UNKNOWN),
        ({"rule": "amount", "field": "revenue", "min": 40000}, {"answers": {"revenue": "40000.00"}}, Answer.YES),
        ({"rule": "amount", "field": "revenue", "min": 40000}, {"answers": {"revenue": "39999.99"}}, Answer.NO),
        ({"rule": "amount", "field": "revenue", "min": 40000}, {}, Answer.UNKNOWN),
        ({"rule": "holds", "directory": "d"}, {"holdings": [Holding("d", "D-1")]}, Answer.YES),
        ({"rule": "holds", "directory": "d"}, {"holdings": [Holding("e", "E-1")]}, Answer.NO),
        ({"rule": "holds", "directory": "d", "label": "benchmark"}, {"holdings": [Holding("d", "D-1")]}, Answer.NO),
        ({"rule": "not_holding", "directory": "d"}, {"holdings": [Holding("d", "D-1", until=date(2023, 12, 20))]}, Answer.NO),
        ({"rule": "not_holding", "directory": "d"}, {"holdings": [Holding("d", "D-1", until=date(2023, 12, 19))]}, Answer.YES),
        ({"rule": "not_holding", "directory": "d"}, {"holdings": [Holding("d", "D-1")]}, Answer.NO),
        ({"rule": "holds_title", "titles": ["制造业单项冠军"]}, {"honours": [Honour("国家级制造业单项冠军企业")]}, Answer.YES),
        ({"rule": "holds_title", "titles": ["制造业单项冠军"]}, {}, Answer.UNKNOWN),
        ({"rule": "one_per"}, {"filed": [{}]}, Answer.NO),
        ({"rule": "one_per"}, {}, Answer.YES),
        ({"rule": "one_per", "fields": ["type"]}, {"filed": [{"type": "a"}], "answers": {"type": "a"}}, Answer.NO),
        ({"rule": "one_per", "fields": ["type"]}, {"filed": [{"type": "a"}], "answers": {"type": "b"}}, Answer.YES),
        ({"rule": "one_per", "fields": ["type"]}, {"filed": [{"type": "a"}]}, Answer.UNKNOWN),
    ],
)
def test_each_rule_answers_with_a_sentence(rule, known, answer):
    [finding] = judge([rule], facts(**known))

    assert finding.answer == answer
    assert finding.sentence
    assert finding.condition


@given(st.lists(st.sampled_from([*Answer]), max_size=6))
def test_one_no_decides_and_one_unknown_leaves_it_open(answers):
    from pilotage.calls.eligibility import Finding

    expected = Answer.NO if Answer.NO in answers else Answer.UNKNOWN if Answer.UNKNOWN in answers else Answer.YES
    assert overall([Finding({}, each, "") for each in answers]) == expected


@given(st.sampled_from(["clean", "state", "revenue"]), st.sampled_from([True, False, "built", "building", "50000", "1"]))
def test_an_answer_more_turns_only_unknown_into_something_else(key, value):
    given_rules = [
        {"rule": "declared", "field": "clean"},
        {"rule": "choice", "field": "state", "in": ["built"]},
        {"rule": "amount", "field": "revenue", "min": 40000},
    ]
    before = judge(given_rules, facts(answers={"clean": True}))
    after = judge(given_rules, facts(answers={"clean": True} | ({key: value} if key != "clean" else {})))

    assert all(b.answer == a.answer for b, a in zip(before, after, strict=True) if b.answer != Answer.UNKNOWN)


def conditions(call: Any, *given_rules: dict[str, Any]) -> None:
    make.change(call, eligibility=list(given_rules))


@pytest.mark.django_db
def test_a_certain_no_stops_the_start_with_its_sentence_and_unknown_does_not(cast, call):
    conditions(call, {"rule": "region", "provinces": ["370000"]}, {"rule": "declared", "field": "no_violation"})

    verdict = rules.can_start(cast.filer, call, cast.enterprise)

    assert (bool(verdict), str(verdict.reason)) == (False, "申报主体注册地为江苏省，本次征集面向山东省。")
    with pytest.raises(Refused):
        services.start_application(actor=cast.filer, call=call, enterprise=cast.enterprise)
    conditions(call, {"rule": "declared", "field": "no_violation"})
    assert rules.can_start(cast.filer, call, cast.enterprise)


@pytest.mark.django_db
def test_what_is_declared_otherwise_stops_the_submission_at_its_field(cast, call):
    conditions(call, {"rule": "choice", "field": "building_state", "in": ["building"]})
    application = make.application(call, cast.filer, cast.enterprise, "draft")

    with pytest.raises(Invalid) as refused:
        services.submit(actor=cast.filer, application=application)

    assert refused.value.errors["building_state"] == "建设状态：已建成；可接受：在建。"


@pytest.mark.django_db
def test_the_page_answers_per_enterprise_and_keeps_nothing(client, cast, call):
    conditions(call, {"rule": "legal_person"}, {"rule": "declared", "field": "no_violation"})
    address = reverse("calls:eligibility", args=[call.slug])

    client.force_login(cast.filer)
    unknown, met, refused = client.get(address), client.get(address + "?q-no_violation=yes"), client.get(address + "?q-no_violation=no")

    assert [("尚不能判断" in p.content.decode(), "不能申报" in p.content.decode()) for p in (unknown, met, refused)] == [
        (True, False), (False, False), (False, True),
    ]  # fmt: skip
    client.force_login(cast.outsider)
    page = client.get(address).content.decode()
    assert (cast.enterprise.name_zh in page, "您没有为任何企业填报" in page) == (False, True)
