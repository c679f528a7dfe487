"""How a book looks: a folder of templates. What a plan's own folder does not hold is taken from the shipped one.

``book.typ`` sets the PDF, ``book.css`` the EPUB and the web book. Templates see the book and their own files, nothing else:
neither the disk nor the network nor the clock.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SHIPPED = Path(__file__).parent / "styles"
STANDARD = "standard"
SUFFIXES = (".typ", ".css")


@dataclass(frozen=True, slots=True)
class Style:
    name: str
    files: tuple[tuple[str, bytes], ...]

    def file(self, name: str) -> bytes:
        return dict(self.files)[name]

    @property
    def digest(self) -> str:
        joined = hashlib.sha256()
        for name, content in self.files:
            joined.update(f"{name}\n{len(content)}\n".encode() + content)
        return f"sha256:{joined.hexdigest()}"


@cache
def standard() -> Style:
    return Style(STANDARD, _read(SHIPPED / STANDARD))


def over_standard(name: str, files: Mapping[str, bytes]) -> Style:
    """The files of a plan's style over the shipped ones."""
    return Style(name, tuple(sorted({**dict(standard().files), **files}.items())))


def from_folder(folder: Path) -> Style:
    return over_standard(folder.name, dict(_read(folder)))


def _read(folder: Path) -> tuple[tuple[str, bytes], ...]:
    return tuple((each.name, each.read_bytes()) for each in sorted(folder.iterdir()) if each.suffix in SUFFIXES)
