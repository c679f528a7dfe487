"""The state tables of listing projects, recommendation batches, tier rounds and objections."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pilotage.core import clock, working_days
from pilotage.core.transitions import StateTable, register, row
from pilotage.finance.pipeline import rules, validators
from pilotage.finance.pipeline.enums import GONE, LINE, STOPPED, UNDER_REVIEW, BatchState, Decision, RoundState, Stage

S, B, R, D = Stage, BatchState, RoundState, Decision
_W = rules.can_work
_BEFORE_LISTING = LINE[:-1]


def _left(project: Any, target: str) -> Mapping[str, Any]:
    """Where a project was when it stopped; one that was suspended keeps where it had been before."""
    if target not in STOPPED:
        return {"left_from": ""}
    return {"left_from": project.left_from if project.state == S.SUSPENDED else project.state}


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
            row("hear", S.INQUIRY, S.COMMITTEE, _W, validators.is_next(S.COMMITTEE)),
            row("submit", S.COMMITTEE, S.REGISTRATION_SUBMITTED, _W),
            row("register", (S.INQUIRY, S.REGISTRATION_SUBMITTED), S.REGISTERED, _W, validators.is_next(S.REGISTERED)),
            row("list", S.REGISTERED, S.LISTED, _W),
            row("suspend", UNDER_REVIEW, S.SUSPENDED, _W, needs_reason=True),
            row("resume", S.SUSPENDED, S.APPLICATION_ACCEPTED, _W, back=("left_from", UNDER_REVIEW)),
            row("withdraw", (*_BEFORE_LISTING, S.SUSPENDED), GONE[0], _W, needs_reason=True),
            row("terminate", (*UNDER_REVIEW, S.REGISTERED, S.SUSPENDED), GONE[1], _W, needs_reason=True),
        ),
        stamp=_left,
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
