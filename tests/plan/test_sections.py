# ruff: noqa: E501  the table of faults reads best one line each
"""Further parts of a plan folder: what a data set's file must hold to, and that a section is part of the plan's content."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.utils import translation

from pilotage.plan.folder import check
from pilotage.plan.schema import validator
from pilotage.plan.sections import SECTIONS
from tests.factories.plan import edit, folder_copy
from tests.plan.test_folder import INDICATORS, place_of

FILE = "statistics/projects.yaml"
TEXT = """\
data_set: projects
title: {zh: 在建项目, en: Projects}
period: month
starts: 2023-01-01
deadline_days: 10
reports: {level: city, divisions: ["320000"]}
approved_by: [province, secretariat]
elements:
  - {code: building, kind: integer, min: 0, max: 9000, never_falls: true, title: {zh: 在建, en: Being built}}
  - {code: built, kind: integer, min: 0, title: {zh: 建成, en: Built}}
  - {code: whole, kind: integer, sum_of: [building, built], title: {zh: 合计, en: In all}}
  - {code: added, kind: decimal, counts: flow, places: 1, title: {zh: 新增投资, en: Added investment}}
rules:
  - {key: built_last, check: built <= whole, elements: [built], message: {zh: 建成数多于合计, en: More built than there are}}
recorded:
  - {period: 2023-02, element: built, value: 7, source: https://example.org/built}
verified: false
"""


@pytest.fixture(autouse=True)
def _in_english() -> object:
    with translation.override("en"):
        yield


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = folder_copy(tmp_path)
    (found / "statistics").mkdir(exist_ok=True)
    for other in (each for name in SECTIONS for each in (found / name).glob("*.yaml")):
        other.unlink()
    (found / FILE).write_text(TEXT, encoding="utf-8")
    return found


def test_a_data_set_is_part_of_the_plan(folder: Path) -> None:
    found = check(folder, indicators=INDICATORS)
    assert found.problems == []
    assert found.folder is not None
    assert list(found.folder.content["statistics"]) == ["projects"]
    assert [doc["data_set"] for doc in found.folder.section_docs("statistics")] == ["projects"]
    before = found.folder.digest
    edit(folder, FILE, "deadline_days: 10", "deadline_days: 11")
    again = check(folder, indicators=INDICATORS).folder
    assert again is not None
    assert again.digest != before


def test_a_plan_without_the_section_reads_as_before(folder: Path) -> None:
    (folder / FILE).unlink()
    found = check(folder, indicators=INDICATORS).folder
    assert found is not None
    assert list(found.content) == ["plan", "calls", "codes"]
    assert found.section_docs("statistics") == []


# what is changed to what; the piece at which the fault must be pointed to; message; expected
WRONG = {
    "misspelt key": ("deadline_days", "dedline_days", "dedline_days", "did you mean “deadline_days”?", "one of: data_set"),
    "missing key": ("period: month\n", "", "data_set: projects", "“period” is missing.", "month, quarter or year"),
    "unknown period": ("period: month", "period: week", "week", "“week” is not known here.", "month, quarter or year"),
    "first day": ("starts: 2023-01-01", "starts: 2023-01-02", "2023-01-02", "The first period does not begin on this day.", "the first day of a period of kind “month”"),
    "ends first": ("deadline_days", "ends: 2022-12-31\ndeadline_days", "2022-12-31", "The data set ends before it starts.", "a day after 2023-01-01"),
    "no deadline": ("deadline_days: 10", "deadline_days: 0", "0\nreports", "0 is less than 1.", "days after the period"),
    "level": ("level: city", "level: county", "county", "“county” is not known here", "province, city or unit"),
    "division": ('["320000"]', '["32"]', '"32"', "“32” does not fit here.", "six digits of a division"),
    "units of a city": ('divisions: ["320000"]', "units: [miit-ica]", "units: [miit-ica]", "“units” does not go with the level “city”.", "divisions"),
    "no units": ('reports: {level: city, divisions: ["320000"]}\napproved_by: [province, secretariat]', "reports: {level: unit}", "{level: unit}", "It is not said which units report.", "units: a list"),
    "unknown unit": ('reports: {level: city, divisions: ["320000"]}\napproved_by: [province, secretariat]', "reports: {level: unit, units: [miit-icb]}", "miit-icb", "did you mean “miit-ica”?", "a unit of plan.yaml"),
    "no province": ('level: city, divisions: ["320000"]}\napproved_by: [province, secretariat]', 'level: province, divisions: ["320100"]}', '"320100"', "This is no code of a province.", "ending in 0000"),
    "secretariat first": ("[province, secretariat]", "[secretariat, province]", "[secretariat, province]", "The secretariat comes after the province.", "[province, secretariat]"),
    "province approves itself": ("level: city, ", "level: province, ", "province, secretariat]", "A province approves what cities report", "[secretariat]"),
    "element twice": ("code: built, kind", "code: building, kind", None, "“building” is used already in line 9.", "a key of its own"),
    "limits upside down": ("max: 9000", "max: -1", "-1", "“max” is less than “min”.", "at least 0"),
    "decimals of a whole number": ("kind: integer, min: 0, title: {zh: 建成", "kind: integer, places: 2, title: {zh: 建成", "places: 2", "A whole number has no decimals.", "no such line here"),
    "flow that never falls": ("counts: flow,", "counts: flow, never_falls: true,", "never_falls: true, places", "may be less than in the one before", "counts: stock"),
    "flow of percentages": ("kind: decimal, counts: flow", "kind: percent, counts: flow", "flow", "Percentages of several periods cannot be added up.", "stock"),
    "sum of a stranger": ("sum_of: [building, built]", "sum_of: [building, bilt]", "bilt]", "did you mean “built”?", "an element of this file"),
    "sums in a circle": ("code: built, kind: integer,", "code: built, kind: integer, sum_of: [whole, building],", None, "Sums go round in a circle: ", "do not wait for each other"),
    "formula with a stranger": ("check: built <= whole", "check: bilt <= whole", "bilt <= whole", "“bilt” is not known here. Did you mean “built”?", "a formula over: added, building"),
    "formula of another kind": ("check: built <= whole", "check: built + whole", "built + whole", "The formula does not say yes or no.", "a formula such as a <= b"),
    "rule shown nowhere": ("elements: [built]", "elements: [bilt]", "bilt]", "did you mean “built”?", "an element of this file"),
    "recorded of a stranger": ("period: 2023-02, element: built", "period: 2023-02, element: bilt", "bilt, value", "did you mean “built”?", "an element of this file"),
    "recorded of another period": ("period: 2023-02", "period: 2023Q1", "2023Q1", "“2023Q1” is no period of kind “month”.", "2023-06"),
    "recorded twice": ("recorded:\n", "recorded:\n  - {period: 2023-02, element: built, value: 8, source: https://example.org/built}\n", None, "This figure is given already.", "each figure once"),
    "recorded without source": (", source: https://example.org/built", "", "{period: 2023-02", "“source” is missing.", "a web address"),
    "rule without a sentence": (", message: {zh: 建成数多于合计, en: More built than there are}", "", "{key: built_last", "“message” is missing.", "a text in both languages"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_fault_is_named_where_it_stands(folder: Path, name: str) -> None:
    old, new, piece, message, expected = WRONG[name]
    edit(folder, FILE, old, new)
    checked = check(folder, indicators=INDICATORS)
    assert checked.folder is None
    found = [problem for problem in checked.problems if problem.file == FILE and message in problem.message]
    assert found, [str(problem) for problem in checked.problems]
    assert expected in found[0].expected
    if piece is not None:
        assert (found[0].line, found[0].column) == place_of(folder, FILE, piece)


def test_a_name_given_twice_and_a_file_of_another_kind(folder: Path) -> None:
    (folder / "statistics" / "second.yaml").write_text(TEXT, encoding="utf-8")
    (folder / "statistics" / "figures.csv").write_text("a,b\n", encoding="utf-8")
    assert [(p.file, p.line, p.message) for p in check(folder, indicators=INDICATORS).problems] == [
        ("statistics/figures.csv", 1, "This file is no part of a plan folder."),
        ("statistics/second.yaml", 1, "“projects” is in statistics/projects.yaml already."),
    ]


COUNTED = {
    "no data set": ("options: {element: built}", "options", "“data_set” is missing."),
    "unknown data set": ("options: {data_set: project, element: built}", "project, element", "did you mean “projects”?"),
    "unknown element": ("options: {data_set: projects, element: bilt}", "bilt}", "did you mean “built”?"),
}


@pytest.mark.parametrize("name", COUNTED)
def test_a_target_names_what_is_reported(folder: Path, name: str) -> None:
    options, _piece, message = COUNTED[name]
    edit(folder, "plan.yaml", "kind: minimum, value: 300,", f"kind: minimum, value: 301, indicator: statistics.value, {options},")
    edit(folder, "plan.yaml", "indicator: directory.listed, options: {directory: 5g-factory, edition: 2023}", "verified: true")
    found = [problem for problem in check(folder).problems if message in problem.message]
    assert found, [str(problem) for problem in check(folder).problems]
    line = place_of(folder, "plan.yaml", "indicator: statistics.value")[0]
    assert (found[0].file, found[0].line) == ("plan.yaml", line)


def test_every_section_has_its_schema_and_check() -> None:
    assert [validator(name).schema["title"] for name in SECTIONS] == [f"{name}/*.yaml" for name in SECTIONS]
