"""A table as a file: CSV and JSON as streams, XLSX and Parquet through a temporary file.

The same rows in the same order in each; a blank is a blank. CSV carries the mark that Excel needs for UTF-8, and an
apostrophe before text that a spreadsheet would run as a formula.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib.util import find_spec
from itertools import islice
from typing import IO, Any

import xlsxwriter
from django.utils.translation import gettext as _

from pilotage.core.tables import XLSX_TYPE, csv_lines
from pilotage.core.tables.writers import write_cell
from pilotage.core.verdict import Refused
from pilotage.publications.open_data.licences import licence, publisher
from pilotage.publications.open_data.tables import Field, PublicTable, TableEdition, Value

XLSX_MOST = 50_000
PARQUET_BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Kind:
    key: str
    media_type: str
    content_type: str

    @property
    def name(self) -> str:
        return "Parquet" if self.key == "parquet" else self.key.upper()


KINDS = {
    each.key: each
    for each in (
        Kind("csv", "text/csv", "text/csv; charset=utf-8"),
        Kind("xlsx", XLSX_TYPE, XLSX_TYPE),
        Kind("json", "application/json", "application/json"),
        Kind("parquet", "application/vnd.apache.parquet", "application/vnd.apache.parquet"),
    )
}


def kinds() -> list[Kind]:
    """Those that can be written here: Parquet needs the extra of that name."""
    return [kind for kind in KINDS.values() if kind.key != "parquet" or find_spec("pyarrow")]


def as_text(value: Value) -> str | int:
    """As CSV and JSON write a day, a time and a truth value. Times are in universal time."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int):
        return value
    return str(_plain(value))


def as_json(value: Value) -> Any:
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, Decimal | float):
        return _plain(value)
    if value == "":
        return None
    return as_text(value)


def _plain(value: Any) -> Any:
    if not isinstance(value, Decimal | float):
        return value
    return int(value) if value == int(value) else float(value)


def csv(table: PublicTable, edition: TableEdition | None) -> Iterator[str]:
    return csv_lines(table.names, ([as_text(value) for value in row] for row in table.source.every(edition)))


def record(table: PublicTable, row: Iterable[Value]) -> dict[str, Any]:
    return {name: as_json(value) for name, value in zip(table.names, row, strict=True)}


def json_text(table: PublicTable, edition: TableEdition | None) -> Iterator[str]:
    yield "["
    for position, row in enumerate(table.source.every(edition)):
        yield (",\n" if position else "\n") + json.dumps(record(table, row), ensure_ascii=False)
    yield "\n]\n"


# --- a workbook ------------------------------------------------------------------------------


def xlsx(table: PublicTable, edition: TableEdition | None, to: IO[bytes]) -> None:
    """The rows on the first sheet under the names of the fields; what they mean, and the terms, on the second."""
    with xlsxwriter.Workbook(to, {"constant_memory": True}) as book:
        formats = {"date": book.add_format({"num_format": "yyyy-mm-dd"}), "datetime": book.add_format({"num_format": "yyyy-mm-dd hh:mm"})}
        bold = book.add_format({"bold": True, "bottom": 1})
        sheet = book.add_worksheet(table.key[:31])
        sheet.freeze_panes(1, 1)
        for index, each in enumerate(table.fields):
            sheet.set_column(index, index, 30 if each.type == "string" else 16)
            sheet.write_string(0, index, each.name, bold)
        for line, row in enumerate(table.source.every(edition), 1):
            if line > XLSX_MOST:
                raise Refused(_("A workbook takes at most %(count)d rows of a table. Take the CSV or JSON file.") % {"count": XLSX_MOST})
            _write_row(sheet, line, row, formats)
        _write_fields(book.add_worksheet("fields"), table, edition, bold)


def _write_row(sheet: Any, line: int, row: Iterable[Value], formats: dict[str, Any]) -> None:
    for index, value in enumerate(row):
        if value is not None and value != "":
            write_cell(sheet, line, index, value, formats["date"] if isinstance(value, date) else None, formats["datetime"])


def _write_fields(sheet: Any, table: PublicTable, edition: TableEdition | None, bold: Any) -> None:
    sheet.set_column(0, 5, 28)
    for index, head in enumerate(("name", "type", "zh", "en", "unit", "codes")):
        sheet.write_string(0, index, head, bold)
    for line, each in enumerate(table.fields, 1):
        for index, text in enumerate((each.name, each.type, each.zh, each.en, each.unit, each.codes)):
            sheet.write_string(line, index, text)
    for line, (name, text) in enumerate(terms(table, edition), len(table.fields) + 3):
        sheet.write_string(line, 0, name)
        sheet.write_string(line, 1, text)


def terms(table: PublicTable, edition: TableEdition | None) -> list[tuple[str, str]]:
    """What is written into a file that can hold more than its rows."""
    zh, en = publisher()
    lines = [("title", f"{table.title_zh} / {table.title_en}"), ("publisher", f"{zh} / {en}"), ("licence", licence().url)]
    if edition is not None:
        lines.append(("edition", f"{edition.key}: {edition.title_zh} / {edition.title_en}"))
        if edition.is_fictional:
            lines.append(("fictional", "演示数据，均为虚构 / demonstration data, all fictional"))
    return lines


# --- Parquet ---------------------------------------------------------------------------------


def parquet(table: PublicTable, edition: TableEdition | None, to: IO[bytes]) -> None:
    import pyarrow as arrow  # an extra: loaded only where somebody asks for the format
    from pyarrow.parquet import ParquetWriter

    schema = arrow.schema([_column(arrow, each) for each in table.fields], metadata=dict(terms(table, edition)))
    rows = table.source.every(edition)
    with ParquetWriter(to, schema, compression="zstd") as writer:
        while batch := list(islice(rows, PARQUET_BATCH)):
            columns = [_values(each, column) for each, column in zip(table.fields, zip(*batch, strict=True), strict=True)]
            writer.write_table(arrow.table(columns, schema=schema))


def _column(arrow: Any, each: Field) -> Any:
    types = {
        "integer": arrow.int64(),
        "number": arrow.float64(),
        "boolean": arrow.bool_(),
        "date": arrow.date32(),
        "datetime": arrow.timestamp("us", tz="UTC"),
    }
    notes = {"zh": each.zh, "en": each.en, "unit": each.unit, "codes": each.codes}
    return arrow.field(each.name, types.get(each.type, arrow.string()), metadata={k: v for k, v in notes.items() if v})


def _values(each: Field, column: Iterable[Value]) -> list[Any]:
    if each.type == "number":
        return [None if value is None else float(value) for value in column]  # type: ignore[arg-type]
    return [None if value is None or value == "" else value for value in column]
