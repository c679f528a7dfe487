"""The workbook of a data set: a sheet to fill in offline, and what comes back from it, all or nothing.

A row is one reporter in one period, a column one element; a quiet row of codes above the heads says which, so that columns and
rows may be moved, sorted and left out. Every cell that does not fit is named with sheet, row, column and what was expected.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from pilotage.core.tables import (
    Cell,
    Check,
    Row,
    Sheet,
    Style,
    Unreadable,
    column_letter,
    distinct_names,
    kind_of,
    read_rows,
    text,
    write_book,
)
from pilotage.core.tables import sheet_names as names_of
from pilotage.core.verdict import Invalid
from pilotage.statistics import services
from pilotage.statistics.definition import Definition, shown
from pilotage.statistics.models import DataSet
from pilotage.statistics.reporters import Reporter
from pilotage.statistics.services import BadEntries, Entry, Saved
from pilotage.statistics.spans import Span, span_at

CODES = ("reporter", "name", "period")
MOST_ROWS = 5000
Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True, order=True)
class BadCell:
    """``column`` is the letter a spreadsheet shows; blank where a whole row is meant."""

    sheet: str
    row: int
    column: str
    message: str


class BadWorkbook(Invalid):
    """Nothing was saved; ``cells`` names every fault."""

    def __init__(self, cells: Iterable[BadCell]) -> None:
        self.cells = sorted(cells)
        super().__init__({f"{cell.sheet}!{cell.column}{cell.row}": cell.message for cell in self.cells})


# --- out --------------------------------------------------------------------------------------
def template(
    data_set: DataSet, reporters: Sequence[Reporter], spans: Sequence[Span], known: Mapping[Key, Decimal | None], *, is_locked: bool = False
) -> bytes:
    """``known``: figures already there, which stand in their cells."""
    definition = data_set.definition
    elements = list(definition.elements.values())
    heads = [
        _("Code"),
        _("Reporter"),
        pgettext("statistics", "Period"),
        *(f"{each.title} ({each.unit})" if each.unit else each.title for each in elements),
    ]
    rows = [
        [Cell(data_set.title, Style.TITLE)],
        [Cell(_("One row is one reporter in one period. Keep the row of codes; rows may be left out."), Style.QUIET)],
        [Cell(code, Style.QUIET) for code in (*CODES, *definition.elements)],
        [Cell(head, Style.HEAD) for head in heads],
    ]
    first = len(rows) + 1
    for span in spans:
        for reporter in reporters:
            figures = [_figure(known.get((reporter.code, span.key, code))) for code in definition.elements]
            rows.append([Cell(reporter.code, number_format="@"), Cell(reporter.name), Cell(span.key, number_format="@"), *figures])
    checks = [_check(3 + index, first, max(len(rows), first), definition, code) for index, code in enumerate(definition.elements)]
    [name] = distinct_names([_("Figures")])
    widths = [12, 18, 12, *([18] * len(elements))]
    return write_book([Sheet(name, rows, widths, [] if is_locked else checks, frozen_rows=4, is_locked=is_locked)], {})


def _figure(value: Decimal | None) -> Cell:
    return Cell(None if value is None else float(value) if abs(value) < 10**15 else shown(value), Style.ANSWER)


def _check(column: int, first: int, last: int, definition: Definition, code: str) -> Check:
    element = definition.elements[code]
    return Check(column, first, last, least=element.least, most=element.most, is_whole=element.kind == "integer", advice=element.expected)


# --- in ---------------------------------------------------------------------------------------
@dataclass(slots=True)
class _Found:
    """What a workbook says, and where."""

    entries: dict[tuple[str, str], dict[str, Any]]
    places: dict[Key, tuple[str, int, str]]
    faults: list[BadCell]


def save_workbook(*, actor: Any, data_set: DataSet, path: Path, why: str = "") -> list[Saved]:
    """Raises :class:`BadWorkbook` with every bad cell, ``Unreadable``, ``Refused`` or ``Conflict``; nothing is saved then."""
    found = _read(path, data_set.definition)
    if found.faults:
        raise BadWorkbook(found.faults)
    entries = [Entry(reporter, period, figures) for (reporter, period), figures in found.entries.items()]
    if not entries:
        raise Unreadable(_("No row of the workbook holds a figure."))
    try:
        return services.save_entries(actor=actor, data_set=data_set, entries=entries, why=why)
    except BadEntries as error:
        raise BadWorkbook(_placed(found, key, sentence) for key, sentence in error.faults.items()) from None


def _placed(found: _Found, key: Key, sentence: str) -> BadCell:
    sheet, row, column = found.places.get(key) or found.places[key[0], key[1], ""]
    return BadCell(sheet, row, column, sentence)


def _read(path: Path, definition: Definition) -> _Found:
    found = _Found({}, {}, [])
    sheets = names_of(path) if kind_of(path) == "xlsx" else [""]
    read = [name for name in sheets if _read_sheet(path, name, definition, found)]
    if not read:
        raise Unreadable(_("No sheet has the row of codes (reporter, name, period, …). Download the template again."))
    return found


def _read_sheet(path: Path, name: str, definition: Definition, found: _Found) -> bool:
    columns: dict[str, int] = {}
    for number, row in enumerate(read_rows(path, sheet=name or None)):
        if number > MOST_ROWS:
            raise Unreadable(_("The workbook has more than %(most)d rows.") % {"most": MOST_ROWS})
        if not columns:
            codes = [row.text(index) for index in range(len(row.values))]
            if "reporter" in codes and "period" in codes:
                columns = {code: index for index, code in enumerate(codes) if code}
                _check_codes(name, row, columns, definition, found)
            elif number > 20:
                return False
        elif row.text(columns["period"]) and _is_data(row, columns):
            _read_row(name, row, columns, definition, found)
    return bool(columns)


def _check_codes(name: str, row: Row, columns: Mapping[str, int], definition: Definition, found: _Found) -> None:
    for code, index in columns.items():
        if code not in CODES and code not in definition.elements:
            message = _("“%(code)s” is no element of this data set. Expected: %(codes)s.")
            listed = ", ".join(definition.elements)
            found.faults.append(BadCell(name, row.number, column_letter(index), message % {"code": code[:40], "codes": listed}))


def _is_data(row: Row, columns: Mapping[str, int]) -> bool:
    """Whether a row holds a figure; that of the heads does not, as its code is none."""
    return (
        bool(row.text(columns["reporter"]))
        and any(row.text(index) for code, index in columns.items() if code not in CODES)
        and not (_is_head(row, columns))
    )


def _is_head(row: Row, columns: Mapping[str, int]) -> bool:
    return not any(character.isdigit() for character in row.text(columns["period"]))


def _read_row(name: str, row: Row, columns: Mapping[str, int], definition: Definition, found: _Found) -> None:
    reporter, period = row.text(columns["reporter"]), _period(row.value(columns["period"]), definition.period)
    if (reporter, period) in found.entries:
        message = _("%(reporter)s, %(period)s stands in row %(row)d already.")
        other = found.places[reporter, period, ""][1]
        found.faults.append(BadCell(name, row.number, "", message % {"reporter": reporter[:40], "period": period, "row": other}))
        return
    found.places[reporter, period, ""] = (name, row.number, column_letter(columns["reporter"]))
    broken = {fault.column for fault in row.faults}
    figures: dict[str, Any] = {}
    for code, index in columns.items():
        element = definition.elements.get(code)
        if element is None:
            continue
        found.places[reporter, period, code] = (name, row.number, column_letter(index))
        try:
            value = row.value(index)
            figures[code] = element.clean("?" if index in broken else value if isinstance(value, bool) else text(value))
        except Invalid as error:
            found.faults.append(BadCell(name, row.number, column_letter(index), error.errors[code]))
    found.entries[reporter, period] = figures


def _period(value: Any, kind: str) -> str:
    """A spreadsheet turns 2023-06 into a day by itself, and 2023 into a number."""
    if isinstance(value, datetime | date):
        day = value.date() if isinstance(value, datetime) else value
        return span_at(day, kind).key
    return text(value)
