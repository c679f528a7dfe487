"""The states of a screening: it waits, is reckoned, and is done or has failed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pilotage.core import clock
from pilotage.core.transitions import StateTable, register, row
from pilotage.finance.screening import rules
from pilotage.finance.screening.enums import ScreeningState as S


def _touched(_screening: Any, _target: str) -> Mapping[str, Any]:
    return {"updated_at": clock.now()}


SCREENING = register(
    "finance.screening",
    StateTable(
        "finance.screening",
        tuple(S.values),
        S.QUEUED,
        (
            row("start", (S.QUEUED, S.RUNNING), S.RUNNING, rules.can_move),
            row("finish", S.RUNNING, S.DONE, rules.can_move),
            row("fail", (S.QUEUED, S.RUNNING), S.FAILED, rules.can_move, needs_reason=True),
        ),
        stamp=_touched,
    ),
)
