"""Which reminders does a call send before its stages close?

Data: the ``reminders`` part of a call file, a list of {stage, before, to, text?}; where a file has none, the
kind of each stage says who is reminded and when. Nothing here reads a clock or a database.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

GROUPS = ("filers_with_draft", "filers", "checkers", "recommenders", "cosigners", "experts", "secretariat")
_MINUTES = {"d": 1440, "h": 60}
_OFFSET = re.compile(r"([1-9]\d{0,2})([dh])")
# stage kind -> (group, offsets)
DEFAULTS: Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "apply": (("filers_with_draft", ("7d", "1d", "2h")),),
    "check": (("checkers", ("3d", "1d")), ("filers_with_draft", ("3d", "1d"))),
    "recommend": (("recommenders", ("3d", "1d")), ("cosigners", ("3d", "1d"))),
    "accept": (("secretariat", ("1d",)),),
    "review": (("experts", ("3d", "1d")),),
    "update": (("filers", ("30d", "7d", "1d")),),
}


@dataclass(frozen=True, slots=True)
class ReminderLine:
    stage: str
    minutes: int
    to: str
    text: Mapping[str, str] | None = None


def minutes_of(offset: str) -> int:
    """``7d`` or ``2h`` in minutes; raises ValueError for anything else."""
    found = _OFFSET.fullmatch(offset)
    if found is None:
        raise ValueError(offset)
    return int(found[1]) * _MINUTES[found[2]]


def lines(reminders: list[Mapping[str, Any]] | None, stages: Iterable[tuple[str, str]]) -> list[ReminderLine]:
    """The reminders of one call; ``stages`` are (key, kind). An empty list in the file means none."""
    if reminders is not None:
        return [ReminderLine(r["stage"], minutes_of(b), r["to"], r.get("text")) for r in reminders for b in r["before"]]
    return [
        ReminderLine(key, minutes_of(before), group)
        for key, kind in stages
        for group, offsets in DEFAULTS.get(kind, ())
        for before in offsets
    ]
