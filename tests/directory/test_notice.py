from __future__ import annotations

from typing import Any

import pytest

from pilotage.audit import services as audit
from pilotage.audit.models import AuditEvent
from pilotage.calls.models import Application
from pilotage.core import clock
from pilotage.core.verdict import Conflict, Invalid, Refused
from pilotage.directory import rules, services
from pilotage.directory.enums import NoticeState, ObjectionState
from pilotage.directory.models import Objection
from pilotage.review.models import SelectionRow
from pilotage.review.selection.reserve import Reserve, next_in_reserve
from tests.factories import directory as make

pytestmark = pytest.mark.django_db


def object_to(stage: Any, moment: str = make.DURING, **fields: Any) -> Objection:
    return make.objection(stage, moment, **fields)


def states(stage: Any) -> list[str]:
    return list(Application.objects.filter(call=stage.call).order_by("id").values_list("state", flat=True))


def test_opening_announces_every_row_and_prints_the_end_of_the_chain(cast: Any) -> None:
    stage = make.prepared(cast)
    number, digest = audit.head()
    with clock.at(make.OPENS):
        services.open_notice(actor=cast.secretariat, notice=stage.notice)
    stage.notice.refresh_from_db()
    assert stage.notice.chain_head == f"{number} {digest}"
    assert stage.notice.state == NoticeState.OPEN
    assert stage.notice.number == "5GF-N2023-01"
    assert states(stage) == ["in_notice", "in_notice", "reserve"]
    assert audit.verify() == []


def test_opening_costs_the_same_for_one_and_three_rows(cast: Any, django_assert_num_queries: Any) -> None:
    one, three = make.prepared(cast, count=1), None
    with clock.at(make.OPENS), django_assert_num_queries(22):
        services.open_notice(actor=cast.secretariat, notice=one.notice)
    Application.objects.filter(call=one.call, state="in_notice").update(state="listed")
    make.application(one.call, cast, "苏州新增一号有限公司", "selected")
    make.application(one.call, cast, "苏州新增二号有限公司", "selected")
    make.application(one.call, cast, "苏州新增三号有限公司", "selected")
    with clock.at(make.OPENS):
        three = services.prepare_notice(actor=cast.secretariat, call=one.call, opens_at=make.OPENS, closes_at=make.CLOSES)
    with clock.at(make.OPENS), django_assert_num_queries(22):
        services.open_notice(actor=cast.secretariat, notice=three)


def test_a_notice_that_would_be_over_cannot_open(cast: Any) -> None:
    stage = make.prepared(cast)
    with clock.at(make.moment(make.AFTER)), pytest.raises(Invalid):
        services.open_notice(actor=cast.secretariat, notice=stage.notice)
    assert states(stage) == ["selected", "selected", "reserve"]


def test_only_one_draft_and_only_with_rows(cast: Any) -> None:
    stage = make.prepared(cast)
    with pytest.raises(Conflict):
        services.prepare_notice(actor=cast.secretariat, call=stage.call, opens_at=make.OPENS, closes_at=make.CLOSES)
    with clock.at(make.OPENS):
        services.open_notice(actor=cast.secretariat, notice=stage.notice)
    with pytest.raises(Invalid):
        services.prepare_notice(actor=cast.secretariat, call=stage.call, opens_at=make.OPENS, closes_at=make.CLOSES)


@pytest.mark.parametrize("role", ["outsider", "filer", "province_officer", "expert", "auditor"])
def test_others_prepare_nothing(cast: Any, role: str) -> None:
    stage = make.selected(cast)
    with pytest.raises(Refused):
        services.prepare_notice(actor=getattr(cast, role), call=stage.call, opens_at=make.OPENS, closes_at=make.CLOSES)


# --- objections -----------------------------------------------------------------------------
def test_anybody_objects_during_the_period_only(cast: Any) -> None:
    stage = make.opened(cast)
    objection = object_to(stage)
    assert objection.number.startswith("5GF-N2023-01-001-")
    assert objection.state == ObjectionState.RECEIVED
    for moment in ("2023-11-11 23:59", make.AFTER):
        with pytest.raises(Refused) as refusal:
            object_to(stage, moment)
        assert str(refusal.value)
    assert AuditEvent.objects.filter(verb="directory.objection.receive").count() == 1


def test_a_draft_notice_takes_no_objection(cast: Any) -> None:
    with pytest.raises(Refused):
        object_to(make.prepared(cast))


def test_five_an_hour_from_one_address(cast: Any) -> None:
    stage = make.opened(cast)
    for _ in range(services.OBJECTIONS_PER_HOUR):
        object_to(stage, address="192.0.2.7")
    with pytest.raises(Refused) as refusal:
        object_to(stage, address="192.0.2.7")
    assert "5" in str(refusal.value)
    object_to(stage, address="192.0.2.8")
    object_to(stage, "2023-11-14 11:01", address="192.0.2.7")
    assert Objection.objects.count() == services.OBJECTIONS_PER_HOUR + 2
    assert not Objection.objects.filter(origin_digest__contains="192.0.2").exists()


def test_what_is_missing_is_said_field_by_field(cast: Any) -> None:
    stage = make.opened(cast)
    with pytest.raises(Invalid) as refusal:
        object_to(stage, name=" ", text="短", application=stage.reserve[0])
    assert set(refusal.value.errors) == {"name", "text", "application"}


def test_who_objected_is_seen_by_secretariat_and_auditor_only(cast: Any) -> None:
    objection = object_to(make.opened(cast))
    seeing = {role for role, actor in cast.people().items() if rules.visible_objections(actor).filter(pk=objection.pk).exists()}
    assert seeing == {"secretariat", "second_secretariat", "auditor"}
    assert not rules.visible_objections(None).exists()


def test_dismissal_needs_a_reason_and_changes_no_row(cast: Any) -> None:
    stage = make.opened(cast)
    objection = object_to(stage)
    with pytest.raises(Invalid):
        services.decide_objection(actor=cast.secretariat, objection=objection, upheld=False, decision=" ")
    services.decide_objection(actor=cast.secretariat, objection=objection, upheld=False, decision="经现场核对，数量一致。")
    objection.refresh_from_db()
    assert (objection.state, objection.decision) == ("dismissed", "经现场核对，数量一致。")
    assert states(stage) == ["in_notice", "in_notice", "reserve"]


def test_upheld_excludes_the_row_and_promotes_the_next_reserve(cast: Any) -> None:
    stage = make.opened(cast, reserve=2)
    services.decide_objection(actor=cast.secretariat, objection=make.heard(cast, object_to(stage)), upheld=True, decision="情况属实。")
    assert states(stage) == ["excluded", "in_notice", "selected", "reserve"]
    reason = AuditEvent.objects.get(verb="application.promote").reason
    assert reason
    assert "周知情" not in reason


def test_the_promoted_one_gets_a_supplementary_notice_before_any_edition(cast: Any) -> None:
    stage = make.opened(cast)
    services.decide_objection(actor=cast.secretariat, objection=make.heard(cast, object_to(stage)), upheld=True, decision="情况属实。")
    make.close(cast, stage.notice)
    with pytest.raises(Refused):
        services.prepare_edition(actor=cast.secretariat, call=stage.call)
    opens, closes = make.moment("2023-11-20 09:00"), make.moment("2023-11-25 18:00")
    with clock.at(make.moment("2023-11-19 09:00")):
        second = services.prepare_notice(actor=cast.secretariat, call=stage.call, opens_at=opens, closes_at=closes)
    assert second.number == "5GF-N2023-02"
    assert [row.application_id for row in second.rows.all()] == [stage.reserve[0].pk]
    with clock.at(opens):
        services.open_notice(actor=cast.secretariat, notice=second)
    _close(cast, second, "2023-11-26 09:00")
    edition = services.prepare_edition(actor=cast.secretariat, call=stage.call)
    assert {entry.application_id for entry in edition.entries.all()} == {stage.selected[1].pk, stage.reserve[0].pk}


def _close(cast: Any, notice: Any, moment: str) -> None:
    with clock.at(make.moment(moment)):
        services.propose_close_notice(actor=cast.secretariat, notice=notice)
        services.confirm_close_notice(actor=cast.second_secretariat, notice=notice)


def test_a_reserve_whom_a_full_quota_keeps_out_is_passed_over(cast: Any) -> None:
    stage = make.opened(cast, reserve=1)
    other = make.application(stage.call, cast, "大连备选精密有限公司", "reserve", county="210200")
    SelectionRow.objects.create(selection=stage.selection, application=other, position=9, outcome="reserve", reason="rank")
    assert next_in_reserve(stage.call) == stage.reserve[0]
    _confirmed_with(stage, quotas=[["province", None, 0, 40], ["province", "320000", 0, 2]])
    assert next_in_reserve(stage.call) == other
    _confirmed_with(stage, default_cap=1)  # as selections were stored before there were quotas of other attributes
    assert next_in_reserve(stage.call) == other
    _confirmed_with(stage, quotas=[["province", None, 0, 0], ["province", "320000", 0, 2]])
    assert next_in_reserve(stage.call) is None


def test_the_place_of_the_one_who_leaves_is_free(cast: Any) -> None:
    stage = make.opened(cast, reserve=1)
    _confirmed_with(stage, quotas=[["province", "320000", 0, 2]])
    assert next_in_reserve(stage.call) is None
    assert Reserve(stage.call).next(stage.selected[0].number) == stage.reserve[0]


def test_whoever_mends_a_minimum_goes_before(cast: Any) -> None:
    stage = make.opened(cast, reserve=1)
    other = make.application(stage.call, cast, "大连备选精密有限公司", "reserve", county="210200")
    SelectionRow.objects.create(selection=stage.selection, application=other, position=9, outcome="reserve", reason="rank")
    _confirmed_with(stage, quotas=[["province", "210000", 1, None]])
    assert next_in_reserve(stage.call) == other


def test_the_order_of_moving_up_is_that_of_the_reserve_not_of_the_ranks(cast: Any) -> None:
    stage = make.opened(cast, reserve=2)
    for place, application in enumerate(reversed(stage.reserve), start=1):
        SelectionRow.objects.filter(application=application).update(figures={"place": place})
    assert next_in_reserve(stage.call) == stage.reserve[1]


def _confirmed_with(stage: Any, **parameters: Any) -> None:
    stage.selection.parameters = {"total": 2, **parameters}
    stage.selection.save()


# --- closing --------------------------------------------------------------------------------
def test_closing_takes_two_people_the_end_of_the_period_and_no_open_objection(cast: Any) -> None:
    stage = make.opened(cast)
    objection = object_to(stage)
    with clock.at(make.moment(make.DURING)), pytest.raises(Invalid):
        services.propose_close_notice(actor=cast.secretariat, notice=stage.notice)
    with clock.at(make.moment(make.AFTER)):
        with pytest.raises(Invalid):
            services.propose_close_notice(actor=cast.secretariat, notice=stage.notice)
        services.decide_objection(actor=cast.secretariat, objection=objection, upheld=False, decision="不成立，理由见附。")
        services.propose_close_notice(actor=cast.secretariat, notice=stage.notice)
        with pytest.raises(Refused):
            services.confirm_close_notice(actor=cast.secretariat, notice=stage.notice)
        services.confirm_close_notice(actor=cast.second_secretariat, notice=stage.notice)
        with pytest.raises(Conflict):
            services.confirm_close_notice(actor=cast.second_secretariat, notice=stage.notice)
    stage.notice.refresh_from_db()
    assert stage.notice.state == NoticeState.CLOSED
