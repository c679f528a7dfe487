"""Who hears of an introduction: the side that has to act, and never a name before consent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import translation

from pilotage.core import clock
from pilotage.finance.matching import batches, introductions, notes, services
from pilotage.finance.matching.models import Introduction, Need
from pilotage.finance.matching.reminding import remind_by_rule
from pilotage.messages.models import Message
from pilotage.messages.services import read_news
from pilotage.messages.wording import WORDINGS, body, title
from pilotage.registry.models import Title
from tests.factories import matching as make
from tests.factories.accounts import division

pytestmark = pytest.mark.django_db
OWN = ("introduction.", "need.", "offer.", "note.", "relending.")


def news() -> list[tuple[str, str]]:
    """(reader, wording) of what came new."""
    known = set(Message.objects.values_list("pk", flat=True))
    while read_news():
        pass
    rows = Message.objects.exclude(pk__in=known).select_related("recipient").order_by("text", "recipient__name")
    return [(row.recipient.name, row.text) for row in rows if row.text.startswith(OWN)]


def test_each_step_is_told_to_the_other_side(cast: Any) -> None:
    with clock.at(make.NOW):
        need, offer = make.need(cast.enterprise, cast.filer), make.offer(cast.finance_liaison)
        news()
        row = introductions.ask(actor=cast.finance_liaison, need=need, offer=offer)
        assert sorted(news()) == [("沈砚", "introduction.asked"), ("陆闻舟", "introduction.asked")]
        introductions.agree(actor=cast.legal_representative, introduction=row)
        assert sorted(news()) == [("钱融", "introduction.agreed"), ("陆闻舟", "introduction.consented")]
        introductions.step(actor=cast.finance_liaison, introduction=row, verb="begin_diligence")
        assert sorted(news()) == [("沈砚", "introduction.moved"), ("陆闻舟", "introduction.moved")]
        introductions.decline(actor=cast.filer, introduction=row, reason="条件已变")
        assert news() == [("钱融", "introduction.declined")]


def test_a_wish_of_the_house_is_told_in_the_house(cast: Any) -> None:
    with clock.at(make.NOW):
        need, offer = make.need(cast.enterprise, cast.filer), make.offer(cast.finance_liaison)
        news()
        row = introductions.ask(actor=cast.filer, need=need, offer=offer)
        assert news() == [("沈砚", "introduction.wished")]
        introductions.decline(actor=cast.legal_representative, introduction=row, reason="不需要")
        assert news() == [("陆闻舟", "introduction.declined")]


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


def test_a_new_match_is_told_once_to_those_who_can_act(cast: Any) -> None:
    with clock.at(make.NOW):
        offer = make.offer(cast.finance_liaison)
        make.offer(make.liaison(), regions=["370000"] if division("370000") else [])
        assert news() == []
        need = make.need(cast.enterprise, cast.filer)
        assert news() == [("钱融", "need.match")]
        letter = Message.objects.get(text="need.match")
        assert (letter.link, cast.enterprise.name_zh in title(letter.text, letter.params) + body(letter.text, letter.params)) == (
            f"/financing/matching/needs/{need.number}/", False,
        )  # fmt: skip
        assert title(letter.text, letter.params) == "有需求与“演示知融贷”相符：2,000万元"
        with translation.override("en"):
            assert title(letter.text, letter.params) == "A need fits “Demo IP loan”: CNY 20 million"
        for verb in ("revise", "open"):
            services.move_need(actor=cast.filer, need=need, verb=verb)
        assert news() == []
        other = make.offer(make.liaison("第三家演示银行"))
        assert sorted(news()) == [("沈砚", "offer.match"), ("陆闻舟", "offer.match")]
        row = introductions.introduce(actor=cast.legal_representative, need=need, offer=offer)
        news()
        services.move_offer(actor=cast.finance_liaison, offer=offer, verb="withdraw", reason="额度用完")
        assert sorted(news()) == [("沈砚", "offer.withdrawn"), ("陆闻舟", "offer.withdrawn")]
    assert (row.state, other.state) == ("introduced", "open")


def test_a_contract_put_right_is_told(cast: Any) -> None:
    with clock.at(make.NOW):
        row = make.introduced(cast)
        for verb in ("begin_diligence", "agree_terms"):
            introductions.step(actor=cast.finance_liaison, introduction=row, verb=verb)
        introductions.close(actor=cast.finance_liaison, introduction=row, amount=1_000_000, closed_on=make.TODAY)
        news()
        introductions.correct(actor=cast.finance_liaison, introduction=row, reason="少填一位", amount=10_000_000, closed_on=make.TODAY)
        assert sorted(news()) == [("沈砚", "introduction.corrected"), ("陆闻舟", "introduction.corrected")]


def test_notes_and_lists_are_told_to_whom_they_concern(cast: Any) -> None:
    with clock.at(make.NOW):
        make.channels()
        bank = make.bank_of(cast.finance_liaison)
        values = {"name_zh": "演示票据", "amount": 100_000_000, "proceeds_to_tech": 60_000_000}
        note = notes.plan_note(actor=cast.secretariat, issuer=cast.enterprise, underwriter=bank, values=values)
        assert sorted(news()) == [("沈砚", "note.plan"), ("钱融", "note.plan"), ("陆闻舟", "note.plan")]
        notes.tag(actor=cast.secretariat, note=note, on=make.TODAY)
        notes.issue(actor=cast.secretariat, note=note, amount=90_000_000, on=make.TODAY)
        assert sorted({text for _who, text in news()}) == ["note.issue", "note.tag"]
        Title.objects.create(enterprise=cast.enterprise, name="高新技术企业", issuer="演示厅")
        batch = batches.compose(
            actor=cast.secretariat, organisation=bank, basis="titles", source="title_high_tech", as_of=make.TODAY, title_zh="名单"
        )
        batches.propose(actor=cast.secretariat, batch=batch)
        assert [text for _who, text in news()] == ["relending.second"]
        batches.confirm(actor=cast.second_secretariat, batch=batch)
        assert news() == [("钱融", "relending.frozen")]


def test_every_wording_can_be_said() -> None:
    names = ("number", "need", "offer", "institution", "enterprise", "reason", "amount", "note", "list", "bank")
    params = {name: name for name in names}
    own = [name for name in WORDINGS if name.startswith(OWN)]

    assert len(own) == 23
    assert all(title(name, params) and body(name, params) for name in own)
