"""Tables out. Text that a spreadsheet would run as a formula stays text."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

import xlsxwriter
from django.utils import timezone
from django.utils.functional import Promise

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

MOST_LINES = 1_048_576  # of a sheet
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?%?")


@dataclass(frozen=True, slots=True)
class Column:
    """``width`` in characters; ``number_format`` as in a spreadsheet (``#,##0.00``)."""

    title: str
    width: int = 16
    number_format: str = ""


def safe_text(value: str) -> str:
    """For CSV, which knows no types: an apostrophe before text that begins like a formula and is no number."""
    if value[:1] in {"=", "+", "-", "@", "\t", "\r"} and not _NUMBER.fullmatch(value):
        return f"'{value}"
    return value


def write_xlsx(
    columns: Sequence[Column | str],
    rows: Iterable[Sequence[Any]],
    *,
    title: str,
    notes: Iterable[str] = (),
    to: IO[bytes] | Path | str | None = None,
) -> bytes:
    """``notes`` above, then the head row, then ``rows``, in constant memory; what a sheet cannot hold goes on in a further one.

    Writes into ``to`` where given and returns ``b""``, else returns the file.
    """
    buffer = io.BytesIO()
    target = buffer if to is None else str(to) if isinstance(to, Path) else to
    heads = [column if isinstance(column, Column) else Column(str(column)) for column in columns]
    waiting = iter(rows)
    with xlsxwriter.Workbook(target, {"constant_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        formats = [book.add_format({"num_format": head.number_format}) if head.number_format else None for head in heads]
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        row, number = next(waiting, None), 1
        while True:
            sheet = book.add_worksheet(sheet_name(title, number))
            line = _head(sheet, heads, notes if number == 1 else (), bold)
            while row is not None and line < MOST_LINES:
                for index, value in enumerate(row):
                    if value is not None and value != "":
                        write_cell(sheet, line, index, value, formats[index], moment)
                row, line = next(waiting, None), line + 1
            if row is None:
                break
            number += 1
    return buffer.getvalue()


def _head(sheet: Any, heads: Sequence[Column], notes: Iterable[str], bold: Any) -> int:
    """The number of the first line under the head row."""
    for index, head in enumerate(heads):
        sheet.set_column(index, index, head.width)
    line = 0
    for note in notes:
        sheet.write_string(line, 0, str(note))
        line += 1
    for index, head in enumerate(heads):
        sheet.write_string(line, index, str(head.title), bold)
    sheet.freeze_panes(line + 1, 0)
    return line + 1


def write_cell(sheet: Any, line: int, index: int, value: Any, style: Any = None, moment: Any = None) -> None:
    """A styled blank keeps its style; ``moment`` is the format of a time, by default that of a day."""
    if value is None or value == "":
        sheet.write_blank(line, index, None, style)
    elif isinstance(value, bool):
        sheet.write_boolean(line, index, value, style)
    elif isinstance(value, int | float | Decimal):
        sheet.write_number(line, index, value, style)
    elif isinstance(value, datetime):
        local = timezone.localtime(value).replace(tzinfo=None) if timezone.is_aware(value) else value
        sheet.write_datetime(line, index, local, moment or style)
    elif isinstance(value, date):
        sheet.write_datetime(line, index, datetime(value.year, value.month, value.day), style)  # noqa: DTZ001  a spreadsheet knows no zone
    else:
        sheet.write_string(line, index, str(value)[:32_767], style)


def sheet_name(title: str, number: int = 1) -> str:
    """``number``: of a table that goes on in further sheets."""
    end = f" {number}" if number > 1 else ""
    return (re.sub(r"[\[\]:*?/\\]", " ", title).strip("' ")[: 31 - len(end)] or "1") + end


def csv_lines(columns: Sequence[Column | str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """The lines of a CSV file one by one, for a streamed answer; the first carries the mark that Excel needs for UTF-8."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write("\ufeff")
    writer.writerow([safe_text(str(column.title if isinstance(column, Column) else column)) for column in columns])
    yield buffer.getvalue()
    for row in rows:
        buffer.seek(0)
        buffer.truncate()
        writer.writerow([_csv_cell(value) for value in row])
        yield buffer.getvalue()


def _csv_cell(value: Any) -> Any:
    if isinstance(value, datetime) and timezone.is_aware(value):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    return safe_text(str(value)) if isinstance(value, str | Promise) else value


def write_csv(columns: Sequence[Column | str], rows: Iterable[Sequence[Any]], *, to: Path | str | None = None) -> bytes:
    """The whole file, into ``to`` where given (then ``b""`` is returned)."""
    lines = csv_lines(columns, rows)
    if to is None:
        return "".join(lines).encode()
    with Path(to).open("w", encoding="utf-8", newline="") as file:
        file.writelines(lines)
    return b""
