"""The state tables of listing projects, recommendation batches, tier rounds and objections."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pilotage.core import clock, working_days
from pilotage.core.transitions import StateTable, register, row
from pilotage.finance.pipeline import rules, step_checks, validators
from pilotage.finance.pipeline.enums import (
    LINE,
    NEEQ_LINE,
    OFF_LIST,
    ON_LIST,
    STOPPED,
    UNDER_REVIEW,
    BatchState,
    Decision,
    LineState,
    RoundState,
    Stage,
)

S, B, L, R, D = Stage, BatchState, LineState, RoundState, Decision
_W = rules.can_work
_BEFORE_LISTING = LINE[:-1]
# what a step can have led to, and from where
_LATER = tuple(each for each in S if each != S.CULTIVATION)
_EARLIER = (*LINE, S.SUSPENDED)


def _left(project: Any, target: str) -> Mapping[str, Any]:
    """Where a project was when it stopped; one that had stopped already keeps where it had been before. A limit ends with its suspension."""
    told: dict[str, Any] = {"left_from": "", "overdue_told_on": None}
    if target in STOPPED:
        told["left_from"] = project.left_from if project.state in STOPPED else project.state
    return told if target == S.SUSPENDED else {**told, "suspension_cause": "", "suspended_until": None}


def _signed(batch: Any, target: str) -> Mapping[str, Any]:
    return {"signed_on": clock.today()} if target == B.SIGNED else {}


def _dated(found: Any, target: str) -> Mapping[str, Any]:
    today = clock.today()
    if target == R.NOTICE:
        return {"notice_on": today, "objections_until": working_days.add(today, found.objection_days)}
    return {"final_on": today} if target == R.FINAL else {}


PROJECT = register(
    "finance.listingproject",
    StateTable(
        "finance.listing",
        tuple(S.values),
        S.CULTIVATION,
        (
            row("file_tutoring", S.CULTIVATION, S.TUTORING_FILED, _W, validators.is_on_the_way(S.TUTORING_FILED)),
            row("accept_tutoring", S.TUTORING_FILED, S.TUTORING_ACCEPTED, _W),
            row("accept", (S.CULTIVATION, S.TUTORING_ACCEPTED), S.APPLICATION_ACCEPTED, _W, validators.is_next(S.APPLICATION_ACCEPTED)),
            row("inquire", S.APPLICATION_ACCEPTED, S.INQUIRY, _W),
            row("answer", S.INQUIRY, S.INQUIRY, _W, step_checks.is_asked),
            row("ask_again", S.INQUIRY, S.INQUIRY, _W),
            row("hear", S.INQUIRY, S.COMMITTEE, _W, validators.is_next(S.COMMITTEE)),
            row("submit", S.COMMITTEE, S.REGISTRATION_SUBMITTED, _W),
            row("register", (S.INQUIRY, S.REGISTRATION_SUBMITTED), S.REGISTERED, _W, validators.is_next(S.REGISTERED)),
            row("list", S.REGISTERED, S.LISTED, _W),
            # by a tier round or an entry of the tier: the operator has placed the company, whatever was entered before
            row("enter_tier", (*NEEQ_LINE[:-1], S.SUSPENDED), S.LISTED, _W, validators.is_to_a_tier),
            row("suspend", UNDER_REVIEW, S.SUSPENDED, _W, needs_reason=True),
            row("resume", S.SUSPENDED, S.APPLICATION_ACCEPTED, _W, back=("left_from", UNDER_REVIEW)),
            row("withdraw", (*_BEFORE_LISTING, S.SUSPENDED), S.WITHDRAWN, _W, needs_reason=True),
            row("terminate", (*UNDER_REVIEW, S.REGISTERED, S.SUSPENDED), S.TERMINATED, _W, needs_reason=True),
            row("leave", S.LISTED, S.LEFT, _W, validators.is_off_its_tier, needs_reason=True),
            row("take_back", _LATER, S.CULTIVATION, _W, step_checks.has_a_step_before, needs_reason=True, back=("came_from", _EARLIER)),
        ),
        stamp=_left,
    ),
)
LINE_OF_BATCH = register(
    "finance.batchline",
    StateTable(
        "finance.listing_line",
        tuple(L.values),
        L.NEW,
        (
            row("ask", L.NEW, L.ASKED, _W, validators.list_is_draft),
            row("consent", L.ASKED, L.GIVEN, rules.can_decide, validators.list_is_draft),
            row("refuse", L.ASKED, L.REFUSED, rules.can_decide, validators.list_is_draft),
            row("withdraw", L.GIVEN, L.WITHDRAWN, rules.can_decide, validators.list_is_draft),
            row("leave_out", ON_LIST, L.LEFT_OUT, _W, validators.list_is_draft, needs_reason=True),
            row("put_back", OFF_LIST, L.NEW, _W, validators.list_is_draft, needs_reason=True),
        ),
    ),
)
BATCH = register(
    "finance.recommendationbatch",
    StateTable(
        "finance.listing_batch",
        tuple(B.values),
        B.DRAFT,
        (
            row("sign", B.DRAFT, B.SIGNED, _W, validators.batch_is_ready, two_person=True),
            row("drop", B.DRAFT, B.DROPPED, _W, needs_reason=True),
        ),
        stamp=_signed,
    ),
)
ROUND = register(
    "finance.tierround",
    StateTable(
        "finance.tier_round",
        tuple(R.values),
        R.DRAFT,
        (
            row("open", R.DRAFT, R.NOTICE, _W, validators.round_has_lines),
            row("finish", R.NOTICE, R.FINAL, _W, validators.round_is_ripe, two_person=True),
            row("drop", (R.DRAFT, R.NOTICE), R.DROPPED, _W, needs_reason=True),
        ),
        stamp=_dated,
    ),
)
OBJECTION = register(
    "finance.tierobjection",
    StateTable(
        "finance.tier_objection",
        tuple(D.values),
        D.OPEN,
        (
            row("uphold", D.OPEN, D.UPHELD, _W, validators.round_is_open, needs_reason=True),
            row("dismiss", D.OPEN, D.DISMISSED, _W, validators.round_is_open, needs_reason=True),
        ),
    ),
)
