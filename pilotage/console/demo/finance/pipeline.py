"""Fictional enterprises on their way to a market: one in every stage, a recommendation that was answered and one that waits, a tier round.

Every date lies in 2022 and 2023. The stages are entered by the secretariat, the answer by a fictional exchange.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from pilotage.accounts import services as accounts
from pilotage.accounts.enums import OrganisationKind, Role
from pilotage.accounts.models import EnterpriseConsent, Organisation, User
from pilotage.console.demo.filing import local_moment
from pilotage.console.demo.people import Offices, appoint_one, signer_of
from pilotage.core import clock
from pilotage.finance.facts.models import TierStay
from pilotage.finance.facts.services import enter_tier
from pilotage.finance.pipeline import amending, answers, batches, consents, documents, rounds, services
from pilotage.finance.pipeline.enums import Stage
from pilotage.finance.pipeline.models import ListingProject
from pilotage.finance.pipeline.step_enums import Cause
from pilotage.plan.models import Plan
from pilotage.registry.models import Enterprise

WAY = ("file_tutoring", "accept_tutoring", "accept", "inquire", "answer", "ask_again", "answer", "hear", "submit", "register", "list")
NEEQ_WAY = ("accept", "inquire", "answer", "register", "list")
ASKED, HEARD = 4, 8
# market, first day, days between the steps, verbs after them
PATHS: tuple[tuple[str, date, tuple[int, ...], tuple[str, ...]], ...] = (
    ("star", date(2023, 2, 6), (), ()),
    ("star", date(2023, 3, 13), (), ()),
    ("star", date(2023, 7, 10), (), ()),
    ("star", date(2022, 1, 17), (42, 128, 55, 30, 38, 20, 22, 16, 24, 41, 35), WAY),
    ("star", date(2022, 3, 7), (60, 150, 61, 28, 54, 23, 31, 22, 30, 52), WAY[:10]),
    ("bse", date(2022, 5, 16), (38, 141, 72, 25, 36, 18, 20, 14, 33), WAY[:9]),
    ("chinext", date(2022, 4, 18), (75, 166, 80, 34, 61, 25, 37, 21), WAY[:HEARD]),
    ("star", date(2022, 8, 22), (50, 175, 66, 31, 58, 22), WAY[:6]),
    ("bse", date(2022, 11, 7), (47, 160, 70), WAY[:3]),
    ("chinext", date(2023, 1, 9), (65, 190), WAY[:2]),
    ("star", date(2023, 4, 24), (58,), WAY[:1]),
    ("bse", date(2023, 5, 8), (71,), WAY[:1]),
    ("star", date(2022, 6, 13), (55, 140, 58, 29, 126), (*WAY[:ASKED], "suspend")),
    ("chinext", date(2022, 2, 21), (44, 133, 62, 27, 118), (*WAY[:ASKED], "withdraw")),
    ("bse", date(2022, 3, 28), (90, 210, 77, 26, 101), (*WAY[:ASKED], "terminate")),
    ("bse", date(2023, 8, 14), (), ()),
    ("neeq-base", date(2022, 9, 5), (80, 21, 17, 23, 12), NEEQ_WAY),
    ("neeq-innovation", date(2023, 6, 19), (90, 25), NEEQ_WAY[:2]),
    ("neeq-base", date(2022, 3, 14), (60, 21, 17, 23, 12, 430), (*NEEQ_WAY, "leave")),
)
REASONS = {
    "suspend": "财务资料已过有效期，补充审计期间中止（演示）。",
    "withdraw": "企业调整上市计划，主动撤回申请（演示）。",
    "leave": "企业筹备在交易所上市，主动申请终止挂牌（演示）。",
    "terminate": "未在规定时限内回复问询，审核终止（演示）。",
}
END = date(2023, 12, 29)


def build(people: Offices, plan: Plan) -> None:
    office, second = people.secretariat[:2]
    projects = _projects(office)
    if not projects:
        return
    with clock.at(local_moment(2023, 8, 28)):
        liaison = _exchange()
    _recommendation(office, second, liaison, projects)
    _round(office, second, {each.enterprise_id for each in projects})


def _projects(office: User) -> list[ListingProject]:
    """The model enterprise first, then others of the year, each on one way."""
    rows = Enterprise.objects.filter(is_fictional=True, kind="enterprise").order_by("pk")
    model = rows.filter(organisation__memberships__user__email="filer@demo.example").first()
    others = rows.exclude(pk=model.pk) if model else rows
    firms = [*([model] if model else []), *others[: len(PATHS)]]
    return [_walked(office, firm, number, *path) for number, (firm, path) in enumerate(zip(firms, PATHS, strict=False), 1)]


def _walked(
    office: User, firm: Enterprise, number: int, market: str, first: date, gaps: tuple[int, ...], verbs: tuple[str, ...]
) -> ListingProject:
    with clock.at(_morning(first)):
        project = services.enter(actor=office, enterprise=firm, market=market, on=first, sponsor="演示证券" if verbs else "")
    day = first
    for gap, verb in zip(gaps, verbs, strict=True):
        day = min(day + timedelta(days=gap), END)
        with clock.at(_morning(day)):
            paper = f"演示〔{day.year}〕{number:02d}{len(project.steps.all()):02d}号"
            cause = Cause.FINANCIALS_EXPIRED if verb == "suspend" else ""
            services.move(actor=office, project=project, verb=verb, on=day, reason=REASONS.get(verb, ""), document=paper, cause=cause)
    if verbs == WAY:
        _corrected(office, project)
        _papers(office, project)
    if verbs == WAY[:3]:
        _taken_back(office, project)
    return project


def _corrected(office: User, project: ListingProject) -> None:
    """One day was entered a day late and put right."""
    step = project.steps.get(stage=Stage.TUTORING_FILED)
    with clock.at(_morning(END)):
        amending.correct(actor=office, step=step, on=step.on - timedelta(days=1), reason="以证监局公示日期为准（演示）。")


def _taken_back(office: User, project: ListingProject) -> None:
    """A step that belonged to another enterprise was entered and undone."""
    day = min(project.stage_on + timedelta(days=20), END)
    with clock.at(_morning(day)):
        services.move(actor=office, project=project, verb="inquire", on=day, document="演示〔2023〕099号")
        amending.take_back(actor=office, project=project, reason="该问询函属于另一家企业，误录入（演示）。")


def _papers(office: User, project: ListingProject) -> None:
    """Two papers of the first round: what was asked, what was answered."""
    steps = list(project.steps.filter(corrects__isnull=True).order_by("id"))
    for step, kind, title in ((steps[4], "questions", "首轮审核问询函（演示）"), (steps[5], "answers", "首轮问询回复（演示）")):
        with clock.at(_morning(step.on)):
            content = SimpleUploadedFile(f"{title}.pdf", f"%PDF-1.4\n% {title}\n".encode())
            documents.add_document(actor=office, project=project, upload=content, title=title, kind=kind, dated=step.on, step=step)


def _morning(day: date) -> Any:
    return local_moment(day.year, day.month, day.day)


def _exchange() -> User:
    body = accounts.create_organisation(
        actor=None,
        kind=OrganisationKind.FINANCE,
        name_zh="演示证券交易所上市服务部",
        name_en="Demo stock exchange, listing services",
        is_fictional=True,
    )
    return appoint_one("exchange@demo.example", "申交", body, Role.FINANCE_LIAISON)


def _recommendation(office: User, second: User, liaison: User, projects: list[ListingProject]) -> None:
    """Who consented was put forward, received and answered; a further list waits for consent."""
    receiver = liaison.active_memberships[0].organisation
    waiting = [each for each in projects if each.state == Stage.CULTIVATION and each.market == "star"]
    with clock.at(local_moment(2023, 9, 6)):
        signers = {project.pk: _consented(project.enterprise, receiver) for project in waiting[:2]}
    told = {"receiver": receiver, "market": "star", "purpose": "纳入交易所重点服务企业库，开展上市辅导对接（演示）"}
    with clock.at(local_moment(2023, 9, 7)):
        batch = batches.compose(
            actor=office,
            title_zh="2023年第一批科创板培育企业推荐名单（演示）",
            title_en="First STAR recommendation of 2023 (demo)",
            projects=list(signers),
            ground="企业处于培育期，先行推荐对接（演示）。",
            **told,
        )
        batches.ask(actor=office, batch=batch)
    with clock.at(local_moment(2023, 9, 8)):
        for line in batch.lines.order_by("position"):
            consents.consent(actor=signers[line.project_id], line=line)
    with clock.at(local_moment(2023, 9, 11)):
        batches.propose(actor=office, batch=batch, reason="企业均已同意，材料核对无误。")
    with clock.at(local_moment(2023, 9, 12)):
        batch = batches.confirm(actor=second, batch=batch)
    with clock.at(local_moment(2023, 9, 14)):
        answers.receive(actor=liaison, batch=batch, by="申交", number="演示收文〔2023〕118号", on=date(2023, 9, 14))
    said = (("accepted", "已纳入重点服务企业（演示）。"), ("later", "建议完善研发费用归集后再行推荐（演示）。"))
    with clock.at(local_moment(2023, 10, 19)):
        for line, (answer, text) in zip(batch.lines.order_by("position"), said, strict=False):
            answers.answer(actor=liaison, line=line, answer=answer, text=text)
    if len(waiting) > 2:
        with clock.at(local_moment(2023, 12, 27)):
            next_one = batches.compose(
                actor=office,
                title_zh="2024年第一批科创板培育企业推荐名单（演示，待企业同意）",
                title_en="First STAR recommendation of 2024 (demo, waiting for consent)",
                projects=[each.pk for each in waiting[1:]],
                ground="企业处于培育期，先行推荐对接（演示）。",
                **told,
            )
            batches.ask(actor=office, batch=next_one)


def _consented(enterprise: Enterprise, receiver: Organisation) -> User:
    """The legal representative, who has let the receiver see the enterprise."""
    signer = signer_of(enterprise)
    if not EnterpriseConsent.objects.filter(enterprise=enterprise, organisation=receiver, withdrawn_at__isnull=True).exists():
        accounts.give_consent(actor=signer, enterprise=enterprise, organisation=receiver)
    return signer


def _round(office: User, second: User, taken: set[int]) -> None:
    """Three companies of the base tier, of which one is taken off by an objection."""
    stays = TierStay.objects.filter(until_on__isnull=True).values("enterprise")
    firms = list(
        Enterprise.objects.filter(is_fictional=True, kind="enterprise").exclude(pk__in=taken).exclude(pk__in=stays).order_by("-pk")[:3]
    )
    if not firms:
        return
    with clock.at(local_moment(2022, 6, 20)):
        for firm in firms:
            enter_tier(actor=office, enterprise=firm, tier="base", from_on=date(2022, 6, 20), source="演示公告")
    with clock.at(local_moment(2023, 10, 16)):
        found = rounds.begin(
            actor=office, direction="up", day=date(2023, 9, 28), effective_on=date(2023, 11, 6), objection_days=5, source="演示分层公告"
        )
        lines = [
            rounds.add(actor=office, found=found, enterprise=firm, ground="最近两年净利润和净资产收益率达到标准一（演示，门槛待核实）。")
            for firm in firms
        ]
        rounds.open_notice(actor=office, found=found)
    with clock.at(local_moment(2023, 10, 18)):
        objection = rounds.raise_objection(actor=office, line=lines[0], who="演示投资者", text="该公司2023年曾受行政处罚（演示）。")
    with clock.at(local_moment(2023, 10, 20)):
        rounds.decide(actor=office, objection=objection, verb="uphold", reason="处罚情况属实，不符合合规要求（演示）。")
    with clock.at(local_moment(2023, 10, 25)):
        rounds.propose(actor=office, found=found, reason="异议期满，异议已处理。")
    with clock.at(local_moment(2023, 10, 26)):
        rounds.confirm(actor=second, found=found)
    with clock.at(local_moment(2023, 11, 6)):
        rounds.tick()
