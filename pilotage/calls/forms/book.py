"""The workbook of a form, and what marks its rows and columns (see ``form_xlsx``, which reads it back)."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from pilotage.calls.forms.definition import FormDef
from pilotage.calls.forms.fields import NUMERIC_TYPES, Field, Option
from pilotage.calls.forms.units import typed_of, unit_code
from pilotage.calls.forms.values import is_empty
from pilotage.core import tables
from pilotage.core.tables import Cell, Check, Sheet, Style

MARK = "pilotage:"
MAIN = f"{MARK}form"
KEY, ANSWER, UNIT, TICKET = 0, 3, 4, 5
_OWN_SHEET = frozenset({"table", "scenarios"})
_AS_TEXT = "@"


@dataclass(frozen=True, slots=True)
class Slot:
    """One row of the main sheet: a field, or the part of one."""

    key: str
    field: Field
    part: str = ""
    label_zh: str = ""
    label_en: str = ""


def slots_of(field: Field) -> list[Slot]:
    if field.type == "before_after":
        return [
            Slot(f"{field.key}.before", field, "before", f"{field.label_zh}（改造前）", f"{field.label_en} (before)"),
            Slot(f"{field.key}.after", field, "after", f"{field.label_zh}（改造后）", f"{field.label_en} (after)"),
        ]
    if field.type == "multichoice":
        return [
            Slot(
                f"{field.key}.{number}", field, option.value, f"{field.label_zh}：{option.label_zh}", f"{field.label_en}: {option.label_en}"
            )
            for number, option in enumerate(field.options, start=1)
        ]
    return [Slot(field.key, field, "", field.label_zh, field.label_en)]


def is_asked(field: Field) -> bool:
    """Whether a workbook asks for the field; a statement is made on the page by whoever makes it."""
    return field.is_typed and field.type != "statement"


def plain_fields(form: FormDef) -> list[Field]:
    return [field for field in form.by_key.values() if is_asked(field) and field.type not in _OWN_SHEET]


def sheet_fields(form: FormDef) -> list[Field]:
    return [field for field in form.by_key.values() if field.type in _OWN_SHEET]


def mark_of(field: Field) -> str:
    return f"{MARK}{field.type}:{field.key}"


# --- writing --------------------------------------------------------------------------------
def write_form(
    form: FormDef,
    data: Mapping[str, Any] | None = None,
    *,
    title: str = "",
    ticket: str = "",
    registry: Mapping[str, str] | None = None,
    offered: Mapping[str, Sequence[str]] | None = None,
) -> bytes:
    """The workbook with what is answered so far. In the active language, with labels in both.

    ``ticket`` says what it was made for (see ``form_ticket``); ``registry`` is shown, and not read back.
    ``offered``: field key -> answers to choose from that only this applicant has.
    """
    answers, lists = data or {}, _Lists(offered or {})
    names = tables.distinct_names([_("Form"), *(field.label for field in sheet_fields(form))])
    sheets = [_main_sheet(names[0], form, answers, lists, (title, ticket), registry or {})]
    for name, field in zip(names[1:], sheet_fields(form), strict=True):
        make = _table_sheet if field.type == "table" else _scenarios_sheet
        sheets.append(make(name, field, answers.get(field.key), lists))
    return tables.write_book(sheets, lists.found)


class _Lists:
    """The drop-down lists a workbook needs, each once."""

    def __init__(self, offered: Mapping[str, Sequence[str]]) -> None:
        self.found: dict[str, tuple[str, ...]] = {}
        self.offered = offered

    def name(self, words: tuple[str, ...]) -> str:
        for name, known in self.found.items():
            if known == words:
                return name
        name = f"list{len(self.found) + 1}"
        self.found[name] = words
        return name


def _head(*texts: str) -> list[Cell]:
    return [Cell(text, Style.HEAD) for text in texts]


def _main_sheet(
    name: str, form: FormDef, answers: Mapping[str, Any], lists: _Lists, titles: tuple[str, str], registry: Mapping[str, str]
) -> Sheet:
    title, ticket = titles
    top = [Cell(MAIN, Style.QUIET), Cell(title or _("Form"), Style.TITLE), *([Cell()] * 3), Cell(ticket or None, Style.QUIET)]
    heads = _head("", "填报项", "Field", pgettext("form", "Answer"), _("Unit"), _("Explanation"))
    sheet = Sheet(name, [top, heads], (14, 34, 34, 40, 14, 60), frozen_rows=2)
    for section in form.sections:
        sheet.rows.append([Cell(), Cell(section.title_zh, Style.HEAD), Cell(section.title_en, Style.HEAD)])
        for field in section.fields:
            if field.type in _OWN_SHEET:
                continue
            if not is_asked(field):
                known = Cell(registry.get(field.path) or None, Style.QUIET)
                sheet.rows.append([Cell(), Cell(field.label_zh), Cell(field.label_en), known, Cell(), Cell(_elsewhere(field), Style.QUIET)])
                continue
            for slot in slots_of(field):
                _add_row(sheet, slot, answers.get(field.key), lists)
    return sheet


def _elsewhere(field: Field) -> str:
    return {
        "registry": _("From the enterprise register; not filled in here."),
        "attachment": _("Files are added on the page."),
        "statement": _("The statement is made on the page."),
    }.get(field.type, _("Computed from other answers."))


def _add_row(sheet: Sheet, slot: Slot, value: Any, lists: _Lists) -> None:
    field, line = slot.field, len(sheet.rows) + 1
    unit = _unit_words(field, value)
    help_words = " ".join(part for part in (_("Required.") if field.required else "", field.help, _example(field)) if part)
    cells = [Cell(slot.key, Style.QUIET), Cell(slot.label_zh), Cell(slot.label_en), _answer_cell(slot, value), Cell(unit)]
    sheet.rows.append([*cells, Cell(help_words, Style.QUIET)])
    kind = "boolean" if field.type == "multichoice" else field.type
    if check := _check(kind, field, ANSWER, line, line, lists):
        sheet.checks.append(check)
    if field.units:
        words = tuple(each.label for each in field.units)
        sheet.checks.append(Check(UNIT, line, line, choices=lists.name(words)))


def _unit_words(field: Field, value: Any) -> str:
    if not field.units:
        return field.unit
    unit = field.unit_of(unit_code(value)) or field.units[0]
    return unit.label


def _example(field: Field) -> str:
    return _("For example: %(example)s") % {"example": field.example} if field.example else ""


def _check(kind: str, field: Field, column: int, first: int, last: int, lists: _Lists) -> Check | None:
    if offered := lists.offered.get(field.key):
        return Check(column, first, last, choices=lists.name(tuple(offered)))
    if kind == "boolean":
        return Check(column, first, last, choices=lists.name((_("yes"), _("no"))))
    if kind == "choice":
        return Check(column, first, last, choices=lists.name(tuple(option_words(field, option) for option in field.options)))
    if kind in NUMERIC_TYPES | {"before_after"} and not field.units:
        return Check(column, first, last, least=field.min, most=field.max, is_whole=kind == "integer")
    return None


def _answer_cell(slot: Slot, value: Any) -> Cell:
    field = slot.field
    if field.type == "before_after":
        return _value_cell("decimal", field, (value or {}).get(slot.part))
    if field.type == "multichoice":
        chosen = slot.part in value if isinstance(value, list) else None
        return _value_cell("boolean", field, chosen)
    return _value_cell(field.type, field, value)


def _value_cell(kind: str, field: Field, value: Any) -> Cell:
    if kind in NUMERIC_TYPES:
        text = typed_of(value)
        places = len(text.partition(".")[2])
        pattern = f"0.{'0' * places}" if places else "0"
        return Cell(tables.number_cell(text) if text else None, Style.ANSWER, pattern if text else "General")
    if kind == "date":
        return Cell(None if is_empty(value) else tables.day_cell(value), Style.ANSWER, "yyyy-mm-dd")
    if is_empty(value):
        return Cell(None, Style.ANSWER, _AS_TEXT)
    if kind == "boolean":
        value = _("yes") if value else _("no")
    elif kind == "choice":
        option = field.option(value)
        value = option_words(field, option) if option else value
    return Cell(str(value), Style.ANSWER, _AS_TEXT)


def _table_sheet(name: str, field: Field, value: Any, lists: _Lists) -> Sheet:
    columns = field.columns
    rows = value if isinstance(value, list) else []
    sheet = Sheet(name, [[Cell(mark_of(field), Style.QUIET), Cell(field.label, Style.TITLE)]], [24] * len(columns), frozen_rows=4)
    sheet.rows.append([Cell(column.key, Style.QUIET) for column in columns])
    sheet.rows.append(_head(*(with_unit(column.label_zh, column.unit_zh) for column in columns)))
    sheet.rows.append(_head(*(with_unit(column.label_en, column.unit_en) for column in columns)))
    first = len(sheet.rows) + 1
    for index in range(max(len(rows), min(field.max_rows, 100))):
        row = rows[index] if index < len(rows) else {}
        sheet.rows.append([_value_cell(column.type, column, row.get(column.key)) for column in columns])
    last = max(len(sheet.rows), first)
    checks = (_check(column.type, column, index, first, last, lists) for index, column in enumerate(columns))
    sheet.checks += [check for check in checks if check]
    return sheet


def with_unit(label: str, unit: str) -> str:
    return f"{label} ({unit})" if unit and label else label


def _scenarios_sheet(name: str, field: Field, value: Any, lists: _Lists) -> Sheet:
    chosen = value if isinstance(value, dict) else {}
    sheet = Sheet(name, [[Cell(mark_of(field), Style.QUIET), Cell(field.label, Style.TITLE)]], (14, 34, 34, 10, 80), frozen_rows=2)
    sheet.rows.append(_head("", "场景", "Scenario", _("Used"), _("Description")))
    for option in field.options:
        used = _("yes") if option.value in chosen else None
        answer = [Cell(used, Style.ANSWER, _AS_TEXT), Cell(chosen.get(option.value), Style.ANSWER, _AS_TEXT)]
        sheet.rows.append([Cell(option.value, Style.QUIET, _AS_TEXT), Cell(option.label_zh), Cell(option.label_en), *answer])
    sheet.checks.append(Check(3, 3, max(len(sheet.rows), 3), choices=lists.name((_("yes"), _("no")))))
    return sheet


# --- options in words -----------------------------------------------------------------------
def option_words(field: Field, option: Option) -> str:
    """The label, with the value behind it where the label alone would not be clear."""
    known = options_by_words(field)
    candidates = (option.label, f"{option.label} ({option.value})", option.value)
    return next((words for words in candidates if words and known.get(words) == option.value), option.value)


def options_by_words(field: Field) -> dict[str, str]:
    """What may stand in a cell -> the option it means; the value itself always means its option."""
    meant: dict[str, set[str]] = {}
    for option in field.options:
        for label in (option.label_zh, option.label_en):
            for words in (label, f"{label} ({option.value})"):
                meant.setdefault(plain(words), set()).add(option.value)
                meant.setdefault(words, set()).add(option.value)
    clear = {words: next(iter(values)) for words, values in meant.items() if len(values) == 1}
    return clear | {option.value: option.value for option in field.options}


def plain(words: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", words).casefold().split())
