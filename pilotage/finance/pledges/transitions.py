"""The state table of pledges (finance dossier A5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pilotage.core import clock
from pilotage.core.transitions import StateTable, register, row
from pilotage.finance.pledges import rules, validators
from pilotage.finance.pledges.enums import PledgeState

S = PledgeState
_DAY = {
    S.FILED: "filed_on",
    S.DISBURSED: "disbursed_on",
    S.CANCELLED: "ended_on",
    S.WITHDRAWN: "ended_on",
    S.REFUSED: "ended_on",
}


def _moved(pledge: Any, target: str) -> Mapping[str, Any]:
    stamp: dict[str, Any] = {"moved_at": clock.now()}
    name = _DAY.get(S(target))
    if name and not (name == "filed_on" and pledge.filed_on):
        stamp[name] = clock.today()
    return stamp


PLEDGE = register(
    "finance.pledge",
    StateTable(
        "finance.pledge",
        tuple(S.values),
        S.OFFERED,
        (
            row("contract", S.OFFERED, S.CONTRACTED, rules.can_bank),
            row("file", S.CONTRACTED, S.FILED, rules.can_party, validators.ready_to_file),
            row("note_defect", S.FILED, S.DEFECT, rules.can_party, needs_reason=True),
            row("cure", S.DEFECT, S.FILED, rules.can_party, validators.ready_to_file),
            row("refuse", (S.FILED, S.DEFECT), S.REFUSED, rules.can_party, needs_reason=True),
            row("register", S.FILED, S.REGISTERED, rules.can_party, validators.held_by_nobody_else),
            row("publish", S.REGISTERED, S.PUBLISHED, rules.can_party),
            row("disburse", (S.REGISTERED, S.PUBLISHED), S.DISBURSED, rules.can_bank, two_person=True),
            row("default", S.DISBURSED, S.IN_DEFAULT, rules.can_bank, needs_reason=True),
            row("claim", S.IN_DEFAULT, S.CLAIMED, rules.can_bank),
            row("dispose", (S.IN_DEFAULT, S.CLAIMED), S.DISPOSED, rules.can_bank, needs_reason=True),
            row("repay", (S.DISBURSED, S.IN_DEFAULT), S.REPAID, rules.can_bank),
            row("cancel", (S.REGISTERED, S.PUBLISHED, S.REPAID, S.DISPOSED), S.CANCELLED, rules.can_bank, two_person=True),
            row("withdraw", (S.OFFERED, S.CONTRACTED, S.FILED, S.DEFECT), S.WITHDRAWN, rules.can_party, needs_reason=True),
        ),
        stamp=_moved,
    ),
)
