"""The page tests' scene: the small scene carried on, by the services, to an open public notice, with something waiting at every desk."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from tests.e2e import financed, published
from tests.e2e.scene import BEIJING, CALL, SECOND_FIRM, _firm, address

FILING, CHECKED, SENT, ACCEPTED = "2023-08-28T10:00", "2023-09-01T10:00", "2023-09-18T10:00", "2023-09-27T10:00"
REVIEWED, SELECTED, NOTICE, NOW = "2023-10-20T10:00", "2023-11-10T10:00", "2023-11-12T09:00", "2023-11-14T10:00"
STEERED, PUBLISHED = "2023-11-13T10:00", "2023-11-13T15:00"
MARKS = {"first": 9, "second": 7}


def build() -> None:
    """Prints, as JSON, the addresses that the page tests visit."""
    from datetime import datetime

    from django.db import transaction

    from pilotage.core import clock

    acts = (
        (FILING, _file), (CHECKED, _check), (SENT, _recommend), (ACCEPTED, _accept), (REVIEWED, _review), (SELECTED, _select), (NOTICE, _announce),
        (STEERED, _steer), (PUBLISHED, _publish),
    )  # fmt: skip
    scene: dict[str, Any] = {}
    for moment, act in acts:
        with clock.at(datetime.fromisoformat(moment).replace(tzinfo=BEIJING)), transaction.atomic():
            act(scene)
    print(json.dumps(_addresses(scene)))


def _user(who: str) -> Any:
    from pilotage.accounts.models import User

    return User.objects.get(email=address(who))


def _file(scene: dict[str, Any]) -> None:
    """Two that go all the way, one that waits at each desk, one in the works."""
    from pilotage.calls import services as calls
    from pilotage.calls.models import Call
    from pilotage.registry.models import Enterprise
    from tests.factories.calls import answers, pdf

    call = scene["call"] = Call.objects.get(slug=CALL)
    second = Enterprise.objects.get(name_zh=SECOND_FIRM)
    names = {"first": "恒岳轴承", "second": "岭川电机", "waiting": "沐野机床", "checked": "砚溪仪表", "returned": "曦桥泵业", "draft": ""}
    for number, (key, name) in enumerate(names.items(), start=10):
        owner, filer = _firm(f"苏州{name}有限公司", f"filer-{key}", number) if name else (second, _user("filer2"))
        application = calls.start_application(actor=filer, call=call, enterprise=owner)
        values = answers(project_title=f"{name or '草稿'}柔性装配5G工厂", contact_name=f"联系人{number}")
        calls.save_draft(actor=filer, application=application, values=values, base_version=application.draft_version)
        application.refresh_from_db()
        if name:
            calls.add_attachment(
                actor=filer, application=application, field="evidence_network", upload=pdf(content=b"%PDF-1.7 " + name.encode())
            )
            calls.submit(actor=filer, application=application)
        scene[key] = application


def _fresh(scene: dict[str, Any], *keys: str) -> list[Any]:
    from pilotage.calls.models import Application

    return [Application.objects.select_related("call", "enterprise", "recommender").get(pk=scene[key].pk) for key in keys]


def _check(scene: dict[str, Any]) -> None:
    from pilotage.calls import services as calls

    city = _user("city")
    calls.check_many(
        actor=city, applications=_fresh(scene, "first", "second", "checked"), result="pass", opinion="数据与现场一致，同意推荐。"
    )
    calls.return_for_correction(actor=city, application=_fresh(scene, "returned")[0], reason="请补充合同签章页。")


def _recommend(scene: dict[str, Any]) -> None:
    from pilotage.calls import services as calls

    province = _user("province")
    calls.shortlist_many(actor=province, applications=_fresh(scene, "first", "second"))
    calls.cosign_many(actor=_user("communications"), applications=_fresh(scene, "first", "second"), decision="signed", opinion="属实。")
    calls.send_list(actor=province, call=scene["call"], recommender=_fresh(scene, "first")[0].recommender, opinion="同意推荐。")
    calls.shortlist_many(actor=province, applications=_fresh(scene, "checked"))


def _accept(scene: dict[str, Any]) -> None:
    from datetime import date

    from pilotage.calls import services as calls
    from pilotage.review.experts import invitations, relations
    from pilotage.review.models import ExpertProfile
    from pilotage.review.runs import running as runs

    secretariat = _user("secretariat")
    calls.accept_many(actor=secretariat, applications=_fresh(scene, "first", "second"))
    runs.assign_now(actor=secretariat, call=scene["call"], seed="a seed that everybody knows")
    expert = ExpertProfile.objects.get(user=_user("expert"))
    relations.add_relation(
        actor=_user("expert"), expert=expert, kind="consultancy", enterprise_name="演示旧友机械有限公司", ends_on=date(2022, 5, 31)
    )
    asked = invitations.invite(actor=secretariat, call=scene["call"], experts=[expert], answer_by=date(2024, 1, 31), note="请支持。")
    scene["invitation"] = asked.invited[0]


def _review(scene: dict[str, Any]) -> None:
    from pilotage.review import services as review
    from pilotage.review.models import Assignment

    keys = [criterion["key"] for criterion in scene["call"].current.content["rubrics"]["main"]["criteria"]]
    for key, mark in MARKS.items():
        for seat in Assignment.objects.filter(application=scene[key]).select_related("expert__user", "application", "call").order_by("id"):
            expert = seat.expert.user
            scene.setdefault("seat", seat)
            review.declare_no_conflict(actor=expert, assignment=seat)
            scores = {criterion: {"value": str(mark), "comment": "口径清楚。"} for criterion in keys}
            review.save_scores(actor=expert, assignment=seat, scores=scores, comment="")
            review.finish_review(actor=expert, assignment=seat)
    _discuss(scene)


def _discuss(scene: dict[str, Any]) -> None:
    from pilotage.review.panel import calling as discussion_calling
    from pilotage.review.panel import discussions

    secretariat, expert = _user("secretariat"), scene["seat"].expert
    row = discussion_calling.call_to_panel(actor=secretariat, application=_fresh(scene, "first")[0], reason="成效口径需要核实。")
    discussions.appoint_chair(actor=secretariat, discussions=[row], expert=expert)
    scene["discussion"] = discussions.open_discussion(actor=expert.user, discussion=row)
    discussions.remark(actor=expert.user, discussion=row, text="台账只覆盖一条产线。")
    values = {"effect": {"value": "8", "base": "9"}}
    discussions.change_scores(actor=expert.user, discussion=row, values=values, reason="按全车间口径重新核对。")
    discussions.close_discussion(actor=expert.user, discussion=row, summary="口径已取得一致。")


def _select(scene: dict[str, Any]) -> None:
    from pilotage.review.selection import selections

    selection = selections.build_selection(actor=_user("secretariat"), call=scene["call"])
    selections.propose_selection(actor=_user("secretariat"), selection=selection)
    selections.confirm_selection(actor=_user("secretariat2"), selection=selection)


def _announce(scene: dict[str, Any]) -> None:
    from datetime import datetime

    from pilotage.accounts import codes
    from pilotage.directory import services as directory

    secretariat = _user("secretariat")
    opens, closes = (datetime.fromisoformat(text).replace(tzinfo=BEIJING) for text in (NOTICE, "2023-11-17T23:59"))
    notice = directory.prepare_notice(actor=secretariat, call=scene["call"], opens_at=opens, closes_at=closes, body_zh="现予公示。")
    scene["notice"] = directory.open_notice(actor=secretariat, notice=notice)
    directory.object_to(
        notice=notice, application=_fresh(scene, "second")[0], name="王公众", text="接入设备数量不符，请核实。",
        proof=codes.proof(email="public@walk.example", purpose=f"objection:{notice.number}"),
    )  # fmt: skip


def _steer(scene: dict[str, Any]) -> None:
    from pilotage.plan import readings
    from pilotage.plan.models import Plan
    from pilotage.reports.dashboards import services as dashboards
    from pilotage.reports.models import WorkTemplate
    from pilotage.reports.papers import services as work_services

    secretariat, plan = _user("secretariat"), Plan.objects.get()
    readings.take(plan, date(2023, 10, 31))
    scene["dashboard"] = dashboards.create(actor=secretariat, plan=plan, title="部级总览", start_from="ministry")
    template = WorkTemplate.objects.get(plan=plan, code="quarterly")
    scene["paper"] = work_services.draft_report(actor=secretariat, template=template, period="2023Q3")


def _publish(scene: dict[str, Any]) -> None:
    secretariat = _user("secretariat")
    published.edition(scene, secretariat)
    published.case(scene, _fresh(scene, "first")[0], _user("filer-first"), secretariat, _user("secretariat2"))
    published.guideline(secretariat)
    financed.figures(scene, _user("filer-first"), _user("bank"))


def _addresses(scene: dict[str, Any]) -> dict[str, str]:
    from django.urls import reverse

    from pilotage.directory.models import Entry
    from pilotage.review.models import Assignment

    seat = Assignment.objects.filter(expert__user=_user("expert")).order_by("id").first()
    first = scene["first"]
    assert seat is not None
    return {
        "notice": reverse("directory:notice-detail", args=[scene["notice"].number]),
        "objection": reverse("directory:objection-create", args=[scene["notice"].number]),
        "entry": reverse("directory:entry", args=[Entry.objects.filter(edition__is_complete=False).order_by("number")[0].number]),
        "application": reverse("calls:application-detail", args=[first.number]),
        "discussion": reverse("review:discussion", args=[scene["discussion"].pk]),
        "feedback": reverse("review:feedback", args=[first.number]),
        "draft": reverse("calls:application-edit", args=[scene["draft"].number]),
        "draft-check": reverse("calls:application-check", args=[scene["draft"].number]),
        "withdraw": reverse("calls:application-withdraw", args=[scene["draft"].number]),
        "review-application": reverse("review:application", args=[CALL, first.number]),
        "score": reverse("review:score", args=[seat.pk]),
        "expert": reverse("review:expert", args=[seat.expert_id]),
        "invitation": reverse("review:invitation", args=[scene["invitation"].pk]),
        "dashboard": reverse("dashboards:detail", args=[scene["dashboard"].key]),
        "dashboard-edit": reverse("dashboards:edit", args=[scene["dashboard"].key]),
        "paper": reverse("reports:detail", args=[scene["paper"].pk]),
        "enterprise": reverse("registry:enterprise-detail", args=[first.enterprise_id]),
        **published.addresses(scene),
        **financed.addresses(scene),
    }
