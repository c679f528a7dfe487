"""Which kind of table file is this, and its rows."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation import gettext as _

from pilotage.core.tables import delimited, xlsx
from pilotage.core.tables.archive import WORKBOOK, archive_of
from pilotage.core.tables.rows import Row, Unreadable

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHERS = {
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"Rar!": "RAR",
    b"7z\xbc\xaf": "7z",
    b"\x1f\x8b": "gzip",
    b"SQLite format": "SQLite",
}


def kind_of(path: Path) -> str:
    """``xlsx`` or ``csv``, decided by the content and not by the name; raises Unreadable for anything else."""
    with path.open("rb") as file:
        start = file.read(4096)
    if not start.strip(b"\x00 \r\n\t\xef\xbb\xbf"):
        raise Unreadable(_("The file is empty."))
    if start.startswith(_OLE):
        raise Unreadable(_("This is an old .xls workbook or one with a password. Open it, remove the password and save it as .xlsx."))
    if start.startswith(b"PK"):
        return _kind_of_zip(path)
    for magic, name in _OTHERS.items():
        if start.startswith(magic):
            raise Unreadable(_("This is a %(kind)s file, whatever its name says. Save the table as .xlsx or .csv.") % {"kind": name})
    if start.lstrip(b"\xef\xbb\xbf \r\n\t")[:5].lower() in {b"<html", b"<!doc", b"<?xml", b"<tabl"}:
        raise Unreadable(
            _("This is a web page or XML file under the name of a table. Open it in a spreadsheet program and save it as .xlsx.")
        )
    return "csv"


def _kind_of_zip(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise Unreadable(_("The workbook is damaged or was not uploaded completely. Save it again and repeat the upload.")) from error
    if WORKBOOK in names or ("_rels/.rels" in names and any(name.startswith("xl/") and name.endswith(".xml") for name in names)):
        return "xlsx"
    if "xl/workbook.bin" in names:
        raise Unreadable(_("This is a binary workbook (.xlsb). Save it as .xlsx."))
    for part, name in {"word/document.xml": "Word", "ppt/presentation.xml": "PowerPoint", "content.xml": "OpenDocument"}.items():
        if part in names:
            raise Unreadable(_("This is a %(kind)s file, whatever its name says. Save the table as .xlsx or .csv.") % {"kind": name})
    raise Unreadable(_("This is a %(kind)s file, whatever its name says. Save the table as .xlsx or .csv.") % {"kind": "ZIP"})


def sheet_names(path: Path) -> list[str]:
    """The visible sheets of a workbook; for a CSV file one sheet without a name."""
    return xlsx.sheet_names(path) if kind_of(path) == "xlsx" else [""]


def merged_ranges(path: Path, sheet: str) -> list[tuple[int, int, int, int]]:
    """Merged ranges of a sheet of a workbook as top, bottom (rows from 1), left, right (columns from 0)."""
    return xlsx.merged_ranges(path, sheet)


def unpacked_size(path: Path) -> int:
    """Bytes that the parts of a workbook come to, as its own table says; the reader never unpacks more of a part than that."""
    with archive_of(path) as archive:
        return sum(part.file_size for part in archive.infolist())


def read_rows(path: Path | str, *, sheet: str | None = None, encoding: str | None = None) -> Iterator[Row]:
    """Rows of an XLSX or CSV file, blank ones skipped, in memory that does not grow with the rows.

    ``sheet`` names a sheet (default: the first visible one). ``encoding`` of a CSV file is found by
    itself (UTF-8, GB18030) unless given.
    """
    path = Path(path)
    if kind_of(path) == "xlsx":
        return xlsx.read_rows(path, sheet)
    return delimited.read_rows(path, encoding)
