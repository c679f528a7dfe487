from __future__ import annotations

from typing import Any

import pytest

from pilotage.audit.models import AuditEvent
from pilotage.audit.services import verify
from pilotage.calls import services
from pilotage.calls.models import Application, Call, Check, Quota, RecommendationList, Recommender
from pilotage.calls.selectors import (
    SUMMARY_COLUMNS,
    desk_counts,
    quota_status,
    recommenders_of,
    send_list_conditions,
    send_list_verdict,
    shortlist_preview,
    summary_rows,
)
from pilotage.core.verdict import Conflict, Invalid, Refused
from tests.calls.test_drafts import at_once
from tests.factories import calls as make
from tests.factories.accounts import _body, _member, enterprise


@pytest.fixture
def call(db: None, at: Any) -> Call:
    at(make.FILING)
    return make.call()


@pytest.fixture
def jiangsu(call: Call) -> Recommender:
    return Recommender.objects.get(code="320000")


def rows(call: Call, cast: Any, count: int, state: str = "checked", **fields: Any) -> list[Application]:
    return [make.application(call, cast.filer, cast.enterprise, state, **fields) for _ in range(count)]


def ranks(call: Call) -> list[tuple[int, int | None]]:
    return list(Application.objects.filter(call=call).order_by("pk").values_list("pk", "rank"))


def set_quota(call: Call, recommender: Recommender, limit: int | None) -> None:
    Quota.objects.filter(call=call, recommender=recommender).update(limit=limit)


# --- checking -------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("result", "opinion", "state"),
    [
        ("pass", "", "checked"),
        ("reservation", "规模偏小", "checked"),
        ("return", "补件", "returned"),
        ("decline", "不实", "not_recommended"),
    ],
)
def test_a_check_leaves_an_opinion(result: str, opinion: str, state: str, call: Call, cast: Any) -> None:
    [application] = rows(call, cast, 1, "submitted")
    services.check(actor=cast.city_officer, application=application, result=result, opinion=opinion)
    assert (Application.objects.get().state, application.state) == (state, state)
    check = Check.objects.get()
    assert (check.result, check.opinion, check.stage_key) == (result, opinion, "city_check")
    assert check.organisation == cast.city_officer.active_memberships[0].organisation


@pytest.mark.parametrize(
    ("result", "field"), [("reservation", "opinion"), ("return", "reason"), ("decline", "reason"), ("perhaps", "result")]
)
def test_an_opinion_is_asked_where_somebody_has_to_read_it(result: str, field: str, call: Call, cast: Any) -> None:
    [application] = rows(call, cast, 1, "submitted")
    with pytest.raises(Invalid) as refused:
        services.check(actor=cast.city_officer, application=application, result=result, opinion=" ")
    assert list(refused.value.errors) == [field]
    assert (Application.objects.get().state, Check.objects.count()) == ("submitted", 0)


def test_many_checks_are_all_or_none(call: Call, cast: Any) -> None:
    good, other = rows(call, cast, 2, "submitted"), make.application(call, cast.other_filer, cast.other_enterprise, "submitted")
    with pytest.raises(Refused) as refused:
        services.check_many(actor=cast.city_officer, applications=[*good, other], result="pass", opinion="")
    assert str(refused.value) == "该申报由市级初审。"
    assert set(Application.objects.values_list("state", flat=True)) == {"submitted"}
    services.check_many(actor=cast.city_officer, applications=good, result="pass", opinion="")
    assert [row.state for row in good] == ["checked", "checked"]
    assert Check.objects.count() == 2


def test_two_officers_decide_one_application(call: Call, cast: Any) -> None:
    rows(call, cast, 1, "submitted")
    first, second = Application.objects.get(), Application.objects.get()
    services.decline(actor=cast.city_officer, application=first, reason="不属于申报范围")
    with pytest.raises(Conflict) as refused:
        services.check(actor=cast.city_officer, application=second, result="pass", opinion="通过")
    assert str(refused.value) == "已有他人先行办理，本次未作任何更改，请刷新页面查看最新情况。"
    assert (Application.objects.get().state, Check.objects.count()) == ("not_recommended", 1)


@pytest.mark.django_db(transaction=True)
def test_two_officers_at_the_same_instant() -> None:
    from pilotage.core import clock
    from tests.factories.accounts import cast as build

    cast, call = build(), make.call()
    [application] = rows(call, cast, 1, "submitted")

    def decide(result: str) -> Any:
        mine = Application.objects.get()

        def job() -> str:
            with clock.at(make.moment(make.FILING)):
                return str(services.check(actor=cast.city_officer, application=mine, result=result, opinion="意见").state)

        return job

    results = at_once(decide("pass"), decide("decline"))
    assert [isinstance(each, Conflict) for each in results].count(True) == 1
    [winner] = [each for each in results if isinstance(each, str)]
    application.refresh_from_db()
    assert (application.state, Check.objects.count(), verify()) == (winner, 1, [])


def test_a_decline_is_undone_with_a_reason(call: Call, cast: Any) -> None:
    [application] = rows(call, cast, 1, "submitted")
    services.decline(actor=cast.city_officer, application=application, reason="误判")
    services.reconsider(actor=cast.province_officer, application=application, reason="复核后符合")
    assert (application.state, application.check_result) == ("checked", "pass")
    assert [e.reason for e in AuditEvent.objects.filter(verb__startswith="application").order_by("number")] == ["误判", "复核后符合"]


# --- the list -------------------------------------------------------------------------------
def test_the_list_is_ranked_in_the_order_given(call: Call, cast: Any, jiangsu: Recommender) -> None:
    a, b, c = rows(call, cast, 3)
    services.shortlist_many(actor=cast.province_officer, applications=[b, a])
    services.shortlist_many(actor=cast.province_officer, applications=[c])
    assert ranks(call) == [(a.pk, 2), (b.pk, 1), (c.pk, 3)]
    services.move_rank(actor=cast.province_officer, application=c, to_rank=1, reason="成效突出")
    assert ranks(call) == [(a.pk, 3), (b.pk, 2), (c.pk, 1)]
    services.move_rank(actor=cast.province_officer, application=c, to_rank=99)
    assert ranks(call) == [(a.pk, 2), (b.pk, 1), (c.pk, 3)]
    services.move_rank(actor=cast.province_officer, application=c, to_rank=-5)
    assert (c.rank, ranks(call)) == (1, [(a.pk, 3), (b.pk, 2), (c.pk, 1)])
    services.unshortlist_many(actor=cast.province_officer, applications=[b], reason="暂缓")
    assert ranks(call) == [(a.pk, 2), (b.pk, None), (c.pk, 1)]
    services.return_for_correction(actor=cast.province_officer, application=c, reason="补件")
    assert ranks(call) == [(a.pk, 1), (b.pk, None), (c.pk, None)]
    assert verify() == []


def test_the_quota_holds(call: Call, cast: Any, jiangsu: Recommender) -> None:
    applications = rows(call, cast, 3)
    set_quota(call, jiangsu, 2)
    preview = shortlist_preview(cast.province_officer, call, jiangsu, applications)
    assert (preview.limit, preview.used, preview.after, preview.added, preview.skipped) == (2, 0, 3, 3, 0)
    with pytest.raises(Refused) as refused:
        services.shortlist_many(actor=cast.province_officer, applications=applications)
    assert str(refused.value) == str(preview.verdict.reason) == "推荐名额2个，名单内已有0个，再列入3个将超出名额。"
    assert set(Application.objects.values_list("state", "rank")) == {("checked", None)}
    services.shortlist_many(actor=cast.province_officer, applications=applications[:2])
    status = quota_status(call, jiangsu)
    assert (status.used, status.remaining, status.is_full, status.waiting_for_cosign, status.cities_covered) == (2, 0, True, 2, 1)
    assert shortlist_preview(cast.other_province_officer, call, jiangsu, applications).added == 0


@pytest.mark.django_db(transaction=True)
def test_two_people_cannot_pass_the_quota_together() -> None:
    from pilotage.core import clock
    from tests.factories.accounts import cast as build

    cast, call = build(), make.call()
    applications = rows(call, cast, 2)
    set_quota(call, Recommender.objects.get(code="320000"), 1)

    def put_on(application: Application) -> Any:
        def job() -> str:
            with clock.at(make.moment(make.FILING)):
                return str(services.shortlist_many(actor=cast.province_officer, applications=[application])[0].state)

        return job

    results = at_once(*[put_on(each) for each in applications])
    assert sorted(type(each).__name__ for each in results) == ["Refused", "str"]
    assert sorted(Application.objects.values_list("state", flat=True)) == ["checked", "shortlisted"]


def test_a_list_is_sent_when_everything_holds(call: Call, cast: Any, jiangsu: Recommender) -> None:
    send = {"actor": cast.province_officer, "call": call, "recommender": jiangsu, "opinion": "同意推荐"}
    applications = rows(call, cast, 3)
    assert str(send_list_verdict(cast.province_officer, call, jiangsu).reason) == "拟推荐名单为空。"
    services.shortlist_many(actor=cast.province_officer, applications=applications)
    services.cosign_many(actor=cast.communications_officer, applications=applications[:1], decision="signed")
    services.cosign_many(actor=cast.communications_officer, applications=applications[1:2], decision="refused", opinion="网络未验收")
    set_quota(call, jiangsu, 2)
    missing = "推荐名额2个，名单内已有3个，超出名额。1家尚未会签。1家通信管理局不予会签，须移出名单。"
    assert [c.key for c in send_list_conditions(call, jiangsu) if not c.is_met] == ["quota", "cosign"]
    with pytest.raises(Refused) as refused:
        services.send_list(**send)
    assert str(refused.value) == missing
    services.unshortlist_many(actor=cast.province_officer, applications=[applications[1]], reason="不予会签")
    services.cosign_many(actor=cast.communications_officer, applications=[applications[2]], decision="signed")
    sent = services.send_list(**send)
    assert (sent.number, [(r["rank"], r["number"]) for r in sent.ranking]) == (
        1,
        [(1, applications[0].number), (2, applications[2].number)],
    )
    assert [a.state for a in Application.objects.order_by("pk")] == ["recommended", "checked", "recommended"]
    assert str(AuditEvent.objects.order_by("-number")[0].verb) == "recommendation_list.send"
    assert verify() == []


def test_what_comes_after_a_list_goes_into_a_second(call: Call, cast: Any, jiangsu: Recommender) -> None:
    first, second = rows(call, cast, 2)
    for application in (first, second):
        services.shortlist_many(actor=cast.province_officer, applications=[application])
        services.cosign_many(actor=cast.communications_officer, applications=[application], decision="signed")
        services.send_list(actor=cast.province_officer, call=call, recommender=jiangsu, opinion="")
    assert list(RecommendationList.objects.order_by("number").values_list("number", "ranking")) == [
        (1, [{"rank": 1, "number": first.number, "id": first.pk}]),
        (2, [{"rank": 2, "number": second.number, "id": second.pk}]),
    ]


@pytest.mark.parametrize(
    ("who", "instant", "allowed"),
    [
        ("province_officer", make.FILING, True),
        ("other_province_officer", make.FILING, False),
        ("city_officer", make.FILING, False),
        ("communications_officer", make.FILING, False),
        ("secretariat", make.FILING, False),
        ("auditor", make.FILING, False),
        ("province_officer", make.PROVINCE_CLOSED, False),
        ("secretariat", make.PROVINCE_CLOSED, True),
    ],
)
def test_who_sends_a_list(who: str, instant: str, allowed: bool, call: Call, cast: Any, jiangsu: Recommender, at: Any) -> None:
    rows(call, cast, 1, "shortlisted", rank=1, cosign="signed")
    at(instant)
    assert bool(send_list_verdict(getattr(cast, who), call, jiangsu)) is allowed


def test_a_correction_for_the_secretariat_may_be_sent_late(call: Call, cast: Any, jiangsu: Recommender, at: Any) -> None:
    rows(call, cast, 1, "shortlisted", rank=1, cosign="signed", returned_from="recommended")
    at(make.PROVINCE_CLOSED)
    assert send_list_verdict(cast.province_officer, call, jiangsu)
    assert services.send_list(actor=cast.province_officer, call=call, recommender=jiangsu, opinion="").number == 1


@pytest.mark.parametrize("who", ["province_officer", "city_officer", "secretariat", "filer", "auditor", "outsider"])
def test_only_the_communications_administration_cosigns(who: str, call: Call, cast: Any) -> None:
    [application] = rows(call, cast, 1, "shortlisted", rank=1)
    with pytest.raises(Refused):
        services.cosign_many(actor=getattr(cast, who), applications=[application], decision="signed")
    services.cosign_many(actor=cast.communications_officer, applications=[application], decision="signed")
    assert (Application.objects.get().cosign, application.cosign) == ("signed", "signed")


def test_accepting_and_rejecting(call: Call, cast: Any) -> None:
    a, b = rows(call, cast, 2, "recommended")
    services.accept_many(actor=cast.secretariat, applications=[a])
    services.reject(actor=cast.secretariat, application=b, reason="材料不全")
    assert list(Application.objects.order_by("pk").values_list("state", flat=True)) == ["accepted", "not_accepted"]
    assert list(Check.objects.order_by("pk").values_list("stage_key", "result")) == [("accept", "pass"), ("accept", "decline")]


def test_updates_are_confirmed_not_ranked(call: Call, cast: Any, at: Any) -> None:
    at("2024-07-10T10:00")
    [update] = rows(call, cast, 1, "checked", kind="update")
    with pytest.raises(Refused) as refused:
        services.shortlist_many(actor=cast.province_officer, applications=[update])
    assert str(refused.value) == "年度更新只作确认，不参加排序。"
    services.confirm_updates(actor=cast.province_officer, applications=[update])
    assert Application.objects.get().state == "update_confirmed"


def test_the_summary_table(call: Call, cast: Any, jiangsu: Recommender) -> None:
    a, b = rows(call, cast, 2, "submitted")
    services.check(actor=cast.city_officer, application=a, result="reservation", opinion="规模偏小")
    services.check(actor=cast.city_officer, application=b, result="pass", opinion="")
    services.shortlist_many(actor=cast.province_officer, applications=[b, a])
    assert [str(title) for _key, title in SUMMARY_COLUMNS] == [
        "序号", "推荐单位", "申报主体", "项目名称", "城市", "行业大类", "层级", "联系人", "联系电话", "推荐位次", "备注",
    ]  # fmt: skip
    unit, name = "江苏省工业和信息化主管部门", cast.enterprise.name_zh
    assert [row.cells() for row in summary_rows(call, jiangsu)] == [
        (1, unit, name, b.project_title, "苏州市", "通用设备制造业", "车间级", "陆闻舟", "0512-00000000", 1, ""),
        (2, unit, name, a.project_title, "苏州市", "通用设备制造业", "车间级", "陆闻舟", "0512-00000000", 2, "规模偏小"),
    ]


def test_whose_list_a_member_works_on(call: Call, cast: Any) -> None:
    dalian_city = _member("city_officer", _body("city", "大连市工业和信息化局", "210200"), "连推荐")
    liaoning_ca = _member("communications_officer", _body("communications", "辽宁省通信管理局", "210000"), "辽会签")
    assert [each.code for each in recommenders_of(cast.province_officer)] == ["320000"]
    assert recommenders_of(cast.city_officer) == []
    assert [each.code for each in recommenders_of(liaoning_ca)] == ["210000-CA"]
    assert [each.code for each in recommenders_of(dalian_city)] == ["210200"]
    assert recommenders_of(cast.outsider) == []


def test_desk_counts_hold_what_the_desk_shows(call: Call, cast: Any) -> None:
    for state in ("draft", "submitted", "resubmitted", "checked", "shortlisted", "recommended"):
        make.application(call, cast.filer, cast.enterprise, state)
    make.application(call, cast.other_filer, cast.other_enterprise, "submitted")
    counts = {
        who: desk_counts(getattr(cast, who), call) for who in ("province_officer", "communications_officer", "secretariat", "outsider")
    }
    keys = ("to_check", "checked", "to_cosign", "on_list", "draft", "total")
    assert {who: tuple(found[key] for key in keys) for who, found in counts.items()} == {
        "province_officer": (2, 1, 1, 2, 0, 5),
        "communications_officer": (0, 0, 1, 2, 0, 2),
        "secretariat": (3, 1, 1, 2, 0, 6),
        "outsider": (0, 0, 0, 0, 0, 0),
    }


def test_quotas_and_dates_are_set_on_the_record(call: Call, cast: Any, jiangsu: Recommender) -> None:
    quota = services.set_quota(actor=cast.secretariat, call=call, recommender=jiangsu, limit=40, reason="按通知")
    assert (quota.limit, Quota.objects.get(call=call, recommender=jiangsu).limit) == (40, 40)
    stage = call.stage("apply")
    assert stage is not None
    later = make.moment("2023-09-03T17:00")
    services.set_stage_dates(actor=cast.secretariat, call=call, stage=stage, opens_at=stage.opens_at, closes_at=later, reason="延期三天")
    assert Call.objects.get(pk=call.pk).stage("apply").closes_at == later
    assert [e.verb for e in AuditEvent.objects.order_by("-number")[:2]] == ["stage.set_dates", "quota.set"]
    for act in (
        lambda: services.set_quota(actor=cast.province_officer, call=call, recommender=jiangsu, limit=99),
        lambda: services.set_stage_dates(actor=cast.auditor, call=call, stage=stage, opens_at=None, closes_at=None, reason="x"),
    ):
        with pytest.raises(Refused):
            act()
    for wrong in ({"reason": " ", "closes_at": make.moment("2023-09-04T17:00")}, {"reason": "x", "closes_at": stage.opens_at}):
        with pytest.raises(Invalid):
            services.set_stage_dates(actor=cast.secretariat, call=call, stage=stage, opens_at=stage.opens_at, **wrong)


# --- cost -----------------------------------------------------------------------------------
def test_five_hundred_at_once(call: Call, cast: Any, jiangsu: Recommender, django_assert_max_num_queries: Any) -> None:
    seats = 500
    template = make.application(call, cast.filer, cast.enterprise, "checked")
    names = [f.attname for f in template._meta.concrete_fields if f.name not in {"id", "number", "project_title"}]
    copied = {name: getattr(template, name) for name in names}
    Application.objects.bulk_create(
        [Application(**copied, number=f"5GF-2023-苏-{n:04d}", project_title=f"项目{n}") for n in range(seats - 1)]
    )
    applications = list(Application.objects.order_by("pk"))
    with django_assert_max_num_queries(60):
        services.shortlist_many(actor=cast.province_officer, applications=applications)
    services.cosign_many(actor=cast.communications_officer, applications=applications, decision="signed")
    with django_assert_max_num_queries(60):
        sent = services.send_list(actor=cast.province_officer, call=call, recommender=jiangsu, opinion="同意")
    assert len(sent.ranking) == seats
    assert Application.objects.filter(state="recommended").count() == seats


def test_an_empty_selection_and_a_mixed_one_are_refused(call: Call, cast: Any) -> None:
    own, other = rows(call, cast, 1), [make.application(call, cast.other_filer, enterprise("潍坊另一家", "370700"), "checked")]
    for selection in ([], own + other):
        with pytest.raises(Invalid):
            services.shortlist_many(actor=cast.province_officer, applications=selection)
