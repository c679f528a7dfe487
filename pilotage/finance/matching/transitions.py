"""The state tables of needs, offers, introductions, interbank notes and re-lending lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pilotage.core import clock
from pilotage.core.transitions import StateTable, register, row
from pilotage.finance.matching import paper_rules, rules, validators
from pilotage.finance.matching.enums import IN_TALKS, BatchState, IntroductionState, NeedState, NoteState, OfferState

N, O, I, B, L = NeedState, OfferState, IntroductionState, NoteState, BatchState  # noqa: E741


def _need_days(need: Any, target: str) -> Mapping[str, Any]:
    now = clock.now()
    if target == N.OPEN:
        return {"opened_at": now, "ended_at": None, "updated_at": now}
    return {"ended_at": None if target == N.DRAFT else now, "updated_at": now}


def _offer_days(offer: Any, target: str) -> Mapping[str, Any]:
    now = clock.now()
    return {"ended_at": now if target in {O.WITHDRAWN, O.EXPIRED} else None, "updated_at": now}


def _moved(introduction: Any, target: str) -> Mapping[str, Any]:
    return {"moved_at": clock.now(), "reminded_on": None}


def _frozen(batch: Any, target: str) -> Mapping[str, Any]:
    return {"frozen_on": clock.today(), "digest": paper_rules.digest_of(batch)} if target == L.FROZEN else {}


NEED = register(
    "finance.need",
    StateTable(
        "finance.need",
        tuple(N.values),
        N.DRAFT,
        (
            row("open", N.DRAFT, N.OPEN, rules.can_move_need, validators.need_is_current),
            row("revise", (N.OPEN, N.EXPIRED), N.DRAFT, rules.can_move_need, validators.need_is_free),
            row("meet", N.OPEN, N.MET, rules.can_meet_need),
            row("withdraw", (N.DRAFT, N.OPEN), N.WITHDRAWN, rules.can_move_need, validators.need_is_free, needs_reason=True),
            row("expire", N.OPEN, N.EXPIRED, rules.by_itself),
        ),
        stamp=_need_days,
    ),
)
OFFER = register(
    "finance.offer",
    StateTable(
        "finance.offer",
        tuple(O.values),
        O.DRAFT,
        (
            row("open", O.DRAFT, O.OPEN, rules.can_move_offer, validators.offer_is_current),
            row("revise", (O.OPEN, O.EXPIRED), O.DRAFT, rules.can_move_offer),
            row("withdraw", (O.DRAFT, O.OPEN), O.WITHDRAWN, rules.can_move_offer, needs_reason=True),
            row("expire", O.OPEN, O.EXPIRED, rules.by_itself),
        ),
        stamp=_offer_days,
    ),
)
INTRODUCTION = register(
    "finance.introduction",
    StateTable(
        "finance.introduction",
        tuple(I.values),
        I.ASKED,
        (
            row("agree", I.ASKED, I.INTRODUCED, rules.can_agree, validators.both_are_open),
            row("sign_nda", I.INTRODUCED, I.NDA, rules.can_step),
            row("begin_diligence", (I.INTRODUCED, I.NDA), I.DUE_DILIGENCE, rules.can_step, validators.consent_in_force),
            row("agree_terms", I.DUE_DILIGENCE, I.TERM_SHEET, rules.can_step, validators.consent_in_force),
            row("close", I.TERM_SHEET, I.CLOSED, rules.can_step),
            row("decline", (I.ASKED, *IN_TALKS), I.DECLINED, rules.can_decline, needs_reason=True),
            row("lapse", (I.ASKED, *IN_TALKS), I.LAPSED, rules.by_itself, needs_reason=True),
        ),
        stamp=_moved,
    ),
)
NOTE = register(
    "finance.bondnote",
    StateTable(
        "finance.note",
        tuple(B.values),
        B.PLANNED,
        (
            row("tag", B.PLANNED, B.TAGGED, paper_rules.can_handle_note),
            row("untag", B.TAGGED, B.PLANNED, paper_rules.can_handle_note, needs_reason=True),
            row("issue", B.TAGGED, B.ISSUED, paper_rules.can_handle_note),
            row("drop", (B.PLANNED, B.TAGGED), B.DROPPED, paper_rules.can_handle_note, needs_reason=True),
        ),
    ),
)
BATCH = register(
    "finance.relendingbatch",
    StateTable(
        "finance.relending_batch",
        tuple(L.values),
        L.DRAFT,
        (
            row("freeze", L.DRAFT, L.FROZEN, paper_rules.can_compose, validators.batch_has_lines, two_person=True),
            row("drop", L.DRAFT, L.DROPPED, paper_rules.can_compose, needs_reason=True),
        ),
        stamp=_frozen,
    ),
)
