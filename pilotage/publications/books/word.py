"""A book as a Word file: real headings, contents and indexes that lead to their places, pictures with captions.

Contents are a field whose entries are written already: a file that must be brought up to date when it is opened would greet
its reader with a question. Word puts page numbers in when the reader asks for them.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from pilotage.core import markup
from pilotage.core.charts import Chart
from pilotage.core.charts.picture import pngs
from pilotage.core.documents import word
from pilotage.core.markup.tree import Spans
from pilotage.core.markup.word import add_picture, add_table
from pilotage.publications.books.layout import Chapter, Index, Layout, Piece, Shown, Tabled
from pilotage.publications.books.packing import repacked
from pilotage.publications.books.style import Style
from pilotage.publications.books.svg import size_of
from pilotage.publications.books.words import day, tag

WARN = "8A5300"
# size in points and colour of each of Word's styles
LOOKS = {
    "Normal": (10.5, None), "Title": (28, "ink"), "Subtitle": (14, "muted"), "Heading 1": (20, "accent"), "Heading 2": (15, "ink"),
    "Heading 3": (12.5, "ink"), "Heading 4": (11.5, "ink"), "Heading 5": (10.5, "ink"), "Caption": (9, "muted"), "Footer": (8, "muted"),
    "Header": (8, "muted"), "Quote": (10.5, "muted"), "TOC Heading": (16, "accent"),
}  # fmt: skip


def docx(layout: Layout, style: Style) -> bytes:
    """Looks are Word's own styles, which the reader may change, in the colours and fonts of the book's. Raises ``documents.DocumentError``."""
    made = Document()
    # the library hashes all pictures anew for each one added, which takes minutes for a book of photographs
    made.part.package.image_parts._get_by_sha1 = lambda _sha1: None  # type: ignore[method-assign]
    _Writer(made, layout, style).all()
    buffer = io.BytesIO()
    made.save(buffer)
    return repacked(buffer.getvalue())


@dataclass(slots=True)
class _Writer:
    made: Any
    layout: Layout
    style: Style
    bookmarks: dict[str, int] = field(default_factory=dict)
    drawn: dict[str, bytes] = field(default_factory=dict)

    def all(self) -> None:
        self.bookmarks = {anchor: place for place, anchor in enumerate(self._anchors(), 1)}
        self.drawn = _drawn(self.layout)
        word.set_page(self.made, margins=Mm(24))
        looks = {name: (size, self.style.colour(colour) if colour else None) for name, (size, colour) in LOOKS.items()}
        chinese = {"body": self.style.fonts("text")[:1], "head": self.style.fonts("titles")[:1]}
        word.set_styles(self.made, looks, tag(self.layout.book.language), {use: fonts[0] for use, fonts in chinese.items() if fonts})
        self._properties()
        self._front()
        written = self._set_aside()
        for chapter in self.layout.chapters:
            self._chapter(chapter, written)
        for index in self.layout.indexes:
            self._index(index)
        written += self._set_aside()
        self._put_back(written)

    def _set_aside(self) -> list[Any]:
        """What stands in the body so far: the library looks through all of it for every paragraph added."""
        body = self.made.element.body
        written = [each for each in body if each.tag != qn("w:sectPr")]
        for each in written:
            body.remove(each)
        return written

    def _put_back(self, written: list[Any]) -> None:
        body = self.made.element.body
        for place, each in enumerate(written):
            body.insert(place, each)
        for number, picture in enumerate(body.iter(qn("wp:docPr")), 1):
            picture.set("id", str(number))

    def _anchors(self) -> list[str]:
        return [*(each.anchor for each in self.layout.all_chapters), *(each.anchor for each in self.layout.indexes)]

    def _properties(self) -> None:
        book, known = self.layout.book, self.made.core_properties
        known.title, known.author, known.language = book.title[:255], book.publisher[:255], tag(book.language)
        known.created = known.modified = datetime.combine(book.issued_on, time())
        known.comments = book.notice[:255]
        foot = self.made.sections[0].footer.paragraphs[0]
        foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
        foot.add_run(f"{book.title}  {book.notice}    ".replace("      ", "    "))
        word.add_field(foot, "PAGE", "1")

    def _front(self) -> None:
        book, made = self.layout.book, self.made
        above, below = (self.style.cover(place, book.language) for place in ("above", "below"))
        made.add_paragraph("\n".join(each for each in (book.publisher, above) if each)).paragraph_format.space_after = Pt(120)
        made.add_paragraph(book.title, "Title")
        if book.subtitle:
            made.add_paragraph(book.subtitle, "Subtitle")
        number = book.number or self.layout.word("draft")
        made.add_paragraph(f"{self.layout.word('number')}: {number}").paragraph_format.space_before = Pt(160)
        made.add_paragraph(f"{self.layout.word('issued')}: {day(book.language, book.issued_on)}")
        if below:
            made.add_paragraph(below)
        if book.notice:
            made.add_paragraph().add_run(book.notice).font.color.rgb = RGBColor.from_string(WARN)
        if book.foreword:
            self._front_title("foreword")
            markup.to_docx(made, book.foreword, heading_base=3)
        self._front_title("contents")
        entries = [(each.depth, each.title, self._mark(each.anchor)) for each in self.layout.all_chapters if each.depth <= 3]
        entries += [(1, index.name, self._mark(index.anchor)) for index in self.layout.indexes]
        word.add_contents(made, entries, depth=3)

    def _front_title(self, key: str) -> None:
        self.made.add_paragraph(self.layout.word(key), "TOC Heading").paragraph_format.page_break_before = True

    def _mark(self, anchor: str) -> str:
        return f"_Toc{100000 + self.bookmarks[anchor]}"

    def _heading(self, depth: int, title: str, anchor: str, *, is_new_page: bool) -> None:
        heading = self.made.add_heading(title, depth)
        heading.paragraph_format.page_break_before = is_new_page
        word.add_bookmark(heading, self._mark(anchor), self.bookmarks[anchor])

    def _chapter(self, chapter: Chapter, written: list[Any]) -> None:
        self._heading(chapter.depth, chapter.title, chapter.anchor, is_new_page=chapter.is_new_page)
        for name, value in chapter.facts:
            line = self.made.add_paragraph()
            line.paragraph_format.space_after = Pt(1)
            line.add_run(f"{name}  ").font.color.rgb = RGBColor.from_string(self.style.colour("muted"))
            line.add_run(value)
        for piece in chapter.pieces:
            self._piece(piece, chapter.depth)
        written += self._set_aside()
        for inner in chapter.chapters:
            self._chapter(inner, written)

    def _piece(self, piece: Piece, depth: int) -> None:
        match piece:
            case Shown():
                add_picture(self.made, self.drawn[piece.file], piece.caption)
            case Tabled():
                self.made.add_paragraph(piece.caption, "Caption").paragraph_format.keep_with_next = True
                add_table(self.made, _cells(piece.table.head), tuple(_cells(row) for row in piece.table.rows), piece.align)
                if piece.table.note:
                    self.made.add_paragraph(piece.table.note, "Caption")
            case _:
                markup.to_docx(self.made, piece, heading_base=depth + 1)

    def _index(self, index: Index) -> None:
        self._heading(1, index.name, index.anchor, is_new_page=True)
        for term, places in index.entries:
            line = self.made.add_paragraph()
            line.paragraph_format.keep_with_next = True
            line.paragraph_format.space_after = Pt(2)
            line.add_run(term).bold = True
            for place in places:
                entry = self.made.add_paragraph()
                entry.paragraph_format.left_indent, entry.paragraph_format.space_after = Mm(6), Pt(1)
                word.add_internal_link(entry, place.title, self._mark(place.anchor))


def _cells(words: tuple[str, ...]) -> tuple[Spans, ...]:
    return tuple((markup.Span(each),) for each in words)


def _drawn(layout: Layout) -> dict[str, bytes]:
    """Charts are drawn as pictures all at once; Word shows no SVG everywhere."""
    charts = [shown for shown in layout.figures if shown.figure.svg is not None]
    pictures = pngs([Chart(shown.figure.svg or "", *size_of(shown.figure.svg or "")) for shown in charts])
    drawn = {shown.file: shown.figure.image or b"" for shown in layout.figures if shown.figure.svg is None}
    return drawn | {shown.file: picture for shown, picture in zip(charts, pictures, strict=True)}
