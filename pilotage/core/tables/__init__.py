"""Tables in and out: XLSX and CSV, read and written as streams.

    for row in read_rows(path): ...        # Row(number, values, faults)
    write_xlsx(columns, rows, title="…")   # bytes, or into a file with to=
    write_csv(columns, rows)
    write_book(sheets, lists)              # several sheets to fill in, with drop-down lists

Blank rows are skipped and keep their number. Cells are str, int, float, bool, date, datetime or None;
:func:`text` gives what a person sees. A file that cannot be read raises :class:`Unreadable`, a cell
that cannot be read becomes a :class:`CellFault` of its row.
"""

from pilotage.core.tables.books import Cell, Check, Sheet, Style, day_cell, distinct_names, number_cell, write_book
from pilotage.core.tables.reader import kind_of, merged_ranges, read_rows, sheet_names, unpacked_size
from pilotage.core.tables.rows import CellFault, FaultKind, Row, Unreadable, column_letter, find_header, text
from pilotage.core.tables.writers import XLSX_TYPE, Column, csv_lines, safe_text, write_csv, write_xlsx

__all__ = [
    "XLSX_TYPE",
    "Cell",
    "CellFault",
    "Check",
    "Column",
    "FaultKind",
    "Row",
    "Sheet",
    "Style",
    "Unreadable",
    "column_letter",
    "csv_lines",
    "day_cell",
    "distinct_names",
    "find_header",
    "kind_of",
    "merged_ranges",
    "number_cell",
    "read_rows",
    "safe_text",
    "sheet_names",
    "text",
    "unpacked_size",
    "write_book",
    "write_csv",
    "write_xlsx",
]
