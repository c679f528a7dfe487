"""The calls of the model plan at once: their stages moved onto one timetable, and for each an applicant who has filed nothing yet.

``build()`` and ``score_all_but_one()`` run inside the installation (``pilotage shell``) and print JSON; everything else happens on pages.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

from tests.e2e.scene import BEIJING, _body, _person, address, hashed_password

OPENS, NOW, NOTICE_ENDS, PUBLISHING = "2024-01-02T09:00", "2024-01-10T10:00", "2024-01-20T23:59", "2024-01-22T10:00"
CLOSES = {
    "apply": "2024-01-11", "check": "2024-01-12", "recommend": "2024-01-13", "accept": "2024-01-14", "review": "2024-01-15",
    "defence": "2024-01-16", "site_visit": "2024-01-17", "select": "2024-01-18",
}  # fmt: skip
SHENYANG_OFFICES = {
    "sy-city": ("city", "沈阳市演示工业和信息化局", "210100", "city_officer"),
    "ln-province": ("province", "辽宁省演示工业和信息化主管部门", "210000", "province_officer"),
    "ln-communications": ("communications", "辽宁省演示通信管理局", "210000", "communications_officer"),
}
MORE_EXPERTS = 5
PARTNER = "无锡演示市人民政府"


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


def build() -> None:
    """The applicant of the benchmark call holds an entry of the 5G factory directory, as that call asks: so that one is decided already."""
    from django.db import transaction

    from pilotage.accounts.models import User
    from pilotage.calls.models import Call
    from tests.factories.cases import CASES, FACTORY

    with transaction.atomic():
        _more_offices()
        secretariat = User.objects.get(email=address("secretariat"))
        calls = {slug: Call.objects.get(slug=slug) for slug in CASES if slug != FACTORY}
        files = {slug: _applicant(call, CASES[slug], number) for number, (slug, call) in enumerate(calls.items(), start=60)}
        for slug in calls:
            _open(Call.objects.get(slug=slug), secretariat)
    print(json.dumps(files))


def _more_offices() -> None:
    from pilotage.accounts.models import User
    from pilotage.registry.models import Division
    from pilotage.review.experts.profiles import create_expert

    for who, (kind, name, division, role) in SHENYANG_OFFICES.items():
        _person(who, name, _body(kind, name, division), role)
    committee = _body("experts", "演示专家委员会二组")
    for number in range(11, 11 + MORE_EXPERTS):
        create_expert(
            actor=User.objects.get(email=address("secretariat")), user=_person(f"expert{number}", f"专家{number}", committee, "expert"),
            number=f"E{number:04d}", employer_name=f"演示研究院第{number}研究室", province=Division.objects.get(pk="420000"),
        )  # fmt: skip


def _applicant(call: Any, case: Any, number: int) -> dict[str, Any]:
    """What the walk needs to know of one call: who files, with what, and which acts follow."""
    from pilotage.calls.enums import StageKind
    from pilotage.calls.forms.definition import FormDef
    from pilotage.calls.joint.selectors import partner_form
    from pilotage.registry.models import Title
    from pilotage.review.panel.gates import hearing_stages
    from tests.factories import walks
    from tests.factories.cases import BENCHMARK

    name = f"演示{call.title_zh.removeprefix('2023年')[:12]}申报单位"
    who = walks.applicant(name, case.place, kind=case.kind, industry=case.industry, number=number)
    _give_passwords(number, who)
    if case.honour:
        Title.objects.create(enterprise=who.subject, name=case.honour, issuer="演示部门", granted_on=date(2022, 9, 1))
    if call.slug == BENCHMARK:
        _list_first(who)
    content = call.current.content
    form = FormDef.parse(content["form"], content["codes"])
    values = walks.answers(form, case.place, case.industry, **{**case.answers, "project_title": f"演示项目{number}"})
    if content.get("signoff"):
        values = {key: value for key, value in values.items() if form.by_key[key].type != "statement"}
    stages = list(call.stage_by_key.values())
    partner = None
    if case.partner:
        other = walks.applicant(PARTNER, case.partner, kind=case.kind, number=number + 20)
        _give_passwords(number + 20, other)
        partner = {
            "email": other.filer.email, "name": PARTNER,
            "values": walks.answers(partner_form(call.current), case.partner, case.industry),
        }  # fmt: skip
    return {
        "filer": who.filer.email, "legal": who.legal_representative.email, "name": name, "title": values["project_title"], "values": values,
        "files": walks.required_files(form, values), "signed": bool(content.get("signoff")), "partner": partner,
        "province": case.place[:2], "is_checked": any(stage.kind == StageKind.CHECK for stage in stages),
        "cosign": any(stage.options.get("cosign") for stage in stages if stage.kind == StageKind.RECOMMEND),
        "manual": call.stage(StageKind.REVIEW).options["assignment"] == "manual",
        "experts": call.stage(StageKind.REVIEW).options["experts_per_application"],
        "hearings": [stage.key for stage in hearing_stages(call)], "directory": case.directory,
    }  # fmt: skip


def _give_passwords(number: int, who: Any) -> None:
    for role, user in (("filer", who.filer), ("legal", who.legal_representative)):
        user.email, user.password = address(f"{role}-{number}"), hashed_password()
        user.save(update_fields=["email", "password"])
        user.emailaddress_set.update(email=user.email)


def _list_first(who: Any) -> None:
    """By the services, a year earlier: on the offices that the scene has."""
    from pilotage.accounts.models import User
    from pilotage.calls.enums import StageKind
    from pilotage.calls.models import Call
    from pilotage.review.models import ExpertProfile
    from tests.factories import walks
    from tests.factories.cases import CASES, FACTORY

    people = [User.objects.get(email=address(key)) for key in ("city", "province", "communications", "secretariat", "secretariat2")]
    of = walks.Offices(*people, experts=list(ExpertProfile.objects.select_related("user").order_by("number")))
    call = Call.objects.get(slug=FACTORY)
    with walks.during(call, StageKind.APPLY):
        application = walks.submit(walks.draft(call, who, **CASES[FACTORY].answers), who)
    walks.carry_on(application, of)


def _open(call: Any, secretariat: Any) -> None:
    """One timetable: every stage up to the selection takes acts at NOW, and closes a day after the one before it."""
    from pilotage.calls import services as calls

    dates = {key: when for key, stage in call.stage_by_key.items() if (when := _dates(stage.kind))}
    calls.set_timetable(actor=secretariat, call=call, dates=dates, reason="演示")


def _dates(kind: str) -> tuple[datetime | None, datetime | None] | None:
    if kind in CLOSES:
        return moment(OPENS), moment(f"{CLOSES[kind]}T17:00")
    return {"notice": (moment("2024-01-10T09:00"), moment(NOTICE_ENDS)), "publish": (moment("2024-01-21T09:00"), None)}.get(kind)


def score_all_but_one() -> None:
    """Every seat of a panel but the first is finished; prints, by call, whose first seat it is and where it is scored."""
    from django.db import transaction
    from django.urls import reverse

    from pilotage.core import clock
    from pilotage.review import services as review
    from pilotage.review.models import Assignment
    from pilotage.review.options import review_options

    left: dict[str, list[str]] = {}
    seats = Assignment.objects.filter(state="assigned").select_related("expert__user", "application", "call").order_by("id")
    with clock.at(moment(NOW)), transaction.atomic():
        for seat in seats:
            if seat.call.slug not in left:
                left[seat.call.slug] = [seat.expert.user.email, reverse("review:score", args=[seat.pk])]
                continue
            rubric = seat.call.current.content["rubrics"][review_options(seat.call).rubric]
            scores = {each["key"]: {"value": "9", "comment": "口径清楚。"} for each in rubric["criteria"]}
            review.declare_no_conflict(actor=seat.expert.user, assignment=seat)
            review.save_scores(actor=seat.expert.user, assignment=seat, scores=scores, comment="")
            review.finish_review(actor=seat.expert.user, assignment=seat)
    print(json.dumps(left))
