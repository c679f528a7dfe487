"""Levels that check one after the other, in a call file: their order, their deadlines, their check lists."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from django.utils import translation

from pilotage.plan.folder import check
from tests.factories.calls import FOLDER
from tests.factories.plan import edit, folder_copy
from tests.plan.test_add_a_call import FILE, PAGE, the_file

CALL = "calls/provincial-5g-factory.yaml"
DISTRICT = "    level: district\n"
# what is changed into what; message; expected
WRONG = {
    "a deadline before an earlier level's": (
        "closes: 2023-06-13T12:00",
        "closes: 2023-06-05T12:00",
        "The stage ends before the stage “district_check” does.",
        "a time after 2023-06-06T17:00",
    ),
    "to the hour": ("closes: 2023-06-13T12:00", "closes: 2023-06-06T16:59", "ends before the stage “district_check”", "2023-06-06T17:00"),
    "one level twice": (DISTRICT, "    level: city\n", "The stage “district_check” is a check of this level already.", "one check of each"),
    "the higher level first": (
        DISTRICT,
        "    level: province\n",
        "level “city” stands after that of “province”",
        "district, city, province",
    ),
    "an unknown level": (DISTRICT, "    level: county\n", "“county”", "district, city or province"),
    "a point twice": ("{key: papers, title", "{key: legal_person, title", "“legal_person” is used already", "a key of its own"),
    "a point without a title": ("title: {zh: 已到现场查看, en: Seen on site}, ", "", "“title”", ""),
    "a check list elsewhere": (
        "{key: accept, kind: accept,",
        "{key: accept, kind: accept, checklist: [{key: a, title: {zh: 甲, en: A}}],",
        "“checklist” is no option of a stage “accept”.",
        "kind",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_fault_is_named(tmp_path: Path, name: str) -> None:
    before, after, message, expected = WRONG[name]
    folder = folder_copy(tmp_path)
    shutil.copy(FOLDER / CALL, folder / CALL)
    edit(folder, CALL, before, after)
    with translation.override("en"):
        problems = check(folder).problems
    found = [problem for problem in problems if message in problem.message]
    assert found, [str(problem) for problem in problems]
    assert found[0].file == CALL
    assert expected in found[0].expected


@pytest.mark.parametrize(("place", "kind"), [(0, "check"), (1, "select")])
def test_the_examples_of_the_page_stand_in_the_place_they_name(tmp_path: Path, place: int, kind: str) -> None:
    examples = re.findall(r"```yaml example\n(.+?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(examples) == 2
    [line] = [line for line in the_file().split("\n") if f"kind: {kind}" in line]
    folder = folder_copy(tmp_path)
    (folder / FILE).write_text(the_file().replace(f"{line}\n", examples[place]), encoding="utf-8")
    assert [str(problem) for problem in check(folder).problems] == []
