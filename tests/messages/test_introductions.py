"""Who hears of an introduction: the side that has to act, and never a name before consent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from pilotage.core import clock
from pilotage.finance.matching import introductions, services
from pilotage.finance.matching.models import Introduction, Need
from pilotage.finance.matching.reminding import remind_by_rule
from pilotage.messages.models import Message
from pilotage.messages.services import read_news
from pilotage.messages.wording import WORDINGS, body, title
from tests.factories import matching as make

pytestmark = pytest.mark.django_db


def news() -> list[tuple[str, str]]:
    """(reader, wording) of what came new."""
    known = set(Message.objects.values_list("pk", flat=True))
    while read_news():
        pass
    rows = Message.objects.exclude(pk__in=known).select_related("recipient").order_by("text", "recipient__name")
    return [(row.recipient.name, row.text) for row in rows if row.text.startswith(("introduction.", "need.", "offer."))]


def test_each_step_is_told_to_the_other_side(cast: Any) -> None:
    with clock.at(make.NOW):
        row = make.asked(cast)
        assert sorted(news()) == [("沈砚", "introduction.asked"), ("陆闻舟", "introduction.asked")]
        introductions.agree(actor=cast.legal_representative, introduction=row)
        assert news() == [("钱融", "introduction.agreed")]
        introductions.step(actor=cast.finance_liaison, introduction=row, verb="begin_diligence")
        assert sorted(news()) == [("沈砚", "introduction.moved"), ("陆闻舟", "introduction.moved")]
        introductions.decline(actor=cast.filer, introduction=row, reason="条件已变")
        assert news() == [("钱融", "introduction.declined")]


def test_a_wish_of_the_house_is_told_in_the_house(cast: Any) -> None:
    with clock.at(make.NOW):
        need, offer = make.need(cast.enterprise, cast.filer), make.offer(cast.finance_liaison)
        row = introductions.ask(actor=cast.filer, need=need, offer=offer)
        assert news() == [("沈砚", "introduction.wished")]
        introductions.decline(actor=cast.legal_representative, introduction=row, reason="不需要")
        assert news() == []


def test_the_bank_hears_no_name_before_consent(cast: Any) -> None:
    row = make.asked(cast)
    with clock.at(make.NOW):
        introductions.decline(actor=cast.filer, introduction=row, reason="已有安排")
        while read_news():
            pass
    letter = Message.objects.get(recipient=cast.finance_liaison, text="introduction.declined")

    assert cast.enterprise.name_zh not in title(letter.text, letter.params) + body(letter.text, letter.params)


def test_what_does_not_move_is_reminded_of_and_ends(cast: Any) -> None:
    row = make.introduced(cast)
    days = {}
    for day in (13, 14, 15, 43, 44, 45, 74, 179, 180):
        with clock.at(make.NOW + timedelta(days=day)):
            days[day] = remind_by_rule()
            news_of_day = news()
    row = Introduction.objects.get(pk=row.pk)

    assert days == {13: 0, 14: 1, 15: 0, 43: 0, 44: 1, 45: 0, 74: 1, 179: 1, 180: 1}
    assert (row.state, row.reason) == ("lapsed", "180天没有进展。")
    assert sorted(news_of_day) == [("沈砚", "introduction.lapsed"), ("钱融", "introduction.lapsed"), ("陆闻舟", "introduction.lapsed")]


def test_needs_and_offers_run_out(cast: Any) -> None:
    need, _offer = make.need(cast.enterprise, cast.filer), make.offer(cast.finance_liaison)
    with clock.at(make.NOW + timedelta(days=300)):
        assert services.expire() == 2
        assert services.expire() == 0
        assert sorted(news()) == [("沈砚", "need.expired"), ("钱融", "offer.expired"), ("陆闻舟", "need.expired")]

    assert Need.objects.get(pk=need.pk).state == "expired"


def test_every_wording_can_be_said() -> None:
    params = {"number": "I", "need": "N", "offer": "O", "institution": "B", "enterprise": "E", "reason": "R"}
    own = [name for name in WORDINGS if name.startswith(("introduction.", "need.", "offer."))]

    assert len(own) == 11
    assert all(title(name, params) and body(name, params) for name in own)
