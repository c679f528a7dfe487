"""A form as a workbook to fill in, and the filled workbook back as answers.

Data: one sheet with a row per answer (a choice of several has a row per option, figures before and after one
each), and a sheet for every table and every list of scenarios. The quiet texts in column A and above the
columns say what each row and column is; labels, order and sheet names may change.
Algorithm: written through ``core.tables``; read by those marks, each cell turned into what the page would have posted
and judged by the form itself.
Invariants: ``read_form(write_form(form, data)) == (data, [])`` for the answers a workbook can hold, figures compared as
numbers; with any problem the answers are empty, so nothing is applied by half.
Refuses, naming sheet and cell: formulas without a value, merged answers, answers that do not fit, rows and columns
that are missing, repeated or unknown; a workbook made for something else (``form_ticket``). Other sheets are left
alone. Statements, files and facts of the register are not asked here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from pilotage.calls.forms import cells as form_cells
from pilotage.calls.forms import values as form_values
from pilotage.calls.forms.book import (
    ANSWER,
    KEY,
    MAIN,
    MARK,
    TICKET,
    UNIT,
    Slot,
    is_asked,
    mark_of,
    plain,
    plain_fields,
    sheet_fields,
    slots_of,
    with_unit,
    write_form,
)
from pilotage.calls.forms.definition import FormDef
from pilotage.calls.forms.fields import Field, joined
from pilotage.calls.forms.ticket import READ_ONLY, Ticket, misfit
from pilotage.calls.forms.ticket import read as read_ticket
from pilotage.calls.forms.values import is_empty
from pilotage.core import tables
from pilotage.core.tables import Row, Unreadable
from pilotage.core.verdict import Invalid

__all__ = ["CellProblem", "FormBook", "is_asked", "read_book", "read_form", "write_form"]

MOST_ROWS = 5_000
MOST_BYTES = 5 * 1024 * 1024
MOST_UNPACKED = 60 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class CellProblem:
    """Where the workbook is wrong, what was expected there and what to do. ``cell`` is empty for a whole sheet."""

    sheet: str
    cell: str
    message: str
    advice: str = ""

    def __str__(self) -> str:
        place = f"{self.sheet}!{self.cell}" if self.cell else self.sheet
        return f"{place}: {self.message} {self.advice}".strip()


@dataclass(frozen=True, slots=True)
class FormBook:
    """A workbook read: its answers, or the problems. ``places``: field key -> sheet and cell where the answer stands."""

    data: dict[str, Any]
    problems: list[CellProblem]
    places: dict[str, tuple[str, str]]
    ticket: Ticket | None


# --- reading --------------------------------------------------------------------------------
def read_form(path: Path, form: FormDef) -> tuple[dict[str, Any], list[CellProblem]]:
    """The answers of a filled workbook by field key, blank ones left out; or no answers and every problem."""
    book = read_book(path, form)
    return book.data, book.problems


def read_book(path: Path, form: FormDef, wanted: Ticket | None = None) -> FormBook:
    """As :func:`read_form`, with what the workbook was made for. One that is not for what is ``wanted`` is read no further."""
    reader = _Reader(form, wanted)
    try:
        reader.read(path)
    except Unreadable as error:
        reader.problems = [CellProblem("", "", str(error), _("Download the workbook again and fill it in."))]
    return FormBook({} if reader.problems else reader.data, reader.problems, reader.places, reader.ticket)


class _Reader:
    def __init__(self, form: FormDef, wanted: Ticket | None):
        self.form = form
        self.wanted = wanted
        self.ticket: Ticket | None = None
        self.data: dict[str, Any] = {}
        self.places: dict[str, tuple[str, str]] = {}
        self.problems: list[CellProblem] = []

    def report(self, sheet: str, cell: str, message: str, advice: str = "") -> None:
        self.problems.append(CellProblem(sheet, cell, message, advice))

    def read(self, path: Path) -> None:
        if tables.kind_of(path) != "xlsx":
            raise Unreadable(_("This is a text file; the form is a workbook (.xlsx) with several sheets."))
        if tables.unpacked_size(path) > MOST_UNPACKED:
            raise Unreadable(_("Unpacked, the workbook has more than %(limit)s MB; no form is that long.") % {"limit": MOST_UNPACKED >> 20})
        sheets = [(name, list(islice(tables.read_rows(path, sheet=name), MOST_ROWS))) for name in tables.sheet_names(path)]
        if not any(rows and rows[0].text(KEY).startswith(MARK) for _name, rows in sheets):
            raise Unreadable(_("This workbook holds no form: the marks in its cells A1 are missing."))
        if self.belongs_here(sheets):
            self.read_sheets(path, sheets)

    def belongs_here(self, sheets: list[tuple[str, list[Row]]]) -> bool:
        """Whether it was made for what is wanted; else the one problem that says so."""
        for name, rows in sheets:
            if rows and rows[0].text(KEY) == READ_ONLY:
                message = _("This is a copy of what was filed; it is for reading only.")
                self.report(name, "", message, _("Download the workbook to fill in."))
                return False
            if rows and rows[0].text(KEY) == MAIN and self.ticket is None:
                self.ticket = read_ticket(tables.text(value) for value in rows[0].values)
                message, advice = misfit(self.ticket, self.wanted) if self.wanted else ("", "")
                if message:
                    self.report(name, f"{tables.column_letter(TICKET)}{rows[0].number}", message, advice)
                    return False
        return True

    def read_sheets(self, path: Path, sheets: list[tuple[str, list[Row]]]) -> None:
        wanted = {MAIN: None} | {mark_of(field): field for field in sheet_fields(self.form)}
        seen: dict[str, str] = {}
        for name, rows in sheets:
            mark = rows[0].text(KEY) if rows else ""
            if mark in seen:
                message = _("This sheet repeats “%(sheet)s”.") % {"sheet": seen[mark]}
                self.report(name, "A1", message, _("Delete one of the two."))
            elif mark in wanted:
                seen[mark] = name
                if not self.is_merged(path, name, wanted[mark], rows[1:]):
                    self.read_sheet(name, wanted[mark], rows[1:])
            elif mark.startswith(MARK):
                self.report(name, "A1", _("This form has no such sheet."), _("Use the workbook of this version of the form."))
        for mark, field in wanted.items():
            if mark not in seen:
                message = _("The sheet “%(name)s” is missing.") % {"name": field.label if field else _("Form")}
                self.report("", "", message, _("Use the workbook as it was downloaded; the mark in cell A1 says which sheet it is."))

    def is_merged(self, path: Path, sheet: str, field: Field | None, rows: list[Row]) -> bool:
        """Whether answers of the sheet share a cell with something else; each place is reported. Heads may be merged."""
        ranges = tables.merged_ranges(path, sheet)
        if not ranges:
            return False
        lines = self.body(field, rows) if field and field.type == "table" else (row for row in rows if row.text(KEY))
        numbers = {row.number for row in lines}
        found = [each for each in ranges if not numbers.isdisjoint(range(each[0], each[1] + 1))]
        for top, bottom, left, right in found:
            first, last = f"{tables.column_letter(left)}{top}", f"{tables.column_letter(right)}{bottom}"
            message = _("The cells %(first)s to %(last)s are merged; every answer needs a cell of its own.")
            self.report(sheet, first, message % {"first": first, "last": last}, _("Undo the merging and fill in each cell."))
        return bool(found)

    def read_sheet(self, sheet: str, field: Field | None, rows: list[Row]) -> None:
        if field is None:
            self.read_main(sheet, rows)
        elif field.type == "table":
            self.read_table(sheet, field, rows)
        else:
            self.read_scenarios(sheet, field, rows)

    # answers one below the other
    def read_main(self, sheet: str, rows: list[Row]) -> None:
        found = self.keyed(sheet, rows, [slot.key for field in plain_fields(self.form) for slot in slots_of(field)])
        for field in plain_fields(self.form):
            slots = [(slot, found[slot.key]) for slot in slots_of(field) if slot.key in found]
            if slots:
                self.read_field(sheet, field, slots)

    def keyed(self, sheet: str, rows: list[Row], keys: list[str]) -> dict[str, Row]:
        """The rows by the mark in column A; those missing, repeated or unknown are reported."""
        found: dict[str, Row] = {}
        for row in rows:
            key = row.text(KEY)
            if key in found:
                message = _("The row of “%(key)s” stands here again; first in row %(row)d.") % {"key": key, "row": found[key].number}
                self.report(sheet, f"A{row.number}", message, _("Delete one of the two."))
            elif key in keys:
                found[key] = row
            elif key:
                message = _("This form has no row “%(key)s”.") % {"key": key}
                self.report(sheet, f"A{row.number}", message, _("Use the workbook of this version of the form."))
        for key in keys:
            if key not in found:
                message = _("The row of “%(key)s” is missing.") % {"key": key}
                self.report(sheet, "", message, _("Put its mark back into column A, or start from a new workbook."))
        return found

    def read_field(self, sheet: str, field: Field, slots: list[tuple[Slot, Row]]) -> None:
        kind = {"before_after": "decimal", "multichoice": "boolean"}.get(field.type, field.type)
        cells = {}
        before = len(self.problems)
        for slot, row in slots:
            cells[slot.part] = self.value(sheet, kind, field, row, ANSWER)
        if len(self.problems) > before:
            return
        first = slots[0][1]
        raw: Any = cells.get("")
        if field.type == "before_after":
            raw = cells
        elif field.type == "multichoice":
            raw = self.chosen(sheet, field, slots, cells)
        elif field.units:
            raw = self.in_unit(sheet, field, first, raw)
        if len(self.problems) == before:
            self.keep(sheet, f"{tables.column_letter(ANSWER)}{first.number}", field, raw)

    def chosen(self, sheet: str, field: Field, slots: list[tuple[Slot, Row]], cells: Mapping[str, Any]) -> list[str]:
        found = []
        for slot, row in slots:
            answer = cells[slot.part]
            if answer not in {None, True, False}:
                self.report(
                    sheet, f"{tables.column_letter(ANSWER)}{row.number}", form_cells.expected_truth(field), form_cells.truth_advice()
                )
            elif answer:
                found.append(slot.part)
        return found

    def in_unit(self, sheet: str, field: Field, row: Row, raw: Any) -> Any:
        words = plain(row.text(UNIT))
        if is_empty(raw):
            return None
        for unit in field.units:
            if words in {plain(unit.label_zh), plain(unit.label_en), unit.code} or not words:
                return {"typed": raw, "unit": unit.code}
        listed = joined(unit.label for unit in field.units)
        message = _("%(field)s: “%(unit)s” is none of its units.") % {"field": field.label, "unit": row.text(UNIT)}
        self.report(sheet, f"{tables.column_letter(UNIT)}{row.number}", message, _("Choose one of: %(units)s.") % {"units": listed})
        return None

    def keep(self, sheet: str, cell: str, field: Field, raw: Any) -> None:
        try:
            value = form_values.clean(field, raw)
        except Invalid as error:
            self.report(sheet, cell, error.errors[field.key], form_cells.advice(field))
            return
        self.places[field.key] = (sheet, cell)
        if value is not None:
            self.data[field.key] = value

    def value(self, sheet: str, kind: str, field: Field, row: Row, column: int) -> Any:
        """What the page would have posted for the cell."""
        cell = f"{tables.column_letter(column)}{row.number}"
        for fault in row.faults:
            if fault.column == column:
                self.report(sheet, cell, form_cells.fault_words(field, fault.kind, fault.value), form_cells.fault_advice(fault.kind))
                return None
        return form_cells.posted(kind, field, row.value(column))

    # tables
    def read_table(self, sheet: str, field: Field, rows: list[Row]) -> None:
        places = self.columns(sheet, field, rows)
        if places is None:
            return
        before, kept = len(self.problems), []
        for row in self.body(field, rows):
            kept.append({column.key: self.read_cell(sheet, column, row, places[column.key]) for column in field.columns})
        if len(self.problems) == before:
            self.keep(sheet, "", field, kept)

    def columns(self, sheet: str, field: Field, rows: list[Row]) -> dict[str, int] | None:
        keys = [column.key for column in field.columns]
        head = max(rows[:20], key=lambda row: len({tables.text(v) for v in row.values} & set(keys)), default=None)
        marks = [tables.text(value) for value in head.values] if head else []
        missing = [key for key in keys if marks.count(key) != 1]
        if missing:
            message = _("The mark of the column “%(column)s” is missing or stands twice.") % {"column": missing[0]}
            self.report(sheet, "", message, _("Put the marks of the columns back above their labels, or start from a new workbook."))
            return None
        return {key: marks.index(key) for key in keys}

    def body(self, field: Field, rows: list[Row]) -> Iterator[Row]:
        keys = {column.key for column in field.columns}
        zh = {with_unit(column.label_zh, column.unit_zh) for column in field.columns}
        en = {with_unit(column.label_en, column.unit_en) for column in field.columns}
        heads = [{words.strip() for words in words_of} - {""} for words_of in (keys, zh, en)]
        for row in rows:
            found = {row.text(index) for index in range(len(row.values))} - {""}
            if found in heads:
                heads.remove(found)
            elif found or row.faults:
                yield row

    def read_cell(self, sheet: str, column: Field, row: Row, place: int) -> Any:
        raw = self.value(sheet, column.type, column, row, place)
        try:
            return form_values.clean(column, raw)
        except Invalid as error:
            self.report(sheet, f"{tables.column_letter(place)}{row.number}", error.errors[column.key], form_cells.advice(column))
            return None

    # scenarios
    def read_scenarios(self, sheet: str, field: Field, rows: list[Row]) -> None:
        before, found = len(self.problems), {}
        keyed = self.keyed(sheet, rows, [option.value for option in field.options])
        for code, row in keyed.items():
            used = self.value(sheet, "boolean", field, row, 3)
            text = self.value(sheet, "textarea", field, row, 4) or ""
            if used not in {None, True, False}:
                self.report(sheet, f"D{row.number}", form_cells.expected_truth(field), form_cells.truth_advice())
            elif used is False and text:
                message = _("%(field)s: not used, but described.") % {"field": field.label}
                self.report(sheet, f"D{row.number}", message, _("Answer yes, or delete the description."))
            elif used or text:
                found[code] = text
                self.judge_scenario(sheet, field, code, text, row)
        if len(self.problems) == before:
            self.keep(sheet, "", field, found)

    def judge_scenario(self, sheet: str, field: Field, code: str, text: str, row: Row) -> None:
        try:
            form_values.clean(field, {code: text})
        except Invalid as error:
            self.report(sheet, f"E{row.number}", error.errors[field.key], form_cells.advice(field))
