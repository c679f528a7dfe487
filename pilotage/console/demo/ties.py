"""What ties the fictional experts to the fictional enterprises, so that each rule of conflict is seen at work."""

from __future__ import annotations

from datetime import date

from pilotage.accounts import services as accounts
from pilotage.accounts.enums import Role
from pilotage.accounts.models import User
from pilotage.calls.models import Call
from pilotage.registry.models import Enterprise
from pilotage.registry.services import create_enterprise, update_enterprise
from pilotage.review import services as review
from pilotage.review.enums import AssignmentState, RelationKind
from pilotage.review.experts.invitations import accept, decline, invite
from pilotage.review.experts.profiles import add_absence, update_expert
from pilotage.review.experts.relations import add_relation
from pilotage.review.models import Assignment, ExpertProfile

GROUP = "演示装备集团有限公司"
KEYWORDS = (
    (["5G虚拟专网", "边缘计算"], ["5G private network", "edge computing"]),
    (["机器视觉质检", "数控机床"], ["machine vision", "machine tools"]),
    (["工业数据安全"], ["industrial data security"]),
    (["时间敏感网络", "确定性网络"], ["time-sensitive networking"]),
    (["柔性生产", "数字孪生"], ["flexible production", "digital twin"]),
)


def tie(secretary: User, employers: list[Enterprise]) -> None:
    """Profiles in full, ties that count and one that no longer does, a group, one who files, one who is away."""
    experts = list(ExpertProfile.objects.select_related("user", "employer").order_by("number"))
    for place, expert in enumerate(experts):
        zh, en = KEYWORDS[place % len(KEYWORDS)]
        update_expert(actor=secretary, expert=expert, keywords_zh=zh, keywords_en=en, capacity=60 if place % 3 == 1 else None)
    first, second, third, fourth, fifth, sixth = experts[:6]
    update_expert(actor=first.user, expert=first, biography="从事工业网络规划二十年，主持过多项5G专网建设（虚构人物）。")
    add_relation(
        actor=first.user, expert=first, kind=RelationKind.CONSULTANCY, enterprise=employers[1], starts_on=date(2021, 3, 1), ends_on=date(2022, 5, 31),
        note="网络改造方案咨询",
    )  # fmt: skip
    add_relation(actor=first.user, expert=first, kind=RelationKind.COOPERATION, enterprise=employers[2], starts_on=date(2023, 1, 10))
    add_relation(
        actor=second.user,
        expert=second,
        kind=RelationKind.EMPLOYMENT,
        enterprise=employers[5],
        starts_on=date(2012, 7, 1),
        ends_on=date(2019, 6, 30),
    )
    add_relation(actor=secretary, expert=third, kind=RelationKind.SHARES, enterprise_name=employers[6].name_zh, note="年报所列")
    add_relation(actor=third.user, expert=third, kind=RelationKind.FAMILY, enterprise=employers[7], note="配偶任职")
    _group(secretary, fourth, employers[8:10])
    if organisation := getattr(employers[10], "organisation", None):
        accounts.give_role(actor=None, user=fifth.user, organisation=organisation, role=Role.FILER)
    add_absence(actor=sixth.user, expert=sixth, starts_on=date(2023, 10, 16), ends_on=date(2023, 10, 20), note="国外会议")


def _group(secretary: User, expert: ExpertProfile, members: list[Enterprise]) -> None:
    top = create_enterprise(actor=None, name_zh=GROUP, division="110000", is_fictional=True)
    for member in members:
        update_enterprise(actor=None, enterprise=member, group=top)
    update_expert(actor=secretary, expert=expert, employer=top, employer_name=GROUP)


def declare(call: Call) -> int:
    """Two experts find a conflict when they see their projects; one keeps it for later calls. Returns how many seats are empty now."""
    left = 0
    seats = Assignment.objects.filter(call=call, state=AssignmentState.ASSIGNED).select_related(
        "expert__user", "call", "application__enterprise"
    )
    for number, kind, keep in (("E0012", RelationKind.COOPERATION, True), ("E0020", RelationKind.FAMILY, False)):
        seat = seats.filter(expert__number=number).order_by("position").first()
        if seat is not None:
            review.recuse(actor=seat.expert.user, assignment=seat, kind=kind, keep=keep)
            left += 1
    return left


def late_seat(call: Call) -> Assignment | None:
    """The seat of which it comes out afterwards that its expert should not have it."""
    seats = Assignment.objects.filter(call=call, state=AssignmentState.FINISHED, expert__number="E0015").order_by("position")
    return seats.select_related("expert__user", "application__enterprise", "application__call").first()


def find_late(seat: Assignment) -> None:
    """One tie is entered after the review was given: the seat is marked and waits for the secretariat."""
    add_relation(
        actor=seat.expert.user,
        expert=seat.expert,
        kind=RelationKind.COOPERATION,
        enterprise=seat.application.enterprise,
        starts_on=date(2023, 2, 1),
        note="联合实验室",
    )


def ask(secretary: User, call: Call) -> None:
    """Ten experts are asked by name: most accept, one declines, two have still to answer."""
    experts = list(ExpertProfile.objects.select_related("user").order_by("number")[:10])
    asked = invite(actor=secretary, call=call, experts=experts, answer_by=date(2023, 10, 20), note="请支持2023年5G工厂名录评审。")
    for row in asked.invited:
        if row.expert.number == "E0010":
            decline(actor=row.expert.user, invitation=row, reason="十月有出国任务")
        elif row.expert.number not in {"E0002", "E0009"}:
            accept(actor=row.expert.user, invitation=row)
