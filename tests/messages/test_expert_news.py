"""Invitations to a review and conflicts found later: who is told what, and who is told nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from django.utils.translation import override

from pilotage.messages import wording
from pilotage.messages.models import Message
from pilotage.review.experts import invitations, relations
from pilotage.review.models import ExpertProfile
from tests.factories import review as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def call(at: Any) -> Any:
    at(make.IN_REVIEW)
    return make.review_call()


@pytest.fixture
def me(cast: Any, call: Any) -> ExpertProfile:
    return make.expert("0417", "210000", user=cast.expert)


def test_the_expert_is_asked_and_the_secretariat_gets_the_answer(call: Any, cast: Any, me: ExpertProfile, inboxes: Any) -> None:
    (asked,) = invitations.invite(actor=cast.secretariat, call=call, experts=[me], note="请支持评审。").invited
    assert inboxes() == {"expert": ["invitation.received"]}
    letter = Message.objects.get(recipient=cast.expert)
    assert letter.link == reverse("review:invitation", args=[asked.pk])
    assert wording.title(letter.text, letter.params) == f"邀请您参加评审：{call.title}"
    with override("en"):
        assert wording.body(letter.text, letter.params).endswith("请支持评审。")
    invitations.accept(actor=cast.expert, invitation=asked)
    invitations.decline(actor=cast.expert, invitation=asked, reason="住院")
    found = inboxes()
    assert found == {
        "expert": ["invitation.received"],
        "secretariat": ["invitation.accepted", "invitation.declined"],
        "second_secretariat": ["invitation.accepted", "invitation.declined"],
    }
    told = Message.objects.get(recipient=cast.secretariat, text="invitation.declined")
    assert "住院" in wording.body(told.text, told.params)


def test_what_is_taken_back_or_given_to_others_is_told_to_the_expert(call: Any, cast: Any, me: ExpertProfile, inboxes: Any) -> None:
    other = make.expert("E2")
    asked = invitations.invite(actor=cast.secretariat, call=call, experts=[other]).invited[0]
    make.seat(make.application(call), me, cast.secretariat)
    invitations.withdraw(actor=cast.secretariat, invitation=asked, reason="人数已足")
    invitations.replace_expert(actor=cast.secretariat, call=call, expert=me, reason="失联")
    found = inboxes()
    assert sorted(found["expert"]) == ["invitation.replaced", "seat.cancelled"]
    assert found[f"user {other.user_id}"] == ["invitation.received", "invitation.withdrawn"]
    assert "secretariat" not in found


def test_a_conflict_found_later_is_work_for_the_secretariat_and_no_news_to_the_applicant(
    call: Any, cast: Any, me: ExpertProfile, inboxes: Any
) -> None:
    app = make.application(call, enterprise=cast.enterprise)
    make.seat(app, me, cast.secretariat)
    relations.add_relation(actor=cast.expert, expert=me, kind="shares", enterprise=cast.enterprise)
    assert inboxes() == {"secretariat": ["seat.conflict"], "second_secretariat": ["seat.conflict"]}
    letter = Message.objects.get(recipient=cast.secretariat)
    assert (letter.link, app.number in wording.body(letter.text, letter.params)) == (reverse("review:conflicts", args=[call.slug]), True)
