"""Which reminders does a call send before its stages close?

Data: the ``reminders`` part of a call file, a list of {stage, before, after, repeat, to, text}; where a file has none, the
kind of each stage says who is reminded and when. ``after`` is for reports that are overdue: so many days after they were due,
then every ``repeat`` days. Nothing here reads a clock or a database.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
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
    # the last one comes on the day itself: in the morning, where a review closes in the afternoon
    "review": (("experts", ("7d", "3d", "1d", "8h")),),
    "update": (("filers", ("30d", "7d", "1d")),),
}


@dataclass(frozen=True, slots=True)
class ReminderLine:
    stage: str
    minutes: int
    to: str
    text: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Chase:
    """How an overdue report is asked for: days after it was due, then every ``repeat`` days; 0: no more."""

    after: tuple[int, ...]
    repeat: int = 0
    text: Mapping[str, str] | None = None

    def last_step(self, due: datetime, now: datetime) -> datetime | None:
        """The step that came last, None before the first."""
        gone = (now - due).days
        days = [day for day in self.after if day <= gone]
        if not days:
            return None
        last = max(days)
        if self.repeat and last == max(self.after):
            last += (gone - last) // self.repeat * self.repeat
        return due + timedelta(days=last)


USUAL_CHASE = Chase((1, 7), 14)


def chase_of(reminders: list[Mapping[str, Any]] | None, stage: str) -> Chase | None:
    """How a call asks for overdue reports of this stage; None: not at all."""
    if reminders is None:
        return USUAL_CHASE
    for line in reminders:
        if line["stage"] == stage and line.get("after"):
            days = tuple(sorted(minutes_of(each) // _MINUTES["d"] for each in line["after"]))
            repeat = minutes_of(line["repeat"]) // _MINUTES["d"] if line.get("repeat") else 0
            return Chase(days, repeat, line.get("text"))
    return None


def minutes_of(offset: str) -> int:
    """``7d`` or ``2h`` in minutes; raises ValueError for anything else."""
    found = _OFFSET.fullmatch(offset)
    if found is None:
        raise ValueError(offset)
    return int(found[1]) * _MINUTES[found[2]]


def lines(reminders: list[Mapping[str, Any]] | None, stages: Iterable[tuple[str, str]]) -> list[ReminderLine]:
    """The reminders of one call; ``stages`` are (key, kind). An empty list in the file means none."""
    if reminders is not None:
        return [ReminderLine(r["stage"], minutes_of(b), r["to"], r.get("text")) for r in reminders for b in r.get("before", ())]
    return [
        ReminderLine(key, minutes_of(before), group)
        for key, kind in stages
        for group, offsets in DEFAULTS.get(kind, ())
        for before in offsets
    ]
