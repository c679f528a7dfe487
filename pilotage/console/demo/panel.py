"""The panel discussions of the fictional year: what lies far apart is talked over before the selection."""

from __future__ import annotations

from pilotage.accounts.models import User
from pilotage.calls.models import Call
from pilotage.review.enums import AssignmentState, DiscussionState
from pilotage.review.models import Assignment, Discussion, Score
from pilotage.review.panel import discussions

REMARK = "附件三的台账只覆盖一条产线，按全车间口径计算，成效应低于申报数。"
REASON = "按附件三口径重新核对后调整。"
SUMMARY = "各位专家就成效口径取得一致，分歧在于统计范围，已按全车间口径评分。"


def discuss(call: Call, secretary: User) -> int:
    """Each is led by the one whose total lies between the others; the one furthest from it thinks again. Returns how many."""
    waiting = Discussion.objects.filter(call=call, state=DiscussionState.WAITING).select_related("application__version").order_by("pk")
    for row in list(waiting):
        row.call = row.application.call = call
        seats = list(
            Assignment.objects.filter(application=row.application_id, state=AssignmentState.FINISHED)
            .select_related("expert__user")
            .order_by("total", "pk")
        )
        middle = seats[len(seats) // 2]
        _talk(row, secretary, middle, max(seats, key=lambda seat: abs((seat.total or 0) - (middle.total or 0))))
    return len(waiting)


def _talk(row: Discussion, secretary: User, chair: Assignment, other: Assignment) -> None:
    lead = chair.expert.user
    discussions.appoint_chair(actor=secretary, discussions=[row], expert=chair.expert)
    discussions.open_discussion(actor=lead, discussion=row)
    discussions.remark(actor=lead, discussion=row, text=REMARK)
    score = Score.objects.get(assignment=other, criterion="effect")
    nearer = int(score.value or 0) + (1 if (other.total or 0) < (chair.total or 0) else -1)
    if 0 <= nearer <= 10:
        values = {"effect": {"value": str(nearer), "base": str(score.value)}}
        discussions.change_scores(actor=other.expert.user, discussion=row, values=values, reason=REASON)
    discussions.close_discussion(actor=lead, discussion=row, summary=SUMMARY)
