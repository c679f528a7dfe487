"""Templates of work reports in a plan folder: every fault is named where it stands, and the shipped ones have none."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.utils import translation

from pilotage.plan.folder import check
from pilotage.plan.refs.work_report_parts import FIELDS, KINDS, OPTIONS, TARGET_FIELDS, fields_in, is_known
from tests.factories.plan import MODEL_FOLDER, edit, folder_copy

MONTHLY = "reports/monthly.yaml"
# what is written in the place of what; message; expected
WRONG = {
    "an unknown field": ("{targets_met}项", "{target_met}项", "“{target_met}” is not known; did you mean “{targets_met}”?", "as_of"),
    "a field of no target": ("{targets_met}项", "{M99-1.value}项", "“{M99-1.value}” is not known", "as_of"),
    "no such field of a target": ("{targets_met}项", "{M03-1.values}项", "did you mean “{M03-1.value}”?", "M03-1.value"),
    "a lone brace": ("{targets_met}项", "{targets_met项", "“{{}” is not known", "as_of"),
    "an unknown kind": ("  - kind: measures\n", "  - kind: measure\n", "did you mean “measures”?", "what stands here"),
    "an unknown target": ("[M02-1, M03-1]", "[M02-1, M03-9]", "“M03-9” is not known here", "the code of a target of plan.yaml"),
    "an option of another kind": ("  - kind: measures\n", "  - kind: measures\n    call: x\n", "takes no “call”", "one of: kind, title"),
    "a text without a key": ("    key: summary\n", "", "needs “key”", "key: summary"),
    "two texts of one key": ("    key: next_steps\n", "    key: summary\n", "“summary” is used already in line", "a name of its own"),
    "a funnel of nothing": ("    call: 5g-factory-directory-2023\n", "", "needs “call”", "call: …"),
    "an unknown rhythm": ("period: month", "period: week", "week", "month, quarter or year"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_fault_is_named(tmp_path: Path, name: str) -> None:
    old, new, message, expected = WRONG[name]
    folder = folder_copy(tmp_path)
    edit(folder, MONTHLY, old, new)
    with translation.override("en"):
        problems = check(folder).problems
    found = [problem for problem in problems if message in problem.message and expected in problem.expected]
    assert found, [str(problem) for problem in problems]
    assert (found[0].file, found[0].line > 1, found[0].column >= 1) == (MONTHLY, True, True)


def test_a_fault_stands_at_its_line(tmp_path: Path) -> None:
    folder = folder_copy(tmp_path)
    edit(folder, MONTHLY, "targets: [M02-1, M03-1]", "targets: [M02-1, X1]")
    line = next(n for n, text in enumerate((folder / MONTHLY).read_text(encoding="utf-8").splitlines(), 1) if "X1" in text)
    assert [(p.file, p.line, p.column) for p in check(folder).problems] == [(MONTHLY, line, 22)]


def test_two_reports_of_one_name_are_a_fault(tmp_path: Path) -> None:
    folder = folder_copy(tmp_path)
    edit(folder, "reports/quarterly.yaml", "report: quarterly", "report: monthly")
    assert [problem.file for problem in check(folder).problems] == ["reports/quarterly.yaml"]


def test_the_shipped_templates_have_no_fault_and_every_kind_of_part() -> None:
    folder = check(MODEL_FOLDER).folder
    assert folder is not None
    reports = folder.further["reports"]
    assert sorted((code, doc["period"], doc["language"]) for code, doc in reports.items()) == [
        ("monthly", "month", "both"), ("quarterly", "quarter", "both"), ("yearly", "year", "both"),
    ]  # fmt: skip
    assert {part["kind"] for doc in reports.values() for part in doc["parts"]} == set(KINDS)


def test_the_fields_of_a_text() -> None:
    assert list(fields_in("{a}和{M03-1.value}，} {")) == ["a", "M03-1.value", "}", "{"]
    assert all(is_known(field, []) for field in FIELDS)
    assert [is_known(f"M03-1.{field}", ["M03-1"]) for field in TARGET_FIELDS] == [True] * len(TARGET_FIELDS)
    assert not is_known("M03-1.value", ["M03-2"])
    assert set(OPTIONS) < set(KINDS)
