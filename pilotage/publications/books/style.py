"""How a book looks: a folder of templates, and colours, fonts and cover words beside them.

``book.typ`` sets the PDF, ``book.css`` the EPUB and the web book; Word takes colours and fonts. What a plan's own style does not hold is
taken from the shipped one. Templates see the book and their own files, nothing else: neither the disk nor the network nor the clock.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pilotage.publications.books.model import BookLanguage

SHIPPED = Path(__file__).parent / "styles"
STANDARD = "standard"
LOOK = "style.json"
TYPESET = (".typ", ".svg")  # what the PDF is made of
SUFFIXES = (*TYPESET, ".css", ".json")
_COLOUR = re.compile(r"var\(--([a-z]+)\)")


@dataclass(frozen=True, slots=True)
class Style:
    """``style.json`` among the files holds ``{"colours": {name: "#rrggbb"}, "fonts": {"text": […], "titles": […]}, "cover": {…}}``."""

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

    @property
    def look(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.file(LOOK))
        return found

    def colour(self, name: str) -> str:
        """As Word writes it, without the sign."""
        return str(self.look["colours"][name]).removeprefix("#").upper()

    def fonts(self, use: str) -> list[str]:
        """``use``: text or titles; titles are set as the text where nothing is said of them."""
        fonts = self.look["fonts"]
        return list(fonts.get(use) or fonts.get("text") or [])

    def cover(self, place: str, language: BookLanguage) -> str:
        """Words of the title page; ``place``: above or below."""
        words = self.look["cover"].get(place) or {}
        zh, en = words.get("zh", ""), words.get("en", "")
        if language == "bilingual":
            return " ".join(dict.fromkeys(each for each in (zh, en) if each))
        return str((en or zh) if language == "en" else (zh or en))

    def css(self, name: str) -> bytes:
        """With the colours put in: many readers of EPUB know no variables. Fonts are named where the style names any."""
        colours = self.look["colours"]
        sheet = _COLOUR.sub(lambda found: colours.get(found[1], found[0]), self.file(name).decode())
        rules = (("body", self.fonts("text")), ("h1, h2, h3, h4", self.fonts("titles")))
        named = [f"{where} {{ font-family: {_families(fonts)}; }}\n" for where, fonts in rules if fonts]
        return (sheet + "".join(named)).encode()


@cache
def standard() -> Style:
    return Style(STANDARD, _read(SHIPPED / STANDARD))


def over_standard(name: str, files: Mapping[str, bytes], look: Mapping[str, Any] | None = None) -> Style:
    """The files of a plan's style over the shipped ones; of ``look`` each colour, font and cover word."""
    shipped = standard()
    said = {part: {**words, **((look or {}).get(part) or {})} for part, words in shipped.look.items()}
    own = {LOOK: json.dumps(said, ensure_ascii=False, sort_keys=True).encode()} if look else {}
    return Style(name, tuple(sorted({**dict(shipped.files), **files, **own}.items())))


def from_folder(folder: Path) -> Style:
    return over_standard(folder.name, dict(_read(folder)))


def _read(folder: Path) -> tuple[tuple[str, bytes], ...]:
    return tuple((each.name, each.read_bytes()) for each in sorted(folder.iterdir()) if each.suffix in SUFFIXES)


def _families(fonts: list[str]) -> str:
    return ", ".join([*(f'"{each}"' for each in fonts), "sans-serif"])
