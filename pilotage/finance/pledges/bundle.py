"""Everything of a registration in one ZIP: the papers made from the record as PDF and Word, and the scans under the papers they belong to."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from pilotage.core import clock, documents, incoming
from pilotage.finance.pledges import papers, selectors
from pilotage.finance.pledges.models import Pledge

IN_MEMORY = 8 * 1024 * 1024  # bytes; beyond that on disk


def bundle(pledge: Pledge) -> IO[bytes]:
    """At its beginning, ready to be read. Scans that are kept back are named in a note instead; without a font there are the Word files alone."""
    out: Any = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  the answer closes it
    notes: list[str] = []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in _papers(pledge, notes):
            archive.writestr(_entry(name), content)
        _scans(archive, pledge, notes)
        if notes:
            archive.writestr(_entry(_("Left out.txt")), "\n".join(notes).encode())
    out.seek(0)
    return out  # type: ignore[no-any-return]


def _papers(pledge: Pledge, notes: list[str]) -> Iterator[tuple[str, bytes]]:
    for kind in papers.kinds_of(pledge):
        for form in ("pdf", "docx"):
            try:
                yield f"{kind.label}.{form}", papers.paper(pledge, kind, form)
            except documents.DocumentError:
                notes.append(f"{kind.label}.{form}: {_('The Chinese font is missing on this server.')}")


def _scans(archive: zipfile.ZipFile, pledge: Pledge, notes: list[str]) -> None:
    """Two scans of one name keep their numbers."""
    for file in selectors.files_of(pledge):
        verdict = incoming.may_give_out_scanned(file)
        if not verdict:
            notes.append(f"{file.name}: {verdict.reason}")
            continue
        try:
            with file.file.open("rb") as content, archive.open(_entry(f"{file.get_paper_display()}/{file.pk} {file.name}"), "w") as entry:
                for block in content.chunks():
                    entry.write(block)
        except FileNotFoundError:
            notes.append(f"{file.name}: {_('The file is missing in the store.')}")


def _entry(name: str) -> zipfile.ZipInfo:
    """Of the platform's time, so that a demonstration's files bear the demonstration's days."""
    entry = zipfile.ZipInfo(name.replace("\\", "_"), timezone.localtime(clock.now()).timetuple()[:6])
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry
