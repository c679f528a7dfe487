"""Panel discussions: the chair and the panel are told, without a word about the applicant."""

from __future__ import annotations

from typing import Any

import pytest

from pilotage.messages import wording
from pilotage.messages.models import Message
from pilotage.review.panel import calling as discussion_calling
from pilotage.review.panel import discussions
from tests.factories import review as make

pytestmark = pytest.mark.django_db


def test_the_chair_hears_of_the_appointment_and_the_panel_of_the_opening(cast: Any, at: Any, inboxes: Any) -> None:
    at(make.IN_REVIEW)
    call = make.review_call(discussion={"chair": True, "spread_over": 15})
    me, other, chair = make.expert("0417", "210000", user=cast.expert), make.expert("E2"), make.expert("E3")
    apps = [make.reviewed(call, cast.secretariat, [9, 5], [me, other], number=f"A-{n}") for n in (1, 2)]
    rows = discussion_calling.call_far_apart(actor=cast.secretariat, call=call)
    make.seat(apps[0], make.expert("E4"), cast.secretariat)
    assert inboxes() == {}  # nobody has an act yet

    discussions.appoint_chair(actor=cast.secretariat, discussions=rows, expert=chair)
    for row in rows:
        discussions.open_discussion(actor=chair.user, discussion=row)

    assert inboxes() == {
        f"user {chair.user_id}": ["discussion.chair.many"],
        "expert": ["discussion.opened.many"],
        f"user {other.user_id}": ["discussion.opened.many"],
    }
    letter = Message.objects.get(recipient=cast.expert)
    said = wording.title(letter.text, letter.params) + wording.body(letter.text, letter.params)
    assert letter.link == "/review/discussions/"
    assert (apps[0].number in said, apps[0].enterprise.name_zh in said, "2项合议" in said) == (False, False, True)
