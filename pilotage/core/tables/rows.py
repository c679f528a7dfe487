"""What a table is made of, whatever file it came from."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import islice

from pilotage.core.verdict import Invalid

Value = str | int | float | bool | date | datetime | None


class Unreadable(Invalid):
    """The file as a whole cannot be read; the sentence says why and what to do."""


class FaultKind(StrEnum):
    FORMULA_WITHOUT_VALUE = "formula_without_value"
    ERROR_VALUE = "error_value"
    BROKEN_CELL = "broken_cell"


@dataclass(frozen=True, slots=True)
class CellFault:
    column: int
    kind: FaultKind
    value: str


@dataclass(frozen=True, slots=True)
class Row:
    """``number`` is the row number a spreadsheet shows, from 1; ``values`` has no trailing blanks."""

    number: int
    values: tuple[Value, ...]
    faults: tuple[CellFault, ...] = ()

    def value(self, column: int) -> Value:
        return self.values[column] if column < len(self.values) else None

    def text(self, column: int) -> str:
        return text(self.value(column))


def text(value: Value) -> str:
    """The cell as a person reads it: no ``.0`` behind whole numbers, ISO dates, spaces trimmed."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    return str(value)


def column_letter(index: int) -> str:
    """0 -> A, 26 -> AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def find_header(rows: Iterable[Row], recognise: Callable[[str], object], within: int = 20) -> Row | None:
    """The row among the first ``within`` in which most distinct titles are recognised; the later one on a tie.

    The later one, because a two-row head with merged cells is complete in its second row. Without
    any recognised title: the first row with at least two cells.
    """
    best, most, fallback = None, 0, None
    for row in islice(rows, within):
        titles = {text(value) for value in row.values} - {""}
        known = sum(1 for title in titles if recognise(title))
        if known and known >= most:
            best, most = row, known
        if fallback is None and len(titles) > 1:
            fallback = row
    return best or fallback
