"""Every (state, verb, role) of both tables: exactly the listed ones are allowed."""

import itertools

import pytest

from pilotage.accounts.models import User
from pilotage.core.transitions import may
from pilotage.review.enums import AssignmentState, SelectionState
from pilotage.review.models import Selection
from pilotage.review.transitions import ASSIGNMENT, SELECTION
from tests.factories import review as make

pytestmark = pytest.mark.django_db
A, S = AssignmentState, SelectionState

ASSIGNMENT_ALLOWED = {
    (A.ASSIGNED, "start", "expert"),
    (A.STARTED, "finish", "expert"),
    (A.ASSIGNED, "recuse", "expert"),
    (A.STARTED, "recuse", "expert"),
    *((state, "cancel", who) for state in (A.ASSIGNED, A.STARTED) for who in ("secretariat", "second_secretariat")),
    *((A.FINISHED, "reopen", who) for who in ("secretariat", "second_secretariat")),
}
SELECTION_ALLOWED = {(S.DRAFT, verb, who) for verb in ("confirm", "discard") for who in ("secretariat", "second_secretariat")}


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
