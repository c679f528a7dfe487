"""How does a right stand on a day, by its register entry and the events up to that day?

Data: an asset and its events, any order. Algorithm: one walk in order of (day, id); later events supersede earlier ones of their group.
Invariants: events after the day change nothing; what nobody entered stays None, never a favourable answer. Without Django.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

FEES = frozenset({"patent", "utility_model", "design"})
ON, OFF = True, False
# group -> code -> what it turns the group to
SWITCHES: dict[str, dict[str, bool]] = {
    "preserved": {"PP01": ON, "PD01": OFF},
    "disputed": {"dispute": ON, "settled": OFF},
    "contested": {"contested": ON, "upheld": OFF, "IP01": OFF, "IW01": OFF},
    "ceased": {"ceased": ON, "restored": OFF},
    "invalid": {"IW01": ON},
    "partly_invalid": {"IP01": ON},
    "pledged": {"PE01": ON, "PC01": OFF},
}


@dataclass(frozen=True, slots=True)
class Status:
    """``granted`` and ``ended`` None: not known. ``fee_due`` None: not known, or no such fee. ``pledged_by``: pledges here, None elsewhere."""

    granted: bool | None
    ended: bool | None
    ended_on: date | None
    owners: tuple[str, ...]
    fee_due: date | None
    has_fee: bool
    preserved: bool
    disputed: bool
    contested: bool
    partly_invalid: bool
    pledged_by: frozenset[int | None]
    looked_up: date | None

    @property
    def word(self) -> str:
        """in_force, ended, ungranted or unknown."""
        if self.ended:
            return "ended"
        if self.granted is False:
            return "ungranted"
        return "unknown" if self.granted is None or self.ended is None else "in_force"


def status_of(asset: Any, events: Iterable[Any], on: date) -> Status:
    past = sorted((event for event in events if event.on <= on), key=lambda event: (event.on, event.pk or 0))
    flags = dict.fromkeys(SWITCHES, False)
    owners, fee_due, looked_up, stopped = tuple(asset.owners), asset.fee_due_on, None, None
    pledged: set[int | None] = set()
    for event in past:
        for group, codes in SWITCHES.items():
            flags[group] = codes.get(event.code, flags[group])
        if event.code == "TR01" and event.owners:
            owners = tuple(event.owners)
        elif event.code == "fee_paid":
            fee_due = event.until or fee_due
        elif event.code == "looked_up":
            looked_up = event.on
        elif event.code in {"ceased", "IW01"}:
            stopped = event.on
        elif event.code == "PE01":
            pledged.add(event.pledge_id)
        elif event.code == "PC01":
            pledged.discard(event.pledge_id)
    has_fee = asset.kind in FEES
    stops = flags["ceased"] or flags["invalid"]
    run_out = None if asset.expires_on is None else asset.expires_on < on
    return Status(
        granted=None if asset.granted_on is None else asset.granted_on <= on,
        ended=True if stops else run_out,
        ended_on=stopped if stops else asset.expires_on if run_out else None,
        owners=owners,
        fee_due=fee_due if has_fee else None,
        has_fee=has_fee,
        preserved=flags["preserved"],
        disputed=flags["disputed"],
        contested=flags["contested"],
        partly_invalid=flags["partly_invalid"],
        pledged_by=frozenset(pledged),
        looked_up=looked_up,
    )
