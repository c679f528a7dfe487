"""The call for the 5G-factory directory from the quotas to the published edition, each act by the person whose office it is."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db import transaction
from django.db.models import prefetch_related_objects

from pilotage.accounts import codes
from pilotage.accounts.models import User
from pilotage.calls import services as calls
from pilotage.calls.enums import CheckResult, CosignDecision, FlagState
from pilotage.calls.models import Application, Call, Recommender
from pilotage.console.demo import fiction, objections, panel, people, shape, ties
from pilotage.console.demo.filing import Filed, local_moment
from pilotage.console.demo.shape import Fate
from pilotage.core import clock
from pilotage.directory import services as directory
from pilotage.registry.models import Division, Enterprise
from pilotage.review import services as review
from pilotage.review.enums import AssignmentState
from pilotage.review.models import Assignment
from pilotage.review.runs import running as runs
from pilotage.review.selection import selections
from pilotage.review.selectors import expert_choices


def set_quotas(call: Call, offices: people.Offices, plots: list[shape.Plot]) -> None:
    """No real quota is known; the demonstration gives each recommender room for what it will send, and a tenth more."""
    sent = Counter(plot.planned_city or plot.province for plot in plots if plot.fate in RECOMMENDED)
    for recommender in Recommender.objects.filter(kind__in=["province", "planned_city"]).select_related("province"):
        place = recommender.prefecture_id or recommender.province_id
        limit = max(5, -(-sent[place or ""] * 11 // 50) * 5)
        calls.set_quota(actor=offices.secretariat[0], call=call, recommender=recommender, limit=limit)


def officer_of(offices: people.Offices, application: Application) -> User:
    """Who checks it first: the city, or in a municipality the district."""
    return offices.cities.get(application.prefecture_id or "") or offices.districts[application.county_id or ""]


def head_of(offices: people.Offices, application: Application) -> User:
    return offices.provinces.get(application.prefecture_id or "") or offices.provinces[application.province_id or ""]


def look_again(applications: Iterable[Application]) -> None:
    """What others did meanwhile, in one query: the services refuse to decide on what somebody else has moved."""
    given = {application.pk: application for application in applications}
    moved = ("state", "rank", "cosign", "open_flags")
    for fresh in Application.objects.filter(pk__in=given).only(*moved):
        for name in moved:
            setattr(given[fresh.pk], name, getattr(fresh, name))


RETURN_REASONS = (
    "投资明细与合同金额不一致，请按合同口径填写。",
    "请补充5G专网服务合同首页和签章页。",
    "碳排放改造后高于改造前，请核对单位。",
    "应用场景说明过于简略，请写明覆盖工位和效果。",
)
ANSWERS_TO_MARKS = ("已电话核对，与合同和台账一致。", "项目规模与同行不同，现场已核实。", "企业已说明口径，数值无误。")
CONFLICT = "评审后登记合作关系，须回避，评分不再计入。"
DECLINE_REASON = "项目以网络建设为主，未见生产环节应用，不符合征集方向。"


def check(filed: list[Filed], offices: people.Offices, now: datetime, *, done: bool) -> None:
    waiting = [f for f in filed if f.plot.fate is not Fate.DRAFT]
    if not done:
        waiting = waiting[: round(len(waiting) * 0.6)]
    waiting.sort(key=lambda f: (officer_of(offices, f.application).pk, f.application.pk))
    moment = min(now, local_moment(2023, 9, 6))
    for officer, group in groupby(waiting, key=lambda f: officer_of(offices, f.application)):
        with clock.at(moment), transaction.atomic():
            _check_one_desk(officer, list(group))


def _check_one_desk(officer: User, group: list[Filed]) -> None:
    rng = random.Random(f"{shape.SEED}check{officer.email}")
    look_again(item.application for item in group)
    passing = [f.application for f in group if f.plot.fate not in {Fate.DECLINED, Fate.RETURNED, Fate.WITHDRAWN}]
    for application in passing:
        ask_about_figures(officer, application)
    if passing:
        calls.check_many(actor=officer, applications=passing, result=CheckResult.PASS, opinion="材料齐全，数据与现场一致，同意推荐。")
    for item in group:
        if item.plot.fate is Fate.DECLINED:
            calls.decline(actor=officer, application=item.application, reason=DECLINE_REASON)
        elif item.plot.fate is Fate.RETURNED:
            calls.return_for_correction(actor=officer, application=item.application, reason=rng.choice(RETURN_REASONS))
        elif item.plot.fate is Fate.WITHDRAWN:
            calls.withdraw(actor=item.filer, application=item.application, reason="项目进度推迟，明年再申报。")


def ask_about_figures(officer: User, application: Application) -> None:
    if application.open_flags:
        for flag in application.quality_flags.filter(state=FlagState.OPEN).select_related("application").order_by("pk"):
            calls.clear_mark(actor=officer, flag=flag, reason=ANSWERS_TO_MARKS[flag.pk % len(ANSWERS_TO_MARKS)])
        application.open_flags = 0


RECOMMENDED = frozenset({Fate.LISTED, Fate.OVER_CAP, Fate.BELOW_LINE, Fate.NOT_ACCEPTED})


def recommend(call: Call, filed: list[Filed], offices: people.Offices, *, unfinished: bool) -> None:
    desks: dict[int, list[Filed]] = defaultdict(list)
    heads: dict[int, User] = {}
    for item in filed:
        if item.plot.fate in RECOMMENDED or item.plot.fate is Fate.NOT_RECOMMENDED:
            head = head_of(offices, item.application)
            desks[head.pk].append(item)
            heads[head.pk] = head
    for position, (key, desk) in enumerate(sorted(desks.items())):
        with clock.at(local_moment(2023, 9, 13 if unfinished else 18)), transaction.atomic():
            _one_province(call, heads[key], sorted(desk, key=lambda f: -f.strength), offices, unfinished=unfinished and position % 2 == 0)


def _one_province(call: Call, head: User, desk: list[Filed], offices: people.Offices, *, unfinished: bool) -> None:
    look_again(item.application for item in desk)
    chosen = [f.application for f in desk if f.plot.fate in RECOMMENDED]
    if unfinished:
        chosen = chosen[: max(1, len(chosen) * 6 // 10)]
    calls.shortlist_many(actor=head, applications=chosen)
    signing = chosen[: len(chosen) * 9 // 10] if unfinished else chosen
    communications = offices.communications[desk[0].application.province_id or ""]
    look_again(signing)
    if signing:
        calls.cosign_many(
            actor=communications, applications=signing, decision=CosignDecision.SIGNED, opinion="网络建设情况属实，同意推荐。"
        )
    if unfinished:
        return
    for item in desk:
        if item.plot.fate is Fate.NOT_RECOMMENDED:
            calls.decline(actor=head, application=item.application, reason="省级排序靠后，本年不推荐，建议完善场景后再报。")
    recommender = Application.objects.select_related("recommender").get(pk=chosen[0].pk).recommender
    calls.send_list(actor=head, call=call, recommender=recommender, opinion="经审核并公示，同意推荐。")


def accept(filed: list[Filed], offices: people.Offices) -> None:
    secretary = offices.secretariat[0]
    with clock.at(local_moment(2023, 9, 27)), transaction.atomic():
        recommended = [f for f in filed if f.plot.fate in RECOMMENDED]
        look_again(item.application for item in recommended)
        calls.accept_many(actor=secretary, applications=[f.application for f in recommended if f.plot.fate is not Fate.NOT_ACCEPTED])
        for item in recommended:
            if item.plot.fate is Fate.NOT_ACCEPTED:
                calls.reject(actor=secretary, application=item.application, reason="缺少网络服务合同签章页，补正期内未补交。")


def review_all(call: Call, filed: list[Filed], offices: people.Offices, report: Callable[[str], None], *, contested: bool) -> None:
    with clock.at(local_moment(2023, 10, 8, 9)):
        employers = list(Enterprise.objects.filter(is_fictional=True).order_by("pk")[:60])
        provinces = list(Division.objects.filter(pk__in={**shape.LISTED, **shape.UNLISTED}).order_by("pk"))
        with transaction.atomic():
            people.hire_experts(offices, employers, provinces, list(fiction.TRADES))
            ties.tie(offices.secretariat[0], employers)
            ties.ask(offices.secretariat[0], call)
        _assign(call, offices, bridging=0.15)
        if ties.declare(call):
            _assign(call, offices)
    strength = {f.application.pk: f.strength for f in filed}
    seats = seats_of(call)
    criteria = call.current.content["rubrics"]["main"]["criteria"]
    for start in range(0, len(seats), 150):
        with clock.at(local_moment(2023, 10, 12 if contested else 26)), transaction.atomic():
            for seat in seats[start : start + 150]:
                score(seat, criteria, strength[seat.application_id] + _leaning(seat, contested=contested))
        report(f"reviewed {min(start + 150, len(seats))} of {len(seats)} seats")
    if contested:
        with clock.at(local_moment(2023, 10, 13)), transaction.atomic():
            _clear_conflict(call, offices, criteria, strength)
            report(f"the panel has discussed {panel.discuss(call, offices.secretariat[0])} projects")


def _clear_conflict(call: Call, offices: people.Offices, criteria: list[dict[str, Any]], strength: dict[int, float]) -> None:
    """A tie comes out after the review was given: another expert reads the project, and the seat with its marks is taken back."""
    secretary, late = offices.secretariat[0], ties.late_seat(call)
    if late is None:
        return
    other = next(choice.expert for choice in expert_choices(late.application) if choice.rule is None)
    score(review.assign(actor=secretary, application=late.application, expert=other), criteria, strength[late.application_id])
    ties.find_late(late)
    review.reopen_review(actor=secretary, assignment=late, reason=CONFLICT)
    review.cancel_assignment(actor=secretary, assignment=late, reason=CONFLICT)


def _assign(call: Call, offices: people.Offices, *, bridging: float = 0.0) -> None:
    """By a seed everybody knows and the exact method, so that every demonstration has the same seats."""
    asked = replace(runs.default_parameters(call), bridging=bridging, method="flow", partial=True)
    runs.assign_now(actor=offices.secretariat[0], call=call, parameters=asked, seed=f"{shape.SEED} seats of the demonstration")


def seats_of(call: Call) -> list[Assignment]:
    """All seats, sharing the call and each expert, so that an expert's office and the call's dates are read once."""
    held = Assignment.objects.filter(call=call).exclude(state=AssignmentState.RECUSED)
    seats = list(held.select_related("application").order_by("application_id", "id"))
    prefetch_related_objects(seats, "expert__user")
    for seat in seats:
        seat.call = call
    return seats


COMMENTS = (
    "场景与生产结合紧密，数据可追溯。",
    "网络覆盖与申报一致，边缘侧应用有深度。",
    "成效口径清楚，建议补充能耗原始记录。",
    "复制推广路径明确。",
)


def _leaning(seat: Assignment, *, contested: bool) -> float:
    """How much this expert marks above or below the others, and how much this one reading strays. In points of ten."""
    own = random.Random(f"{shape.SEED}leaning{seat.expert.number}").uniform(-1, 1)
    stray = random.Random(f"{shape.SEED}stray{seat.application.number}{seat.expert.number}").gauss(0, 1)
    return own * 0.6 + stray * 0.35 if contested else own * 0.2


def score(seat: Assignment, criteria: list[dict[str, Any]], quality: float) -> None:
    """Whole marks around ``quality``, rounded up or down by chance so that their mean stays true to it."""
    rng = random.Random(f"{shape.SEED}score{seat.application.number}{seat.expert.number}")
    scores = {c["key"]: {"value": str(min(10, max(0, int(quality + rng.random())))), "comment": ""} for c in criteria}
    review.declare_no_conflict(actor=seat.expert.user, assignment=seat)
    review.save_scores(actor=seat.expert.user, assignment=seat, scores=scores, comment=rng.choice(COMMENTS))
    review.finish_review(actor=seat.expert.user, assignment=seat)


def select_and_announce(call: Call, offices: people.Offices) -> None:
    first, second = offices.secretariat
    with clock.at(local_moment(2023, 11, 6)):
        selection = selections.build_selection(actor=first, call=call)
        selections.propose_selection(actor=first, selection=selection)
    with clock.at(local_moment(2023, 11, 8)):
        selections.confirm_selection(actor=second, selection=selection)
    with clock.at(local_moment(2023, 11, 11, 16)):
        notice = directory.prepare_notice(
            actor=first, call=call, opens_at=local_moment(2023, 11, 12, 0), closes_at=local_moment(2023, 11, 17, 23, 59)
        )
    with clock.at(local_moment(2023, 11, 12, 0, 1)):
        directory.open_notice(actor=first, notice=notice)
    with clock.at(local_moment(2023, 11, 13, 15, 20)):
        row = notice.rows.select_related("application").order_by("position")[notice.rows.count() // 8]
        directory.object_to(
            notice=notice,
            application=row.application,
            proof=codes.proof(email="objector@demo.example", purpose=f"objection:{notice.number}"),
            is_confidential=True,
            text="该项目所报接入设备数量与现场不符，请核实。（演示异议，内容虚构）",
        )


def publish(call: Call, offices: people.Offices) -> None:
    first, second = offices.secretariat
    notice = call.notices.get()
    objections.hear(notice, offices)
    with clock.at(local_moment(2023, 11, 16, 11)):
        for objection in notice.objections.all():
            directory.decide_objection(
                actor=first, objection=objection, upheld=False, decision="经省工信部门现场核对，接入设备台数与申报一致，异议不成立。"
            )
    with clock.at(local_moment(2023, 11, 20, 9)):
        directory.propose_close_notice(actor=first, notice=notice)
    with clock.at(local_moment(2023, 11, 20, 14)):
        directory.confirm_close_notice(actor=second, notice=notice)
    with clock.at(local_moment(2023, 11, 28, 9)):
        edition = directory.prepare_edition(actor=first, call=call)
        directory.propose_publish(actor=first, edition=edition)
    with clock.at(local_moment(2023, 11, 29, 9, 30)):
        directory.confirm_publish(actor=second, edition=edition)
