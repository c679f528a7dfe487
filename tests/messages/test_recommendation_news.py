"""Who is told of a recommendation and of a tier round, in whose words, and how often."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.utils.translation import override

from pilotage.audit.models import AuditEvent
from pilotage.core import clock
from pilotage.finance.pipeline import answers, batches, consents, rounds
from pilotage.messages import wording
from pilotage.messages.models import Message
from pilotage.messages.news import letters
from pilotage.messages.recommendation_wording import WORDS
from pilotage.messages.services import read_news
from pilotage.messages.tasks import tick
from tests.conftest import moment
from tests.factories import finance
from tests.factories import listings as make
from tests.factories.accounts import enterprise

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today() -> Any:
    with clock.at(make.NOW):
        yield


def told(text: str) -> list[str]:
    """Names of the readers, one for each message."""
    while read_news():
        pass
    return sorted(Message.objects.filter(text=text).values_list("recipient__name", flat=True))


def names(*people: Any) -> list[str]:
    return sorted(person.name for person in people)


def mine(cast: Any, batch: Any) -> Any:
    return batch.lines.select_related("batch").get(project__enterprise=cast.enterprise)


def test_an_enterprise_is_asked_and_the_secretariat_told_when_nobody_is_missing(cast: Any) -> None:
    own, office = names(cast.filer, cast.legal_representative), names(cast.secretariat, cast.second_secretariat)
    batch = make.composed(cast)
    assert told("listing.asked") == []
    batches.ask(actor=cast.secretariat, batch=batch)
    assert set(own) <= set(told("listing.asked"))
    row = Message.objects.get(text="listing.asked", recipient=cast.legal_representative)
    assert row.link == f"/financing/pipeline/lists/{mine(cast, batch).pk}/"
    assert cast.other_enterprise.name_zh not in wording.body(row.text, row.params)
    consents.consent(actor=cast.legal_representative, line=mine(cast, batch))
    assert told("listing.complete") == []
    other = batch.lines.get(project__enterprise=cast.other_enterprise)
    consents.consent(actor=make.legal_of(cast.other_enterprise), line=other)
    assert told("listing.complete") == office
    assert told("listing.refused") == []


def test_a_refusal_and_a_withdrawal_are_told_with_their_reason(cast: Any) -> None:
    office = names(cast.secretariat, cast.second_secretariat)
    batch = make.asked(cast)
    consents.refuse(actor=cast.legal_representative, line=mine(cast, batch), reason="暂不考虑")
    assert told("listing.refused") == office
    batches.put_back(actor=cast.secretariat, line=mine(cast, batch), reason="来函")
    batches.ask(actor=cast.secretariat, batch=batch)
    consents.consent(actor=cast.legal_representative, line=mine(cast, batch))
    consents.withdraw(actor=cast.legal_representative, line=mine(cast, batch), reason="改投")
    assert told("listing.withdrawn") == office
    assert "改投" in wording.body("listing.withdrawn", Message.objects.filter(text="listing.withdrawn")[0].params)


def test_who_is_left_out_is_told_only_if_it_was_asked(cast: Any) -> None:
    batch = make.composed(cast, cast.enterprise)
    batches.leave_out(actor=cast.secretariat, batch=batch, positions=[1], reason="材料不全")
    assert told("listing.left_out") == []
    batches.put_back(actor=cast.secretariat, line=mine(cast, batch), reason="已补")
    batches.ask(actor=cast.secretariat, batch=batch)
    batches.leave_out(actor=cast.secretariat, batch=batch, positions=[1], reason="材料不全")
    assert told("listing.left_out") == names(cast.filer, cast.legal_representative)


def test_signing_sending_receiving_and_answering(cast: Any) -> None:
    own = names(cast.filer, cast.legal_representative)
    batch = make.agreed(cast, cast.enterprise)
    batches.propose(actor=cast.secretariat, batch=batch)
    assert told("listing.second") == names(cast.second_secretariat)
    assert told("listing.arrived") == []
    batches.confirm(actor=cast.second_secretariat, batch=batch)
    assert told("listing.arrived") == names(cast.finance_liaison)
    assert told("listing.sent") == own
    answers.receive(actor=cast.finance_liaison, batch=batch, by="申交", number="收〔2023〕17号", on=make.TODAY)
    assert told("listing.received") == names(cast.secretariat, cast.second_secretariat)
    answers.answer_many(actor=cast.finance_liaison, batch=batch, positions=[1], answer="later", text="规范后再议")
    assert told("listing.answer") == own
    assert told("listing.answered") == names(cast.secretariat, cast.second_secretariat)
    row = Message.objects.filter(text="listing.answer")[0]
    with override("en"):
        assert "Not yet ready" in wording.title(row.text, row.params)
    assert "规范后再议" in wording.body(row.text, row.params)


def test_many_answers_of_one_act_are_one_letter_to_the_secretariat(cast: Any) -> None:
    batch = make.agreed(cast)
    batches.propose(actor=cast.secretariat, batch=batch)
    batches.confirm(actor=cast.second_secretariat, batch=batch)
    answers.answer_many(actor=cast.finance_liaison, batch=batch, positions=[1, 2], answer="accepted")
    assert told("listing.answered.many") == names(cast.secretariat, cast.second_secretariat)
    assert told("listing.answered") == []
    assert set(told("listing.answer")) >= set(names(cast.filer, cast.legal_representative))


def test_a_dropped_list_is_told_to_who_was_asked(cast: Any) -> None:
    batches.drop(actor=cast.secretariat, batch=make.composed(cast, cast.enterprise), reason="取消")
    assert told("listing.dropped") == []
    second = batches.compose(
        actor=cast.secretariat,
        receiver=batches.RecommendationBatch.objects.get().receiver,
        market="star",
        **make.WORDS,
    )
    batches.ask(actor=cast.secretariat, batch=second)
    batches.drop(actor=cast.secretariat, batch=second, reason="取消")
    assert told("listing.dropped") == names(cast.filer, cast.legal_representative)


def test_when_objections_open_and_end(cast: Any) -> None:
    own, office = names(cast.filer, cast.legal_representative), names(cast.secretariat, cast.second_secretariat)
    finance.tier_stay(cast.enterprise, date(2022, 5, 1), tier="base")
    found = rounds.begin(actor=cast.secretariat, direction="up", day=date(2023, 11, 1), effective_on=date(2023, 12, 11), objection_days=5)
    line = rounds.add(actor=cast.secretariat, found=found, enterprise=cast.enterprise, ground="演示")
    assert told("round.opened") == []
    rounds.open_notice(actor=cast.secretariat, found=found)
    assert told("round.opened") == own
    body = wording.body("round.opened", Message.objects.filter(text="round.opened")[0].params)
    assert "2023-11-27" in body
    objection = rounds.raise_objection(actor=cast.secretariat, line=line, who="某投资者", text="有疑问")
    assert told("round.objection") == names(cast.second_secretariat)
    assert told("round.objected") == own
    assert not any("某投资者" in wording.body(row.text, row.params) for row in Message.objects.filter(text="round.objected"))
    rounds.decide(actor=cast.secretariat, objection=objection, verb="dismiss", reason="与年报一致")
    assert told("round.dismissed") == own
    with clock.at(moment("2023-11-28 00:05")):
        assert tick()["tier_rounds_moved"] == 1
        assert tick()["tier_rounds_moved"] == 0
        assert told("round.over") == office
        assert told("round.closed") == own
        rounds.propose(actor=cast.secretariat, found=found)
        assert told("round.second") == names(cast.second_secretariat)
        rounds.confirm(actor=cast.second_secretariat, found=found)
        assert told("round.final") == own
        assert told("round.off") == []


def test_an_upheld_objection_and_a_dropped_round(cast: Any) -> None:
    own = names(cast.filer, cast.legal_representative)
    finance.tier_stay(cast.enterprise, date(2022, 5, 1), tier="base")
    found = rounds.begin(actor=cast.secretariat, direction="up", day=date(2023, 11, 1), effective_on=date(2023, 12, 11))
    line = rounds.add(actor=cast.secretariat, found=found, enterprise=cast.enterprise, ground="演示")
    rounds.open_notice(actor=cast.secretariat, found=found)
    objection = rounds.raise_objection(actor=cast.filer, line=line, who="本公司", text="数据有误")
    assert told("round.objected") == names(cast.legal_representative)
    rounds.decide(actor=cast.secretariat, objection=objection, verb="uphold", reason="属实")
    assert told("round.upheld") == own
    with clock.at(moment("2023-11-28 09:00")):
        rounds.propose(actor=cast.secretariat, found=found)
        rounds.confirm(actor=cast.second_secretariat, found=found)
        assert told("round.off") == own
    other = rounds.begin(actor=cast.secretariat, direction="up", day=date(2023, 11, 1), effective_on=date(2023, 12, 11))
    rounds.add(actor=cast.secretariat, found=other, enterprise=cast.enterprise, ground="演示")
    rounds.drop(actor=cast.secretariat, found=other, reason="演示")
    assert told("round.dropped") == []


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_wording_can_be_filled(cast: Any, language: str) -> None:
    """With the values the tellers give, no more and no fewer."""
    params = {
        "number": "x", "list": {"zh": "甲", "en": ""}, "receiver": {"zh": "乙", "en": ""}, "receipt": "1", "enterprise": {"zh": "丙", "en": ""},
        "reason": "–", "answer": {"zh": "丁", "en": "d"}, "until": "2023-11-27", "effective": "2023-12-11", "count": 2,
    }  # fmt: skip
    with override(language):
        for text in WORDS:
            assert wording.title(text, params)
            assert "%(" not in wording.body(text, params)


@pytest.mark.parametrize("count", [1, 30])
def test_telling_costs_the_same_for_any_number(cast: Any, count: int, django_assert_max_num_queries: Any) -> None:
    firms = [enterprise(f"苏州演示{number}号有限公司") for number in range(count)]
    for firm in firms:
        make.legal_of(firm)
    make.projects_of(cast.secretariat, firms)
    receiver = make.composed(cast, cast.enterprise).receiver
    batch = batches.compose(actor=cast.secretariat, receiver=receiver, market="star", **make.WORDS)
    batches.ask(actor=cast.secretariat, batch=batch)
    events = list(AuditEvent.objects.filter(verb="finance.listing_line.ask").order_by("number"))
    with django_assert_max_num_queries(6):
        found = letters(events)
    assert len({letter.to.pk for letter in found}) == count + 2
