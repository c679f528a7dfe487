"""Who sees a panel discussion, who speaks in it, who leads it."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from pilotage.accounts import rules as accounts
from pilotage.accounts.enums import Role
from pilotage.calls.deadlines import moment
from pilotage.calls.models import Application, Call
from pilotage.core import clock
from pilotage.core.verdict import YES, Verdict, no
from pilotage.review.enums import LIVE, AssignmentState, DiscussionState
from pilotage.review.experts.pool import active_experts
from pilotage.review.experts.screening import Screener
from pilotage.review.models import Assignment, DeclaredConflict, Discussion, ExpertProfile
from pilotage.review.panel.options import discussion_options
from pilotage.review.rules import can_manage, can_see_results, is_decided, own_assignments
from pilotage.review.wording import BARRED, joined

ON_THE_LIST = (DiscussionState.WAITING, DiscussionState.OPEN, DiscussionState.CLOSED)


def visible_discussions(actor: Any) -> QuerySet[Discussion]:
    """Experts see those of applications they have finished reviewing, and those they lead; never one they are in conflict with.

    Who has not finished would read others' scores before giving the own.
    """
    if can_see_results(actor):
        return Discussion.objects.all()
    memberships = accounts.memberships_as(actor, Role.EXPERT)
    if not memberships:
        return Discussion.objects.none()
    rows = Discussion.objects.filter(state__in=ON_THE_LIST)
    if all(membership.call_id for membership in memberships):
        rows = rows.filter(call__in=[membership.call_id for membership in memberships])
    seats = own_assignments(actor)
    finished = seats.filter(state=AssignmentState.FINISHED, conflict="").order_by().values("application")
    barred = seats.exclude(state__in=LIVE).order_by().values("application")
    in_conflict = seats.exclude(conflict="").order_by().values("application")
    declared = DeclaredConflict.objects.filter(expert__user=actor).order_by().values("application")
    mine = rows.filter(Q(application__in=finished) | Q(chair__user=actor))
    return mine.exclude(Q(application__in=barred) | Q(application__in=in_conflict) | Q(application__in=declared))


def seat_of(actor: Any, discussion: Discussion) -> Assignment | None:
    """The finished seat with which the actor takes part."""
    seats = own_assignments(actor).filter(application=discussion.application_id, state=AssignmentState.FINISHED, conflict="")
    return seats.select_related("expert").first()


def chair_verdict(expert: ExpertProfile, application: Application) -> Verdict:
    """Whether an expert can lead: by the rules that hold for a seat. Whoever has one needs it without a conflict."""
    seats = Assignment.objects.filter(application=application, expert=expert).exclude(state=AssignmentState.CANCELLED)
    seat = seats.order_by("id").first()
    if seat is not None and seat.state == AssignmentState.RECUSED:
        return no(BARRED["recused"])
    if seat is not None and seat.conflict:
        return no(BARRED[seat.conflict])
    if seat is not None and seat.state != AssignmentState.FINISHED:
        return no(_("This expert has a seat on the application and has not finished the review."))
    if not active_experts(application.call).filter(pk=expert.pk).exists():
        return no(_("This expert is not available for this call."))
    found = Screener(application.call, [expert], [application]).explain(expert.pk, application.pk)
    return no(joined(each.sentence for each in found)) if found else YES


def is_chair(actor: Any, discussion: Discussion) -> bool:
    """Led by an expert who may still lead: a conflict found later ends it."""
    chair = discussion.chair
    if chair is None or actor is None or chair.user_id != actor.pk or not accounts.has_role(actor, Role.EXPERT, call=discussion.call):
        return False
    return bool(chair_verdict(chair, discussion.application))


def can_manage_discussion(actor: Any, discussion: Discussion) -> Verdict:
    return can_manage(actor, discussion.call)


def can_call(actor: Any, call: Call) -> Verdict:
    """Put applications on the list of discussions."""
    if not discussion_options(call).offered:
        return no(_("The review of this call has no panel discussion."))
    return can_manage(actor, call)


def can_lead(actor: Any, discussion: Discussion) -> Verdict:
    """Open and close: the chair, or the secretariat where the call has no chairs."""
    if is_decided(discussion.call):
        return no(_("The selection of this call is confirmed; its reviews stay as they are."))
    if not discussion_options(discussion.call).chair:
        return can_manage(actor, discussion.call)
    return YES if is_chair(actor, discussion) else no(_("Only the chair of the panel can do this."))


def can_open(actor: Any, discussion: Discussion) -> Verdict:
    """Whoever leads, or the secretariat."""
    lead = can_lead(actor, discussion)
    return lead if lead or not can_manage(actor, discussion.call) else YES


def can_speak(actor: Any, discussion: Discussion) -> Verdict:
    """Remarks: members of the panel and its chair, while it is open."""
    taking_part = _is_going_on(discussion)
    if not taking_part:
        return taking_part
    if seat_of(actor, discussion) or is_chair(actor, discussion):
        return YES
    return no(_("Only the members of the panel take part in its discussion."))


def can_change_scores(actor: Any, discussion: Discussion) -> Verdict:
    taking_part = _is_going_on(discussion)
    if not taking_part:
        return taking_part
    if seat_of(actor, discussion):
        return YES
    return no(_("Only an expert who has reviewed the application can change own scores."))


def _is_going_on(discussion: Discussion) -> Verdict:
    if is_decided(discussion.call):
        return no(_("The selection of this call is confirmed; its reviews stay as they are."))
    if discussion.state == DiscussionState.WAITING:
        return no(_("The chair has not opened this discussion yet."))
    if discussion.state != DiscussionState.OPEN:
        return no(_("This discussion is closed."))
    if discussion.closes_at and clock.now() >= discussion.closes_at:
        return no(
            _("The time for this discussion ended on %(moment)s. The chair can close it now.") % {"moment": moment(discussion.closes_at)}
        )
    return YES
