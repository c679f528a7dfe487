"""A call carried to its end by the services, each act by the person whose office it is and at an hour the call file gives."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pilotage.accounts import services as accounts
from pilotage.accounts.enums import OrganisationKind, Role
from pilotage.accounts.models import User
from pilotage.calls import services as calls
from pilotage.calls.enums import ApplicationState, CheckResult, CosignDecision, StageKind
from pilotage.calls.models import Application, Call
from pilotage.calls.rules import needs_cosign
from pilotage.calls.selectors import form_of
from pilotage.console.demo.filler import answers, required_files
from pilotage.core import clock
from pilotage.core.codes import fictional_uscc
from pilotage.directory import services as directory
from pilotage.directory.models import Edition, PublicNotice
from pilotage.registry import services as registry
from pilotage.registry.models import Division, Enterprise
from pilotage.review import services as review
from pilotage.review.enums import HearingResult
from pilotage.review.experts.profiles import create_expert
from pilotage.review.models import Assignment, ExpertProfile
from pilotage.review.options import review_options
from pilotage.review.panel.gates import hearing_stages
from pilotage.review.panel.hearings import record_hearings
from pilotage.review.runs.running import assign_now
from pilotage.review.selection import selections
from tests.factories.calls import pdf

HOUR = timedelta(hours=1)


# --- people ---------------------------------------------------------------------------------
def body(kind: str, name: str, place: str | None = None, enterprise: Enterprise | None = None) -> Any:
    return accounts.create_organisation(
        actor=None, kind=kind, name_zh=name, name_en="", division_id=place, enterprise=enterprise, is_fictional=True
    )


def person(name: str, organisation: Any, role: str) -> User:
    user = accounts.create_user(actor=None, email=f"p{User.objects.count()}@walk.example", name=name, is_fictional=True)
    accounts.give_role(actor=None, user=user, organisation=organisation, role=role)
    return user


@dataclass
class Offices:
    """Everybody of one province and the ministry."""

    city: User
    province: User
    communications: User
    secretariat: User
    second_secretariat: User
    experts: list[ExpertProfile] = field(default_factory=list)


def offices(place: str, experts: int = 7) -> Offices:
    province, city = f"{place[:2]}0000", f"{place[:4]}00"
    office, committee = body(OrganisationKind.MINISTRY, "演示秘书处"), body(OrganisationKind.EXPERTS, "演示专家委员会")
    made = Offices(
        person("顾城", body(OrganisationKind.CITY, "演示市工业和信息化局", city), Role.CITY_OFFICER),
        person("许清和", body(OrganisationKind.PROVINCE, "演示省工业和信息化主管部门", province), Role.PROVINCE_OFFICER),
        person("段讯", body(OrganisationKind.COMMUNICATIONS, "演示省通信管理局", province), Role.COMMUNICATIONS_OFFICER),
        person("顾望津", office, Role.SECRETARIAT),
        person("秦复核", office, Role.SECRETARIAT),
    )
    home = Division.objects.get(pk="420000")
    for number in range(1, experts + 1):
        user = person(f"专家{number}", committee, Role.EXPERT)
        made.experts.append(
            create_expert(
                actor=made.secretariat, user=user, number=f"W{number:04d}", employer_name=f"演示研究院第{number}研究室", province=home
            )
        )
    return made


@dataclass
class Applicant:
    subject: Enterprise
    filer: User
    legal_representative: User
    place: str
    industry: str


def applicant(name: str, place: str, *, kind: str = "enterprise", industry: str = "34", number: int = 1) -> Applicant:
    """A city has neither an industry nor an ownership in the register, a park no industry."""
    facts: dict[str, Any] = {"kind": kind, "address": f"演示路{number}号"}
    if kind not in {"city", "park"}:
        facts |= {"industry_id": industry, "ownership": "private", "size": "medium"}
    subject = registry.create_enterprise(
        actor=None, name_zh=name, uscc="" if kind == "city" else fictional_uscc(place, number), division=place, is_fictional=True,
        source="演示数据", **facts,
    )  # fmt: skip
    house = body(OrganisationKind.ENTERPRISE, name, enterprise=subject)
    return Applicant(subject, person("陆闻舟", house, Role.FILER), person("沈砚", house, Role.LEGAL_REPRESENTATIVE), place, industry)


# --- the walk -------------------------------------------------------------------------------
@contextmanager
def during(call: Call, kind: str) -> Iterator[datetime]:
    """An hour before the last stage of the kind closes; of one without a close, an hour after it opens."""
    stage = [stage for stage in call.stage_by_key.values() if stage.kind == kind][-1]
    closes, opens = stage.closes_at, stage.opens_at
    moment = closes - HOUR if closes else opens + HOUR if opens else None
    assert moment, f"{stage.key} has neither an opening nor a close"
    with clock.at(moment):
        yield moment


def fresh(application: Application) -> Application:
    return Application.objects.select_related("call", "enterprise", "recommender", "version").get(pk=application.pk)


def draft(call: Call, who: Applicant, **wanted: Any) -> Application:
    """Begun, filled in and with its files, but not submitted. To be called inside ``during``."""
    application = calls.start_application(actor=who.filer, call=call, enterprise=who.subject)
    form = form_of(application.version)
    signed = {key for key, each in form.by_key.items() if each.type == "statement"} if application.version.content.get("signoff") else set()
    values = {key: value for key, value in answers(form, who.place, who.industry, **wanted).items() if key not in signed}
    saved = calls.save_draft(actor=who.filer, application=application, values=values, base_version=application.draft_version)
    assert (saved.errors, saved.conflicts) == ({}, {})
    application = fresh(application)
    for key in required_files(form, application.data):
        content = f"%PDF-1.7 {key} {application.number}".encode()
        calls.add_attachment(actor=who.filer, application=application, field=key, upload=pdf(f"{key}.pdf", content))
    return fresh(application)


def sign(application: Application, who: Applicant) -> None:
    if application.version.content.get("signoff"):
        signoff = calls.ask_signoff(actor=who.filer, application=application)
        calls.sign(actor=who.legal_representative, signoff=signoff, digest=signoff.digest)


def join(application: Application, who: Applicant, partner: Applicant) -> None:
    """A partner takes part: invited, its own part filled in, its consent given."""
    from pilotage.calls.joint.selectors import partner_form

    invited = calls.invite_partner(actor=who.filer, application=application, who=partner.subject.name_zh)
    values = answers(partner_form(application.version), partner.place, partner.industry)
    saved = calls.save_part(actor=partner.filer, partner=invited, values=values, base_version=invited.draft_version)
    assert (saved.errors, saved.conflicts) == ({}, {})
    calls.consent(actor=partner.filer, partner=invited)


def submit(application: Application, who: Applicant) -> Application:
    sign(application, who)
    return calls.submit(actor=who.filer, application=fresh(application))


def recommend(application: Application, of: Offices) -> None:
    """Checked by the city where the call has that stage, else by the province; listed, co-signed, sent, accepted."""
    call = application.call
    is_checked = any(stage.kind == StageKind.CHECK for stage in call.stage_by_key.values())
    if is_checked:
        with during(call, StageKind.CHECK):
            ticks = [point["key"] for point in call.stage(StageKind.CHECK).checklist]
            calls.check(actor=of.city, application=fresh(application), result=CheckResult.PASS, opinion="属实，同意推荐。", ticks=ticks)
    with during(call, StageKind.RECOMMEND):
        if not is_checked:
            calls.check(actor=of.province, application=fresh(application), result=CheckResult.PASS, opinion="属实，同意推荐。")
        row = calls.shortlist_many(actor=of.province, applications=[fresh(application)])[0]
        if needs_cosign(call, row.recommender):
            calls.cosign_many(actor=of.communications, applications=[fresh(row)], decision=CosignDecision.SIGNED, opinion="属实。")
        calls.send_list(actor=of.province, call=call, recommender=row.recommender, opinion="同意推荐。")
    with during(call, StageKind.ACCEPT):
        calls.accept_many(actor=of.secretariat, applications=[fresh(application)])


def judge(application: Application, of: Offices) -> None:
    """Seats as the call gives them, every score 9 of 10, and a pass in every defence and site visit."""
    call = application.call
    review_stage = call.stage(StageKind.REVIEW)
    assert review_stage
    with clock.at(review_stage.opens_at + HOUR):
        if review_stage.options["assignment"] == "manual":
            for expert in of.experts[: review_options(call).experts_per_application]:
                review.assign(actor=of.secretariat, application=fresh(application), expert=expert)
        else:
            report = assign_now(actor=of.secretariat, call=call)
            assert report.unfilled == []
    criteria = [each["key"] for each in call.current.content["rubrics"][review_options(call).rubric]["criteria"]]
    with during(call, StageKind.REVIEW):
        seats = Assignment.objects.filter(application=application).select_related("expert__user", "application", "call").order_by("id")
        for seat in seats:
            review.declare_no_conflict(actor=seat.expert.user, assignment=seat)
            scores = {key: {"value": "9", "comment": "口径清楚。"} for key in criteria}
            review.save_scores(actor=seat.expert.user, assignment=seat, scores=scores, comment="")
            review.finish_review(actor=seat.expert.user, assignment=seat)
        assert len(seats) == review_options(call).experts_per_application
    for stage in hearing_stages(call):
        with during(call, stage.kind):
            given = {"applications": [fresh(application)], "result": HearingResult.PASSED, "held_on": clock.today(), "note": "通过。"}
            record_hearings(actor=of.secretariat, call=call, stage=stage, **given)


def select(call: Call, of: Offices) -> None:
    with during(call, StageKind.SELECT):
        selection = selections.build_selection(actor=of.secretariat, call=call)
        selections.propose_selection(actor=of.secretariat, selection=selection)
        selections.confirm_selection(actor=of.second_secretariat, selection=selection)


def announce(call: Call, of: Offices) -> PublicNotice:
    """The notice through its whole period, closed by two people."""
    stage = call.stage(StageKind.NOTICE)
    assert stage
    with clock.at(stage.opens_at - HOUR):
        notice = directory.prepare_notice(actor=of.secretariat, call=call, opens_at=stage.opens_at, closes_at=stage.closes_at)
    with clock.at(stage.opens_at):
        directory.open_notice(actor=of.secretariat, notice=notice)
    with clock.at(stage.closes_at + HOUR):
        directory.propose_close_notice(actor=of.secretariat, notice=notice)
        directory.confirm_close_notice(actor=of.second_secretariat, notice=notice)
    return notice


def publish(call: Call, of: Offices) -> Edition:
    with during(call, StageKind.PUBLISH):
        edition = directory.prepare_edition(actor=of.secretariat, call=call)
        directory.propose_publish(actor=of.secretariat, edition=edition)
        return directory.confirm_publish(actor=of.second_secretariat, edition=edition)


def carry_on(application: Application, of: Offices) -> Edition:
    """From submitted to published."""
    call = application.call
    recommend(application, of)
    judge(application, of)
    select(call, of)
    assert fresh(application).state == ApplicationState.SELECTED
    announce(call, of)
    return publish(call, of)
