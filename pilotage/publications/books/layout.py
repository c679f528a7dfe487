"""The book in the order of its pages: figures and tables numbered through, pictures put where the text names them, indexes made.

Invariants: every kind of file is written from this one arrangement, so a number or an index entry is the same in all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import TypeAlias

from django.utils.translation import gettext as _

from pilotage.core import markup
from pilotage.publications.books.model import Book, BookError, Figure, Part, Table
from pilotage.publications.books.words import word

MAX_DEPTH = 4
_ANCHOR = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,59}")
_NUMBER = re.compile(r"[+\-−–]?[\d,]*\.?\d+\s?%?|[–—-]?")
_MAGIC = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpg"}


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure with its number; ``file`` names it in every archive."""

    figure: Figure
    caption: str
    file: str


@dataclass(frozen=True, slots=True)
class Tabled:
    table: Table
    caption: str
    align: tuple[str, ...]


Piece: TypeAlias = tuple[markup.Block, ...] | Shown | Tabled


@dataclass(frozen=True, slots=True)
class Chapter:
    depth: int
    anchor: str
    title: str
    facts: tuple[tuple[str, str], ...]
    pieces: tuple[Piece, ...]
    chapters: tuple[Chapter, ...]
    is_new_page: bool


@dataclass(frozen=True, slots=True)
class Place:
    anchor: str
    title: str


@dataclass(frozen=True, slots=True)
class Index:
    name: str
    anchor: str
    entries: tuple[tuple[str, tuple[Place, ...]], ...]


@dataclass(frozen=True, slots=True)
class Layout:
    book: Book
    chapters: tuple[Chapter, ...]
    indexes: tuple[Index, ...]

    def word(self, key: str) -> str:
        return word(self.book.language, key)

    @property
    def all_chapters(self) -> tuple[Chapter, ...]:
        return tuple(_walk(self.chapters))

    @property
    def figures(self) -> tuple[Shown, ...]:
        return tuple(piece for chapter in self.all_chapters for piece in chapter.pieces if isinstance(piece, Shown))


def lay_out(book: Book) -> Layout:
    """Raises :class:`BookError` for what no file could be made of."""
    parts = list(_parts(book.parts))
    _check(book, parts)
    numbers = (count(1), count(1))
    chapters = tuple(_chapter(part, 1, book, numbers, is_first=False) for part in book.parts)
    return Layout(book, chapters, tuple(_index(name, place, parts) for place, name in enumerate(book.indexes, 1)))


def _walk(chapters: tuple[Chapter, ...]) -> Iterator[Chapter]:
    for chapter in chapters:
        yield chapter
        yield from _walk(chapter.chapters)


def _parts(parts: tuple[Part, ...], depth: int = 1) -> Iterator[Part]:
    if parts and depth > MAX_DEPTH:
        raise BookError(_("The parts of a book stand in each other at most %(depth)s deep.") % {"depth": MAX_DEPTH})
    for part in parts:
        yield part
        yield from _parts(part.parts, depth + 1)


def _check(book: Book, parts: list[Part]) -> None:
    anchors = [part.anchor for part in parts]
    wrong = [anchor for anchor in anchors if not _ANCHOR.fullmatch(anchor) or anchors.count(anchor) > 1]
    if wrong:
        raise BookError(_("The anchor “%(anchor)s” is not of letters, digits and hyphens, or stands twice.") % {"anchor": wrong[0]})
    unknown = {name for part in parts for name, _term in part.terms} - set(book.indexes)
    if unknown:
        raise BookError(_("The book has no index “%(name)s”.") % {"name": min(unknown)})


# --- chapters -------------------------------------------------------------------------------
Numbers: TypeAlias = tuple[Iterator[int], Iterator[int]]


def _chapter(part: Part, depth: int, book: Book, numbers: Numbers, *, is_first: bool) -> Chapter:
    """The first part of a part begins on the page of its title."""
    pieces = tuple(_pieces(part, book, numbers))
    inner = tuple(_chapter(each, depth + 1, book, numbers, is_first=place == 0) for place, each in enumerate(part.parts))
    is_new_page = depth <= 2 and not is_first and not part.is_running_on
    return Chapter(depth, part.anchor, part.title, part.facts, pieces, inner, is_new_page)


def _pieces(part: Part, book: Book, numbers: Numbers) -> Iterator[Piece]:
    """Runs of text, each figure and table by itself."""
    by_key = {figure.key: figure for figure in part.figures}
    run: list[markup.Block] = []
    for block in part.blocks:
        figure = by_key.get(block.key) if isinstance(block, markup.Picture) else block
        if not isinstance(figure, Figure | Table):
            run.append(block)  # type: ignore[arg-type]  # neither a figure nor a table
            continue
        if run:
            yield tuple(run)
            run = []
        caption = block.caption if isinstance(block, markup.Picture) and block.caption else figure.caption
        yield _shown(figure, caption, book, numbers) if isinstance(figure, Figure) else _tabled(figure, book, numbers)
    if run:
        yield tuple(run)


def _shown(figure: Figure, caption: str, book: Book, numbers: Numbers) -> Shown:
    number = next(numbers[0])
    kind = "svg" if figure.svg is not None else _kind(figure)
    return Shown(figure, f"{word(book.language, 'figure')} {number}　{caption}".rstrip("　"), f"figure-{number}.{kind}")


def _kind(figure: Figure) -> str:
    kinds = [kind for magic, kind in _MAGIC.items() if (figure.image or b"").startswith(magic)]
    if not kinds:
        raise BookError(_("The picture “%(name)s” is neither PNG nor JPEG.") % {"name": figure.key})
    return kinds[0]


def _tabled(table: Table, book: Book, numbers: Numbers) -> Tabled:
    if any(len(row) != len(table.head) for row in table.rows):
        raise BookError(_("The rows of the table “%(name)s” are not as long as its head.") % {"name": table.caption})
    columns = zip(*table.rows, strict=True) if table.rows else [()] * len(table.head)
    align = tuple("r" if any(cells) and all(_NUMBER.fullmatch(cell.strip()) for cell in cells) else "l" for cells in columns)
    return Tabled(table, f"{word(book.language, 'table')} {next(numbers[1])}　{table.caption}".rstrip("　"), align)


# --- indexes --------------------------------------------------------------------------------
def _index(name: str, place: int, parts: list[Part]) -> Index:
    places: dict[str, list[Place]] = {}
    for part in parts:
        for term in dict.fromkeys(term for index, term in part.terms if index == name):
            places.setdefault(term, []).append(Place(part.anchor, part.title))
    return Index(name, f"index-{place}", tuple((term, tuple(places[term])) for term in sorted(places, key=reading_order)))


def reading_order(term: str) -> tuple[bytes, str]:
    """GB 18030 keeps the common characters in the order of their Pinyin; Latin letters come first, capitals as small ones."""
    return term.casefold().encode("gb18030", "replace"), term
