"""What kind of file is this really?

Data: the name given and the bytes. Algorithm: signatures at the start of the file; Office files are
opened as ZIP and known by the parts they must hold.
Invariants: the answer never depends on the name; a kind is one of ``ACCEPTABLE_FILES`` or nothing.
Refuses: names whose ending says another kind than the content, programs and scripts whatever their
name, Office files with macros.
"""

from __future__ import annotations

import hashlib
import unicodedata
import zipfile
from pathlib import PurePosixPath, PureWindowsPath
from typing import BinaryIO

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from pilotage.core.tables import XLSX_TYPE
from pilotage.core.verdict import Invalid

CONTENT_TYPES = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": XLSX_TYPE,
    "zip": "application/zip",
}
_SIGNATURES = ((b"%PDF-", "pdf"), (b"\x89PNG\r\n\x1a\n", "png"), (b"\xff\xd8\xff", "jpg"), (b"PK\x03\x04", "zip"))
_PROGRAMS = (b"MZ", b"\x7fELF", b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"#!")
_PARTS = (("word/document.xml", "docx"), ("xl/workbook.xml", "xlsx"))


def kind_of(name: str, file: BinaryIO) -> str:
    """The kind of the file, agreed between ending and content. Raises ``Invalid`` with the sentence; rewinds the file."""
    kind = _sniff(name, file)
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if ("jpg" if ending == "jpeg" else ending) != kind:
        raise Invalid(
            _("“%(name)s” ends in .%(ending)s, but its content is %(kind)s. Save it in the right format and add it again.")
            % {"name": name, "ending": ending, "kind": kind.upper()}
        )
    return kind


def _sniff(name: str, file: BinaryIO) -> str:
    file.seek(0)
    head = file.read(16)
    file.seek(0)
    if head.startswith(_PROGRAMS):
        raise Invalid(_("“%(name)s” is a program or script, whatever its name says. Programs are not accepted.") % {"name": name})
    kind = next((kind for signature, kind in _SIGNATURES if head.startswith(signature)), "")
    if not kind:
        raise Invalid(_("“%(name)s” is of no kind that can be checked. Use PDF, JPG, PNG, DOCX or XLSX.") % {"name": name})
    return _office(name, file) if kind == "zip" else kind


def _office(name: str, file: BinaryIO) -> str:
    try:
        with zipfile.ZipFile(file) as archive:
            parts = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise Invalid(_("“%(name)s” is damaged and cannot be opened.") % {"name": name}) from None
    finally:
        file.seek(0)
    if any(part.lower().endswith("vbaproject.bin") for part in parts):
        raise Invalid(_("“%(name)s” holds macros. Save it without them and add it again.") % {"name": name})
    return next((kind for part, kind in _PARTS if part in parts and "[Content_Types].xml" in parts), "zip")


def safe_name(name: str) -> str:
    """The file's own name without folders and invisible characters, at most 255 characters with its ending kept."""
    last = PurePosixPath(PureWindowsPath(name).name).name
    clean = "".join(c for c in unicodedata.normalize("NFC", last) if unicodedata.category(c)[0] != "C").strip(" .")
    stem, dot, ending = clean.rpartition(".")
    return f"{stem[: 254 - len(ending)]}{dot}{ending}" if dot else clean[:255]


def sha256_of(upload: UploadedFile) -> str:
    total = hashlib.sha256()
    upload.seek(0)
    for chunk in upload.chunks():
        total.update(chunk)
    upload.seek(0)
    return total.hexdigest()
