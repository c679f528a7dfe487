"""Who takes part: asked in bulk, accepted, declined, replaced; what becomes of the seats."""

from datetime import date

import pytest

from pilotage.audit import services as audit
from pilotage.core.verdict import Conflict, Invalid, Refused
from pilotage.review.enums import AssignmentState, InvitationState
from pilotage.review.experts import invitations
from pilotage.review.experts.pool import available_experts
from pilotage.review.experts.taking_part import answers, experts_of, parts, supply
from pilotage.review.models import Assignment, ExpertInvitation, ReviewSummary
from tests.factories import review as make

pytestmark = pytest.mark.django_db
A, V = AssignmentState, InvitationState


@pytest.fixture
def invited_call(at):
    at(make.IN_REVIEW)
    return make.review_call("by-invitation", invitations=True)


def numbers(found):
    return [expert.number for expert in found]


def test_only_who_accepted_gets_seats_where_the_call_invites(invited_call, cast, me):
    make.application(invited_call)
    other = make.expert("E2")
    report = invitations.invite(actor=cast.secretariat, call=invited_call, experts=[me, other], answer_by=date(2023, 10, 25), note="请支持")
    assert (len(report.invited), report.skipped) == (2, [])
    with pytest.raises(Invalid, match="专家"):
        make.assigned(invited_call, cast.secretariat)
    invitations.accept(actor=cast.expert, invitation=report.invited[0])
    assert numbers(available_experts(invited_call)) == ["0417"]
    assert [seat.expert for seat in make.assigned(invited_call, cast.secretariat).created] == [me]
    assert audit.verify() == []


def test_a_call_that_says_nothing_takes_all_but_those_who_are_gone(call, cast, me):
    people = {state: make.expert(state) for state in V.values}
    for state, who in people.items():
        make.invitation(call, who, cast.secretariat, state)
    assert numbers(available_experts(call)) == ["0417", "accepted", "invited"]


def test_asking_twice_and_asking_the_unavailable_is_skipped_with_the_reason(invited_call, cast, me):
    out = make.expert("E2", is_available=False)
    gone = make.expert("E3")
    make.invitation(invited_call, gone, cast.secretariat, V.DECLINED, reason="出差")
    make.invitation(invited_call, me, cast.secretariat)
    report = invitations.invite(actor=cast.secretariat, call=invited_call, experts=[me, out, gone])
    assert [who.number for who, _why in report.skipped] == ["0417", "E2"]
    (again,) = report.invited
    assert (again.expert, again.state, again.reason) == (gone, V.INVITED, "")
    assert ExpertInvitation.objects.count() == 2


def test_a_bulk_invitation_costs_the_same_for_one_and_for_ten(invited_call, cast, django_assert_num_queries):
    invitations.invite(actor=cast.secretariat, call=invited_call, experts=[make.expert("A0")])  # the first event of a chain
    fresh = [[make.expert("C0")], [make.expert(f"D{i}") for i in range(10)]]
    for people in fresh:
        with django_assert_num_queries(9):
            invitations.invite(actor=cast.secretariat, call=invited_call, experts=people)


@pytest.mark.parametrize("who", ["expert", "auditor", "filer", "outsider", "province_officer"])
def test_only_the_secretariat_invites_and_replaces(call, cast, me, who):
    with pytest.raises(Refused):
        invitations.invite(actor=getattr(cast, who), call=call, experts=[me])
    with pytest.raises(Refused):
        invitations.replace_expert(actor=getattr(cast, who), call=call, expert=me, reason="x")
    assert ExpertInvitation.objects.count() == 0


def test_nobody_and_a_day_in_the_past_are_refused(call, cast, me):
    with pytest.raises(Invalid) as problem:
        invitations.invite(actor=cast.secretariat, call=call, experts=[])
    assert list(problem.value.errors) == ["experts"]
    with pytest.raises(Invalid) as problem:
        invitations.invite(actor=cast.secretariat, call=call, experts=[me], answer_by=date(2023, 10, 1))
    assert list(problem.value.errors) == ["answer_by"]


def three_seats(call, cast, me):
    seats = [
        make.seat(make.application(call, f"A-{i}", "370000"), me, cast.secretariat, state, 8 if state == A.FINISHED else None)
        for i, state in enumerate([A.FINISHED, A.STARTED, A.ASSIGNED])
    ]
    return {seat.pk: seat for seat in seats}


def states(seats):
    return list(Assignment.objects.filter(pk__in=seats).order_by("id").values_list("state", flat=True))


def test_declining_later_frees_open_seats_and_keeps_finished_reviews(call, cast, me):
    seats = three_seats(call, cast, me)
    asked = make.invitation(call, me, cast.secretariat, V.ACCEPTED)
    with pytest.raises(Invalid):
        invitations.decline(actor=cast.expert, invitation=asked, reason=" ")
    freed = invitations.decline(actor=cast.expert, invitation=asked, reason="住院")
    assert (len(freed.seats), freed.finished, states(seats)) == (2, 1, [A.FINISHED, A.CANCELLED, A.CANCELLED])
    assert list(ReviewSummary.objects.order_by("application__number").values_list("seat_count", "finished_count")) == [
        (1, 1),
        (0, 0),
        (0, 0),
    ]
    assert numbers(available_experts(call)) == []


def test_one_who_vanished_is_replaced_without_an_invitation_and_not_asked_again(call, cast, me):
    seats = three_seats(call, cast, me)
    freed = invitations.replace_expert(actor=cast.secretariat, call=call, expert=me, reason="多次联系未果")
    assert (len(freed.seats), freed.finished, freed.invitation.state) == (2, 1, V.REPLACED)
    assert states(seats) == [A.FINISHED, A.CANCELLED, A.CANCELLED]
    other = make.expert("E2")
    report = make.assigned(call, cast.secretariat, 1)
    assert [seat.expert for seat in report.created] == [other, other]
    with pytest.raises(Conflict):
        invitations.replace_expert(actor=cast.secretariat, call=call, expert=me, reason="再次")


def test_a_finished_selection_leaves_experts_as_they_are(call, cast, me):
    from pilotage.review.models import Selection

    asked = make.invitation(call, me, cast.secretariat)
    Selection.objects.create(
        call=call, number=1, state="confirmed", parameters={}, inputs_digest="", created_by=cast.secretariat, created_at=make.LONG_AGO
    )
    for act in (
        lambda: invitations.replace_expert(actor=cast.secretariat, call=call, expert=me, reason="x"),
        lambda: invitations.withdraw(actor=cast.secretariat, invitation=asked, reason="x"),
    ):
        with pytest.raises(Refused):
            act()


def test_a_part_tells_who_is_silent_and_who_is_late(call, cast, me, at):
    three_seats(call, cast, me)
    late = make.expert("E2")
    make.invitation(call, late, cast.secretariat, answer_by=date(2023, 10, 10))
    at("2023-10-29 10:00")
    found = {part.expert.number: part for part in parts(call, list(experts_of(call).order_by("number")))}
    assert {number: (part.open_seats, part.finished, part.is_silent, part.is_late) for number, part in found.items()} == {
        "0417": (2, 1, True, False),
        "E2": (0, 0, False, True),
    }


def test_supply_says_whether_those_who_take_part_can_fill_the_seats(call, cast, me):
    three_seats(call, cast, me)
    make.expert("E2", capacity=2)
    assert (supply(call).available, supply(call).wanted, supply(call).filled, supply(call).short, supply(call).room) == (2, 9, 3, 3, None)
    me.capacity = 5
    me.save()
    assert supply(call).room == 7
    make.invitation(call, me, cast.secretariat, V.ACCEPTED)
    assert answers(call) == {"invited": 0, "accepted": 1, "declined": 0, "withdrawn": 0, "replaced": 0}
