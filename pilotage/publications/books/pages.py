"""The pages an EPUB and a web book share: one for each part of the first two depths, its deeper parts on it; indexes; a title page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

from django.utils.html import escape
from PIL import Image

from pilotage.core import markup
from pilotage.publications.books.layout import Chapter, Index, Layout, Piece, Shown, Tabled
from pilotage.publications.books.style import Style
from pilotage.publications.books.words import day

PAGED = 2  # depth of parts that have a page of their own


@dataclass(frozen=True, slots=True)
class Page:
    """``body`` is well-formed XHTML; ``depth`` its place in the contents."""

    file: str
    title: str
    depth: int
    body: str


def pages(layout: Layout, suffix: str, style: Style) -> tuple[Page, ...]:
    """``suffix``: ``.xhtml`` or ``.html``, in names and links alike."""
    return tuple(_Writer(layout, suffix, style).pages())


class _Writer:
    def __init__(self, layout: Layout, suffix: str, style: Style) -> None:
        self.layout, self.suffix, self.style = layout, suffix, style
        self.addresses = dict(self._addresses(layout.chapters, ""))

    def _addresses(self, chapters: tuple[Chapter, ...], page: str) -> Iterator[tuple[str, str]]:
        for chapter in chapters:
            here = f"{chapter.anchor}{self.suffix}" if chapter.depth <= PAGED else page
            yield chapter.anchor, here if chapter.depth <= PAGED else f"{here}#{chapter.anchor}"
            yield from self._addresses(chapter.chapters, here)

    def pages(self) -> Iterator[Page]:
        book = self.layout.book
        yield Page(f"title-page{self.suffix}", book.title, 1, self._title())
        if book.foreword:
            title = self.layout.word("foreword")
            yield Page(f"foreword{self.suffix}", title, 1, f"<h1>{escape(title)}</h1>\n{markup.to_html(book.foreword)}")
        for chapter in self.layout.chapters:
            yield from self._paged(chapter)
        for index in self.layout.indexes:
            yield Page(f"{index.anchor}{self.suffix}", index.name, 1, self._index(index))

    def _title(self) -> str:
        book = self.layout.book
        rows = (
            (self.layout.word("number"), book.number or self.layout.word("draft")),
            (self.layout.word("issued"), day(book.language, book.issued_on)),
        )
        subtitle = f'<p class="book-subtitle">{escape(book.subtitle)}</p>' if book.subtitle else ""
        notice = f'<p class="book-notice">{escape(book.notice)}</p>' if book.notice else ""
        above, below = (
            f'<p class="book-cover">{escape(words)}</p>' if (words := self.style.cover(place, book.language)) else ""
            for place in ("above", "below")
        )
        return (
            f'<p class="book-publisher">{escape(book.publisher)}</p>{above}<h1 class="book-title">{escape(book.title)}</h1>'
            f"{subtitle}{_facts(rows)}{below}{notice}"
        )

    def _paged(self, chapter: Chapter) -> Iterator[Page]:
        yield Page(f"{chapter.anchor}{self.suffix}", chapter.title, chapter.depth, self._chapter(chapter))
        for inner in chapter.chapters:
            if inner.depth <= PAGED:
                yield from self._paged(inner)

    def _chapter(self, chapter: Chapter) -> str:
        level = max(1, chapter.depth - PAGED + 1)
        parts = [f'<h{level} id="{chapter.anchor}">{escape(chapter.title)}</h{level}>']
        parts += [_facts(chapter.facts)] if chapter.facts else []
        parts += [self._piece(piece, chapter, level) for piece in chapter.pieces]
        deeper = [inner for inner in chapter.chapters if inner.depth > PAGED]
        parts += [f"<section>{self._chapter(inner)}</section>" for inner in deeper]
        if len(deeper) < len(chapter.chapters):
            links = "".join(f'<li><a href="{self.addresses[each.anchor]}">{escape(each.title)}</a></li>' for each in chapter.chapters)
            parts.append(f'<ol class="book-parts">{links}</ol>')
        return "\n".join(parts)

    def _piece(self, piece: Piece, chapter: Chapter, level: int) -> str:
        match piece:
            case Shown():
                return _figure(piece)
            case Tabled():
                return _table(piece)
            case _:
                return str(markup.to_html(piece, heading_base=level + 1, prefix=f"{chapter.anchor}-")).replace(' loading="lazy"', "")

    def _index(self, index: Index) -> str:
        parts = [f"<h1>{escape(index.name)}</h1>"]
        for term, places in index.entries:
            links = "".join(f'<li><a href="{self.addresses[place.anchor]}">{escape(place.title)}</a></li>' for place in places)
            parts.append(f'<h2 class="book-term">{escape(term)}</h2><ul class="book-places">{links}</ul>')
        return "\n".join(parts)


def _facts(rows: tuple[tuple[str, str], ...]) -> str:
    inner = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in rows)
    return f'<dl class="book-facts">{inner}</dl>'


def _figure(shown: Shown) -> str:
    """With its size, so that the page does not jump when the picture comes."""
    size = ""
    if shown.figure.image is not None and shown.figure.svg is None:
        width, height = Image.open(BytesIO(shown.figure.image)).size
        size = f' width="{width}" height="{height}"'
    caption = escape(shown.caption)
    return f'<figure><img src="{shown.file}" alt="{caption}"{size}/><figcaption>{caption}</figcaption></figure>'


def _table(tabled: Tabled) -> str:
    table, looks = tabled.table, [' class="is-right"' if each == "r" else "" for each in tabled.align]
    head = "".join(f'<th scope="col"{look}>{escape(words)}</th>' for words, look in zip(table.head, looks, strict=True))
    rows = "".join(
        "<tr>" + "".join(f"<td{look}>{escape(words)}</td>" for words, look in zip(row, looks, strict=True)) + "</tr>" for row in table.rows
    )
    note = f'<p class="book-note">{escape(table.note)}</p>' if table.note else ""
    return (
        f'<div class="table-scroll"><table><caption>{escape(tabled.caption)}</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>{note}"
    )
