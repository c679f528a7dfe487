"""From text to blocks: CommonMark and tables; no HTML, no addresses but safe ones, no pictures but the writer's own."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from pilotage.core.markup.tree import Block, Code, Grid, Heading, Items, Live, MarkupError, Paragraph, Picture, Quote, Rule, Span, Spans

MAX_LENGTH = 200_000  # characters: some two hundred pages
MAX_LINE = 20_000
MAX_DEPTH = 6  # lists and quotations in each other
MAX_LINES = 5_000
MAX_TOKENS = 30_000
MAX_OPTIONS = 2_000
FIGURE = "figure:"
LIVE = "pilotage "

_SAFE = re.compile(r"(?:https?://|mailto:)[^\s\\]+|(?!//)[^:\s\\]*(?:[/?#][^\s\\]*)?", re.IGNORECASE)
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,79}")
_NAME = re.compile(r"[a-z][a-z0-9_.-]{0,59}")
# what no XML file may hold
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def parse(text: str) -> tuple[Block, ...]:
    """Raises :class:`MarkupError`. What looks like HTML, and addresses of other kinds, stay the text they are."""
    text = _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    _check_size(text)
    return _numbered(tuple(_blocks(SyntaxTreeNode(_parser().parse(text)).children)))


def is_safe_link(address: str) -> bool:
    """http, https, mailto, or a place of this site."""
    return bool(_SAFE.fullmatch(address))


def _check_size(text: str) -> None:
    if len(text) > MAX_LENGTH:
        raise MarkupError(_("The text is longer than %(limit)s characters.") % {"limit": MAX_LENGTH})
    if text.count("\n") > MAX_LINES:
        raise MarkupError(_("The text has more than %(limit)s lines. Divide it.") % {"limit": MAX_LINES})
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > MAX_LINE:
            raise MarkupError(_("This line is longer than %(limit)s characters.") % {"limit": MAX_LINE}, number)


def _check_depth(tokens: Sequence[Token]) -> None:
    depth = 0
    for token in tokens:
        if token.type in _DEEPER:
            depth += token.nesting
            if depth > MAX_DEPTH:
                raise MarkupError(
                    _("Lists and quotations stand in each other more than %(limit)s deep.") % {"limit": MAX_DEPTH}, _line(token.map)
                )


_DEEPER = {f"{name}_{end}" for name in ("blockquote", "bullet_list", "ordered_list") for end in ("open", "close")}


@cache
def _parser() -> MarkdownIt:
    made = MarkdownIt("commonmark", {"html": False, "linkify": False, "typographer": False, "maxNesting": 40}).enable("table")
    made.disable(["html_block", "html_inline", "reference"])
    made.validateLink = lambda url: url.startswith(FIGURE) or is_safe_link(url)  # type: ignore[method-assign]
    made.core.ruler.before("inline", "limits", _check_tokens)
    return made


def _check_tokens(state: StateCore) -> None:
    """Before words are looked at: the time for that grows with the square of a paragraph's length."""
    if len(state.tokens) > MAX_TOKENS:
        raise MarkupError(_("The text has too many parts. Divide it."))
    _check_depth(state.tokens)
    for token in state.tokens:
        if len(token.content) > MAX_LINE and token.type == "inline":
            raise MarkupError(_("This paragraph is longer than %(limit)s characters.") % {"limit": MAX_LINE}, _line(token.map))


def _line(span: Any) -> int:
    return span[0] + 1 if span else 0


# --- blocks ---------------------------------------------------------------------------------
def _blocks(nodes: Sequence[SyntaxTreeNode]) -> Iterator[Block]:
    for node in nodes:
        yield _READERS[node.type](node)


def _paragraph(node: SyntaxTreeNode) -> Block:
    inline = node.children[0].children if node.children else []
    pictures = [each for each in inline if each.type == "image"]
    if len(pictures) == 1 and all(each is pictures[0] or each.type == "softbreak" for each in inline):
        return _picture(pictures[0], _line(node.map))
    return Paragraph(_spans(inline, _line(node.map)), _line(node.map), bool(node.hidden))


def _picture(node: SyntaxTreeNode, line: int) -> Picture:
    address = str(node.attrs.get("src", ""))
    key = address.removeprefix(FIGURE)
    if not address.startswith(FIGURE) or not _KEY.fullmatch(key):
        raise MarkupError(_("Pictures are named by their key, as in ![caption](figure:plant)."), line)
    return Picture(key, node.content, line)


def _heading(node: SyntaxTreeNode) -> Block:
    spans = _spans(node.children[0].children if node.children else [], _line(node.map))
    return Heading(int(node.tag[1]), spans, "", _line(node.map))


def _items(node: SyntaxTreeNode) -> Block:
    items = tuple(tuple(_blocks(item.children)) for item in node.children)
    start = int(node.attrs.get("start", 1)) if node.type == "ordered_list" else 1
    return Items(items, node.type == "ordered_list", start, _line(node.map))


def _quote(node: SyntaxTreeNode) -> Block:
    return Quote(tuple(_blocks(node.children)), _line(node.map))


def _code(node: SyntaxTreeNode) -> Block:
    words = node.info.strip() if node.type == "fence" else ""
    if words == LIVE.strip() or words.startswith(LIVE):
        return _live(words.removeprefix(LIVE.strip()).strip(), node.content, _line(node.map))
    return Code(node.content.rstrip("\n"), _line(node.map))


def _grid(node: SyntaxTreeNode) -> Block:
    rows = [row for part in node.children for row in part.children]
    head, *body = [tuple(_spans(_inline(cell), _line(row.map)) for cell in row.children) for row in rows]
    align = tuple(_ALIGN.get(str(cell.attrs.get("style", "")), "l") for cell in rows[0].children)
    return Grid(head, tuple(body), align, _line(node.map))


_ALIGN = {"text-align:right": "r", "text-align:center": "c"}


def _inline(cell: SyntaxTreeNode) -> Sequence[SyntaxTreeNode]:
    return cell.children[0].children if cell.children else []


def _rule(node: SyntaxTreeNode) -> Block:
    return Rule(_line(node.map))


_READERS = {
    "paragraph": _paragraph,
    "heading": _heading,
    "bullet_list": _items,
    "ordered_list": _items,
    "blockquote": _quote,
    "fence": _code,
    "code_block": _code,
    "table": _grid,
    "hr": _rule,
}


# --- live blocks ----------------------------------------------------------------------------
def _live(name: str, content: str, line: int) -> Live:
    if not _NAME.fullmatch(name):
        raise MarkupError(_("A live block needs a name, as in “pilotage targets”."), line)
    if len(content) > MAX_OPTIONS:
        raise MarkupError(_("The options of this block are too long."), line)
    try:
        options = YAML(typ="safe", pure=True).load(io.StringIO(content)) or {}
    except (YAMLError, ValueError, RecursionError) as error:
        raise MarkupError(_("The options of this block cannot be read; write one “name: value” on each line."), line) from error
    if not isinstance(options, dict) or not all(isinstance(key, str) and _is_plain(value) for key, value in options.items()):
        raise MarkupError(_("The options of this block must be names with a value or a list of values."), line)
    return Live(name, options, line)


def _is_plain(value: object) -> bool:
    several = value if isinstance(value, list) else [value]
    return not any(isinstance(each, dict | list | tuple | set) for each in several)


# --- spans ----------------------------------------------------------------------------------
def _spans(nodes: Sequence[SyntaxTreeNode], line: int, look: Span = Span("")) -> Spans:  # noqa: B008  # frozen
    return tuple(_joined(_spread(nodes, line, look)))


def _spread(nodes: Sequence[SyntaxTreeNode], line: int, look: Span) -> Iterator[Span]:
    for node in nodes:
        if node.type in {"text", "text_special"}:
            yield replace(look, text=node.content)
        elif node.type == "code_inline":
            yield replace(look, text=node.content, is_code=True)
        elif node.type == "softbreak":
            yield replace(look, text="\n")
        elif node.type == "hardbreak":
            yield Span("", is_break=True)
        elif node.type == "image":
            raise MarkupError(_("A picture stands in a paragraph of its own."), line)
        else:
            yield from _spread(node.children, line, _changed(look, node))


def _changed(look: Span, node: SyntaxTreeNode) -> Span:
    if node.type == "strong":
        return replace(look, is_strong=True)
    if node.type == "em":
        return replace(look, is_emphasis=True)
    address = str(node.attrs.get("href", ""))
    return look if address.startswith(FIGURE) else replace(look, link=address)


def _joined(spans: Iterator[Span]) -> Iterator[Span]:
    """Neighbours of one look become one; a line's end in the source is a blank, none between two Chinese characters."""
    kept: Span | None = None
    for span in spans:
        if kept and not kept.is_break and replace(span, text="") == replace(kept, text=""):
            kept = replace(kept, text=kept.text + span.text)
            continue
        if kept and (kept.text or kept.is_break):
            yield _flowing(kept)
        kept = span
    if kept and (kept.text or kept.is_break):
        yield _flowing(kept)


_WIDE = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uff60\u3000-\u303f"
_BETWEEN_WIDE = re.compile(f"(?<=[{_WIDE}])\n(?=[{_WIDE}])")


def _flowing(span: Span) -> Span:
    return span if span.is_code else replace(span, text=_BETWEEN_WIDE.sub("", span.text).replace("\n", " "))


def _numbered(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """Headings get their anchors in the order they stand: s1, s2, …"""
    count = iter(range(1, MAX_TOKENS))
    return tuple(replace(block, anchor=f"s{next(count)}") if isinstance(block, Heading) else block for block in blocks)
