"""Districts before cities, check lists, and taking an act back: services, desks and application page."""

from __future__ import annotations

import html
import re
from itertools import product
from typing import Any
from urllib.parse import quote

import pytest
from django.utils.translation import override

from pilotage.audit.models import AuditEvent, AuditSnapshot
from pilotage.audit.services import verify
from pilotage.calls import rules, scope, services
from pilotage.calls.enums import ApplicationKind
from pilotage.calls.enums import ApplicationState as S
from pilotage.calls.models import Application, Check
from pilotage.calls.papers.summary import summary_rows
from pilotage.calls.selectors import share_relations
from pilotage.core.verdict import Conflict, Invalid, Refused
from tests.factories import calls as make
from tests.factories.accounts import enterprise

pytestmark = pytest.mark.django_db
ALL = ["legal_person", "papers", "visited"]


@pytest.fixture
def call(at: Any) -> Any:
    at(make.FILING)
    return make.call_with_district()


@pytest.fixture
def listed_call(at: Any) -> Any:
    at(make.FILING)
    return make.call_with_district(checklist=make.CHECKLIST)


@pytest.fixture
def some(cast: Any) -> Any:
    """``some(call, 3, S.SUBMITTED)``: applications of the district of the cast."""

    def build(call: Any, count: int, state: str, **fields: Any) -> list[Application]:
        first = Application.objects.count()
        return [
            make.application(
                call, cast.filer, enterprise(f"虎丘样本{first + i}有限公司"), state, project_title=f"样本{first + i}号工厂", **fields
            )
            for i in range(count)
        ]

    return build


def fresh(application: Application) -> Application:
    return Application.objects.select_related("call", "recommender").get(pk=application.pk)


def text(response: Any) -> str:
    return html.unescape(str(response.content.decode()))


def marked(rows: list[Application]) -> list[str]:
    return [f"{row.pk}:{row.state}" for row in rows]


# --- whose turn it is -------------------------------------------------------------------------
def test_a_district_passes_up_what_the_city_then_checks(call: Any, some: Any, cast: Any) -> None:
    [row] = some(call, 1, S.SUBMITTED)
    refusal = str(rules.may_check(cast.city_officer, row).reason)
    services.pass_up_many(actor=cast.district_officer, applications=[row], opinion="情况属实")
    passed = fresh(row)
    services.check(actor=cast.city_officer, application=fresh(row), result="pass", opinion="同意")

    assert refusal == "该申报先由县（区）核查，2023年9月3日17:00截止。"
    assert (passed.decided_from, fresh(row).state, fresh(row).decided_from) == ("submitted", S.CHECKED, "district_checked")
    found = list(Check.objects.order_by("id").values_list("stage_key", "organisation__name_zh", "opinion"))
    assert found == [("district_check", "虎丘区工信局", "情况属实"), ("city_check", "苏州市工业和信息化局", "同意")]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("office", "所在县（区）没有办理本次征集的部门，由市级直接初审。"),
        ("deadline", "县（区）逾期未核查，由市级直接初审。"),
        ("return", "该申报由县（区）以上单位退回，补正后不再经县（区），由市级直接初审。"),
        ("", ""),
    ],
)
def test_the_city_checks_directly_and_the_sentence_says_why(change: str, sentence: str, call: Any, some: Any, cast: Any, at: Any) -> None:
    [row] = some(call, 1, S.RESUBMITTED if change == "return" else S.SUBMITTED, returned_from="checked" if change == "return" else "")
    if change == "office":
        cast.district_officer.memberships.update(ended_at=make.moment("2023-08-01T09:00"))
    if change == "deadline":
        at("2023-09-03T17:00")
    row = fresh(row)
    assert rules.why_direct(row) == sentence
    assert bool(rules.may_check(cast.city_officer, row)) is bool(change)
    assert bool(rules.may_pass_up(cast.district_officer, row)) is not bool(change)


def test_the_condition_and_the_rule_are_the_same(call: Any, cast: Any, at: Any) -> None:
    """Every mixture of state, return, kind, place and recommender, before and after the deadline."""
    cases = product([S.SUBMITTED, S.RESUBMITTED, S.DISTRICT_CHECKED, S.CHECKED], ["", "submitted", "checked"], ApplicationKind.values)
    places = [{}, {"county_id": None}, {"prefecture_id": None}]
    rows = [
        make.application(call, cast.filer, cast.enterprise, state, returned_from=returned, kind=kind, **place, project_title=f"{n}-{m}")
        for n, (state, returned, kind) in enumerate(cases)
        for m, place in enumerate(places)
    ]
    for instant in (make.FILING, "2023-09-03T17:00"):
        at(instant)
        share_relations(rows)
        found = set(Application.objects.filter(scope.with_district(call)).values_list("pk", flat=True))
        assert found == {row.pk for row in rows if scope.is_with_district(row)}
        assert bool(found) is (instant == make.FILING)


def test_the_district_returns_and_the_correction_comes_back_to_it(call: Any, some: Any, cast: Any, at: Any) -> None:
    [row] = some(call, 1, S.SUBMITTED)
    services.return_for_correction(actor=cast.district_officer, application=row, reason="请补充合同")
    assert Check.objects.get().stage_key == "district_check"
    Application.objects.filter(pk=row.pk).update(state=S.RESUBMITTED)
    assert rules.checks_now(cast.district_officer, fresh(row))
    assert not rules.checks_now(cast.city_officer, fresh(row))
    with pytest.raises(Refused):
        services.decline(actor=cast.district_officer, application=fresh(row), reason="不符合")


def test_a_stranger_s_district_and_a_call_without_one_are_refused_in_words(call: Any, some: Any, cast: Any) -> None:
    from tests.factories.accounts import _body, _member

    [row] = some(call, 1, S.SUBMITTED)
    stranger = _member("district_officer", _body("district", "另一区工信局", "370700"), "别区")
    assert str(rules.may_pass_up(stranger, row).reason) == "只有申报主体所在县（区）的主管部门可以报送市级。"
    plain = make.application(make.call(call="plain-call"), cast.filer, cast.enterprise, S.SUBMITTED)
    assert str(rules.may_pass_up(cast.district_officer, plain).reason) == "本次征集不设县（区）核查，由市级直接初审。"
    assert rules.may_check(cast.city_officer, plain)


@pytest.mark.parametrize(
    ("key", "closes", "sentence"),
    [
        ("city_check", "2023-09-03T16:59", "前一级“县（区）核查”至2023年9月3日17:00才截止。"),
        ("city_check", "2023-09-03T17:00", ""),
        ("city_check", "2023-09-20T17:00", ""),
    ],
)
def test_the_deadlines_of_the_levels_stay_in_their_order(key: str, closes: str, sentence: str, call: Any, cast: Any) -> None:
    stage = call.stages.get(key=key)
    dates = {"opens_at": stage.opens_at, "closes_at": make.moment(closes), "reason": "延期"}
    if not sentence:
        services.set_stage_dates(actor=cast.secretariat, call=call, stage=stage, **dates)
        assert call.stages.get(key=key).closes_at == make.moment(closes)
        return
    with pytest.raises(Invalid) as refused:
        services.set_stage_dates(actor=cast.secretariat, call=call, stage=stage, **dates)
    assert refused.value.errors == {"closes_at": sentence}


# --- check lists ------------------------------------------------------------------------------
def test_a_missing_point_is_named_and_nothing_changes(listed_call: Any, some: Any, cast: Any) -> None:
    [row] = some(listed_call, 1, S.SUBMITTED)
    with pytest.raises(Invalid) as refused:
        services.pass_up_many(actor=cast.district_officer, applications=[row], ticks=["legal_person"])
    assert refused.value.errors == {"checklist": "尚未勾选：材料齐全"}
    assert (fresh(row).state, Check.objects.count()) == (S.SUBMITTED, 0)
    with override("en"), pytest.raises(Invalid, match="Not ticked yet: Papers complete"):
        services.pass_up_many(actor=cast.district_officer, applications=[row], ticks=["legal_person"])


def test_what_was_ticked_stands_in_the_opinion_and_in_the_chain(listed_call: Any, some: Any, cast: Any) -> None:
    [row] = some(listed_call, 1, S.SUBMITTED)
    services.pass_up_many(actor=cast.district_officer, applications=[row], ticks=["legal_person", "papers"])
    kept = Check.objects.get()
    assert [(point["key"], point["ticked"]) for point in kept.checklist] == [("legal_person", True), ("papers", True), ("visited", False)]
    assert (kept.stated_for, kept.made_by) == (None, cast.district_officer)
    event = AuditEvent.objects.get(verb="application.pass_up")
    body = AuditSnapshot.objects.get(digest=event.snapshot_digest).body
    assert '"key":"papers"' in body.replace(" ", "")
    assert (event.actor_id, verify()) == (cast.district_officer.pk, [])


@pytest.mark.parametrize("stated", [None, 2, 4])
def test_together_only_with_the_statement_for_exactly_these(stated: int | None, listed_call: Any, some: Any, cast: Any) -> None:
    rows = some(listed_call, 3, S.SUBMITTED)
    with pytest.raises(Invalid) as refused:
        services.pass_up_many(actor=cast.district_officer, applications=rows, ticks=ALL, stated_for=stated)
    assert refused.value.errors == {"checklist": "请声明已对所选3家逐家逐项核查。"}
    services.pass_up_many(actor=cast.district_officer, applications=rows, stated_for=3)
    assert [fresh(row).state for row in rows] == [S.DISTRICT_CHECKED] * 3
    assert set(Check.objects.values_list("stated_for", flat=True)) == {3}
    assert [point["ticked"] for point in Check.objects.first().checklist] == [True, True, False]  # the optional one was not spoken of


def test_a_return_and_a_yearly_update_ask_for_no_ticks(listed_call: Any, some: Any, cast: Any) -> None:
    [row] = some(listed_call, 1, S.SUBMITTED)
    services.return_for_correction(actor=cast.district_officer, application=row, reason="请补正")
    [update] = some(listed_call, 1, S.SUBMITTED, kind=ApplicationKind.UPDATE)
    services.check(actor=cast.city_officer, application=update, result="pass", opinion="")
    assert (fresh(row).state, fresh(update).state) == (S.RETURNED, S.CHECKED)


# --- taking back ------------------------------------------------------------------------------
def test_each_act_goes_back_to_the_state_before(call: Any, some: Any, cast: Any, at: Any) -> None:
    new, again = some(call, 1, S.SUBMITTED)[0], some(call, 1, S.RESUBMITTED)[0]
    services.pass_up_many(actor=cast.district_officer, applications=[new, again])
    services.take_back(actor=cast.district_officer, applications=[new, again], reason="误报")
    assert [fresh(row).state for row in (new, again)] == [S.SUBMITTED, S.RESUBMITTED]
    services.pass_up_many(actor=cast.district_officer, applications=[fresh(new)])
    services.check(actor=cast.city_officer, application=fresh(new), result="reservation", opinion="规模偏小")
    services.take_back(actor=cast.city_officer, applications=[fresh(new)], reason="再看")
    row = fresh(new)
    assert (row.state, row.check_result, row.decided_from) == (S.DISTRICT_CHECKED, "pass", "")
    services.decline(actor=cast.city_officer, application=row, reason="不符合方向")
    services.take_back(actor=cast.city_officer, applications=[fresh(new)], reason="误判")
    assert (fresh(new).state, fresh(new).check_result) == (S.DISTRICT_CHECKED, "pass")
    told = [(check.result, bool(check.undone_at)) for check in Check.objects.filter(application=new).order_by("id")]
    assert told == [("pass", True), ("pass", False), ("reservation", True), ("decline", True)]
    assert AuditEvent.objects.filter(verb="application.uncheck", reason="再看").count() == 1


def test_the_province_takes_its_decline_back_and_the_opinion_of_the_city_holds_again(cast: Any, some: Any, at: Any) -> None:
    at(make.FILING)
    [row] = some(make.call(), 1, S.SUBMITTED)
    services.check(actor=cast.city_officer, application=row, result="reservation", opinion="规模偏小")
    at("2023-09-12T10:00")
    services.decline(actor=cast.province_officer, application=fresh(row), reason="名额不足")
    assert not rules.may_undecline(cast.city_officer, fresh(row))
    services.take_back(actor=cast.province_officer, applications=[fresh(row)], reason="名额增加")
    assert (fresh(row).state, fresh(row).check_result) == (S.CHECKED, "reservation")
    assert str(rules.may_uncheck(cast.city_officer, fresh(row)).reason) == "“市级初审”已于2023年9月8日17:00截止。"


def test_what_the_next_level_has_touched_stays(cast: Any, some: Any, at: Any) -> None:
    at(make.FILING)
    [row] = some(make.call(), 1, S.SUBMITTED)
    services.check(actor=cast.city_officer, application=row, result="pass", opinion="")
    services.shortlist_many(actor=cast.province_officer, applications=[fresh(row)])
    with pytest.raises(Conflict):
        services.take_back(actor=cast.city_officer, applications=[fresh(row)], reason="误判")
    services.unshortlist_many(actor=cast.province_officer, applications=[fresh(row)], reason="调整")
    with pytest.raises(Refused, match="上一级已经办理"):
        services.take_back(actor=cast.city_officer, applications=[fresh(row)], reason="误判")


def test_a_reservation_taken_back_leaves_the_summary_table(cast: Any, some: Any, at: Any) -> None:
    at(make.FILING)
    [row] = some(make.call(), 1, S.SUBMITTED)
    services.check(actor=cast.city_officer, application=row, result="reservation", opinion="规模偏小")
    services.take_back(actor=cast.city_officer, applications=[fresh(row)], reason="已核实")
    services.check(actor=cast.city_officer, application=fresh(row), result="pass", opinion="")
    services.shortlist_many(actor=cast.province_officer, applications=[fresh(row)])
    assert [line.remarks for line in summary_rows(row.call, fresh(row).recommender)] == [""]


# --- the desks --------------------------------------------------------------------------------
def test_the_district_has_a_desk_of_its_own(call: Any, some: Any, cast: Any, client_for: Any) -> None:
    rows = some(call, 2, S.SUBMITTED)
    make.application(call, cast.other_filer, cast.other_enterprise, S.SUBMITTED, project_title="潍坊机密工厂")
    page = text(client_for(cast.district_officer).get("/work/check/"))
    assert "县（区）核查</h1>" in page
    assert "报送后由市级初审；到截止时仍未办理的，直接转市级初审。" in page
    assert re.findall(r'name="do" value="(\w+)"', page) == ["return", "pass_up"]
    assert "2023年9月3日17:00" in page.split('class="head-side"')[1].split("</div>")[0]
    assert "潍坊机密工厂" not in page
    city = text(client_for(cast.city_officer).get("/work/check/"))
    assert ("号工厂" in city, "县（区）核查中" in city) == (False, True)
    assert text(client_for(cast.city_officer).get("/work/check/?tab=district")).count("号工厂</span>") == 2
    client_for(cast.district_officer).post("/work/check/", {"do": "pass_up", "ids": marked(rows)})
    assert text(client_for(cast.city_officer).get("/work/check/")).count("号工厂</span>") == 2
    assert client_for(cast.outsider).get("/work/check/").status_code == 403


def test_a_district_without_a_part_reads_and_is_told_so(some: Any, cast: Any, client_for: Any, at: Any) -> None:
    at(make.FILING)
    rows = some(make.call(), 1, S.SUBMITTED)
    client = client_for(cast.district_officer)
    page = text(client.get("/work/check/"))
    assert "本次征集不设县（区）核查，由市级直接初审" in page
    assert ('name="do"' in page, 'name="ids"' in page, "号工厂</span>" in page) == (False, False, True)
    client.post("/work/check/", {"do": "check", "ids": marked(rows)})
    assert fresh(rows[0]).state == S.SUBMITTED


def test_the_desk_shows_the_statement_and_takes_only_it(listed_call: Any, some: Any, cast: Any, client_for: Any) -> None:
    rows = some(listed_call, 2, S.SUBMITTED)
    client = client_for(cast.district_officer)
    shown = text(client.get("/work/check/", {"preview": 1, "ids": marked(rows)}))
    assert "本人已对所选2家逐家逐项核查：独立法人 · 材料齐全" in shown
    assert 'name="stated" value="2">' in shown
    assert 'value="2" checked' in text(client.get("/work/check/", {"preview": 1, "ids": marked(rows), "stated": "2"}))
    refused = client.post("/work/check/", {"do": "pass_up", "ids": marked(rows), "opinion": "情况属实"})
    page = text(refused)
    assert (refused.status_code, "请声明已对所选2家逐家逐项核查。" in page, 'value="情况属实"' in page) == (422, True, True)
    assert page.count(" checked>") == 2
    client.post("/work/check/", {"do": "pass_up", "ids": marked(rows), "stated": "2"})
    assert [fresh(row).state for row in rows] == [S.DISTRICT_CHECKED] * 2


def test_the_preview_names_who_cannot_pass_and_why(call: Any, some: Any, cast: Any, client_for: Any) -> None:
    waiting, passed = some(call, 1, S.SUBMITTED), some(call, 1, S.DISTRICT_CHECKED)
    shown = text(client_for(cast.city_officer).get("/work/check/", {"preview": 1, "ids": marked(waiting + passed)}))
    assert "所选2家中1家不能通过：" in shown
    assert f"{waiting[0].enterprise.short}：该申报先由县（区）核查" in shown


def undo_of(page: str) -> str:
    return re.search(r'name="event" value="(\d+)"', page).group(1)  # type: ignore[union-attr]


def test_checked_together_is_undone_together(some: Any, cast: Any, client_for: Any, at: Any) -> None:
    at(make.FILING)
    rows = some(make.call(), 3, S.SUBMITTED)
    client = client_for(cast.city_officer)
    page = text(client.post("/work/check/", {"do": "check", "ids": marked(rows)}, follow=True))
    assert "批量通过核查3家" in page
    assert 'class="note note-good last-act"' in page
    response = client.post("/work/check/undo/", {"event": undo_of(page)}, follow=True)
    assert "已撤销：批量通过核查3家" in text(response)
    assert [fresh(row).state for row in rows] == [S.SUBMITTED] * 3
    event = AuditEvent.objects.filter(verb="application.uncheck").first()
    assert event.reason == "撤销：批量通过核查3家"
    assert client.post("/work/check/undo/", {"event": undo_of(page)}).status_code == 409
    for stranger in (cast.other_city_officer, cast.province_officer):
        assert client_for(stranger).post("/work/check/undo/", {"event": undo_of(page)}).status_code == 409
    assert client_for(cast.outsider).post("/work/check/undo/", {"event": "1"}).status_code == 403


def test_after_the_deadline_the_desk_offers_no_undo_and_says_why(some: Any, cast: Any, client_for: Any, at: Any) -> None:
    at(make.FILING)
    rows = some(make.call(), 2, S.SUBMITTED)
    at("2023-09-08T16:00")
    client = client_for(cast.city_officer)
    page = text(client.post("/work/check/", {"do": "check", "ids": marked(rows)}, follow=True))
    event = undo_of(page)
    at("2023-09-08T17:00")
    page = text(client.get("/work/check/"))
    assert ("last-act" in page, 'name="event"' in page.split('id="acts-title"')[0]) == (False, False)
    assert "“市级初审”已于2023年9月8日17:00截止。" in page.split('id="acts-title"')[1]
    response = client.post("/work/check/undo/", {"event": event})
    assert (response.status_code, "“市级初审”已于2023年9月8日17:00截止。" in text(response)) == (409, True)


def test_a_group_of_which_some_have_moved_on_says_so(some: Any, cast: Any, client_for: Any, at: Any) -> None:
    at(make.FILING)
    rows = some(make.call(), 3, S.SUBMITTED)
    client = client_for(cast.city_officer)
    page = text(client.post("/work/check/", {"do": "check", "ids": marked(rows)}, follow=True))
    services.shortlist_many(actor=cast.province_officer, applications=[fresh(rows[0])])
    assert "其中1家已进入下一环节，其余可在各自页面逐家撤销。" in text(client.get("/work/check/"))
    response = client.post("/work/check/undo/", {"event": undo_of(page)})
    assert (response.status_code, "其中1家已进入下一环节" in text(response)) == (409, True)
    at("2023-09-08T17:00")
    assert "“市级初审”已于2023年9月8日17:00截止" not in text(client.get("/work/check/")).split('id="acts-title"')[0]


def test_the_province_undoes_a_decline_on_its_desk(some: Any, cast: Any, client_for: Any, at: Any) -> None:
    at(make.FILING)
    rows = some(make.call(), 2, S.CHECKED, check_result="reservation")
    client = client_for(cast.province_officer)
    client.post("/work/recommend/", {"do": "decline", "ids": marked(rows), "opinion": "名额不足"})
    page = text(client.get("/work/recommend/")).split('id="acts-title"')[1]
    client.post("/work/recommend/undo/", {"event": undo_of(page)})
    assert [fresh(row).state for row in rows] == [S.CHECKED] * 2
    client.post("/work/recommend/", {"do": "decline", "ids": marked([fresh(rows[0])]), "opinion": "名额不足"})
    services.reconsider(actor=cast.province_officer, application=fresh(rows[0]), reason="名额增加")
    page = text(client.get("/work/recommend/")).split('id="acts-title"')[1]
    client.post("/work/recommend/undo/", {"event": undo_of(page)})
    assert fresh(rows[0]).state == S.NOT_RECOMMENDED


# --- the application's page -------------------------------------------------------------------
def quoted(row: Application) -> str:
    return f"/applications/{quote(row.number)}/"


def address(row: Application, rest: str = "") -> str:
    return f"/applications/{row.number}/{rest}"


def test_ticking_on_the_page_and_what_the_next_level_reads(listed_call: Any, some: Any, cast: Any, client_for: Any) -> None:
    [row] = some(listed_call, 1, S.SUBMITTED)
    client = client_for(cast.district_officer)
    page = text(client.get(address(row)))
    assert re.findall(r'name="tick" value="(\w+)" data-point="(\d)"', page) == [("legal_person", "1"), ("papers", "2"), ("visited", "3")]
    refused = client.post(address(row, "act/"), {"verb": "pass_up", "tick": ["legal_person"], "reason": "情况属实"})
    page = text(refused)
    assert (refused.status_code, "尚未勾选：材料齐全" in page, ">情况属实</textarea>" in page) == (422, True, True)
    assert 'value="legal_person" data-point="1" checked' in page
    client.post(address(row, "act/"), {"verb": "pass_up", "tick": ["legal_person", "papers"], "reason": "情况属实"})
    seen = text(client_for(cast.city_officer).get(address(row))).split('id="checks-title"')[1].split("</section>")[0]
    assert ("材料齐全" in seen, "情况属实" in seen, seen.count('class="visually-hidden">未勾选')) == (True, True, 1)
    assert client_for(cast.outsider).get(address(row)).status_code == 404


def test_going_through_the_desk_one_after_the_other(some: Any, cast: Any, client_for: Any, at: Any) -> None:
    at(make.FILING)
    oldest, middle, newest = some(make.call(), 3, S.SUBMITTED)
    client = client_for(cast.city_officer)
    assert f"{quoted(newest)}?queue=check" in text(client.get("/work/check/"))
    page = text(client.get(f"{address(middle)}?queue=check"))
    assert "待核查第2家，共3家" in page
    assert re.findall(r'rel="(\w+)" data-key="(\w)" href="([^"]+)"', page) == [
        ("prev", "k", f"{quoted(newest)}?queue=check"),
        ("next", "j", f"{quoted(oldest)}?queue=check"),
    ]
    assert "<kbd>J</kbd>" in page
    response = client.post(address(middle, "act/"), {"verb": "check", "queue": "check"})
    assert response.url == f"{quoted(oldest)}?queue=check&last={quote(middle.number)}"
    page = text(client.get(f"{address(oldest)}?queue=check&last={middle.number}"))
    note = page.split('class="note note-good last-act"')[1].split("</form>")[0]
    assert (middle.enterprise.short in note, 'value="uncheck"' in note) == (True, True)
    client.post(address(middle, "act/"), {"verb": "uncheck", "queue": "check"})
    assert fresh(middle).state == S.SUBMITTED
    assert "queue-nav" not in text(client.get(address(middle)))


def test_the_page_offers_undo_and_says_why_not(some: Any, cast: Any, client_for: Any, at: Any) -> None:
    at(make.FILING)
    [row] = some(make.call(), 1, S.SUBMITTED)
    services.check(actor=cast.city_officer, application=row, result="pass", opinion="")
    city = client_for(cast.city_officer)
    assert 'name="verb" value="uncheck"' in text(city.get(address(row)))
    assert 'value="uncheck"' not in text(client_for(cast.province_officer).get(address(row)))
    at("2023-09-08T17:00")
    page = text(city.get(address(row)))
    assert ('value="uncheck"' in page, "撤销初审：“市级初审”已于2023年9月8日17:00截止。" in page) == (False, True)
    assert city.post(address(row, "act/"), {"verb": "uncheck"}).status_code == 403


def test_the_city_reads_on_the_page_why_no_district_looked(call: Any, some: Any, cast: Any, client_for: Any, at: Any) -> None:
    [row] = some(call, 1, S.SUBMITTED)
    at("2023-09-03T17:00")
    assert "县（区）逾期未核查，由市级直接初审。" in text(client_for(cast.city_officer).get(address(row)))


def test_the_navigation_of_a_communications_administration_without_a_list(call: Any, cast: Any, client_for: Any, some: Any) -> None:
    page = text(client_for(cast.communications_officer).get("/work/cosign/"))
    assert ('href="/work/check/"' in page, 'href="/work/recommend/"' in page, 'href="/work/cosign/"' in page) == (False, False, True)
    make.call(call="own-list", recommended_by=["province", "communications"])
    page = text(client_for(cast.communications_officer).get("/work/cosign/"))
    assert ('href="/work/check/"' in page, 'href="/work/recommend/"' in page) == (True, True)
