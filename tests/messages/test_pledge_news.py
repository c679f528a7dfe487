"""Who is told of a pledge: the side that did not act, the second person of the bank, and both where monitoring finds something."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils.translation import override

from pilotage.core import clock
from pilotage.finance.pledges import assets, services, ticking
from pilotage.messages import wording
from pilotage.messages.models import Message
from pilotage.messages.services import read_news
from pilotage.messages.tasks import tick
from tests.conftest import moment
from tests.factories import pledges as make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _first_round():
    ticking.forget()


def told(text: str) -> set[str]:
    with clock.at(make.NOW):
        while read_news():
            pass
    return set(Message.objects.filter(text=text).values_list("recipient__name", flat=True))


def test_the_bank_learns_of_an_offer_and_the_enterprise_of_the_contract(cast):
    make.contracted(cast)
    assert told("pledge.offer") == {cast.finance_liaison.name}
    assert told("pledge.contract") == {cast.filer.name, cast.legal_representative.name}


def test_a_second_person_of_the_bank_is_asked(cast):
    pledge = make.registered(cast)
    second = make.colleague(cast.finance_liaison)
    with clock.at(make.NOW):
        services.propose(actor=cast.finance_liaison, pledge=pledge, verb="disburse")
    assert told("pledge.second") == {second.name}
    with clock.at(make.NOW):
        services.confirm(actor=second, pledge=pledge, verb="disburse")
    assert told("pledge.disburse") == {cast.filer.name, cast.legal_representative.name}


def test_what_monitoring_finds_is_told_to_both_once_and_named_in_their_language(cast):
    pledge = make.disbursed(cast, make.right(cast, fee_due_on=date(2024, 1, 10)))
    with clock.at(moment("2023-12-01 09:00")):
        assert tick()["pledges_watched"] == 1
        assert tick()["pledges_watched"] == 0
    rows = Message.objects.filter(text="pledge.flag")
    bank = set(make.bank_of(cast.finance_liaison).memberships.values_list("user__name", flat=True))
    assert set(rows.values_list("recipient__name", flat=True)) == {cast.filer.name, cast.legal_representative.name} | bank
    first = rows.first()
    assert "年费即将到期" in wording.body(first.text, first.params)
    with override("en"):
        assert "Annual fee due soon" in wording.body(first.text, first.params)
    assert pledge.number in wording.title(first.text, first.params)


def test_a_flag_comes_down_when_the_fee_is_paid(cast):
    right = make.right(cast, fee_due_on=date(2024, 1, 10))
    pledge = make.disbursed(cast, right)
    with clock.at(moment("2023-12-01 09:00")):
        tick()
        assert pledge.flags.filter(cleared_on__isnull=True).count() == 1
        assets.record_event(actor=cast.filer, asset=right, code="fee_paid", on=date(2023, 12, 1), until=date(2025, 1, 10))
        assert tick()["pledges_watched"] == 1
    assert pledge.flags.filter(cleared_on__isnull=True).count() == 0


def test_an_idle_round_asks_only_what_is_new(cast, django_assert_num_queries):
    make.disbursed(cast)
    with clock.at(moment("2023-12-01 09:00")):
        ticking.watch_when_new()
        with django_assert_num_queries(4):
            assert ticking.watch_when_new() == 0
