"""Each decision: who is told what, and who is told nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from pilotage.accounts import services as accounts
from pilotage.accounts.enums import Role
from pilotage.audit.models import AuditEvent
from pilotage.audit.services import transition, transition_many
from pilotage.calls import services as calls
from pilotage.calls.enums import ApplicationState as S
from pilotage.calls.models import Application, Recommender
from pilotage.core import clock
from pilotage.directory import services as directory
from pilotage.messages import wording
from pilotage.messages.models import Message, OutboxMail, PostOffice
from pilotage.messages.services import read_news
from pilotage.review import services as review
from tests.factories import calls as make
from tests.factories import directory as published
from tests.factories.accounts import MembershipFactory, OrganisationFactory, UserFactory, enterprise
from tests.factories.review import assigned, expert

pytestmark = pytest.mark.usefixtures("at")


def own(call: Any, cast: Any, state: str, **fields: Any) -> Application:
    return make.application(call, cast.filer, cast.enterprise, state, **fields)


FILERS = ("filer", "legal_representative")


def told(inboxes: Any) -> dict[str, list[str]]:
    """What everybody has, the two people of the enterprise checked to have the same."""
    found = inboxes()
    assert found.get("legal_representative") == found.get("filer")
    found.pop("legal_representative", None)
    return found


def test_a_submission_gives_a_receipt_and_work_to_the_city(call: Any, cast: Any, inboxes: Any) -> None:
    draft = own(call, cast, S.DRAFT)
    transition(draft, "submit", actor=cast.filer, changes={"submitted_at": clock.now()})

    assert told(inboxes) == {"filer": ["receipt"], "city_officer": ["work.check"]}
    row = Message.objects.get(recipient=cast.city_officer)
    assert (unquote(row.link), row.call) == (f"/applications/{draft.number}/", call)
    assert wording.title(row.text, row.params) == f"待初审：{draft.project_title}"
    with override("en"):
        assert wording.body(row.text, row.params) == f"{cast.enterprise.name_zh} submitted {draft.number} to “{call.title_en}”."


def test_the_officer_who_holds_the_check_is_the_district_under_a_municipality(call: Any, cast: Any, inboxes: Any) -> None:
    """The same rule that lets somebody check decides who is told."""
    row = own(call, cast, S.SUBMITTED, prefecture_id=None)
    calls.return_for_correction(actor=cast.district_officer, application=row, reason="缺少合同")
    transition(row, "resubmit", actor=cast.filer)

    assert told(inboxes) == {
        "filer": ["returned", "receipt"],
        "district_officer": ["work.check"],
        "province_officer": ["work.check"],  # acts where no city stands between
    }


def test_a_return_carries_its_reason_and_leads_to_the_form(call: Any, cast: Any, inboxes: Any) -> None:
    row = own(call, cast, S.SUBMITTED)
    calls.return_for_correction(actor=cast.city_officer, application=row, reason="网络拓扑图不清晰")

    assert told(inboxes) == {"filer": ["returned"]}
    message = Message.objects.get(recipient=cast.filer)
    assert unquote(message.link) == f"/my/{row.number}/"
    assert wording.body(message.text, message.params) == f"{row.number}已退回补正。原因：网络拓扑图不清晰"
    mail = OutboxMail.objects.get(to=cast.filer.email)
    assert "原因：网络拓扑图不清晰" in mail.body
    assert f"http://testserver{message.link}" in mail.body


@pytest.mark.parametrize(
    ("state", "verb", "by", "expected"),
    [
        (S.SUBMITTED, "check", "city_officer", {"filer": ["checked"], "province_officer": ["work.recommend"]}),
        (S.SUBMITTED, "decline", "city_officer", {"filer": ["declined"]}),
        (S.NOT_RECOMMENDED, "reconsider", "province_officer", {"filer": ["reconsidered"], "province_officer": ["work.recommend"]}),
        (S.CHECKED, "shortlist", "province_officer", {"communications_officer": ["work.cosign"]}),
        (S.RECOMMENDED, "accept", "secretariat", {"filer": ["accepted"]}),
        (S.RECOMMENDED, "reject", "secretariat", {"filer": ["not_accepted"], "province_officer": ["sent_back"]}),
        (S.ACCEPTED, "start_review", "secretariat", {"filer": ["review_started"]}),
        (S.UNDER_REVIEW, "select", "secretariat", {}),
        (S.UNDER_REVIEW, "reserve", "secretariat", {}),
        (S.UNDER_REVIEW, "not_select", "secretariat", {}),
        (S.RESERVE, "promote", "secretariat", {}),
        (S.SELECTED, "announce", "secretariat", {"filer": ["announced"]}),
        (S.IN_NOTICE, "exclude", "secretariat", {"filer": ["excluded"]}),
        (S.IN_NOTICE, "list", "secretariat", {"filer": ["listed"]}),
    ],
)
def test_each_move_tells_whom_it_concerns(state: str, verb: str, by: str, expected: Any, call: Any, cast: Any, inboxes: Any) -> None:
    """The outcome of the selection reaches nobody before the public notice."""
    transition(own(call, cast, state), verb, actor=getattr(cast, by), reason="理由")

    assert told(inboxes) == expected


def test_a_report_that_is_declined_is_not_called_not_recommended(call: Any, cast: Any, inboxes: Any, client: Any) -> None:
    row = own(call, cast, S.SUBMITTED, kind="update")
    client.force_login(cast.city_officer)
    page = client.get(reverse("calls:application-detail", args=[row.number])).content.decode()
    assert ("不予确认" in page, "不予推荐" in page) == (True, False)
    transition(row, "decline", actor=cast.city_officer, reason="数据未更新")

    assert told(inboxes) == {"filer": ["declined.report"]}
    message = Message.objects.get(recipient=cast.filer)
    assert wording.body(message.text, message.params) == f"报告{row.number}未予确认。原因：数据未更新"


def test_a_recommendation_reaches_filer_and_secretariat(call: Any, cast: Any, inboxes: Any) -> None:
    transition(own(call, cast, S.SHORTLISTED, rank=1, cosign="signed"), "recommend", actor=cast.province_officer)

    assert told(inboxes) == {"filer": ["recommended"], "secretariat": ["work.accept"], "second_secretariat": ["work.accept"]}


def test_the_outcome_is_told_once_when_the_notice_opens(cast: Any, inboxes: Any) -> None:
    stage = published.prepared(cast, count=1, reserve=1)
    for row in (*stage.selected, *stage.reserve):
        body = OrganisationFactory(kind="enterprise", name_zh=row.enterprise.name_zh, enterprise=row.enterprise)
        MembershipFactory(user=UserFactory(name=row.state), organisation=body, role=Role.FILER)
    with clock.at(published.OPENS):
        directory.open_notice(actor=cast.secretariat, notice=stage.notice)
        inboxes()
        own_words = {row.recipient.name: row.text for row in Message.objects.filter(kind="outcome").select_related("recipient")}
        assert own_words == {"selected": "announced", "reserve": "reserve"}
        PostOffice.objects.update(last_event=0)  # read everything again: nothing is written twice
        before = Message.objects.count()
        inboxes()
        assert Message.objects.count() == before


def test_an_objection_is_work_and_its_decision_is_told_without_its_text(cast: Any, inboxes: Any) -> None:
    stage = published.opened(cast, count=1, reserve=0)
    row = stage.selected[0]
    Application.objects.filter(pk=row.pk).update(enterprise=cast.enterprise)
    objection = published.objection(
        stage, email="secret@example.org", name="匿名甲", contact="13800000000", text="该项目网络并未建成，情况不属实。"
    )
    with clock.at(published.moment(published.DURING)):
        assert "objection.received" in inboxes()["secretariat"]
        directory.decide_objection(actor=cast.secretariat, objection=objection, upheld=False, decision="经核查，网络已建成。")
        inboxes()
    texts = [(m.text, str(m.params)) for m in Message.objects.filter(recipient=cast.filer).order_by("id")]
    assert texts[-1][0] == "objection.dismissed"
    assert [secret for secret in ("匿名甲", "13800000000", "secret@example", "并未建成", "经核查") if secret in str(texts)] == []
    assert set(inboxes()) <= {*FILERS, "secretariat", "second_secretariat"}


def test_seats_are_one_message_without_the_applicant(call: Any, cast: Any, inboxes: Any) -> None:
    me = expert("0001", user=cast.expert)
    rows = [own(call, cast, S.ACCEPTED, project_title=f"项目{i}") for i in range(3)]
    assigned(call, cast.secretariat, 1)

    assert inboxes()["expert"] == ["seat.given.many"]
    message = Message.objects.get(recipient=cast.expert)
    assert wording.title(message.text, message.params) == "3个项目待评审"
    assert [row.project_title for row in rows if row.project_title in str(message.params)] == []
    seat = me.assignments.first()
    with clock.at(make.moment("2023-10-20T10:00")):
        review.recuse(actor=cast.expert, assignment=seat, reason="曾任该企业顾问")
        assert "seat.recused" in inboxes()["secretariat"]


def test_a_moved_deadline_is_told_to_those_who_have_not_filed(call: Any, cast: Any, inboxes: Any) -> None:
    own(call, cast, S.DRAFT)
    stage = call.stage("apply")
    closes = stage.closes_at + timedelta(days=5)
    calls.set_stage_dates(actor=cast.secretariat, call=call, stage=stage, opens_at=stage.opens_at, closes_at=closes, reason="系统维护")

    assert told(inboxes) == {"filer": ["dates"]}
    row = Message.objects.get(recipient=cast.filer)
    assert wording.body(row.text, row.params) == "“企业申报”截止时间现为2023年9月5日17:00（原为2023年8月31日17:00）。原因：系统维护"


def test_a_moved_check_deadline_is_told_to_every_checker(call: Any, cast: Any, inboxes: Any) -> None:
    stage = call.stage("check")
    closes = stage.closes_at + timedelta(days=1)
    calls.set_stage_dates(actor=cast.secretariat, call=call, stage=stage, opens_at=stage.opens_at, closes_at=closes, reason="延期")

    assert inboxes() == {"district_officer": ["dates"], "city_officer": ["dates"], "other_city_officer": ["dates"]}


def test_a_moved_recommendation_is_told_to_all_who_decide_or_co_sign_a_list(call: Any, cast: Any, inboxes: Any) -> None:
    for code, province in (("JS", "320000"), ("SD", "370000")):
        Recommender.objects.create(code=f"T-{code}", kind="province", name_zh=code, province_id=province)
    stage = call.stage("recommend")
    closes = stage.closes_at + timedelta(days=1)
    calls.set_stage_dates(actor=cast.secretariat, call=call, stage=stage, opens_at=stage.opens_at, closes_at=closes, reason="延期")

    assert inboxes() == {name: ["dates"] for name in ("province_officer", "communications_officer", "other_province_officer")}


def test_a_new_role_is_told_to_its_holder(cast: Any, inboxes: Any) -> None:
    office = cast.city_officer.active_memberships[0].organisation
    accounts.give_role(actor=cast.secretariat, user=cast.outsider, organisation=office, role=Role.CITY_OFFICER)

    assert inboxes() == {"outsider": ["role.given"]}
    row = Message.objects.get()
    assert wording.body(row.text, row.params) == "现以市级经办身份代表苏州市工业和信息化局办理业务。"


def test_people_elsewhere_and_without_a_role_get_nothing(call: Any, cast: Any, inboxes: Any) -> None:
    transition_many([own(call, cast, S.SUBMITTED)], "check", actor=cast.city_officer)
    transition(make.application(call, cast.other_filer, cast.other_enterprise, S.SUBMITTED), "check", actor=cast.other_city_officer)

    found = inboxes()
    assert set(found) == {*FILERS, "province_officer", "other_filer", "other_province_officer"}
    assert Message.objects.filter(recipient=cast.other_filer).exclude(params__enterprise__zh=cast.other_enterprise.name_zh).count() == 0


def test_who_left_is_told_nothing(call: Any, cast: Any, inboxes: Any) -> None:
    cast.filer.memberships.update(ended_at=clock.now() - timedelta(days=1))
    cast.legal_representative.is_active = False
    cast.legal_representative.save()
    transition(own(call, cast, S.SUBMITTED), "check", actor=cast.city_officer)

    assert inboxes() == {"province_officer": ["work.recommend"]}


def _many(call: Any, cast: Any, count: int) -> list[Application]:
    return [make.application(call, cast.filer, enterprise(f"苏州批量{i}号有限公司"), S.SUBMITTED) for i in range(count)]


def test_many_at_once_are_one_message_for_the_officer(call: Any, cast: Any, inboxes: Any) -> None:
    rows = calls.check_many(actor=cast.city_officer, applications=_many(call, cast, 4), result="pass", opinion="")

    assert inboxes() == {"province_officer": ["work.recommend.many"]}
    message = Message.objects.get()
    assert (message.params["count"], message.link) == (4, f"/work/recommend/?call={call.slug}")
    assert wording.title(message.text, message.params) == "4份申报待推荐"
    assert len(rows) == 4


@pytest.mark.parametrize("count", [1, 12])
def test_reading_costs_the_same_whatever_was_decided(count: int, call: Any, cast: Any) -> None:
    rows = [make.application(call, cast.filer, cast.enterprise, S.SUBMITTED, project_title=f"项目{i}") for i in range(count)]
    transition_many(rows, "check", actor=cast.city_officer)
    with CaptureQueriesContext(connection) as queries:
        assert read_news() == AuditEvent.objects.count()
    assert Message.objects.filter(recipient=cast.filer).count() == count
    assert len([q for q in queries if "SAVEPOINT" not in q["sql"]]) == 16


def test_reading_twice_writes_once(call: Any, cast: Any, inboxes: Any) -> None:
    transition(own(call, cast, S.SUBMITTED), "check", actor=cast.city_officer)
    first = inboxes()
    PostOffice.objects.update(last_event=0)
    assert inboxes() == first
    assert OutboxMail.objects.count() == 0  # both kinds go into the digest


def test_what_is_old_is_not_news(call: Any, cast: Any, inboxes: Any) -> None:
    transition(own(call, cast, S.SUBMITTED), "return", actor=cast.city_officer, reason="缺附件")
    with clock.at(clock.now() + timedelta(days=31)):
        assert inboxes() == {}
    PostOffice.objects.update(last_event=0)
    with clock.at(clock.now() + timedelta(days=5)):
        assert inboxes()["filer"] == ["returned"]
    assert OutboxMail.objects.count() == 0  # after five days in the inbox only


def test_one_decision_that_cannot_be_told_does_not_silence_the_others(
    call: Any, cast: Any, inboxes: Any, monkeypatch: Any, caplog: Any
) -> None:
    bad, good = own(call, cast, S.SUBMITTED, project_title="甲"), own(call, cast, S.SUBMITTED, project_title="乙")
    for row in (bad, good):
        transition(row, "check", actor=cast.city_officer)
    from pilotage.messages import news

    real = news.about

    def about(application: Application, event: AuditEvent) -> dict[str, Any]:
        if application.pk == bad.pk:
            raise ValueError("broken")
        return real(application, event)

    monkeypatch.setattr(news, "about", about)
    assert inboxes() == {"filer": ["checked"], "legal_representative": ["checked"], "province_officer": ["work.recommend"]}
    assert "could not be told" in caplog.text


def test_every_wording_speaks_both_languages() -> None:
    class Values(dict):
        def __missing__(self, key: str) -> str:
            return "x"

    for name, entry in wording.WORDINGS.items():
        for language in ("zh-hans", "en"):
            with override(language):
                assert str(entry.title) % Values(), name
                assert str(entry.body) % Values(), name
