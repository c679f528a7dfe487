"""Blocks as HTML: every word escaped, every address checked again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeString, mark_safe

from pilotage.core.markup.reading import is_safe_link
from pilotage.core.markup.tree import Block, Code, Grid, Heading, Items, Live, Paragraph, Picture, Quote, Rule, Span, Spans

NOTHING: Mapping[str, str] = MappingProxyType({})
Filled = Callable[[Live], str]


def to_html(
    blocks: tuple[Block, ...],
    figures: Mapping[str, str] = NOTHING,
    heading_base: int = 2,
    *,
    live: Filled | None = None,
    prefix: str = "",
) -> SafeString:
    """``figures``: the address of each picture by its key; ``live`` gives the (safe) HTML of a live block; ``prefix`` keeps anchors apart.

    Well-formed XML too. A picture without an address shows its caption; a live block nobody fills shows its name.
    """
    writer = _Writer(figures, heading_base, live, prefix)
    return mark_safe("\n".join(writer.block(each) for each in blocks))  # noqa: S308  # every part was escaped


class _Writer:
    def __init__(self, figures: Mapping[str, str], base: int, live: Filled | None, prefix: str) -> None:
        self.figures, self.base, self.live, self.prefix = figures, base, live, prefix

    def block(self, block: Block) -> str:
        match block:
            case Paragraph():
                inner = spans_html(block.spans)
                return inner if block.is_tight else f"<p>{inner}</p>"
            case Heading():
                level = min(6, max(1, block.level + self.base - 1))
                return f'<h{level} id="{escape(self.prefix + block.anchor)}">{spans_html(block.spans)}</h{level}>'
            case Items():
                return self._items(block)
            case Quote():
                return f"<blockquote>{self._all(block.blocks)}</blockquote>"
            case Code():
                return f"<pre><code>{escape(block.text)}</code></pre>"
            case Grid():
                return _grid(block)
            case Picture():
                return self._picture(block)
            case Rule():
                return "<hr/>"
            case Live():
                return self._live(block)

    def _all(self, blocks: tuple[Block, ...]) -> str:
        return "\n".join(self.block(each) for each in blocks)

    def _items(self, block: Items) -> str:
        inner = "".join(f"<li>{self._all(item)}</li>" for item in block.items)
        if not block.is_ordered:
            return f"<ul>{inner}</ul>"
        start = f' start="{block.start}"' if block.start != 1 else ""
        return f"<ol{start}>{inner}</ol>"

    def _picture(self, block: Picture) -> str:
        caption = escape(block.caption)
        source = self.figures.get(block.key)
        if not source:
            return f'<p class="muted">{caption or escape(block.key)}</p>'
        below = f"<figcaption>{caption}</figcaption>" if caption else ""
        return f'<figure class="markup-figure"><img src="{escape(source)}" alt="{caption}" loading="lazy"/>{below}</figure>'

    def _live(self, block: Live) -> str:
        if self.live:
            return str(conditional_escape(self.live(block)))
        return f'<p class="muted">{escape(block.name)}</p>'


def spans_html(spans: Spans) -> str:
    return "".join(_span(each) for each in spans)


def _span(span: Span) -> str:
    if span.is_break:
        return "<br/>"
    inner: str = escape(span.text)
    for is_so, tag in ((span.is_code, "code"), (span.is_emphasis, "em"), (span.is_strong, "strong")):
        inner = f"<{tag}>{inner}</{tag}>" if is_so else inner
    if not span.link or not is_safe_link(span.link):
        return inner
    outside = ' rel="nofollow noopener"' if span.link.lower().startswith("http") else ""
    return f'<a href="{escape(span.link)}"{outside}>{inner}</a>'


def _grid(block: Grid) -> str:
    head = _row(block.head, block.align, "th")
    body = "".join(_row(row, block.align, "td") for row in block.rows)
    return f'<div class="table-scroll"><table class="markup-table"><thead>{head}</thead><tbody>{body}</tbody></table></div>'


def _row(cells: tuple[Spans, ...], align: tuple[str, ...], tag: str) -> str:
    looks = {"r": ' class="is-right"', "c": ' class="is-centre"'}
    scope = ' scope="col"' if tag == "th" else ""
    return (
        "<tr>" + "".join(f"<{tag}{scope}{looks.get(a, '')}>{spans_html(c)}</{tag}>" for c, a in zip(cells, align, strict=False)) + "</tr>"
    )
