"""A book as EPUB 3: pages of XHTML, contents, the style's ``book.css``. Readers set it in their own fonts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils.html import escape

from pilotage.publications.books.layout import Layout
from pilotage.publications.books.packing import packed
from pilotage.publications.books.pages import Page, pages
from pilotage.publications.books.style import Style
from pilotage.publications.books.words import tag

TYPES = {"svg": "image/svg+xml", "png": "image/png", "jpg": "image/jpeg"}
CONTAINER = """<?xml version="1.0" encoding="UTF-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="book/package.opf" media-type="application/oebps-package+xml"/></rootfiles>
</container>
"""


def epub(layout: Layout, style: Style) -> bytes:
    return packed(_files(layout, style), stored_first="mimetype")


def _files(layout: Layout, style: Style) -> Iterator[tuple[str, bytes]]:
    written = pages(layout, ".xhtml", style)
    yield "mimetype", b"application/epub+zip"
    yield "META-INF/container.xml", CONTAINER.encode()
    yield "book/package.opf", _package(layout, written).encode()
    yield "book/contents.xhtml", _contents(layout, written).encode()
    yield "book/book.css", style.css("book.css")
    for page in written:
        yield f"book/{page.file}", document(page.title, page.body, tag(layout.book.language)).encode()
    for shown in layout.figures:
        yield f"book/{shown.file}", (shown.figure.svg or "").encode() if shown.figure.svg is not None else shown.figure.image or b""


def document(title: str, body: str, language: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html>\n'
        f'<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" lang="{language}" xml:lang="{language}">\n'
        f'<head><title>{escape(title)}</title><link rel="stylesheet" type="text/css" href="book.css"/></head>\n<body>\n{body}\n</body>\n</html>\n'
    )


def _package(layout: Layout, written: Sequence[Page]) -> str:
    book = layout.book
    items = "".join(
        f'<item id="page-{place}" href="{page.file}" media-type="application/xhtml+xml"/>\n' for place, page in enumerate(written)
    )
    items += "".join(
        f'<item id="picture-{place}" href="{shown.file}" media-type="{TYPES[shown.file.rsplit(".")[-1]]}"/>\n'
        for place, shown in enumerate(layout.figures)
    )
    order = [f'<itemref idref="page-{place}"/>' for place in range(len(written))]
    spine = "\n".join([order[0], '<itemref idref="contents"/>', *order[1:]])
    notice = f"<dc:description>{escape(book.notice)}</dc:description>\n" if book.notice else ""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="identifier" xml:lang="{tag(book.language)}">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:identifier id="identifier">{escape(book.identifier)}</dc:identifier>
<dc:title>{escape(f"{book.title} {book.subtitle}".strip())}</dc:title>
<dc:language>{tag(book.language)}</dc:language>
<dc:publisher>{escape(book.publisher)}</dc:publisher>
<dc:date>{book.issued_on.isoformat()}</dc:date>
{notice}<meta property="dcterms:modified">{book.issued_on.isoformat()}T00:00:00Z</meta>
</metadata>
<manifest>
<item id="contents" href="contents.xhtml" media-type="application/xhtml+xml" properties="nav"/>
<item id="style" href="book.css" media-type="text/css"/>
{items}</manifest>
<spine>
{spine}
</spine>
</package>
"""


def _contents(layout: Layout, written: Sequence[Page]) -> str:
    title = escape(layout.word("contents"))
    body = f'<nav epub:type="toc" id="toc"><h1>{title}</h1>\n{nested(written)}</nav>'
    return document(layout.word("contents"), body, tag(layout.book.language))


def nested(written: Sequence[Page]) -> str:
    """A list of the pages; those of the second depth in a list under the page before."""
    parts = ["<ol>"]
    for place, page in enumerate(written):
        following = written[place + 1].depth if place + 1 < len(written) else 1
        parts.append(f'<li><a href="{page.file}">{escape(page.title)}</a>')
        if following > page.depth:
            parts.append("<ol>")
        else:
            parts.append("</li>" + "</ol></li>" * (page.depth - following))
    return "\n".join([*parts, "</ol>"])
