"""In which encoding and with which separator is this text file written, and its rows.

UTF-8 (with or without mark) is tried first, strictly, over the whole file. GB18030 accepts nearly any bytes,
so it is believed only where at least four fifths of the characters beyond ASCII are in GB 2312, the everyday set: a
Big5, Shift-JIS or Latin-1 file read as GB18030 falls far under that. Everything else is refused.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation import gettext as _

from pilotage.core.tables.rows import Row, Unreadable

_BLOCK = 1 << 20


def read_rows(path: Path, encoding: str | None = None) -> Iterator[Row]:
    encoding = encoding or detect_encoding(path)
    with path.open(encoding=encoding, newline="", errors="strict") as file:
        delimiter = _delimiter(file.readline())
        file.seek(0)
        number = 0
        try:
            for number, cells in enumerate(csv.reader(file, delimiter=delimiter), 1):
                values = _trimmed(cells)
                if values:
                    yield Row(number, values)
        except csv.Error as error:
            raise Unreadable(
                _("The file cannot be read after row %(row)d: a quotation mark is probably not closed there.") % {"row": number}
            ) from error
        except UnicodeDecodeError as error:
            raise Unreadable(_unknown_encoding()) from error


def detect_encoding(path: Path) -> str:
    """``utf-8-sig`` or ``gb18030``; raises Unreadable and says how to save the file."""
    with path.open("rb") as file:
        start = file.read(4)
    if start[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
        raise Unreadable(_("The file is written in UTF-16. Save it as “CSV UTF-8”, or as .xlsx."))
    if _decodes(path, "utf-8"):
        return "utf-8-sig"
    if _decodes(path, "gb18030") and _looks_like_chinese(path):
        return "gb18030"
    raise Unreadable(_unknown_encoding())


def _unknown_encoding() -> str:
    return _(
        "The characters are neither UTF-8 nor GB18030. Open the file in a spreadsheet program and save it as “CSV UTF-8”, or as .xlsx."
    )


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    with path.open("rb") as file:
        try:
            while block := file.read(_BLOCK):
                if b"\x00" in block:
                    return False
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _looks_like_chinese(path: Path) -> bool:
    beyond = everyday = 0
    with path.open(encoding="gb18030", errors="strict") as file:
        while (block := file.read(_BLOCK)) and beyond < 200_000:
            for character in block:
                if character > "\x7f":
                    beyond += 1
                    everyday += _in_gb2312(character)
    return everyday >= 0.8 * beyond


def _in_gb2312(character: str) -> bool:
    """Hanzi of GB 2312, or the punctuation and full-width letters of its rows 1 and 3."""
    try:
        code = character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return len(code) == 2 and (code[0] >= 0xB0 or code[0] in {0xA1, 0xA3})


def _delimiter(first_line: str) -> str:
    return max(",\t;", key=first_line.count)


def _trimmed(cells: list[str]) -> tuple[str | None, ...]:
    end = len(cells)
    while end and not cells[end - 1].strip():
        end -= 1
    return tuple(cell if cell else None for cell in cells[:end])
