"""A filing as a workbook to read and reckon with: figures stay figures, nothing is to be filled in.

Data: the answers, register values, files and partners' parts as one revision holds them.
Invariants: every visible answer stands on a sheet once; the reader of filled-in workbooks knows and refuses this one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from pilotage.calls.forms import values as form_values
from pilotage.calls.forms.book import slots_of, with_unit
from pilotage.calls.forms.definition import FormDef
from pilotage.calls.forms.display import display
from pilotage.calls.forms.fields import NUMERIC_TYPES, Field
from pilotage.calls.forms.ticket import READ_ONLY
from pilotage.calls.forms.units import typed_of, unit_code
from pilotage.calls.forms.values import is_empty
from pilotage.calls.models import Revision
from pilotage.core import tables
from pilotage.core.tables import Cell, Sheet, Style

_FIGURES = NUMERIC_TYPES | {"computed"}
_TEXT = "@"


@dataclass(frozen=True, slots=True)
class Filed:
    """One applicant's answers. ``names(type, code)`` gives the name of an industry or division code."""

    form: FormDef
    data: Mapping[str, Any]
    registry: Mapping[str, str]
    files: Sequence[Mapping[str, Any]]
    names: Callable[[str, str], str]

    def fields(self) -> Iterator[tuple[Any, list[Field]]]:
        hidden = self.form.state(self.data).hidden
        for section in self.form.sections:
            yield section, [field for field in section.fields if field.key not in hidden]


def write_filed(form: FormDef, revision: Revision, *, title: str, part_form: FormDef | None, names: Callable[[str, str], str]) -> bytes:
    """The workbook of a revision, in the active language with labels in both."""
    lead = Filed(form, revision.data, revision.registry, revision.attachments, names)
    made = timezone.localtime(revision.made_at).strftime("%Y-%m-%d %H:%M")
    filed = _("Version %(number)s, filed %(when)s") % {"number": revision.number, "when": made}
    sheets = _sheets_of(lead, _("Form"), f"{title} · {filed}")
    sheets[0].rows.append([Cell(), Cell(_("Digest of what was filed")), Cell(), Cell(revision.digest, Style.PLAIN, _TEXT)])
    for part in revision.partners or []:
        if part_form is not None:
            own = Filed(part_form, part["data"], part["registry"], part.get("attachments", []), names)
            sheets += _sheets_of(own, part["name"], part["name"])
    files = [*revision.attachments, *(each for part in revision.partners or [] for each in part.get("attachments", []))]
    if files:
        sheets.append(_files_sheet(form, files))
    unlike = tables.distinct_names([sheet.name for sheet in sheets])
    return tables.write_book([replace(sheet, name=name) for sheet, name in zip(sheets, unlike, strict=True)], {})


def _sheets_of(filed: Filed, name: str, title: str) -> list[Sheet]:
    heads = [Cell(text, Style.HEAD) for text in ("", "填报项", "Field", pgettext("form", "Answer"), _("Unit"))]
    main = Sheet(
        name, [[Cell(READ_ONLY, Style.QUIET), Cell(title, Style.TITLE)], heads], (14, 34, 34, 70, 14), frozen_rows=2, is_locked=True
    )
    more: list[Sheet] = []
    for section, fields in filed.fields():
        main.rows.append([Cell(), Cell(section.title_zh, Style.HEAD), Cell(section.title_en, Style.HEAD)])
        for field in fields:
            value = filed.data.get(field.key)
            if field.type == "table":
                more.append(_table_sheet(filed, field, value or []))
            elif field.type == "scenarios":
                more.append(_scenarios_sheet(field, value or {}))
            else:
                main.rows += _lines(filed, field, value)
    return [main, *more]


def _lines(filed: Filed, field: Field, value: Any) -> list[list[Cell]]:
    if field.type == "before_after":
        sides = value or {}
        return [_line(slot.label_zh, slot.label_en, _figure(sides.get(slot.part)), field.unit) for slot in slots_of(field)]
    if field.type in _FIGURES:
        unit = field.unit_of(unit_code(value))
        return [_line(field.label_zh, field.label_en, _figure(value), unit.label if unit else field.unit)]
    return [_line(field.label_zh, field.label_en, _text(_words(filed, field, value)), "")]


def _words(filed: Filed, field: Field, value: Any) -> str:
    if field.type == "registry":
        return filed.registry.get(field.path, "")
    if field.type == "attachment":
        return "\n".join(each["name"] for each in filed.files if each["field"] == field.key)
    if field.type == "statement" and isinstance(value, dict):
        return " · ".join(str(part) for part in (display(field, value), value.get("by"), value.get("at")) if part)
    return "" if is_empty(value) else display(field, value, filed.names)


def _line(label_zh: str, label_en: str, cell: Cell, unit: str) -> list[Cell]:
    return [Cell(), Cell(label_zh), Cell(label_en), cell, Cell(unit)]


def _text(words: str) -> Cell:
    return Cell(words or None, Style.PLAIN, _TEXT)


def _figure(value: Any) -> Cell:
    text = typed_of(value) if not is_empty(value) else ""
    if not text:
        return Cell()
    places = len(text.partition(".")[2])
    return Cell(tables.number_cell(text), Style.PLAIN, f"#,##0.{'0' * places}" if places else "#,##0")


def _table_sheet(filed: Filed, field: Field, rows: Sequence[Mapping[str, Any]]) -> Sheet:
    sheet = Sheet(field.label, [[Cell(READ_ONLY, Style.QUIET), Cell(field.label, Style.TITLE)]], [24] * len(field.columns), is_locked=True)
    sheet.rows.append([Cell(with_unit(column.label_zh, column.unit_zh), Style.HEAD) for column in field.columns])
    sheet.rows.append([Cell(with_unit(column.label_en, column.unit_en), Style.HEAD) for column in field.columns])
    for row in rows:
        sheet.rows.append([_cell(filed, column, row.get(column.key)) for column in field.columns])
    sums = form_values.totals(field, rows)
    if sums:
        sheet.rows.append([_figure(sums[column.key]) if column.key in sums else Cell() for column in field.columns])
    return sheet


def _cell(filed: Filed, column: Field, value: Any) -> Cell:
    return _figure(value) if column.type in _FIGURES else _text("" if is_empty(value) else display(column, value, filed.names))


def _scenarios_sheet(field: Field, chosen: Mapping[str, str]) -> Sheet:
    sheet = Sheet(field.label, [[Cell(READ_ONLY, Style.QUIET), Cell(field.label, Style.TITLE)]], (14, 34, 34, 80), is_locked=True)
    sheet.rows.append([Cell(text, Style.HEAD) for text in ("", "场景", "Scenario", _("Description"))])
    for option in field.options:
        if option.value in chosen:
            sheet.rows.append(
                [Cell(option.value, Style.QUIET, _TEXT), Cell(option.label_zh), Cell(option.label_en), _text(chosen[option.value])]
            )
    return sheet


def _files_sheet(form: FormDef, files: Sequence[Mapping[str, Any]]) -> Sheet:
    title = pgettext("workbook", "Files")
    sheet = Sheet(title, [[Cell(READ_ONLY, Style.QUIET), Cell(title, Style.TITLE)]], (14, 40, 50, 14, 70), is_locked=True)
    sheet.rows.append([Cell(text, Style.HEAD) for text in ("", _("Entry"), _("File"), _("Bytes"), "SHA-256")])
    for each in files:
        field = form.by_key.get(each["field"])
        label = field.label if field else each["field"]
        sheet.rows.append([Cell(), Cell(label), _text(each["name"]), Cell(each["size"]), _text(each["sha256"])])
    return sheet
