"""A workbook that people have had in their hands: what is tolerated, and what is named with sheet and cell."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.utils import translation

from pilotage.calls.forms.definition import FormDef
from pilotage.calls.forms.xlsx import read_form, write_form
from tests.factories.calls import answers, call_document

DOCUMENT = call_document()
FORM = FormDef.parse(DOCUMENT["form"], DOCUMENT["codes"])
UNITS = [{"code": "wan", "label": {"zh": "万元", "en": "W"}}, {"code": "yi", "label": {"zh": "亿元", "en": "Y"}, "factor": 10000}]
SMALL = FormDef.parse(
    {
        "sections": [
            {
                "key": "s",
                "title": {"zh": "节", "en": "Part"},
                "fields": [
                    {"key": "name", "type": "text", "label": {"zh": "名称", "en": "Name"}, "required": True},
                    {"key": "cost", "type": "money", "label": {"zh": "投资", "en": "Cost"}, "units": UNITS},
                    {"key": "day", "type": "date", "label": {"zh": "日期", "en": "Day"}},
                    {"key": "month", "type": "month", "label": {"zh": "月份", "en": "Month"}},
                    {"key": "flag", "type": "boolean", "label": {"zh": "是否", "en": "Flag"}},
                    {"key": "kind", "type": "choice", "label": {"zh": "类别", "en": "Kind"}, "options": [
                        {"value": "a", "label": {"zh": "甲类", "en": "First"}}, {"value": "b", "label": {"zh": "乙类", "en": "Second"}},
                    ]},
                    {"key": "items", "type": "table", "label": {"zh": "明细", "en": "Items"}, "max_rows": 3, "columns": [
                        {"key": "item", "type": "text", "label": {"zh": "项目", "en": "Item"}},
                        {"key": "amount", "type": "money", "label": {"zh": "金额", "en": "Amount"}},
                    ]},
                ],
            }
        ]
    }
)  # fmt: skip
FILLED = {"name": "甲厂", "cost": "5", "kind": "a", "items": [{"item": "机床", "amount": "3"}]}
MAIN = "Form"
Edit = Callable[[Any], None]


def rows(book: Any) -> dict[str, int]:
    return {cell.value: cell.row for cell in book[MAIN]["A"] if cell.value}


def put(key: str, value: Any, column: str = "D", number_format: str | None = None) -> Edit:
    def edit(book: Any) -> None:
        cell = book[MAIN][f"{column}{rows(book)[key]}"]
        cell.value = value
        if number_format:
            cell.number_format = number_format

    return edit


def back(tmp_path: Path, *edits: Edit, form: FormDef = SMALL) -> tuple[dict[str, Any], list[tuple[str, str, str]]]:
    """Written in English, edited, read again."""
    path = tmp_path / "form.xlsx"
    with translation.override("en"):
        path.write_bytes(write_form(form, FILLED))
        book = openpyxl.load_workbook(path)
        for edit in edits:
            edit(book)
        book.save(path)
        data, problems = read_form(path, form)
    return data, [(problem.sheet, problem.cell, problem.message) for problem in problems]


def test_the_shipped_form_goes_out_in_chinese_and_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "form.xlsx"
    path.write_bytes(write_form(FORM, answers(), title="2023年5G工厂名录"))
    data, problems = read_form(path, FORM)
    given = {key: value for key, value in answers().items() if key != "truth_statement"}
    assert (problems, sorted(data)) == ([], sorted(given))
    changed = {key for key in given if data[key] != given[key]}
    assert changed == {"main_revenue", "effect_efficiency", "effect_capacity", "effect_carbon", "effect_energy"}
    assert (data["main_revenue"], data["effect_carbon"]) == ("38600", {"before": "3.2", "after": "2.8"})
    assert FORM.diff(given, data) == []
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["表单", "已获相关称号", "典型应用场景", "分项投资", "合作单位", "_lists"]
    assert book["_lists"].sheet_state == "hidden"
    labels = [cell.value for cell in book["表单"]["B"] if cell.value]
    assert ("项目名称" in labels, "生产效率（改造后）" in labels) == (True, True)


def test_what_a_person_types_in_a_spreadsheet_is_understood(tmp_path: Path) -> None:
    data, problems = back(
        tmp_path,
        put("cost", "3.2"),
        put("cost", "亿元", "E"),
        put("day", date(2023, 8, 31), number_format="yyyy-mm-dd"),
        put("month", date(2023, 8, 1), number_format="yyyy-mm"),
        put("flag", "否"),
        put("kind", "乙类"),
        put("name", 12345),
        lambda book: book[MAIN].insert_rows(3, 2),
        lambda book: setattr(book["Items"], "title", "明细表"),
        lambda book: book.create_sheet("计算").cell(1, 1, "=1+1"),
        lambda book: book["明细表"].append(["夹具", 0.1 + 0.2]),
    )
    assert problems == []
    assert data == {
        "name": "12345",
        "cost": {"typed": "3.2", "unit": "yi", "value": "32000"},
        "day": "2023-08-31",
        "month": "2023-08",
        "flag": False,
        "kind": "b",
        "items": [{"item": "机床", "amount": "3"}, {"item": "夹具", "amount": "0.3"}],
    }


def _copy_main(book: Any) -> None:
    book.copy_worksheet(book[MAIN]).title = "Second"


def _merge(book: Any) -> None:
    line = rows(book)["cost"]
    book[MAIN].merge_cells(f"D{line}:E{line}")


@pytest.mark.parametrize(
    ("edit", "sheet", "cell", "message"),
    [
        (put("cost", "viel"), MAIN, "D5", "Cost: expected a number."),
        (put("cost", "Mark", "E"), MAIN, "E5", "Cost: “Mark” is none of its units."),
        (put("cost", "=1+1"), MAIN, "D5", "Cost: the formula in this cell has no result yet."),
        (put("day", "morgen"), MAIN, "D6", "Day: expected a date such as 2023-08-31."),
        (put("day", 45000, number_format="0"), MAIN, "D6", "Day: expected a date such as 2023-08-31."),
        (put("flag", "vielleicht"), MAIN, "D8", "Flag: expected yes or no."),
        (put("kind", "丙类"), MAIN, "D9", "Kind: choose one of the options listed."),
        (put("kind", "surplus", "A"), MAIN, "A9", "This form has no row “surplus”."),
        (put("kind", "flag", "A"), MAIN, "A9", "The row of “flag” stands here again; first in row 8."),
        (lambda book: book[MAIN].delete_rows(4), MAIN, "", "The row of “name” is missing."),
        (lambda book: book["Items"].__setitem__("B5", "much"), "Items", "B5", "Amount: expected a number."),
        (lambda book: book["Items"].__setitem__("B2", "sum"), "Items", "", "The mark of the column “amount” is missing or stands twice."),
        (lambda book: [book["Items"].append([f"n{i}", 1]) for i in range(3)], "Items", "", "Items: at most 3 rows."),
        (lambda book: book.remove(book["Items"]), "", "", "The sheet “Items” is missing."),
        (_copy_main, "Second", "A1", "This sheet repeats “Form”."),
        (lambda book: book.create_sheet("Old").__setitem__("A1", "pilotage:table:gone"), "Old", "A1", "This form has no such sheet."),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_sheet_and_cell_and_nothing_is_taken(tmp_path: Path, edit: Edit, sheet: str, cell: str, message: str) -> None:
    data, problems = back(tmp_path, edit)
    assert data == {}
    assert (sheet, cell, message) in problems


def test_merged_answers_are_named_and_merged_heads_are_left_alone(tmp_path: Path) -> None:
    data, problems = back(tmp_path, _merge)
    assert (data, problems) == ({}, [(MAIN, "D5", "The cells D5 to E5 are merged; every answer needs a cell of its own.")])
    data, problems = back(tmp_path, lambda book: book["Items"].merge_cells("A5:B6"))
    assert (data, problems) == ({}, [("Items", "A5", "The cells A5 to B6 are merged; every answer needs a cell of its own.")])
    data, problems = back(tmp_path, lambda book: book[MAIN].merge_cells("B3:C3"))
    assert (data["name"], problems) == ("甲厂", [])


@pytest.mark.parametrize(("content", "fragment"), [(b"a,b\n1,2\n", "several sheets"), (b"PK\x03\x04 broken", "damaged"), (b"", "empty")])
def test_another_file_is_refused_in_one_sentence(tmp_path: Path, content: bytes, fragment: str) -> None:
    path = tmp_path / "form.xlsx"
    path.write_bytes(content)
    with translation.override("en"):
        data, [problem] = read_form(path, SMALL)
    assert (data, fragment in problem.message, bool(problem.advice)) == ({}, True, True)
