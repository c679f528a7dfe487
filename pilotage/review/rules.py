"""Who may do what in review and selection, and who sees which seat. The same rule answers both."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from pilotage.accounts import rules as accounts
from pilotage.accounts.enums import Role
from pilotage.calls.deadlines import stage_open
from pilotage.calls.enums import ApplicationState, StageKind
from pilotage.calls.models import Application, Call
from pilotage.core import clock
from pilotage.core.verdict import YES, Verdict, no
from pilotage.review.enums import LIVE, AssignmentState, DiscussionState, InvitationState, SelectionState
from pilotage.review.models import Assignment, AssignmentRun, Discussion, ExpertInvitation, ExpertProfile, Selection

REVIEWABLE = (ApplicationState.ACCEPTED, ApplicationState.UNDER_REVIEW)


def visible_assignments(actor: Any) -> QuerySet[Assignment]:
    """Experts see their own seats only; secretariat and auditors all. Cancelled seats are gone for the expert."""
    if accounts.has_role(actor, Role.SECRETARIAT, Role.AUDITOR):
        return Assignment.objects.all()
    return own_assignments(actor)


def own_assignments(actor: Any) -> QuerySet[Assignment]:
    memberships = accounts.memberships_as(actor, Role.EXPERT)
    if not memberships:
        return Assignment.objects.none()
    own = Assignment.objects.filter(expert__user=actor).exclude(state=AssignmentState.CANCELLED)
    if any(membership.call_id is None for membership in memberships):
        return own
    return own.filter(call__in=[membership.call_id for membership in memberships])


def visible_selections(actor: Any) -> QuerySet[Selection]:
    return Selection.objects.all() if can_see_results(actor) else Selection.objects.none()


def visible_experts(actor: Any) -> QuerySet[ExpertProfile]:
    return ExpertProfile.objects.all() if can_see_results(actor) else ExpertProfile.objects.none()


def can_see_results(actor: Any) -> Verdict:
    """Boards, scores of all experts and selections."""
    if accounts.has_role(actor, Role.SECRETARIAT, Role.AUDITOR):
        return YES
    return no(_("Only the secretariat and the auditors see the scores of all experts."))


def can_manage(actor: Any, call: Call) -> Verdict:
    """Assign, cancel, reopen: the secretariat, until a selection of the call is confirmed."""
    if not accounts.has_role(actor, Role.SECRETARIAT, call=call):
        return no(_("Only the secretariat can do this."))
    if is_decided(call):
        return no(_("The selection of this call is confirmed; its reviews stay as they are."))
    return YES


def can_edit_pool(actor: Any) -> Verdict:
    """Add, import and change experts; ``actor`` None is the system."""
    return YES if actor is None or accounts.has_role(actor, Role.SECRETARIAT) else no(_("Only the secretariat can do this."))


def is_self(actor: Any, expert: ExpertProfile) -> bool:
    return actor is not None and expert.user_id == actor.pk and accounts.has_role(actor, Role.EXPERT)


def can_edit_profile(actor: Any, expert: ExpertProfile) -> Verdict:
    """The own profile, or any for the secretariat."""
    return YES if is_self(actor, expert) or can_edit_pool(actor) else no(_("Only the expert and the secretariat change this profile."))


# --- invitations ----------------------------------------------------------------------------
def visible_invitations(actor: Any) -> QuerySet[ExpertInvitation]:
    """Experts see what they were asked; what was taken back is gone for them. Secretariat and auditors see all."""
    if can_see_results(actor):
        return ExpertInvitation.objects.all()
    if not accounts.has_role(actor, Role.EXPERT):
        return ExpertInvitation.objects.none()
    return ExpertInvitation.objects.filter(expert__user=actor).exclude(state=InvitationState.WITHDRAWN)


def can_answer(actor: Any, invitation: ExpertInvitation) -> Verdict:
    """The expert who was asked, until the review closes."""
    if not is_self(actor, invitation.expert):
        return no(_("Only the expert who was asked can answer."))
    stage = invitation.call.stage(StageKind.REVIEW)
    if stage and stage.closes_at and clock.now() >= stage.closes_at:
        return no(_("The review of this call is over."))
    return YES


def can_manage_invitation(actor: Any, invitation: ExpertInvitation) -> Verdict:
    return can_manage(actor, invitation.call)


# --- assignment runs ------------------------------------------------------------------------
def visible_runs(actor: Any) -> QuerySet[AssignmentRun]:
    """Experts see their seats once a run is final, never the run."""
    return AssignmentRun.objects.all() if can_see_results(actor) else AssignmentRun.objects.none()


def can_manage_run(actor: Any, run: AssignmentRun) -> Verdict:
    return can_manage(actor, run.call)


def is_decided(call: Call) -> bool:
    """Whether the call has a confirmed selection; asked once per call object."""
    known = call.__dict__.get("_is_decided")
    if known is None:
        known = Selection.objects.filter(call=call, state=SelectionState.CONFIRMED).exists()
        call.__dict__["_is_decided"] = known
    return known


def is_own(actor: Any, assignment: Assignment) -> Verdict:
    if accounts.has_role(actor, Role.EXPERT, call=assignment.call) and assignment.expert.user_id == actor.pk:
        return YES
    return no(_("Only the expert who holds this seat can do this."))


def can_review(actor: Any, assignment: Assignment) -> Verdict:
    """The own seat, while the review stage is open."""
    own = is_own(actor, assignment)
    return own and stage_open(assignment.call, StageKind.REVIEW, clock.now())


def can_score(actor: Any, assignment: Assignment) -> Verdict:
    verdict = can_review(actor, assignment)
    if not verdict:
        return verdict
    if assignment.state == AssignmentState.ASSIGNED:
        return no(_("Say first whether you have a conflict of interest."))
    if assignment.state != AssignmentState.STARTED:
        return no(_("This review is closed. The secretariat can reopen it before the selection."))
    return YES


def can_recuse(actor: Any, assignment: Assignment) -> Verdict:
    """Stepping back is possible after the deadline too, until the selection is confirmed."""
    own = is_own(actor, assignment)
    if own and is_decided(assignment.call):
        return no(_("The selection of this call is confirmed; its reviews stay as they are."))
    return own


def can_administer(actor: Any, assignment: Assignment) -> Verdict:
    return can_manage(actor, assignment.call)


def can_read_dossier(actor: Any, assignment: Assignment) -> Verdict:
    """An expert reads more than the title only after saying that there is no conflict."""
    if can_see_results(actor):
        return YES
    if assignment.state in {AssignmentState.STARTED, AssignmentState.FINISHED}:
        return YES
    return no(_("Say first whether you have a conflict of interest."))


def is_reviewable(application: Application) -> Verdict:
    if application.state in REVIEWABLE:
        return YES
    return no(_("Only accepted applications are reviewed."))


def can_build_selection(actor: Any, call: Call) -> Verdict:
    if not accounts.has_role(actor, Role.SECRETARIAT, call=call):
        return no(_("Only the secretariat can do this."))
    if is_decided(call):
        return no(_("This call already has a confirmed selection."))
    return YES


def can_discard_selection(actor: Any, selection: Selection) -> Verdict:
    return can_build_selection(actor, selection.call)


def can_confirm_selection(actor: Any, selection: Selection) -> Verdict:
    """Propose and confirm alike; that the two are different people is the audit room's rule."""
    call = selection.call
    verdict = can_build_selection(actor, call)
    if not verdict:
        return verdict
    if Application.objects.filter(call=call, state=ApplicationState.ACCEPTED).exists():
        return no(_("Some accepted applications have no reviewer yet. Assign experts or decide on them first."))
    if conflicts := Assignment.objects.filter(call=call, state__in=LIVE).exclude(conflict="").count():
        return no(
            ngettext(
                "%(count)s seat is held in spite of a conflict found later. Cancel it first.",
                "%(count)s seats are held in spite of conflicts found later. Cancel them first.",
                conflicts,
            )
            % {"count": conflicts}
        )
    if talking := Discussion.objects.filter(call=call, state__in=[DiscussionState.WAITING, DiscussionState.OPEN]).count():
        return no(
            ngettext(
                "%(count)s panel discussion is not closed.",
                "%(count)s panel discussions are not closed.",
                talking,
            )
            % {"count": talking}
        )
    unfinished = Assignment.objects.filter(call=call, state__in=[*LIVE - {AssignmentState.FINISHED}]).exists()
    if unfinished and stage_open(call, StageKind.REVIEW, clock.now()):
        return no(_("Experts can still finish reviews. Wait for the deadline, or cancel the seats that stay open."))
    return YES
