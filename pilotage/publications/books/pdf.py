"""A book as PDF, set by Typst: the style's ``book.typ`` gives the looks, this file the content, every word of it quoted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, time

from pilotage.core import documents, markup
from pilotage.core.charts.canvas import FAMILY
from pilotage.core.markup.paper import quoted
from pilotage.publications.books.layout import Chapter, Index, Layout, Piece, Shown, Tabled
from pilotage.publications.books.style import LOOK, TYPESET, Style
from pilotage.publications.books.words import day

ALIGN = {"l": "left", "r": "right"}


def pdf(layout: Layout, style: Style) -> bytes:
    """Raises ``documents.DocumentError``."""
    fonts = documents.named_fonts([*style.fonts("text"), *style.fonts("titles")])
    made_at = datetime.combine(layout.book.issued_on, time(), UTC)
    return documents.typeset(sources(layout, style), name="book", made_at=made_at, fonts=fonts)


def sources(layout: Layout, style: Style) -> dict[str, bytes]:
    """Every file the PDF is set from; ``main.typ`` is the first."""
    family = documents.chinese_font().family
    files = {name: content for name, content in style.files if name.endswith(TYPESET)}
    files |= {shown.file: _picture(shown, family) for shown in layout.figures}
    files[LOOK] = json.dumps(style.look | {"fonts": _fonts(style, family)}, ensure_ascii=False).encode()
    files["book.json"] = json.dumps(_facts(layout, style, family), ensure_ascii=False).encode()
    files["main.typ"] = _main(layout).encode()
    return files


def _fonts(style: Style, family: str) -> dict[str, list[str]]:
    """Those on this machine, then the one that has every character."""
    return {
        use: list(dict.fromkeys([*(font.family for font in documents.named_fonts(style.fonts(use))), family])) for use in ("text", "titles")
    }


def _facts(layout: Layout, style: Style, family: str) -> dict[str, object]:
    book = layout.book
    return {
        "title": book.title,
        "subtitle": book.subtitle,
        "publisher": book.publisher,
        "number": book.number or layout.word("draft"),
        "date": day(book.language, book.issued_on),
        "notice": book.notice,
        "lang": "en" if book.language == "en" else "zh",
        "font": family,
        "cover": {place: style.cover(place, book.language) for place in ("above", "below")},
        "depth": max([chapter.depth for chapter in layout.all_chapters], default=1),
        "words": {key: layout.word(key) for key in ("contents", "foreword", "issued", "number", "publisher", "index_title")},
    }


def _picture(shown: Shown, family: str) -> bytes:
    if shown.figure.svg is None:
        return shown.figure.image or b""
    # the first family of the page's list would be asked of the machine; papers are set in the one that was found
    return shown.figure.svg.replace(FAMILY, f"'{family}'").encode()


def _main(layout: Layout) -> str:
    parts = ['#import "book.typ": *', '#show: book.with(json("book.json"))', "#title-page()"]
    if layout.book.foreword:
        parts.append(f"#foreword[{markup.to_typst(layout.book.foreword, heading_base=3)}]")
    parts.append("#contents()\n#show: body-begins")
    parts += [line for chapter in layout.chapters for line in _chapter(chapter)]
    parts += [_index(index) for index in layout.indexes]
    return "\n\n".join(parts)


def _chapter(chapter: Chapter) -> Iterator[str]:
    yield f"#part({chapter.depth}, {quoted(chapter.anchor)}, {quoted(chapter.title)}, {str(chapter.is_new_page).lower()})"
    if chapter.facts:
        yield f"#facts(({', '.join(_strings(pair) for pair in chapter.facts)},))"
    for piece in chapter.pieces:
        yield _piece(piece, chapter.depth)
    for inner in chapter.chapters:
        yield from _chapter(inner)


def _piece(piece: Piece, depth: int) -> str:
    match piece:
        case Shown():
            return (
                f"#picture({quoted(piece.file)}, image.with({quoted(piece.file)}, alt: {quoted(piece.caption)}), {quoted(piece.caption)})"
            )
        case Tabled():
            return _table(piece)
        case _:
            return markup.to_typst(piece, heading_base=depth + 1)


def _table(piece: Tabled) -> str:
    rows = "".join(f"{_strings(row)},\n" for row in piece.table.rows)
    align = "".join(f"{ALIGN[each]}, " for each in piece.align)
    head, note = _strings(piece.table.head), quoted(piece.table.note)
    return f"#data-table({quoted(piece.caption)}, ({align}), {head}, (\n{rows}), {note})"


def _strings(words: tuple[str, ...]) -> str:
    return f"({''.join(f'{quoted(each)}, ' for each in words)})"


def _index(index: Index) -> str:
    rows = "".join(
        f"({quoted(term)}, ({''.join(f'({quoted(place.anchor)}, {quoted(place.title)}), ' for place in places)})),\n"
        for term, places in index.entries
    )
    return f"#index({quoted(index.anchor)}, {quoted(index.name)}, (\n{rows}))"
