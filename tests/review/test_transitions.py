"""Every (state, verb, role) of all tables: exactly the listed ones are allowed."""

import itertools

import pytest

from pilotage.accounts.models import User
from pilotage.core.transitions import may
from pilotage.review.enums import AssignmentState, DiscussionState, InvitationState, RunState, SelectionState
from pilotage.review.models import AssignmentRun, Discussion, Selection
from pilotage.review.transitions import ASSIGNMENT, ASSIGNMENT_RUN, DISCUSSION, INVITATION, SELECTION
from tests.factories import review as make

pytestmark = pytest.mark.django_db
A, D, R, S, V = AssignmentState, DiscussionState, RunState, SelectionState, InvitationState

ASSIGNMENT_ALLOWED = {
    (A.ASSIGNED, "start", "expert"),
    (A.STARTED, "finish", "expert"),
    (A.ASSIGNED, "recuse", "expert"),
    (A.STARTED, "recuse", "expert"),
    *((state, "give_back", "expert") for state in (A.ASSIGNED, A.STARTED)),
    *((state, "cancel", who) for state in (A.ASSIGNED, A.STARTED) for who in ("secretariat", "second_secretariat")),
    *((A.FINISHED, "reopen", who) for who in ("secretariat", "second_secretariat")),
}
OFFICE = ("secretariat", "second_secretariat")
INVITATION_ALLOWED = {
    (V.INVITED, "accept", "expert"),
    *((state, "decline", "expert") for state in (V.INVITED, V.ACCEPTED)),
    *((V.INVITED, "withdraw", who) for who in OFFICE),
    *((state, "replace", who) for state in (V.INVITED, V.ACCEPTED, V.DECLINED) for who in OFFICE),
    *((state, "invite_again", who) for state in (V.DECLINED, V.WITHDRAWN, V.REPLACED) for who in OFFICE),
}
RUN_ALLOWED = {
    *((state, verb, who) for state in (R.WAITING, R.SOLVING) for verb in ("begin", "fail", "discard") for who in OFFICE),
    *((R.SOLVING, "present", who) for who in OFFICE),
    *((R.PROPOSED, verb, who) for verb in ("finalise", "discard") for who in OFFICE),
    *((R.FAILED, "discard", who) for who in OFFICE),
}
SELECTION_ALLOWED = {(S.DRAFT, verb, who) for verb in ("confirm", "discard") for who in ("secretariat", "second_secretariat")}


DISCUSSION_ALLOWED = {
    *((D.WAITING, "open", who) for who in (*OFFICE, "other_expert")),
    (D.OPEN, "close", "other_expert"),
    *((D.CLOSED, "reopen", who) for who in OFFICE),
    *((D.WAITING, "drop", who) for who in OFFICE),
    *((D.DROPPED, "call_again", who) for who in OFFICE),
}


def people(cast) -> dict[str, User | None]:
    return {**cast.people(), "other_expert": make.expert("E9").user, "anonymous": None}


def test_assignment(call, cast, me):
    actors = people(cast)
    assignment = make.seat(make.application(call), me, cast.secretariat)
    allowed = set()
    for state, verb, (name, actor) in itertools.product(ASSIGNMENT.states, ASSIGNMENT.by_verb, actors.items()):
        assignment.state = state
        verdict = may(actor, assignment, verb)
        assert bool(verdict) != bool(str(verdict.reason)), (state, verb, name)
        if verdict:
            allowed.add((state, verb, name))
    assert allowed == ASSIGNMENT_ALLOWED


def test_invitation(call, cast, me):
    actors = people(cast)
    invitation = make.invitation(call, me, cast.secretariat)
    allowed = set()
    for state, verb, (name, actor) in itertools.product(INVITATION.states, INVITATION.by_verb, actors.items()):
        invitation.state = state
        verdict = may(actor, invitation, verb)
        assert bool(verdict) != bool(str(verdict.reason)), (state, verb, name)
        if verdict:
            allowed.add((state, verb, name))
    assert allowed == INVITATION_ALLOWED


def test_discussion(cast, me, at):
    """The expert of the cast has reviewed the application; another leads."""
    at(make.IN_REVIEW)
    call = make.review_call(discussion={"chair": True})
    actors = people(cast)
    app = make.reviewed(call, cast.secretariat, [9], [me])
    chair = actors["other_expert"].expert_profile
    row = Discussion(pk=1, call=call, application=app, chair=chair, created_at=make.LONG_AGO)
    allowed = set()
    for state, verb, (name, actor) in itertools.product(DISCUSSION.states, DISCUSSION.by_verb, actors.items()):
        row.state = state
        verdict = may(actor, row, verb)
        assert bool(verdict) != bool(str(verdict.reason)), (state, verb, name)
        if verdict:
            allowed.add((state, verb, name))
    assert allowed == DISCUSSION_ALLOWED


def test_nobody_answers_once_the_review_is_over(call, cast, me, at):
    invitation = make.invitation(call, me, cast.secretariat)
    at(make.AFTER_REVIEW)
    assert not may(cast.expert, invitation, "accept")


def test_assignment_run(call, cast, me):
    actors = people(cast)
    run = AssignmentRun(pk=1, call=call, number=1, parameters={}, seed="", commitment="", created_by=cast.secretariat)
    allowed = set()
    for state, verb, (name, actor) in itertools.product(ASSIGNMENT_RUN.states, ASSIGNMENT_RUN.by_verb, actors.items()):
        run.state = state
        verdict = may(actor, run, verb)
        assert bool(verdict) != bool(str(verdict.reason)), (state, verb, name)
        if verdict:
            allowed.add((state, verb, name))
    assert allowed == RUN_ALLOWED


def test_selection(call, cast, me, at):
    at(make.AFTER_REVIEW)
    actors = people(cast)
    selection = Selection(pk=1, call=call, number=1, parameters={}, inputs_digest="", created_by=cast.secretariat)
    allowed = set()
    for state, verb, (name, actor) in itertools.product(SELECTION.states, SELECTION.by_verb, actors.items()):
        selection.state = state
        verdict = may(actor, selection, verb)
        assert bool(verdict) != bool(str(verdict.reason)), (state, verb, name)
        if verdict:
            allowed.add((state, verb, name))
    assert allowed == SELECTION_ALLOWED


def test_nothing_moves_once_the_selection_is_confirmed(call, cast, me):
    assignment = make.seat(make.application(call), me, cast.secretariat, A.FINISHED, 8)
    Selection.objects.create(
        call=call, number=1, state=S.CONFIRMED, parameters={}, inputs_digest="", created_by=cast.secretariat, created_at=make.LONG_AGO
    )
    for state, verb, actor in [
        (A.FINISHED, "reopen", cast.secretariat),
        (A.STARTED, "cancel", cast.secretariat),
        (A.STARTED, "recuse", cast.expert),
    ]:
        assignment.state = state
        assert not may(actor, assignment, verb)
