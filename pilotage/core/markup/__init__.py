"""Markdown as everything here means it: read once into blocks, written as a page, a paper, a Word file or plain words.

Pure: no model, no request. HTML in a text stays text; addresses lead to http, https, mailto or this site; pictures are
named by the writer's own keys (``figure:KEY``); a fenced block ``pilotage NAME`` stands for figures from the records.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pilotage.core.markup.page import to_html
from pilotage.core.markup.paper import to_typst
from pilotage.core.markup.reading import is_safe_link, parse
from pilotage.core.markup.tree import (
    Block,
    Code,
    Grid,
    Heading,
    Items,
    Live,
    MarkupError,
    Paragraph,
    Picture,
    Quote,
    Rule,
    Span,
    text_of,
)

__all__ = [
    "Block",
    "Code",
    "Grid",
    "Heading",
    "Items",
    "Line",
    "Live",
    "MarkupError",
    "Paragraph",
    "Picture",
    "Quote",
    "Rule",
    "Span",
    "headings",
    "is_safe_link",
    "parse",
    "plain",
    "text_of",
    "to_docx",
    "to_html",
    "to_typst",
]


@dataclass(frozen=True, slots=True)
class Line:
    """A heading in a list of contents."""

    level: int
    text: str
    anchor: str


def to_docx(*args: Any, **options: Any) -> None:
    """See ``word.to_docx(document, blocks, figures)``. Word's library is loaded when a file is written, not before."""
    from pilotage.core.markup.word import to_docx as written

    written(*args, **options)


def headings(blocks: tuple[Block, ...]) -> tuple[Line, ...]:
    return tuple(Line(each.level, text_of(each.spans), each.anchor) for each in blocks if isinstance(each, Heading))


def plain(blocks: tuple[Block, ...]) -> str:
    """The words alone, a line for each block: for search, abstracts and comparison."""
    return "\n".join(words for words in (_plain(each) for each in blocks) if words)


def _plain(block: Block) -> str:
    match block:
        case Paragraph() | Heading():
            return text_of(block.spans)
        case Items():
            return "\n".join(plain(item) for item in block.items)
        case Quote():
            return plain(block.blocks)
        case Code():
            return block.text
        case Grid():
            return "\n".join(" ".join(text_of(cell) for cell in row) for row in (block.head, *block.rows))
        case Picture():
            return block.caption
        case _:
            return ""
