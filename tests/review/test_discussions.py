"""Panel discussions: what comes to the panel, who reads and says what, which scores change and what stays in the record."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from pilotage.audit.models import AuditEvent
from pilotage.core import clock
from pilotage.core.verdict import Conflict, Invalid, Refused
from pilotage.review import services
from pilotage.review.enums import AssignmentState, DiscussionState, RelationKind, RelationSource
from pilotage.review.experts.relations import add_relation
from pilotage.review.models import Assignment, DeclaredConflict, Discussion, DiscussionRemark, ReviewSummary, ScoreChange, Selection
from pilotage.review.panel import calling as discussion_calling
from pilotage.review.panel import discussions
from pilotage.review.panel import rules as discussion_rules
from pilotage.review.panel.sheet import sheet_of
from pilotage.review.rules import can_confirm_selection
from tests.factories import review as make

pytestmark = pytest.mark.django_db
F = AssignmentState.FINISHED


@pytest.fixture
def call(db: None, at: Any) -> Any:
    at(make.IN_REVIEW)
    return make.review_call(discussion={"chair": True, "spread_over": 15})


@pytest.fixture
def panel(call: Any, me: Any) -> list[Any]:
    return [me, make.expert("E-2"), make.expert("E-3")]  # no token on a page holds these


@pytest.fixture
def app(call: Any, cast: Any, panel: list[Any]) -> Any:
    """Totals 90, 80 and 50."""
    return make.reviewed(call, cast.secretariat, [9, 8, 5], panel)


@pytest.fixture
def waiting(app: Any, cast: Any) -> Discussion:
    (row,) = discussion_calling.call_far_apart(actor=cast.secretariat, call=app.call)
    return row


@pytest.fixture
def open_one(waiting: Discussion, cast: Any, panel: list[Any]) -> Discussion:
    discussions.appoint_chair(actor=cast.secretariat, discussions=[waiting], expert=panel[1])
    return discussions.open_discussion(actor=panel[1].user, discussion=waiting)


def change(discussion: Discussion, who: Any, reason: str = "重新核对了实测数据", **values: int) -> list[ScoreChange]:
    return discussions.change_scores(
        actor=who.user, discussion=discussion, values={key: {"value": str(value)} for key, value in values.items()}, reason=reason
    )


def summary_of(app: Any) -> tuple[Any, ...]:
    row = ReviewSummary.objects.get(application=app)
    return (row.mean, row.spread, row.finished_count)


# --- what comes to the panel ------------------------------------------------------------------
def test_the_last_finished_review_brings_what_lies_far_apart(call, cast, panel):
    app = make.reviewed(call, cast.secretariat, [9], panel)
    seat = make.seat(app, panel[1], cast.secretariat, AssignmentState.STARTED, 7)
    third = make.seat(app, panel[2], cast.secretariat, AssignmentState.STARTED, 8)
    services.finish_review(actor=panel[1].user, assignment=seat)
    assert Discussion.objects.count() == 0  # one review is still open
    services.finish_review(actor=panel[2].user, assignment=third)
    row = Discussion.objects.get()
    assert (row.state, row.origin, row.mean_before, row.spread_before) == ("waiting", "spread", Decimal("80.000"), Decimal("20.000"))
    event = AuditEvent.objects.get(verb="discussion.call")
    assert event.actor_id is None  # by the published rule, not by a person


def test_exactly_the_threshold_is_not_over_it(call, cast, panel):
    app = make.reviewed(call, cast.secretariat, [8], panel)
    call.stage("review").options["discussion"]["spread_over"] = 10
    seat = make.seat(app, panel[1], cast.secretariat, AssignmentState.STARTED, 7)
    services.finish_review(actor=panel[1].user, assignment=seat)
    assert Discussion.objects.count() == 0


def test_an_unfinished_seat_that_is_given_up_lets_the_rule_speak(call, cast, panel):
    app = make.reviewed(call, cast.secretariat, [9, 5], panel)
    seat = make.seat(app, panel[2], cast.secretariat, AssignmentState.STARTED)
    services.cancel_assignment(actor=cast.secretariat, assignment=seat, reason="失联")
    assert Discussion.objects.get().application == app


def test_a_call_without_the_option_has_no_discussions(cast, at, me):
    at(make.IN_REVIEW)
    plain = make.review_call(discussion=None)
    del plain.stage("review").options["discussion"]
    app = make.reviewed(plain, cast.secretariat, [9, 2], [me, make.expert("E2")])
    with pytest.raises(Refused):
        discussion_calling.call_to_panel(actor=cast.secretariat, application=app, reason="争议")
    assert discussion_calling.bring_far_apart(plain, [app.pk]) == []


def test_the_secretariat_puts_others_there_with_a_reason_and_takes_them_off(call, cast, panel):
    near = make.reviewed(call, cast.secretariat, [8, 8, 8], panel)
    with pytest.raises(Invalid) as lacking:
        discussion_calling.call_to_panel(actor=cast.secretariat, application=near, reason=" ")
    assert set(lacking.value.errors) == {"reason"}
    row = discussion_calling.call_to_panel(actor=cast.secretariat, application=near, reason="实测与申报不符")
    assert (row.origin, row.reason) == ("secretariat", "实测与申报不符")
    with pytest.raises(Conflict):
        discussion_calling.call_to_panel(actor=cast.secretariat, application=near, reason="再次")
    discussion_calling.drop(actor=cast.secretariat, discussion=row, reason="已核实")
    assert not discussion_rules.visible_discussions(cast.expert).exists()
    again = discussion_calling.call_to_panel(actor=cast.secretariat, application=near, reason="又有新情况")
    assert (again.pk, again.state, again.reason) == (row.pk, "waiting", "又有新情况")
    for nobody in (cast.outsider, cast.expert, cast.filer, cast.auditor, None):
        with pytest.raises(Refused):
            discussion_calling.call_to_panel(actor=nobody, application=near, reason="x")


def test_nothing_is_discussed_before_a_review_is_finished(call, cast, me):
    app = make.application(call)
    make.seat(app, me, cast.secretariat, AssignmentState.STARTED, 5)
    with pytest.raises(Invalid):
        discussion_calling.call_to_panel(actor=cast.secretariat, application=app, reason="x")


# --- the chair --------------------------------------------------------------------------------
def test_a_chair_is_held_to_the_rules_of_a_seat(waiting, app, cast, panel):
    stranger, tied, same = make.expert("E7"), make.expert("E8"), make.expert("E9", employer=app.enterprise)
    add_relation(actor=cast.secretariat, expert=tied, kind=RelationKind.CONSULTANCY, enterprise=app.enterprise)
    for barred in (tied, same, make.expert("E10", is_available=False)):
        done = discussions.appoint_chair(actor=cast.secretariat, discussions=[waiting], expert=barred)
        assert (done.led, len(done.barred)) == ([], 1)
    assert Discussion.objects.get().chair is None
    for allowed in (stranger, panel[0]):
        assert discussions.appoint_chair(actor=cast.secretariat, discussions=[waiting], expert=allowed).led == [waiting]
    assert AuditEvent.objects.filter(verb="discussion.appoint").count() == 2
    with pytest.raises(Refused):
        discussions.appoint_chair(actor=cast.expert, discussions=[waiting], expert=panel[0])


def test_who_recused_or_has_not_finished_does_not_lead(waiting, app, cast):
    gone, slow = make.expert("E7"), make.expert("E8")
    make.seat(app, gone, cast.secretariat, AssignmentState.RECUSED)
    make.seat(app, slow, cast.secretariat, AssignmentState.STARTED)
    assert not discussion_rules.chair_verdict(gone, app)
    assert not discussion_rules.chair_verdict(slow, app)


def test_it_opens_under_a_chair_only(waiting, cast, panel):
    with pytest.raises(Invalid):
        discussions.open_discussion(actor=cast.secretariat, discussion=waiting)
    discussions.appoint_chair(actor=cast.secretariat, discussions=[waiting], expert=panel[1])
    with pytest.raises(Refused):
        discussions.open_discussion(actor=panel[0].user, discussion=waiting)
    discussions.open_discussion(actor=panel[1].user, discussion=waiting)
    assert sorted(waiting.panel) == sorted(Assignment.objects.values_list("pk", flat=True))


def test_where_the_call_has_no_chairs_the_secretariat_leads(waiting, call, cast, panel):
    call.stage("review").options["discussion"]["chair"] = False
    waiting.call = call
    discussions.open_discussion(actor=cast.secretariat, discussion=waiting)
    discussions.close_discussion(actor=cast.secretariat, discussion=waiting, summary="维持原分。")
    assert Discussion.objects.get().state == "closed"


def test_a_conflict_found_later_ends_the_part_of_a_chair(open_one, app, cast, panel):
    outside = make.expert("E7")
    discussions.appoint_chair(actor=cast.secretariat, discussions=[open_one], expert=outside)
    assert discussion_rules.is_chair(outside.user, open_one)
    add_relation(actor=cast.secretariat, expert=outside, kind=RelationKind.SHARES, enterprise=app.enterprise)
    assert not discussion_rules.is_chair(outside.user, open_one)
    with pytest.raises(Refused):
        discussions.close_discussion(actor=outside.user, discussion=open_one, summary="结论")


# --- changed scores ---------------------------------------------------------------------------
def test_a_change_keeps_before_after_reason_who_and_when(open_one, app, cast, panel):
    assert summary_of(app) == (Decimal("73.333"), Decimal("40.000"), 3)
    made = change(open_one, panel[2], network=7, site=6)

    assert [(c.criterion, c.before, c.after, c.total_before, c.total_after, c.reason, c.made_by_id) for c in made] == [
        ("network", Decimal(5), Decimal(7), Decimal("50.000"), Decimal("54.500"), "重新核对了实测数据", panel[2].user_id),
        ("site", Decimal(5), Decimal(6), Decimal("50.000"), Decimal("54.500"), "重新核对了实测数据", panel[2].user_id),
    ]
    assert made[0].made_at == clock.now()
    seat = Assignment.objects.get(expert=panel[2])
    assert (seat.total, seat.state) == (Decimal("54.500"), "finished")
    assert summary_of(app) == (Decimal("74.833"), Decimal("35.500"), 3)
    event = AuditEvent.objects.get(verb="assignment.change")
    assert (event.reason, event.actor_id) == ("重新核对了实测数据", panel[2].user_id)


def test_the_original_total_stays_beside_the_last_one(open_one, panel):
    change(open_one, panel[2], network=7)
    change(open_one, panel[2], network=9)
    sheet = sheet_of(open_one, panel[2].user, is_named=False)
    own = sheet.own
    assert own is not None
    assert (own.original, own.total) == (Decimal("50.000"), Decimal("56.000"))
    assert [member.original for member in sheet.members if not member.is_mine] == [None, None]
    line = sheet.lines[0]
    place = sheet.members.index(own)
    assert (line.cells[place].was, line.cells[place].value) == (Decimal(5), Decimal(9))


@pytest.mark.parametrize(
    ("values", "reason", "field"),
    [
        ({"network": 7}, "  ", "reason"),
        ({"network": 7}, "字" * 2001, "reason"),
        ({"network": 11}, "有误", "network"),
        ({"beauty": 3}, "有误", "beauty"),
        ({"network": 5}, "有误", "values"),
        ({}, "有误", "values"),
    ],
)
def test_a_change_needs_a_reason_and_a_score_on_the_scale(open_one, panel, app, values, reason, field):
    with pytest.raises(Invalid) as fault:
        change(open_one, panel[2], reason, **values)
    assert set(fault.value.errors) == {field}
    assert (ScoreChange.objects.count(), summary_of(app)[0]) == (0, Decimal("73.333"))


def test_nobody_changes_the_scores_of_others(open_one, cast, panel, app):
    outside = make.expert("E7")
    discussions.appoint_chair(actor=cast.secretariat, discussions=[open_one], expert=outside)
    for who in (outside.user, cast.secretariat, cast.auditor, cast.outsider, cast.filer, None):
        with pytest.raises(Refused):
            discussions.change_scores(actor=who, discussion=open_one, values={"network": {"value": "9"}}, reason="x")
    change(open_one, panel[0], network=8)
    assert {c.assignment.expert_id for c in ScoreChange.objects.all()} == {panel[0].pk}


def test_two_windows_do_not_overwrite_each_other(open_one, panel):
    shown = {"network": {"value": "7", "base": "5"}}
    discussions.change_scores(actor=panel[2].user, discussion=open_one, values=shown, reason="第一次")
    with pytest.raises(Conflict):
        discussions.change_scores(
            actor=panel[2].user, discussion=open_one, values={"network": {"value": "3", "base": "5"}}, reason="第二次"
        )
    # what the second window did not touch is no change
    made = discussions.change_scores(
        actor=panel[2].user,
        discussion=open_one,
        values={"network": {"value": "5", "base": "5"}, "site": {"value": "6", "base": "5"}},
        reason="第三次",
    )
    assert [(c.criterion, c.total_before) for c in made] == [("site", Decimal("53.000"))]
    assert Assignment.objects.get(expert=panel[2]).scores.get(criterion="network").value == 7


@pytest.mark.django_db(transaction=True)
def test_two_experts_changing_at_once_both_count(open_one, app, panel):
    """Each in a thread with a connection of its own; the summary knows both, and a closing in between stops what comes after."""
    gate, faults = threading.Barrier(2), []

    def act(who: Any, value: int) -> None:
        try:
            gate.wait(10)
            change(open_one, who, network=value)
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    moment = clock.now()
    threads = [
        threading.Thread(target=at_moment, args=(moment, act, panel[0], 5)),
        threading.Thread(target=at_moment, args=(moment, act, panel[2], 9)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert faults == []
    assert ScoreChange.objects.count() == 2
    # 90 - 6, 80, 50 + 6
    assert summary_of(app) == (Decimal("73.333"), Decimal("28.000"), 3)


def at_moment(moment: datetime, act: Any, *args: Any) -> None:
    with clock.at(moment):
        act(*args)


def test_a_waiting_or_closed_discussion_or_one_past_its_time_changes_nothing(waiting, cast, panel, at):
    with pytest.raises(Refused):
        change(waiting, panel[2], network=7)
    discussions.appoint_chair(actor=cast.secretariat, discussions=[waiting], expert=panel[1])
    discussion_calling.set_deadline(actor=cast.secretariat, discussions=[waiting], closes_at=clock.now() + timedelta(hours=2))
    discussions.open_discussion(actor=cast.secretariat, discussion=waiting)
    at("2023-10-20 23:30")
    for act in (
        lambda: change(waiting, panel[2], network=7),
        lambda: discussions.remark(actor=panel[0].user, discussion=waiting, text="晚了"),
    ):
        with pytest.raises(Refused):
            act()
    discussions.close_discussion(actor=panel[1].user, discussion=waiting, summary="维持原分。")
    with pytest.raises(Refused) as refused:
        change(waiting, panel[2], network=7)
    assert str(refused.value)
    reopened = discussions.reopen_discussion(actor=cast.secretariat, discussion=Discussion.objects.get(), reason="新证据")
    assert len(change(reopened, panel[2], network=7)) == 1


def test_the_chair_closes_with_a_summary_and_nobody_else_does(open_one, cast, panel):
    with pytest.raises(Invalid):
        discussions.close_discussion(actor=panel[1].user, discussion=open_one, summary=" ")
    for who in (panel[0].user, cast.secretariat):
        with pytest.raises(Refused):
            discussions.close_discussion(actor=who, discussion=open_one, summary="结论")
    discussions.close_discussion(actor=panel[1].user, discussion=open_one, summary="两位专家调整了评分。")
    row = Discussion.objects.get()
    assert (row.state, row.summary, row.closed_at) == ("closed", "两位专家调整了评分。", clock.now())
    assert AuditEvent.objects.get(verb="discussion.close").reason == "两位专家调整了评分。"


def test_no_selection_is_confirmed_while_a_panel_talks(open_one, call, cast, panel, at):
    at(make.AFTER_REVIEW)
    draft = Selection(call=call, number=1, parameters={}, inputs_digest="", created_by=cast.secretariat)
    assert str(can_confirm_selection(cast.secretariat, draft).reason) == "1项合议尚未结束。"
    discussions.close_discussion(actor=panel[1].user, discussion=open_one, summary="维持。")
    assert can_confirm_selection(cast.secretariat, draft)


# --- who reads what ---------------------------------------------------------------------------
def seen_by(user: Any) -> list[int]:
    return list(discussion_rules.visible_discussions(user).values_list("pk", flat=True))


def test_only_the_panel_sees_it(open_one, app, cast, panel):
    unseated, slow, gone, barred, declared = (make.expert(f"X{n}") for n in range(5))
    make.seat(app, slow, cast.secretariat, AssignmentState.STARTED, 5)
    make.seat(app, gone, cast.secretariat, AssignmentState.RECUSED)
    late = make.seat(app, barred, cast.secretariat, F, 5)
    Assignment.objects.filter(pk=late.pk).update(conflict="relation")
    make.seat(app, declared, cast.secretariat, F, 5)
    DeclaredConflict.objects.create(
        expert=declared,
        application=app,
        kind=RelationKind.FAMILY,
        source=RelationSource.EXPERT,
        declared_by=declared.user,
        declared_at=clock.now(),
    )
    for who in (unseated.user, slow.user, gone.user, barred.user, declared.user, cast.outsider, cast.filer, cast.province_officer, None):
        assert seen_by(who) == []
    for who in (panel[0].user, panel[1].user, panel[2].user, cast.secretariat, cast.auditor):
        assert seen_by(who) == [open_one.pk]


def test_pseudonyms_stay_the_same_for_all_and_through_late_seats(open_one, app, cast, panel):
    before = [(m.seat.pk, m.name) for m in sheet_of(open_one, panel[0].user, is_named=False).members]
    make.seat(app, make.expert("E9"), cast.secretariat, F, 6)
    after = [(m.seat.pk, m.name) for m in sheet_of(open_one, panel[2].user, is_named=False).members]
    assert after[:3] == before
    assert len(after) == 4
    names = {name.split(" ")[0].split("（")[0] for _pk, name in before}
    assert len(names) <= 3
    assert not any(expert.user.name in name for expert in panel for _pk, name in after)


def page_of(client: Any, user: Any, discussion: Discussion) -> Any:
    client.force_login(user)
    return client.get(reverse("review:discussion", args=[discussion.pk]))


def test_the_page_shows_the_panel_under_pseudonyms_and_blind(client, open_one, app, cast, panel):
    Assignment.objects.get(expert=panel[2]).scores.filter(criterion="network").update(comment="时延未达标")
    discussions.remark(actor=panel[2].user, discussion=open_one, text="请看实测时延。")
    change(open_one, panel[2], network=7)
    response = page_of(client, panel[0].user, open_one)
    html = response.content.decode()
    assert response.status_code == 200
    for text in ("时延未达标", "请看实测时延。", "重新核对了实测数据", "50.0", "53.0", "90.0"):
        assert text in html
    for hidden in (panel[1].user.name, panel[2].user.name, panel[2].number, app.enterprise.name_zh):
        assert hidden not in html


def test_the_page_is_gone_for_everybody_else(client, open_one, app, cast, panel):
    unseated = make.expert("X1")
    for user in (cast.outsider, cast.filer, cast.legal_representative, cast.province_officer, unseated.user):
        assert page_of(client, user, open_one).status_code == 404
    Assignment.objects.filter(expert=panel[2]).update(conflict="relation")
    assert page_of(client, panel[2].user, open_one).status_code == 404
    client.force_login(unseated.user)
    for act in ("remark", "change", "close", "open"):
        data = {"act": act, "text": "x", "reason": "x", "summary": "x", "value-network": "1"}
        assert client.post(reverse("review:discussion", args=[open_one.pk]), data).status_code == 404
    assert (DiscussionRemark.objects.count(), ScoreChange.objects.count()) == (0, 0)
    client.logout()
    assert client.get(reverse("review:discussion", args=[open_one.pk])).status_code == 302


def test_before_it_opens_nobody_reads_the_others(client, waiting, cast, panel):
    Assignment.objects.get(expert=panel[2]).scores.filter(criterion="network").update(comment="时延未达标")
    html = page_of(client, panel[0].user, waiting).content.decode()
    assert "时延未达标" not in html
    assert "50.0" not in html


def test_an_expert_changes_scores_and_the_chair_closes_on_the_page(client, open_one, app, panel):
    client.force_login(panel[2].user)
    url = reverse("review:discussion", args=[open_one.pk])
    lacking = client.post(url, {"act": "change", "value-network": "8", "was-network": "5", "reason": ""})
    assert lacking.status_code == 422
    assert 'value="8"' in lacking.content.decode()
    assert client.post(url, {"act": "change", "value-network": "8", "was-network": "5", "reason": "核对"}).status_code == 302
    assert summary_of(app)[0] == Decimal("74.833")
    assert client.post(url, {"act": "close", "summary": "结论"}).status_code == 403
    client.force_login(panel[1].user)
    assert client.post(url, {"act": "close", "summary": "结论"}).status_code == 302
    client.force_login(panel[2].user)
    assert client.post(url, {"act": "change", "value-network": "9", "was-network": "8", "reason": "再改"}).status_code == 403
    assert "结论" in client.get(url).content.decode()


def test_a_chair_from_outside_reads_the_dossier_without_names(client, waiting, app, cast):
    outside = make.expert("E7")
    discussions.appoint_chair(actor=cast.secretariat, discussions=[waiting], expert=outside)
    html = page_of(client, outside.user, waiting).content.decode()
    assert "5G虚拟专网" in html
    assert app.enterprise.name_zh not in html


@pytest.mark.parametrize("count", [1, 3])
def test_the_expert_list_costs_the_same_for_one_and_three(client, call, cast, panel, count, django_assert_num_queries):
    for n in range(count):
        make.reviewed(call, cast.secretariat, [9, 5, 9], panel, number=f"A-{n}")
    discussion_calling.call_far_apart(actor=cast.secretariat, call=call)
    client.force_login(cast.expert)
    client.get(reverse("review:discussions"))
    with django_assert_num_queries(LIST_QUERIES):
        response = client.get(reverse("review:discussions"))
    assert response.content.decode().count("/review/discussions/") >= count


LIST_QUERIES = 5
DESK_QUERIES = 10


@pytest.mark.parametrize("count", [1, 3])
def test_the_secretariats_list_costs_the_same_for_one_and_three(client, call, cast, panel, count, django_assert_num_queries):
    for n in range(count):
        make.reviewed(call, cast.secretariat, [9, 5, 9], panel, number=f"A-{n}")
    discussion_calling.call_far_apart(actor=cast.secretariat, call=call)
    client.force_login(cast.secretariat)
    url = reverse("review:call-discussions", args=[call.slug])
    client.get(url)
    with django_assert_num_queries(DESK_QUERIES):
        response = client.get(url)
    assert response.content.decode().count("苏州演示") >= count


def test_the_secretariat_calls_appoints_sets_a_time_and_drops(client, call, cast, panel, app):
    client.force_login(cast.secretariat)
    url = reverse("review:call-discussions", args=[call.slug])
    assert client.post(url, {"act": "call_far"}).status_code == 302
    row = Discussion.objects.get()
    assert client.post(url, {"act": "chair", "ids": [row.pk], "chair": "nobody"}).status_code == 422
    assert client.post(url, {"act": "chair", "ids": [row.pk], "chair": panel[1].number}).status_code == 302
    assert client.post(url, {"act": "deadline", "ids": [row.pk], "closes_at": "2023-10-25T18:00"}).status_code == 302
    row.refresh_from_db()
    assert (row.chair, row.closes_at.astimezone(make.BEIJING)) == (panel[1], datetime(2023, 10, 25, 18, tzinfo=make.BEIJING))
    assert client.post(url, {"act": "deadline", "ids": [row.pk], "closes_at": "2023-10-01T18:00"}).status_code == 422
    assert client.post(url, {"act": "drop", "ids": [row.pk], "why": ""}).status_code == 422
    assert client.post(url, {"act": "drop", "ids": [row.pk], "why": "已核实"}).status_code == 302
    assert Discussion.objects.get().state == DiscussionState.DROPPED
    for user, status in ((cast.outsider, 403), (cast.expert, 403), (cast.auditor, 200)):
        client.force_login(user)
        assert client.get(url).status_code == status
        assert client.post(url, {"act": "call_far"}).status_code == 403


@pytest.mark.parametrize("offered", [True, False])
def test_desk_and_board_lead_there_where_the_call_has_it(client, cast, at, offered):
    at(make.IN_REVIEW)
    call = make.review_call(discussion={} if offered else None)
    client.force_login(cast.secretariat)
    there = reverse("review:call-discussions", args=[call.slug])
    for page in (reverse("review:board", args=[call.slug]), reverse("desk")):
        assert (there in client.get(page).content.decode()) == offered
