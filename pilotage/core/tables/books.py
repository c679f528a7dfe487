"""Workbooks of several sheets that people fill in: styled cells, drop-down lists, checks while typing."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

import xlsxwriter

from pilotage.core.tables.rows import column_letter
from pilotage.core.tables.writers import sheet_name, write_cell

LISTS = "_lists"
MOST_CHARACTERS = 32_767


class Style(StrEnum):
    PLAIN = ""
    TITLE = "title"
    HEAD = "head"
    QUIET = "quiet"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class Cell:
    """``number_format`` as in a spreadsheet; ``@`` keeps what is typed as text."""

    value: Any = None
    style: Style = Style.PLAIN
    number_format: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """What may be typed into a column from row ``first`` to ``last`` (from 1): one of a list, or a number within limits.

    Warns and lets pass, so that what is pasted from elsewhere reaches the reader, which names it.
    """

    column: int
    first: int
    last: int
    choices: str = ""
    least: Decimal | None = None
    most: Decimal | None = None
    is_whole: bool = False
    advice: str = ""


@dataclass(slots=True)
class Sheet:
    name: str
    rows: list[list[Cell]]
    widths: Sequence[int] = ()
    checks: list[Check] = field(default_factory=list)
    frozen_rows: int = 0
    is_locked: bool = False  # to be read, not filled in


def distinct_names(titles: Sequence[str]) -> list[str]:
    """Titles as sheet names: at most 31 characters, without forbidden ones, no two alike."""
    found: list[str] = []
    for title in titles:
        name, number = sheet_name(title), 2
        while name.casefold() in {other.casefold() for other in found} | {"history", LISTS}:
            name, number = f"{sheet_name(title)[:27]} {number}", number + 1
        found.append(name)
    return found


def number_cell(text: str) -> Any:
    """A number as a spreadsheet holds it, or its text where fifteen digits would not be enough."""
    number = Decimal(text)
    return float(number) if Decimal(repr(float(number))) == number else text


def day_cell(text: str) -> Any:
    """A day as a spreadsheet holds it; before March 1900 its calendar is wrong, so there the text."""
    return date.fromisoformat(text) if text >= "1900-03-01" else text


def write_book(sheets: Sequence[Sheet], lists: Mapping[str, Sequence[str]]) -> bytes:
    """``lists``: name -> what a drop-down offers; they lie on a hidden sheet behind the others."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        formats: dict[tuple[Style, str], Any] = {}
        ranges = _ranges(lists)
        for sheet in sheets:
            _write_sheet(book, sheet, formats, ranges)
        if lists:
            hidden = book.add_worksheet(LISTS)
            for column, words in enumerate(lists.values()):
                hidden.write_column(0, column, words)
            hidden.hide()
    return buffer.getvalue()


def _ranges(lists: Mapping[str, Sequence[str]]) -> dict[str, str]:
    letters = {name: column_letter(index) for index, name in enumerate(lists)}
    return {name: f"={LISTS}!${letters[name]}$1:${letters[name]}${max(len(words), 1)}" for name, words in lists.items()}


def _write_sheet(book: Any, sheet: Sheet, formats: dict[tuple[Style, str], Any], ranges: Mapping[str, str]) -> None:
    page = book.add_worksheet(sheet.name)
    for column, width in enumerate(sheet.widths):
        page.set_column(column, column, width)
    for line, row in enumerate(sheet.rows):
        for column, cell in enumerate(row):
            _write_cell(book, page, line, column, cell, formats)
    if sheet.frozen_rows:
        page.freeze_panes(sheet.frozen_rows, 0)
    if sheet.is_locked:
        page.protect("", {"format_columns": True, "format_rows": True})
    for check in sheet.checks:
        page.data_validation(check.first - 1, check.column, check.last - 1, check.column, _validation(check, ranges))


def _write_cell(book: Any, page: Any, line: int, column: int, cell: Cell, formats: dict[tuple[Style, str], Any]) -> None:
    key = cell.style, cell.number_format
    if key != (Style.PLAIN, "") and key not in formats:
        formats[key] = book.add_format(_LOOKS[cell.style] | ({"num_format": cell.number_format} if cell.number_format else {}))
    write_cell(page, line, column, cell.value, formats.get(key))


_LOOKS: dict[Style, dict[str, Any]] = {
    Style.PLAIN: {"text_wrap": True, "valign": "top"},
    Style.TITLE: {"bold": True, "font_size": 13},
    Style.HEAD: {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"},
    Style.QUIET: {"font_color": "#5f6b79", "font_size": 9, "valign": "top"},
    Style.ANSWER: {"border": 1, "border_color": "#8691a0", "text_wrap": True, "valign": "top"},
}


def _validation(check: Check, ranges: Mapping[str, str]) -> dict[str, Any]:
    common = {"error_type": "warning", "error_message": check.advice[:255]} if check.advice else {"error_type": "warning"}
    if check.choices:
        return common | {"validate": "list", "source": ranges[check.choices]}
    kind = "integer" if check.is_whole else "decimal"
    least, most = check.least, check.most
    if least is not None and most is not None:
        return common | {"validate": kind, "criteria": "between", "minimum": float(least), "maximum": float(most)}
    if most is not None:
        return common | {"validate": kind, "criteria": "<=", "value": float(most)}
    return common | {"validate": kind, "criteria": ">=", "value": float(least if least is not None else Decimal("-1e15"))}
