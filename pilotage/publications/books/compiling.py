"""One book, four kinds of file. The same book and style give the same bytes."""

from __future__ import annotations

from pilotage.publications.books.epub import epub
from pilotage.publications.books.layout import Layout, lay_out
from pilotage.publications.books.model import Book, Kind
from pilotage.publications.books.pdf import pdf
from pilotage.publications.books.site import site
from pilotage.publications.books.style import Style


def compile(book: Book, kind: Kind, style: Style) -> bytes:  # the name all rooms know it by
    """Raises ``BookError`` for a book no file can be made of, ``documents.DocumentError`` where a paper cannot be set."""
    return _WRITERS[kind](lay_out(book), style)


def _docx(layout: Layout, style: Style) -> bytes:
    """Word's library is loaded when a file is written, not before."""
    from pilotage.publications.books.word import docx

    return docx(layout, style)


_WRITERS = {"pdf": pdf, "docx": _docx, "epub": epub, "web": site}
