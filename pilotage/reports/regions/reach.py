"""Whose pipeline may this reader see? What is published everybody sees; what is on its way only those who work on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pilotage.accounts.enums import Role
from pilotage.accounts.rules import memberships_as
from pilotage.calls.models import Call
from pilotage.registry.enums import DivisionLevel

CENTRAL = (Role.SECRETARIAT, Role.AUDITOR)
LOCAL = (Role.PROVINCE_OFFICER, Role.CITY_OFFICER)


@dataclass(frozen=True, slots=True)
class Reach:
    """``provinces`` and ``prefectures``: own territory.

    ``recommended_only``: provinces of a communications administration, to which lower states stay closed.
    """

    everything: bool = False
    provinces: frozenset[str] = frozenset()
    prefectures: frozenset[str] = frozenset()
    recommended_only: frozenset[str] = frozenset()

    def sees(self, province: str, prefecture: str = "", *, step: str = "filed") -> bool:
        if self.everything or province in self.provinces:
            return True
        if step == "recommended" and province in self.recommended_only:
            return True
        return bool(prefecture) and prefecture in self.prefectures

    @property
    def is_public(self) -> bool:
        return not (self.everything or self.provinces or self.prefectures or self.recommended_only)

    @property
    def home(self) -> str:
        """The one province the reader works in, '' where there is none or several."""
        found = self.provinces | self.recommended_only | {f"{code[:2]}0000" for code in self.prefectures}
        return next(iter(found)) if len(found) == 1 and not self.everything else ""


def reach(actor: Any, calls: Sequence[Call]) -> Reach:
    """A membership for one call only counts where that call alone is looked at. No query beside the actor's memberships."""
    only = {call.pk for call in calls}

    def divisions(level: DivisionLevel, *roles: str) -> frozenset[str]:
        held = [m for m in memberships_as(actor, *roles) if m.call_id is None or {m.call_id} == only]
        places = [m.organisation.division for m in held]
        return frozenset(place.pk for place in places if place is not None and place.level == level)

    return Reach(
        everything=any(m.call_id is None or {m.call_id} == only for m in memberships_as(actor, *CENTRAL)),
        provinces=divisions(DivisionLevel.PROVINCE, *LOCAL),
        prefectures=divisions(DivisionLevel.PREFECTURE, *LOCAL),
        recommended_only=divisions(DivisionLevel.PROVINCE, Role.COMMUNICATIONS_OFFICER),
    )
