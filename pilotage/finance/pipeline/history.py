"""Which stage did a project enter on which day, with corrections applied and what was taken back left out?

Data: rows in the order in which they were entered. A correction names the row it corrects, a row that takes back names the one it takes
back. The last correction holds; its place in the order is that of the row it corrects. What was taken back never happened.
Invariants: ``standing`` of what holds is what the project's own columns say, after any sequence of acts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from pilotage.finance.pipeline.enums import STOPPED, Stage
from pilotage.finance.pipeline.step_enums import StepKind


@dataclass(slots=True)
class Step:
    """``ids``: the row that was entered first, then its corrections; ``rows`` the same with all they say.

    ``taken_back``: the row that takes it back; such steps are told of, and hold no longer.
    """

    stage: str
    on: date
    ids: list[int] = field(default_factory=list)
    rows: list[Any] = field(default_factory=list)
    taken_back: Any = None

    @property
    def row(self) -> Any:
        """What holds."""
        return self.rows[-1]

    @property
    def earlier(self) -> list[Any]:
        """What was said before, newest first."""
        return self.rows[-2::-1]

    @property
    def is_answer(self) -> bool:
        return bool(self.rows[0].kind == StepKind.ANSWERED)


def everything(rows: Iterable[Any]) -> list[Step]:
    """``rows``: objects as ``StageStep``, all of one project. Also what was taken back."""
    steps: dict[int, Step] = {}
    for row in sorted(rows, key=lambda each: each.pk):
        if row.takes_back_id is not None:
            steps[row.takes_back_id].taken_back = row
        elif row.corrects_id is None:
            steps[row.pk] = Step(row.stage, row.on, [row.pk], [row])
        else:
            held = steps[row.corrects_id]
            held.on = row.on
            held.ids.append(row.pk)
            held.rows.append(row)
    return list(steps.values())


def effective(rows: Iterable[Any]) -> list[Step]:
    """What holds."""
    return [step for step in everything(rows) if step.taken_back is None]


# --- what follows ----------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Round:
    """Questions and answers. ``left_to``: the stage that followed on ``left_on`` without a day of answers; blank while they are waited for."""

    number: int
    asked_on: date
    answered_on: date | None = None
    left_on: date | None = None
    left_to: str = ""
    asked_id: int = field(default=0, compare=False)
    answered_id: int = field(default=0, compare=False)

    @property
    def is_open(self) -> bool:
        return self.answered_on is None and not self.left_to


def rounds(steps: Sequence[Step]) -> list[Round]:
    """The rounds of inquiry among steps that hold, in order. A review that is resumed goes on in the round in which it stopped."""
    found: list[Round] = []
    previous = ""
    for step in steps:
        resumed = previous == Stage.SUSPENDED and step.stage == Stage.INQUIRY
        if found and found[-1].is_open and step.stage != Stage.SUSPENDED and not resumed:
            found[-1] = _closed(found[-1], step)
        if step.stage == Stage.INQUIRY and not step.is_answer and not resumed:
            found.append(Round(len(found) + 1, step.on, asked_id=step.ids[0]))
        previous = step.stage
    return found


def _closed(found: Round, step: Step) -> Round:
    """By answers, or by what followed without a day of answers."""
    if step.is_answer:
        return replace(found, answered_on=step.on, answered_id=step.ids[0])
    return replace(found, left_on=step.on, left_to=step.stage)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a project stands after its steps: the columns it keeps of them."""

    stage_on: date
    inquiry_round: int
    suspension_cause: str
    suspended_until: date | None


def standing(steps: Sequence[Step]) -> Standing:
    """``steps`` that hold, at least one. ``stage_on``: the first day of the last unbroken run of the present stage."""
    last, first = steps[-1], steps[-1]
    for step in reversed(steps[:-1]):
        if step.stage != last.stage:
            break
        first = step
    stopped = last.stage == Stage.SUSPENDED
    return Standing(first.on, len(rounds(steps)), last.row.cause if stopped else "", last.row.until if stopped else None)


def left_from(steps: Sequence[Step]) -> str:
    """Where it was when it stopped; blank while it runs."""
    if steps[-1].stage not in STOPPED:
        return ""
    return next(step.stage for step in reversed(steps) if step.stage not in STOPPED)
