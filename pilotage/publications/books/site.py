"""A book as a folder of web pages: no script, no address outside it, readable from a disk as from a server."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils.html import escape

from pilotage.core.charts.canvas import FAMILY
from pilotage.publications.books.epub import nested
from pilotage.publications.books.layout import Layout
from pilotage.publications.books.packing import packed
from pilotage.publications.books.pages import Page, pages
from pilotage.publications.books.style import Style
from pilotage.publications.books.words import tag


def site(layout: Layout, style: Style) -> bytes:
    """A ZIP file; ``index.html`` is its first page."""
    return packed(_files(layout, style))


def _files(layout: Layout, style: Style) -> Iterator[tuple[str, bytes]]:
    written = pages(layout, ".html", style)
    contents = nested(written)
    yield "index.html", _document(layout, written, 0, contents).encode()
    yield "book.css", style.css("book.css")
    yield "web.css", style.css("web.css")
    for place in range(len(written)):
        yield written[place].file, _document(layout, written, place, contents).encode()
    for shown in layout.figures:
        svg = shown.figure.svg
        yield shown.file, svg.replace(FAMILY, "sans-serif").encode() if svg is not None else shown.figure.image or b""


def _document(layout: Layout, written: Sequence[Page], place: int, contents: str) -> str:
    book, page = layout.book, written[place]
    title = book.title if place == 0 else f"{page.title} · {book.title}"
    here = contents.replace(f'<a href="{page.file}">', f'<a href="{page.file}" aria-current="page">', 1)
    notice = f'<p class="web-notice">{escape(book.notice)}</p>' if book.notice else ""
    words = escape(layout.word("contents"))
    return f"""<!DOCTYPE html>
<html lang="{tag(book.language)}">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<title>{escape(title)}</title>
<meta name="description" content="{escape(f"{book.title} {book.subtitle} {book.publisher}")}"/>
<link rel="stylesheet" href="book.css"/>
<link rel="stylesheet" href="web.css"/>
</head>
<body>
<header class="web-head"><a href="index.html">{escape(book.title)}</a>{notice}</header>
<div class="web-body">
<nav class="web-nav" aria-label="{words}"><details><summary>{words}</summary>{here}</details></nav>
<main class="web-page">
{page.body}
<nav class="web-steps">{_step(layout, written, place - 1, "previous")}{_step(layout, written, place + 1, "next")}</nav>
</main>
</div>
</body>
</html>
"""


def _step(layout: Layout, written: Sequence[Page], place: int, word: str) -> str:
    if not 0 <= place < len(written):
        return ""
    return f'<a class="web-{word}" rel="{word[:4]}" href="{written[place].file}"><span>{escape(layout.word(word))}</span>{escape(written[place].title)}</a>'
