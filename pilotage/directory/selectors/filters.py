"""What the reader of a directory asks for, as values: filled from an address, written back into one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from pilotage.directory.enums import EntryLabel, EntryState

MANY = ("label", "industry", "scenario", "province", "city", "level", "state")
# what a list may be asked for by state: all that was ever published
STATES = (EntryState.LISTED, EntryState.RECTIFYING, EntryState.REMOVED, EntryState.EXPIRED)


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """``editions`` are keys (``2023``, ``2023-demo``); empty means all. Values within one field are alternatives.

    ``city`` are prefectures; they always stand beside their provinces, by which the rows are found.
    """

    q: str = ""
    editions: tuple[str, ...] = ()
    label: tuple[str, ...] = ()
    industry: tuple[str, ...] = ()
    scenario: tuple[str, ...] = ()
    province: tuple[str, ...] = ()
    city: tuple[str, ...] = ()
    level: tuple[str, ...] = ()
    state: tuple[str, ...] = ()
    as_of: date | None = None

    @classmethod
    def from_query(cls, query: Any) -> EntryFilter:
        """From a ``QueryDict``; values that cannot be are dropped, a code nobody uses simply finds nothing."""
        cities = _codes(query.getlist("city"))
        return cls(
            q=query.get("q", "").strip()[:100],
            editions=tuple(part for part in query.get("edition", "").split(",") if part and part != "all")[:20],
            label=_known(query.getlist("label"), EntryLabel.values),
            industry=_codes(query.getlist("industry")),
            scenario=_codes(query.getlist("scenario")),
            province=_codes(query.getlist("province")) or tuple(dict.fromkeys(f"{code[:2]}0000" for code in cities)),
            city=cities,
            level=_codes(query.getlist("level")),
            state=_known(query.getlist("state"), STATES),
            as_of=_day(query.get("as_of", "")),
        )

    def query(self, **changes: Any) -> str:
        """The address's query string for this filter; the same filter always gives the same string."""
        changed = replace(self, **changes)
        pairs: list[tuple[str, str]] = [("q", changed.q)] if changed.q else []
        pairs += [("edition", ",".join(changed.editions) or "all")]
        pairs += [(name, value) for name in MANY for value in getattr(changed, name)]
        if changed.as_of:
            pairs.append(("as_of", changed.as_of.isoformat()))
        return urlencode(pairs)

    def without(self, name: str, value: str) -> str:
        """A province goes with its cities."""
        changes = {name: tuple(v for v in getattr(self, name) if v != value)}
        if name == "province":
            changes["city"] = tuple(code for code in self.city if code[:2] != value[:2])
        return self.query(**changes)

    @property
    def count(self) -> int:
        """How many filters are on, the search text not counted."""
        return sum(len(getattr(self, name)) for name in MANY) + (self.as_of is not None)

    @property
    def is_open(self) -> bool:
        return not self.q and not self.count

    def only(self, name: str) -> bool:
        """Whether ``name`` is the one dimension filtered, so that the stored counts answer for it."""
        return not self.q and self.as_of is None and all(not getattr(self, other) for other in MANY if other != name)


def _codes(values: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value.isalnum() and len(value) <= 10))[:40]


def _known(values: list[str], known: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value in known))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
