"""Defence and site visit: recorded with day and reason, and keeping out of the selection what did not pass."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from pilotage.audit.models import AuditEvent
from pilotage.calls.models import Application, Stage
from pilotage.core.verdict import Conflict, Invalid, Refused
from pilotage.review.panel import hearings
from pilotage.review.panel.gates import kept_out, latest
from pilotage.review.selection.reckoning import reckon
from tests.factories import review as make

pytestmark = pytest.mark.django_db
DAY = date(2023, 10, 20)


@pytest.fixture
def call(cast: Any, at: Any) -> Any:
    at("2023-10-25 10:00")
    return make.review_call()


@pytest.fixture
def visit(call: Any) -> Stage:
    stage = Stage.objects.create(
        call=call, key="visit", kind="site_visit", position=90, title_zh="现场核查", title_en="Site visit", options={"gate": True}
    )
    call.__dict__.pop("stage_by_key", None)
    return stage


@pytest.fixture
def two(call: Any) -> list[Application]:
    rows = [make.application(call, f"A-{n}", "370000") for n in (1, 2)]
    Application.objects.filter(pk__in=[row.pk for row in rows]).update(state="under_review")
    return list(Application.objects.order_by("number"))


def record(cast: Any, call: Any, stage: Stage, rows: list[Application], **changes: Any) -> Any:
    values = {"result": "passed", "held_on": DAY, "note": ""} | changes
    return hearings.record_hearings(actor=cast.secretariat, call=call, stage=stage, applications=rows, **values)


def test_a_gate_keeps_out_what_failed_and_what_has_no_result(cast, call, visit, two):
    record(cast, call, visit, two[:1], result="failed", note="产线未建成")

    assert kept_out(call) == {two[0].pk: ("visit", "failed"), two[1].pk: ("visit", "missing")}
    record(cast, call, visit, two)
    assert kept_out(call) == {}
    assert [event.reason for event in AuditEvent.objects.filter(verb="application.hearing").order_by("number")] == ["产线未建成", "", ""]


def test_a_stage_that_is_no_gate_keeps_nobody_out(cast, call, visit, two):
    visit.options = {}
    visit.save()
    call.__dict__.pop("stage_by_key", None)
    record(cast, call, visit, two[:1], result="failed", note="未通过")

    assert (kept_out(call), latest(call, visit)[two[0].pk].note) == ({}, "未通过")


def test_a_selection_sets_aside_whoever_is_kept_out():
    names = ("number", "outcome", "reason")
    found = reckon(
        {
            "parameters": {"total": 2},
            "candidates": [
                {"number": n, "rank": None, "gate": gate, "attributes": {}} for n, gate in (("a", ["visit", "failed"]), ("b", None))
            ],
            "scores": [["a", "x", "90.000"], ["b", "x", "60.000"]],
        }
    )

    assert [tuple(row[name] for name in names) for row in found["rows"]] == [
        ("b", "selected", "selected"),
        ("a", "not_selected", "gate_failed"),
    ]


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"result": "maybe"}, {"result"}),
        ({"held_on": None}, {"held_on"}),
        ({"held_on": date(2023, 10, 26)}, {"held_on"}),
        ({"result": "failed"}, {"note"}),
    ],
)
def test_bad_input_is_named_and_nothing_is_kept(cast, call, visit, two, changes, fields):
    with pytest.raises(Invalid) as refused:
        record(cast, call, visit, two, **changes)

    assert (set(refused.value.errors), latest(call, visit)) == (fields, {})


def test_only_the_secretariat_and_only_while_under_review(cast, call, visit, two):
    with pytest.raises(Refused):
        hearings.record_hearings(actor=cast.auditor, call=call, stage=visit, applications=two, result="passed", held_on=DAY)
    Application.objects.filter(pk=two[0].pk).update(state="withdrawn")
    with pytest.raises(Conflict):
        record(cast, call, visit, two)
    assert latest(call, visit) == {}


def test_the_page_records_what_is_ticked_and_shows_it(cast, call, visit, two, client_for):
    address = reverse("review:hearings", args=[call.slug, "visit"])
    client = client_for(cast.secretariat)

    wrong = client.post(address, {"ids": [two[0].pk], "result": "failed", "held_on": "2023-10-20"})
    right = client.post(address, {"ids": [two[0].pk], "result": "failed", "held_on": "2023-10-20", "note": "现场未见设备"}, follow=True)

    assert (wrong.status_code, "说明未通过的原因" in wrong.content.decode()) == (422, True)
    assert "现场未见设备" in right.content.decode()
    assert client_for(cast.outsider).get(address).status_code == 403


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_for_one_and_three(cast, call, visit, client_for, django_assert_max_num_queries, count):
    rows = [make.application(call, f"B-{n}", "370000") for n in range(count)]
    Application.objects.filter(pk__in=[row.pk for row in rows]).update(state="under_review")
    record(cast, call, visit, list(Application.objects.order_by("number")))
    client = client_for(cast.secretariat)
    with django_assert_max_num_queries(12):
        body = client.get(reverse("review:hearings", args=[call.slug, "visit"])).content.decode()
    assert body.count("2023-10-20") + body.count("2023年10月20日") >= count
