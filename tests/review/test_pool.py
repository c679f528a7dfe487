"""The pool: profiles, who changes what, who can take a seat, what the search finds, what an expert has done."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from pilotage.audit import services as audit
from pilotage.audit.models import AuditEvent
from pilotage.core.verdict import Invalid, Refused
from pilotage.registry.models import Industry
from pilotage.review import services
from pilotage.review.enums import AssignmentState
from pilotage.review.experts import pool
from pilotage.review.experts import profiles as experts
from pilotage.review.models import Absence, Assignment, ExpertProfile
from tests.factories import review as make
from tests.factories.accounts import division, enterprise

pytestmark = pytest.mark.django_db


def numbers(found):
    return [expert.number for expert in found]


def test_an_expert_is_hired_with_account_role_and_profile(call, cast, me):
    made = experts.hire(
        actor=cast.secretariat, email=" New@Example.org", name="新专家", number="E7", disciplines=["34", "网络", "34"], capacity=10
    )
    assert (made.user.email, made.disciplines, made.capacity) == ("new@example.org", ["34", "网络"], 10)
    assert numbers(pool.available_experts(call)) == ["0417", "E7"]
    assert audit.verify() == []
    with pytest.raises(Invalid, match="另一位专家"):
        experts.hire(actor=cast.secretariat, email="new@example.org", name="别人", number="E8")


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"capacity": -1}, "capacity"),
        ({"keywords_zh": [f"词{i}" for i in range(21)]}, "keywords_zh"),
        ({"keywords_en": ["x" * 41]}, "keywords_en"),
        ({"disciplines": ["a|b"]}, "disciplines"),
        ({"biography": "长" * 2001}, "biography"),
    ],
)
def test_a_bad_fact_is_named_and_nothing_is_kept(call, cast, me, facts, field):
    with pytest.raises(Invalid) as problem:
        experts.update_expert(actor=cast.secretariat, expert=me, employer_name="某大学", **facts)
    assert list(problem.value.errors) == [field]
    me.refresh_from_db()
    assert me.employer_name == ""


def test_the_expert_changes_what_is_known_but_not_the_office_facts(call, cast, me):
    changed = experts.update_expert(actor=cast.expert, expert=me, keywords_zh=["时间敏感网络"], biography="二十年通信经验")
    assert changed == ["keywords_zh", "biography"]
    assert experts.update_expert(actor=cast.expert, expert=me, biography="二十年通信经验") == []
    with pytest.raises(Invalid) as problem:
        experts.update_expert(actor=cast.expert, expert=me, capacity=99, is_available=False)
    assert list(problem.value.errors) == ["capacity", "is_available"]
    assert AuditEvent.objects.filter(verb="expert.update").count() == 1


@pytest.mark.parametrize("who", ["outsider", "filer", "auditor", "province_officer"])
def test_nobody_else_changes_a_profile(call, cast, me, who):
    actor = getattr(cast, who)
    for act in (
        lambda: experts.update_expert(actor=actor, expert=me, biography="x"),
        lambda: experts.add_absence(actor=actor, expert=me, starts_on=date(2023, 11, 1), ends_on=date(2023, 11, 2)),
        lambda: experts.create_expert(actor=actor, user=cast.outsider, number="E9"),
    ):
        with pytest.raises(Refused):
            act()
    assert Absence.objects.count() == 0


def test_one_expert_does_not_change_another(call, cast, me):
    with pytest.raises(Refused):
        experts.update_expert(actor=cast.expert, expert=make.expert("E2"), biography="x")


def test_an_absence_takes_the_expert_out_for_these_days_only(call, cast, me, at):
    absence = experts.add_absence(actor=cast.expert, expert=me, starts_on=date(2023, 10, 20), ends_on=date(2023, 10, 22))
    assert numbers(pool.available_experts(call)) == []
    with pytest.raises(Refused):
        services.assign(actor=cast.secretariat, application=make.application(call), expert=me)
    at("2023-10-23 09:00")
    assert numbers(pool.available_experts(call)) == ["0417"]
    experts.remove_absence(actor=cast.expert, absence=absence)
    assert [event.verb for event in AuditEvent.objects.filter(object_type="review.absence").order_by("number")] == [
        "expert.absence",
        "expert.back",
    ]


def test_before_the_review_opens_its_first_day_counts(call, cast, me, at):
    at("2023-09-30 09:00")
    experts.add_absence(actor=cast.expert, expert=me, starts_on=date(2023, 10, 7), ends_on=date(2023, 10, 9))
    assert numbers(pool.available_experts(call)) == []


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "field"),
    [
        (None, date(2023, 11, 1), "starts_on"),
        (date(2023, 11, 2), date(2023, 11, 1), "ends_on"),
        (date(2023, 10, 1), date(2023, 10, 5), "ends_on"),
        (date(2023, 12, 5), date(2023, 12, 9), "starts_on"),
    ],
)
def test_an_impossible_absence_is_refused_at_its_field(call, cast, me, starts_on, ends_on, field):
    experts.add_absence(actor=cast.expert, expert=me, starts_on=date(2023, 12, 1), ends_on=date(2023, 12, 5))
    with pytest.raises(Invalid) as problem:
        experts.add_absence(actor=cast.expert, expert=me, starts_on=starts_on, ends_on=ends_on)
    assert list(problem.value.errors) == [field]


def test_capacity_bounds_runs_and_seats_by_hand(call, cast):
    for i in range(4):
        make.application(call, f"A-{i}")
    small, large = make.expert("E1", capacity=1), make.expert("E2")
    report = make.assigned(call, cast.secretariat, 2)
    assert report.run.result["loads"] == [[small.pk, 0, 1], [large.pk, 0, 4]]
    assert [unfilled["code"] for unfilled in report.run.result["unfilled"]] == ["load"] * 3
    free = report.unfilled[0][0]
    with pytest.raises(Refused, match="上限"):
        services.assign(actor=cast.secretariat, application=free, expert=small)


def test_search_by_word_discipline_province_and_part(call, cast, me):
    Industry.objects.get_or_create(code="34", defaults={"name_zh": "通用设备制造业", "level": "division"})
    house = enterprise("沈阳演示机床研究院有限公司", "210200")
    one = make.expert("E1", "210000", employer=house, disciplines=["34"], keywords_zh=["数控机床"], keywords_en=["Machine tools"])
    make.expert("E2", "320000", disciplines=["网络"], is_available=False)
    make.seat(make.application(call), one, cast.secretariat)
    found = lambda **wanted: numbers(pool.search(ExpertProfile.objects.order_by("number"), pool.PoolFilter(**wanted)))  # noqa: E731
    assert found(text="数控") == ["E1"]
    assert found(text="machine TOOLS") == ["E1"]
    assert found(text="机床研究院") == ["E1"]
    assert found(discipline="网络") == ["E2"]
    assert found(discipline="3") == []
    assert found(province="320000") == ["E2"]
    assert found(available=True) == ["0417", "E1"]
    assert found(available=False) == ["E2"]
    assert found(call=call) == ["E1"]
    make.invitation(call, me, cast.secretariat)
    assert found(call=call) == ["0417", "E1"]
    assert found(call=call, part="unasked") == ["E1", "E2"]


def test_history_counts_calls_seats_and_days(call, cast, me):
    other = make.review_call("other-call")
    make.seat(make.application(other, "B-1"), me, cast.secretariat, AssignmentState.FINISHED, 8)
    for i, state in enumerate([AssignmentState.FINISHED, AssignmentState.STARTED, AssignmentState.RECUSED, AssignmentState.CANCELLED]):
        make.seat(make.application(call, f"A-{i}"), me, cast.secretariat, state, 7 if state == AssignmentState.FINISHED else None)
    Assignment.objects.filter(state=AssignmentState.FINISHED).update(
        assigned_at=datetime(2023, 10, 10, tzinfo=UTC), finished_at=datetime(2023, 10, 12, 12, tzinfo=UTC)
    )
    assert pool.histories([me.pk]) == {me.pk: pool.History(2, 4, 2, 1, 2.5)}
    assert [(row.call, row.seats, row.finished, row.recused, row.days, row.mean) for row in pool.calls_of(me)] == [
        (other, 1, 1, 0, 2.5, Decimal(80)),
        (call, 3, 1, 1, 2.5, Decimal(70)),
    ]


def test_the_employer_is_found_by_code_or_by_a_name_of_its_own(db):
    house = enterprise("唯一名称有限公司", uscc="91320505MA1X0A0A07")
    for county in ("320505", "370700"):
        enterprise("同名有限公司", county)
    assert experts.employer_of("", " 91320505ma1x0a0a07") == house
    assert experts.employer_of("唯一名称有限公司", "") == house
    assert experts.employer_of("同名有限公司", "") is None
    with pytest.raises(Invalid, match="XXX"):
        experts.employer_of("唯一名称有限公司", "XXX")


def test_words_are_told_apart_however_they_are_typed():
    assert experts.words(" 网络；安全,  5G、TSN\n边缘计算 ; ") == ["网络", "安全", "5G", "TSN", "边缘计算"]


def test_a_province_is_found_under_each_of_its_names(db):
    liaoning = division("210000")
    known = experts.provinces_by_name()
    assert known[liaoning.code] == known[liaoning.name_zh] == liaoning
