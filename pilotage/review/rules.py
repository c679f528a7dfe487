"""Who may do what in review and selection, and who sees which seat. The same rule answers both."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from pilotage.accounts import rules as accounts
from pilotage.accounts.enums import Role
from pilotage.calls.deadlines import stage_open
from pilotage.calls.enums import ApplicationState, StageKind
from pilotage.calls.models import Application, Call
from pilotage.core import clock
from pilotage.core.verdict import YES, Verdict, no
from pilotage.review.enums import LIVE, AssignmentState, SelectionState
from pilotage.review.models import Assignment, ExpertProfile, Selection

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


def can_import_experts(actor: Any) -> Verdict:
    return YES if actor is None or accounts.has_role(actor, Role.SECRETARIAT) else no(_("Only the secretariat can do this."))


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
    unfinished = Assignment.objects.filter(call=call, state__in=[*LIVE - {AssignmentState.FINISHED}]).exists()
    if unfinished and stage_open(call, StageKind.REVIEW, clock.now()):
        return no(_("Experts can still finish reviews. Wait for the deadline, or cancel the seats that stay open."))
    return YES
