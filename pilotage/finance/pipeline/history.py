"""Which stage did a project enter on which day, with corrections applied?

Data: steps in the order in which they were entered; a correction names the step it corrects. The last correction of a step holds; its
place in the order is that of the step it corrects.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(slots=True)
class Step:
    """``ids``: the row that was entered first, then its corrections; ``rows`` the same with all they say."""

    stage: str
    on: date
    ids: list[int] = field(default_factory=list)
    rows: list[Any] = field(default_factory=list)

    @property
    def row(self) -> Any:
        """What holds."""
        return self.rows[-1]

    @property
    def earlier(self) -> list[Any]:
        """What was said before, newest first."""
        return self.rows[-2::-1]


def effective(rows: Iterable[Any]) -> list[Step]:
    """``rows``: objects with id, stage, on, corrects_id, all of one project."""
    steps: dict[int, Step] = {}
    for row in sorted(rows, key=lambda each: each.pk):
        if row.corrects_id is None:
            steps[row.pk] = Step(row.stage, row.on, [row.pk], [row])
        else:
            held = steps[row.corrects_id]
            held.on = row.on
            held.ids.append(row.pk)
            held.rows.append(row)
    return list(steps.values())
