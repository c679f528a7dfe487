"""What a call file says of reports, of chasing them and of unlikely figures: every disagreement is named where it stands."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.utils import translation

from pilotage.plan.folder import check
from pilotage.plan.reminders import USUAL_CHASE, Chase, chase_of, lines
from tests.factories.plan import INDICATORS, edit, folder_copy

CALL, BEFORE, EVERY = "calls/5g-factory-directory.yaml", "\nstages:\n", "    kind: update\n    every: year\n"
# what is written in the place of what; message; expected
WRONG = {
    "days without reports": (EVERY, "    kind: update\n    due_days: 5\n", "“due_days” needs “every”", "every: quarter"),
    "an unknown rhythm": (EVERY, "    kind: update\n    every: month\n", "month", "quarter or year"),
    "a quarter for a year": (EVERY, EVERY + "    last: 2026Q2\n", "“2026Q2” does not fit “every: year”.", "a year"),
    "a day of its own in a window": (EVERY, EVERY + "    due_days: 5\n", "“due_days” has no meaning here", "no “due_days”"),
    "reports from no day on": (EVERY + "    title: {zh: 年度更新, en: Yearly update}\n    opens: 2024-07-01T09:00\n",
                               EVERY + "    title: {zh: 年度更新, en: Yearly update}\n", "needs “opens”", "opens: …"),
    "an unknown section": (EVERY, EVERY + "    sections: [netwok]\n", "did you mean “network”?", "a section of the form"),
    "chasing where nothing is asked": (BEFORE, "\nreminders: [{stage: apply, after: [1d], to: filers}]" + BEFORE, "asks for none", "“every”"),
    "chasing officers": (BEFORE, "\nreminders: [{stage: update, after: [1d], to: checkers}]" + BEFORE, "Overdue reports are asked", "filers"),
    "repeating nothing": (BEFORE, "\nreminders: [{stage: update, before: [1d], repeat: 7d, to: filers}]" + BEFORE, "“repeat” goes on", "after"),
    "neither before nor after": (BEFORE, "\nreminders: [{stage: update, to: filers}]" + BEFORE, "never be sent", "before"),
    "chasing by the hour": (BEFORE, "\nreminders: [{stage: update, after: [2h], to: filers}]" + BEFORE, "2h", "days"),
    "a factor that allows nothing": (BEFORE, "\nquality: {factor: 1}" + BEFORE, "1", "how many times more"),
    "no such bound": (BEFORE, "\nquality: {factors: 3}" + BEFORE, "factors", ""),
    "no such field": (BEFORE, "\nquality: {skip: [base_station]}" + BEFORE, "did you mean “base_stations”?", "a field of the form"),
    "a text to skip": (BEFORE, "\nquality: {skip: [contact_name]}" + BEFORE, "holds no figures", "a field with figures"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_fault_is_named(tmp_path: Path, name: str) -> None:
    old, new, message, expected = WRONG[name]
    folder = folder_copy(tmp_path)
    edit(folder, CALL, old, new)
    with translation.override("en"):
        problems = check(folder, indicators=INDICATORS).problems
    found = [problem for problem in problems if message in problem.message and expected in problem.expected]
    assert found, [str(problem) for problem in problems]
    assert found[0].file == CALL


def test_what_makes_sense_passes(tmp_path: Path) -> None:
    folder = folder_copy(tmp_path)
    edit(folder, CALL, EVERY, EVERY + '    late_days: 30\n    last: "2027"\n    sections: [network]\n')
    written = "reminders: [{stage: update, before: [7d], after: [1d, 5d], repeat: 10d, to: filers}]\nquality: {factor: 2.5, skip: [base_stations]}"
    edit(folder, CALL, BEFORE, f"\n{written}{BEFORE}")
    assert check(folder, indicators=INDICATORS).problems == []


# --- chasing --------------------------------------------------------------------------------
DUE = datetime(2024, 4, 15, 17)  # noqa: DTZ001  any clock will do


@pytest.mark.parametrize(("days", "step"), [(0.9, None), (1, 1), (6.9, 1), (7, 7), (20, 7), (21, 21), (34, 21), (35, 35), (350, 343)])
def test_the_step_that_came_last(days: float, step: int | None) -> None:
    found = USUAL_CHASE.last_step(DUE, DUE + timedelta(days=days))
    assert found == (None if step is None else DUE + timedelta(days=step))


def test_without_repeat_the_last_step_stays_the_last() -> None:
    assert Chase((2,)).last_step(DUE, DUE + timedelta(days=300)) == DUE + timedelta(days=2)


def test_how_a_call_chases_is_read_from_its_file() -> None:
    rules = [{"stage": "update", "after": ["5d", "2d"], "repeat": "9d", "to": "filers", "text": {"zh": "请", "en": "Please"}}]
    assert chase_of(rules, "update") == Chase((2, 5), 9, {"zh": "请", "en": "Please"})
    assert (chase_of(rules, "other"), chase_of([], "update"), chase_of(None, "update")) == (None, None, USUAL_CHASE)
    assert lines(rules, [("update", "update")]) == []
