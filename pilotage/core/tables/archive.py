"""The parts of a workbook: which sheets it has, its shared strings, which styles are dates.

The zip is never trusted: parts are unpacked in blocks and counted, entity declarations are refused.
"""

from __future__ import annotations

import os
import re
import tempfile
import zipfile
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import IO, Any
from xml.parsers import expat

from django.utils.translation import gettext as _

from pilotage.core.tables.rows import Unreadable

WORKBOOK = "xl/workbook.xml"
_BLOCK = 1 << 18
_MAX_PART = 4 << 30
_BUILT_IN_DATES = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_QUOTED = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')


@dataclass(frozen=True, slots=True)
class SheetPart:
    name: str
    part: str


@dataclass(slots=True)
class Book:
    sheets: list[SheetPart] = field(default_factory=list)
    is_1904: bool = False
    strings_part: str = ""
    styles_part: str = ""

    def part_of(self, name: str | None) -> str:
        if not self.sheets:
            raise Unreadable(_("The workbook has no visible sheet."))
        if name is None:
            return self.sheets[0].part
        for sheet in self.sheets:
            if sheet.name == name:
                return sheet.part
        raise Unreadable(
            _("The workbook has no sheet “%(name)s”; its sheets are: %(names)s.")
            % {"name": name, "names": ", ".join(sheet.name for sheet in self.sheets)}
        )


@contextmanager
def archive_of(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (zipfile.BadZipFile, expat.ExpatError, EOFError, KeyError, NotImplementedError, RuntimeError, UnicodeDecodeError) as error:
        raise Unreadable(_("The workbook is damaged or was not uploaded completely. Save it again and repeat the upload.")) from error


def blocks(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    read = 0
    with archive.open(part) as file:
        while block := file.read(_BLOCK):
            read += len(block)
            if read > _MAX_PART:
                raise Unreadable(_("The workbook unpacks to more than 4 GB. Split it into several files."))
            yield block


def _no_entities(*_args: Any) -> None:
    raise Unreadable(_("The workbook declares XML entities, which no spreadsheet program writes. It is not read."))


def new_parser() -> Any:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.buffer_size = 1 << 16
    parser.EntityDeclHandler = _no_entities
    return parser


def _elements(archive: zipfile.ZipFile, part: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Local name and attributes of every element of a small part."""
    found: list[tuple[str, dict[str, str]]] = []
    parser = new_parser()
    parser.StartElementHandler = lambda name, attributes: found.append((name.rpartition(":")[2], attributes))
    for block in blocks(archive, part):
        parser.Parse(block)
        yield from found
        found.clear()
    parser.Parse(b"", True)


def workbook(archive: zipfile.ZipFile) -> Book:
    path = _relations(archive, "").get("officeDocument", [("", WORKBOOK)])[0][1]
    relations = _relations(archive, path)
    targets = {identifier: target for found in relations.values() for identifier, target in found}
    book = Book()
    book.strings_part = next((target for _id, target in relations.get("sharedStrings", [])), "")
    book.styles_part = next((target for _id, target in relations.get("styles", [])), "")
    for name, attributes in _elements(archive, path):
        if name == "workbookPr":
            book.is_1904 = attributes.get("date1904") in {"1", "true"}
        if name == "sheet" and attributes.get("state", "visible") == "visible":
            identifier = next((value for key, value in attributes.items() if key.rpartition(":")[2] == "id" and ":" in key), "")
            target = targets.get(identifier, "")
            if "/worksheets/" in f"/{target}":
                book.sheets.append(SheetPart(attributes.get("name", ""), target))
    return book


def _relations(archive: zipfile.ZipFile, part: str) -> dict[str, list[tuple[str, str]]]:
    """Kind of relation -> [(id, part)] for the whole package or one part."""
    folder, _slash, name = part.rpartition("/")
    path = f"{folder}/_rels/{name}.rels".lstrip("/")
    found: dict[str, list[tuple[str, str]]] = {}
    if path not in archive.NameToInfo:
        return found
    for element, attributes in _elements(archive, path):
        if element == "Relationship" and attributes.get("TargetMode") != "External":
            target = attributes["Target"]
            target = target.lstrip("/") if target.startswith("/") else os.path.normpath(f"{folder}/{target}").lstrip("/")
            found.setdefault(attributes["Type"].rpartition("/")[2], []).append((attributes.get("Id", ""), target))
    return found


def date_styles(archive: zipfile.ZipFile, part: str) -> frozenset[str]:
    """The style numbers (as written in a cell) that show a number as a date."""
    if part not in archive.NameToInfo:
        return frozenset()
    formats: dict[str, bool] = {str(number): True for number in _BUILT_IN_DATES}
    dates: set[str] = set()
    inside, count = False, 0
    for name, attributes in _elements(archive, part):
        if name == "numFmt":
            code = _QUOTED.sub("", attributes.get("formatCode", "")).lower()
            formats[attributes.get("numFmtId", "")] = any(letter in code for letter in "ymdhs")
        elif name in {"cellXfs", "cellStyles"}:
            inside = name == "cellXfs"
        elif name == "xf" and inside:
            if formats.get(attributes.get("numFmtId", "")):
                dates.add(str(count))
            count += 1
    return frozenset(dates)


class SharedStrings:
    """The shared strings, on disk; ``get`` keeps the last few thousand."""

    def __init__(self, archive: zipfile.ZipFile, part: str) -> None:
        self.file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  closed by close()
        self.ends = array("Q", [0])
        if part in archive.NameToInfo:
            self._load(archive, part)
        self.file.flush()
        self.get = lru_cache(maxsize=8192)(self._read)

    def _load(self, archive: zipfile.ZipFile, part: str) -> None:
        pieces: list[str] = []
        state = {"text": False, "phonetic": False}
        ends, write = self.ends, self.file.write

        def start(name: str, _attributes: dict[str, str]) -> None:
            local = name.rpartition(":")[2]
            if local == "t":
                state["text"] = not state["phonetic"]
            elif local == "rPh":
                state["phonetic"] = True

        def end(name: str) -> None:
            local = name.rpartition(":")[2]
            if local == "t":
                state["text"] = False
            elif local == "rPh":
                state["phonetic"] = False
            elif local == "si":
                ends.append(ends[-1] + write("".join(pieces).encode()))
                pieces.clear()

        parser = new_parser()
        parser.StartElementHandler, parser.EndElementHandler = start, end
        parser.CharacterDataHandler = lambda data: pieces.append(data) if state["text"] else None
        for block in blocks(archive, part):
            parser.Parse(block)
        parser.Parse(b"", True)

    def _read(self, index: int) -> str:
        start, end = self.ends[index], self.ends[index + 1]
        return os.pread(self.file.fileno(), end - start, start).decode()

    def close(self) -> None:
        self.file.close()
