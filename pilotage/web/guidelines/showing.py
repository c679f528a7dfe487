"""Chapters as a page shows them: text as HTML, live blocks as chart and table."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from pilotage.core.markup import Block, Heading, Line, headings, to_html
from pilotage.publications.guidelines.content import Piece, ShownChapter, shown
from pilotage.publications.guidelines.live import Filled
from pilotage.publications.guidelines.models import Guideline
from pilotage.web.nav import resolved

DEEPEST = 3  # of the headings in a list of contents


@dataclass(frozen=True, slots=True)
class ShownPiece:
    """``place`` counts the pieces of the chapter from 1; ``rows`` are those of the table, each with the address of what it tells of."""

    place: int
    html: SafeString | None = None
    live: Filled | None = None
    svg: SafeString | None = None
    rows: tuple[tuple[tuple[tuple[str, bool], ...], str], ...] = ()
    is_heading: bool = False


@dataclass(frozen=True, slots=True)
class PageChapter:
    key: str
    number: int
    title: str
    pieces: tuple[ShownPiece, ...]
    contents: tuple[Line, ...]


def language_of(guideline: Guideline, wanted: str = "") -> str:
    """The one asked for, the reader's, or the guideline's first."""
    return next(each for each in (wanted, get_language(), guideline.languages[0]) if each in guideline.languages)


def page_chapters(content: Mapping[str, Any], language: str, readable: Collection[str] | None = None) -> list[PageChapter]:
    return [_chapter(chapter) for chapter in shown(content, language, readable)]


def _chapter(chapter: ShownChapter) -> PageChapter:
    blocks = tuple(piece for piece in chapter.pieces if not isinstance(piece, Filled))
    lines = tuple(line for line in headings(blocks) if line.level <= DEEPEST)
    return PageChapter(chapter.key, chapter.number, chapter.title, tuple(pieces_of(chapter.pieces, f"{chapter.key}-")), lines)


def pieces_of(pieces: Sequence[Piece], prefix: str = "") -> Iterator[ShownPiece]:
    for place, piece in enumerate(pieces, 1):
        yield _live(piece, place) if isinstance(piece, Filled) else _text(piece, place, prefix)


def _text(block: Block, place: int, prefix: str) -> ShownPiece:
    return ShownPiece(place, html=to_html((block,), heading_base=2, prefix=prefix), is_heading=isinstance(block, Heading))


def _live(filled: Filled, place: int) -> ShownPiece:
    svg = mark_safe(filled.svg) if filled.svg else None  # noqa: S308  # drawn by core.charts, every word escaped
    keys = filled.keys or ("",) * len(filled.rows)
    rows = tuple(
        (tuple((words, column in filled.numbers) for column, words in enumerate(row)), resolved("cases:detail", key) if key else "")
        for key, row in zip(keys, filled.rows, strict=True)
    )
    return ShownPiece(place, live=filled, svg=svg, rows=rows)
