"""Blocks as Typst: every word stands in a string, so nothing of the text is ever read as an instruction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pilotage.core.markup.page import NOTHING
from pilotage.core.markup.reading import is_safe_link
from pilotage.core.markup.tree import Block, Code, Grid, Heading, Items, Live, Paragraph, Picture, Quote, Rule, Span, Spans

ALIGN = {"l": "left", "c": "center", "r": "right"}


def to_typst(blocks: tuple[Block, ...], figures: Mapping[str, str] = NOTHING, heading_base: int = 2) -> str:
    """``figures``: the name of each picture's file by its key. Only functions of Typst itself are used; templates restyle them."""
    return "\n\n".join(_block(each, figures, heading_base) for each in blocks)


def quoted(text: str) -> str:
    """A string of Typst."""
    inner = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{inner}"'


def spans_typst(spans: Spans) -> str:
    return "".join(_span(each) for each in spans)


def _span(span: Span) -> str:
    if span.is_break:
        return "#linebreak()"
    inner = f"#raw({quoted(span.text)})" if span.is_code else f"#{quoted(span.text)}"
    inner = f"#emph[{inner}]" if span.is_emphasis else inner
    inner = f"#strong[{inner}]" if span.is_strong else inner
    # only addresses that mean something on paper
    if span.link.lower().startswith(("http://", "https://", "mailto:")) and is_safe_link(span.link):
        return f"#link({quoted(span.link)})[{inner}]"
    return inner


def _block(block: Block, figures: Mapping[str, str], base: int) -> str:
    match block:
        case Paragraph():
            return spans_typst(block.spans) + ("" if block.is_tight else "#parbreak()")
        case Heading():
            return f"#heading(level: {min(6, max(1, block.level + base - 1))})[{spans_typst(block.spans)}]"
        case Items():
            return _items(block, figures, base)
        case Quote():
            return f"#quote(block: true)[{to_typst(block.blocks, figures, base)}]"
        case Code():
            return f"#raw({quoted(block.text)}, block: true)"
        case Grid():
            return _grid(block)
        case Picture():
            return _picture(block, figures)
        case Rule():
            return "#line(length: 100%, stroke: 0.4pt)"
        case Live():
            return f"#emph[#{quoted(block.name)}]"


def _items(block: Items, figures: Mapping[str, str], base: int) -> str:
    items = "".join(f"[{to_typst(item, figures, base)}]" for item in block.items)
    is_tight = str(all(not isinstance(each, Paragraph) or each.is_tight for item in block.items for each in item)).lower()
    return f"#enum(start: {block.start}, tight: {is_tight}){items}" if block.is_ordered else f"#list(tight: {is_tight}){items}"


def _grid(block: Grid) -> str:
    align = ", ".join(ALIGN[each] for each in block.align)
    head = ", ".join(_cells(block.head))
    body = "".join(", ".join(_cells(row)) + ",\n" for row in block.rows)
    columns = ", ".join("auto" if each == "r" else "1fr" for each in block.align)
    return f"#table(columns: ({columns},), align: ({align},),\ntable.header({head}),\n{body})"


def _cells(cells: tuple[Spans, ...]) -> Iterator[str]:
    return (f"[{spans_typst(cell)}]" for cell in cells)


def _picture(block: Picture, figures: Mapping[str, str]) -> str:
    file = figures.get(block.key)
    if not file:
        return f"#emph[#{quoted(block.caption or block.key)}]#parbreak()"
    return f"#figure(image({quoted(file)}, alt: {quoted(block.caption)}), caption: [#{quoted(block.caption)}])"
