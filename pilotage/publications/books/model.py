"""What a book is before it is a file: parts with text, figures and tables, and the terms its indexes are made of.

Pure data. The same book and the same style give the same bytes, whatever the machine, the hour or the reader's language.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from pilotage.core import markup

Kind: TypeAlias = Literal["pdf", "docx", "epub", "web"]
KINDS: tuple[Kind, ...] = ("pdf", "docx", "epub", "web")
BookLanguage: TypeAlias = Literal["zh", "en", "bilingual"]


class BookError(ValueError):
    """The book cannot be compiled; ``str()`` is a sentence for people."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture or chart: ``svg`` as ``core.charts`` draws them, or ``image`` (PNG or JPEG, size checked by the caller).

    In the text of a part, ``![…](figure:KEY)`` names the place of the part's figure of that key.
    """

    key: str
    caption: str
    svg: str | None = None
    image: bytes | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows are as long as the head; a column whose cells are all numbers is set to the right."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


Content: TypeAlias = markup.Block | Figure | Table


@dataclass(frozen=True, slots=True)
class Part:
    """``anchor``: letters, digits and hyphens, unique in the book. ``facts``: label and value, set above the text.

    ``figures`` are those the text places by ``figure:KEY``; a :class:`Figure` among the blocks stands where it is.
    ``terms``: pairs of an index's name (one of ``Book.indexes``) and the term under which the part is found there.
    Parts of the first two depths begin a page unless they are ``is_running_on`` (many short ones on a page).
    """

    anchor: str
    title: str
    blocks: tuple[Content, ...]
    facts: tuple[tuple[str, str], ...] = ()
    parts: tuple[Part, ...] = ()
    terms: tuple[tuple[str, str], ...] = ()
    figures: tuple[Figure, ...] = ()
    is_running_on: bool = False


@dataclass(frozen=True, slots=True)
class Book:
    """``number`` is empty before the book is issued; ``notice`` stands on the title page and in the foot (what is fictional says so).

    ``identifier``: lasting and unique, as ``urn:…``; it names the EPUB and seeds every reader's bookmarks.
    """

    identifier: str
    title: str
    subtitle: str
    publisher: str
    language: BookLanguage
    number: str
    issued_on: date
    foreword: tuple[markup.Block, ...]
    parts: tuple[Part, ...]
    indexes: tuple[str, ...] = ()
    notice: str = ""
