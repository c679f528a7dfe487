"""A call file's wishes about consortia and signatures: every disagreement with the form is named where it stands."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.utils import translation

from pilotage.plan.folder import check
from tests.factories.plan import INDICATORS, edit, folder_copy

CALL, BEFORE = "calls/5g-factory-directory.yaml", "\nstages:\n"
ROLES = "roles: [{value: a, label: {zh: 甲, en: A}}, {value: a, label: {zh: 乙, en: B}}]"
# what is written into the file; the key at fault; message; expected
WRONG = {
    "more at least than at most": ("partners: {min: 3, max: 2}", "“max” is less than “min”.", "at least 3"),
    "no upper limit": ("partners: {min: 1}", "“max” is missing.", "most partners beside the lead"),
    "unknown section": ("partners: {max: 2, sections: [enterprize]}", "did you mean “enterprise”?", "a section of the form"),
    "a role twice": ("partners: {max: 2, " + ROLES + "}", "“a” is used already", "a key of its own"),
    "a condition on the lead's answer": (
        "partners: {max: 2, sections: [project]}",
        "“no_violation” is answered by the lead",
        "a field of the partners' sections",
    ),
    "an unknown signatory": ("signoff: chairman", "“chairman” is not known here", "who signs the truth statement"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_fault_is_named(tmp_path: Path, name: str) -> None:
    written, message, expected = WRONG[name]
    folder = folder_copy(tmp_path)
    edit(folder, CALL, BEFORE, f"\n{written}{BEFORE}")
    if name == "a condition on the lead's answer":
        edit(folder, CALL, "{key: site_address, type: text,", "{key: site_address, type: text, show_if: {no_violation: true},")
    with translation.override("en"):
        problems = check(folder, indicators=INDICATORS).problems
    found = [problem for problem in problems if message in problem.message]
    assert found, [str(problem) for problem in problems]
    assert found[0].file == CALL
    assert expected in found[0].expected


def test_a_good_consortium_passes(tmp_path: Path) -> None:
    folder = folder_copy(tmp_path)
    written = "partners: {min: 1, max: 2, sections: [enterprise], consent: true}\nsignoff: legal_representative"
    edit(folder, CALL, BEFORE, f"\n{written}{BEFORE}")
    assert check(folder, indicators=INDICATORS).problems == []
