from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from pilotage.core.transitions import StateTable, register, row
from pilotage.review.checks import has_chair, inputs_unchanged, not_proposed, run_unchanged, scores_complete
from pilotage.review.enums import WORKING, AssignmentState, DiscussionState, InvitationState, RunState, SelectionState
from pilotage.review.panel.rules import can_lead, can_manage_discussion, can_open
from pilotage.review.rules import (
    can_administer,
    can_answer,
    can_confirm_selection,
    can_discard_selection,
    can_manage_invitation,
    can_manage_run,
    can_recuse,
    can_review,
)

A = AssignmentState
ASSIGNMENT = register(
    "review.assignment",
    StateTable(
        "assignment",
        tuple(A.values),
        A.ASSIGNED,
        (
            row("start", A.ASSIGNED, A.STARTED, can_review, label=_("No conflict, begin")),
            row("finish", A.STARTED, A.FINISHED, can_review, scores_complete, label=_("Finish")),
            row("reopen", A.FINISHED, A.STARTED, can_administer, needs_reason=True, label=_("Reopen")),
            row("recuse", {A.ASSIGNED, A.STARTED}, A.RECUSED, can_recuse, needs_reason=True, label=_("Recuse")),
            # the whole part in a call is given back, not one project: no conflict is said by it
            row("give_back", {A.ASSIGNED, A.STARTED}, A.CANCELLED, can_recuse, needs_reason=True, label=_("Give back")),
            row("cancel", {A.ASSIGNED, A.STARTED}, A.CANCELLED, can_administer, needs_reason=True, label=pgettext_lazy("review", "Cancel")),
        ),
    ),
)
V = InvitationState
INVITATION = register(
    "review.expertinvitation",
    StateTable(
        "expert_invitation",
        tuple(V.values),
        V.INVITED,
        (
            row("accept", V.INVITED, V.ACCEPTED, can_answer, label=pgettext_lazy("invitation", "Accept")),
            row(
                "decline", {V.INVITED, V.ACCEPTED}, V.DECLINED, can_answer, needs_reason=True, label=pgettext_lazy("invitation", "Decline")
            ),
            row("withdraw", V.INVITED, V.WITHDRAWN, can_manage_invitation, needs_reason=True, label=_("Take back the invitation")),
            row("replace", {V.INVITED, V.ACCEPTED, V.DECLINED}, V.REPLACED, can_manage_invitation, needs_reason=True, label=_("Replace")),
            row("invite_again", {V.DECLINED, V.WITHDRAWN, V.REPLACED}, V.INVITED, can_manage_invitation, label=_("Invite again")),
        ),
    ),
)
D = DiscussionState
DISCUSSION = register(
    "review.discussion",
    StateTable(
        "discussion",
        tuple(D.values),
        D.WAITING,
        (
            row("open", D.WAITING, D.OPEN, can_open, has_chair, label=_("Open the discussion")),
            row("close", D.OPEN, D.CLOSED, can_lead, label=_("Close the discussion")),
            row("reopen", D.CLOSED, D.OPEN, can_manage_discussion, needs_reason=True, label=_("Open the discussion again")),
            row(
                "drop",
                D.WAITING,
                D.DROPPED,
                can_manage_discussion,
                needs_reason=True,
                label=pgettext_lazy("discussion", "Take off the list"),
            ),
            row("call_again", D.DROPPED, D.WAITING, can_manage_discussion, needs_reason=True, label=_("Put on the list again")),
        ),
    ),
)
S = SelectionState
SELECTION = register(
    "review.selection",
    StateTable(
        "selection",
        tuple(S.values),
        S.DRAFT,
        (
            row(
                "confirm", S.DRAFT, S.CONFIRMED, can_confirm_selection, inputs_unchanged, two_person=True, label=_("Confirm the selection")
            ),
            row("discard", S.DRAFT, S.DISCARDED, can_discard_selection, not_proposed, label=_("Discard")),
        ),
    ),
)
R = RunState
ASSIGNMENT_RUN = register(
    "review.assignmentrun",
    StateTable(
        "assignment_run",
        tuple(R.values),
        R.WAITING,
        (
            # also from solving: a worker that was killed begins again
            row("begin", WORKING, R.SOLVING, can_manage_run),
            row("present", R.SOLVING, R.PROPOSED, can_manage_run),
            row("fail", WORKING, R.FAILED, can_manage_run),
            row("finalise", R.PROPOSED, R.FINAL, can_manage_run, run_unchanged, label=_("Make final")),
            row("discard", {*WORKING, R.PROPOSED, R.FAILED}, R.DISCARDED, can_manage_run, label=_("Discard")),
        ),
    ),
)
