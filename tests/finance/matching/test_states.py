"""Every state, verb and role of needs, offers, introductions, notes and re-lending lists: who may say what when."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pilotage.core import clock
from pilotage.core.transitions import may
from pilotage.finance.matching.enums import BatchState, IntroductionState, NeedState, NoteState, OfferState
from pilotage.finance.matching.models import Introduction, Need, Offer
from pilotage.finance.matching.paper_models import BondNote, RelendingBatch
from pilotage.finance.matching.transitions import BATCH, INTRODUCTION, NEED, NOTE, OFFER
from tests.factories import matching as make

pytestmark = pytest.mark.django_db

OWN = {"filer", "legal_representative"}
BANK = {"finance_liaison"}
OFFICE = {"secretariat", "second_secretariat"}
N, O, I, B, L = NeedState, OfferState, IntroductionState, NoteState, BatchState  # noqa: E741
TALKS = {I.INTRODUCED, I.NDA, I.DUE_DILIGENCE, I.TERM_SHEET}


def said(obj: Any, table: Any, people: dict[str, Any]) -> dict[tuple[str, str], set[str]]:
    """``(state, verb) -> names`` of everybody who may."""
    found = {}
    for state in table.states:
        obj.state = state
        for row in table.rows:
            found[state, row.verb] = {name for name, person in people.items() if may(person, obj, row.verb)}
    return found


def expected(table: Any, allowed: dict[str, tuple[set[str], set[str]]]) -> dict[tuple[str, str], set[str]]:
    assert set(allowed) == set(table.by_verb)
    return {(state, verb): names if state in sources else set() for verb, (sources, names) in allowed.items() for state in table.states}


def everybody(cast: Any) -> dict[str, Any]:
    return {**cast.people(), "other_bank": make.liaison(), "nobody": None}


def test_needs(cast: Any) -> None:
    need = Need(enterprise=cast.enterprise, valid_until=make.END)
    allowed = {
        "open": ({N.DRAFT}, OWN),
        "revise": ({N.OPEN, N.EXPIRED}, OWN),
        "meet": ({N.OPEN}, OWN | {"nobody"}),
        "withdraw": ({N.DRAFT, N.OPEN}, OWN),
        "expire": ({N.OPEN}, {"nobody"}),
    }
    assert said(need, NEED, everybody(cast)) == expected(NEED, allowed)


def test_offers(cast: Any) -> None:
    offer = Offer(organisation=make.bank_of(cast.finance_liaison))
    allowed = {
        "open": ({O.DRAFT}, BANK),
        "revise": ({O.OPEN, O.EXPIRED}, BANK),
        "withdraw": ({O.DRAFT, O.OPEN}, BANK),
        "expire": ({O.OPEN}, {"nobody"}),
    }
    assert said(offer, OFFER, everybody(cast)) == expected(OFFER, allowed)


@pytest.mark.parametrize("asked_by", ["institution", "enterprise"])
def test_introductions(cast: Any, asked_by: str) -> None:
    need, offer = Need(enterprise=cast.enterprise), Offer(organisation=make.bank_of(cast.finance_liaison))
    introduction = Introduction(need=need, offer=offer, asked_by=asked_by, consent_id=None if asked_by == "institution" else 1)
    allowed = {
        "agree": ({I.ASKED}, {"legal_representative"}),
        "sign_nda": ({I.INTRODUCED}, BANK),
        "begin_diligence": ({I.INTRODUCED, I.NDA}, BANK),
        "agree_terms": ({I.DUE_DILIGENCE}, BANK),
        "close": ({I.TERM_SHEET}, BANK),
        "decline": ({I.ASKED, *TALKS}, OWN | BANK),
        "lapse": ({I.ASKED, *TALKS}, {"nobody"}),
    }
    assert said(introduction, INTRODUCTION, everybody(cast)) == expected(INTRODUCTION, allowed)


def test_a_wish_of_the_house_is_not_declined_from_outside(cast: Any) -> None:
    need, offer = Need(enterprise=cast.enterprise), Offer(organisation=make.bank_of(cast.finance_liaison))
    wish = Introduction(need=need, offer=offer, asked_by="enterprise", state=I.ASKED)

    assert {name for name, person in everybody(cast).items() if may(person, wish, "decline")} == OWN


def test_notes(cast: Any) -> None:
    note = BondNote(issuer=cast.enterprise, underwriter=make.bank_of(cast.finance_liaison))
    who = OFFICE | BANK | {"nobody"}
    allowed = {
        "tag": ({B.PLANNED}, who),
        "untag": ({B.TAGGED}, who),
        "issue": ({B.TAGGED}, who),
        "drop": ({B.PLANNED, B.TAGGED}, who),
    }
    assert said(note, NOTE, everybody(cast)) == expected(NOTE, allowed)


def test_batches(cast: Any) -> None:
    batch = RelendingBatch(organisation=make.bank_of(cast.finance_liaison), as_of=date(2023, 11, 1))
    who = OFFICE | {"nobody"}
    assert said(batch, BATCH, everybody(cast)) == expected(BATCH, {"freeze": ({L.DRAFT}, who), "drop": ({L.DRAFT}, who)})
    assert BATCH.by_verb["freeze"].two_person


def test_new_rows_are_born_in_the_first_state(cast: Any) -> None:
    with clock.at(make.NOW):
        introduction = make.asked(cast)
    drafts = [make.need(cast.enterprise, cast.filer, opened=False), make.offer(cast.finance_liaison, opened=False)]

    assert [each.state for each in (*drafts, introduction)] == [NEED.initial, OFFER.initial, INTRODUCTION.initial]
