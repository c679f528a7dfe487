"""What a text in Markdown is once it has been read: blocks of spans, the same for every kind of file it is written to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias


class MarkupError(ValueError):
    """The text cannot be taken as it is; ``sentence`` is for people, ``line`` counts from 1 (0: the text as a whole)."""

    def __init__(self, sentence: str, line: int = 0) -> None:
        super().__init__(sentence)
        self.sentence = str(sentence)
        self.line = line


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text that looks the same throughout; ``is_break``: a line ends here."""

    text: str
    is_strong: bool = False
    is_emphasis: bool = False
    is_code: bool = False
    link: str = ""
    is_break: bool = False


Spans: TypeAlias = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    spans: Spans
    line: int = 0
    is_tight: bool = False  # in a list without blank lines


@dataclass(frozen=True, slots=True)
class Heading:
    level: int
    spans: Spans
    anchor: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Items:
    items: tuple[tuple[Block, ...], ...]
    is_ordered: bool = False
    start: int = 1
    line: int = 0


@dataclass(frozen=True, slots=True)
class Quote:
    blocks: tuple[Block, ...]
    line: int = 0


@dataclass(frozen=True, slots=True)
class Code:
    text: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of Markdown; ``align`` holds l, c or r for each column."""

    head: tuple[Spans, ...]
    rows: tuple[tuple[Spans, ...], ...]
    align: tuple[str, ...]
    line: int = 0


@dataclass(frozen=True, slots=True)
class Picture:
    """``![caption](figure:KEY)`` in a paragraph of its own."""

    key: str
    caption: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Rule:
    line: int = 0


@dataclass(frozen=True, slots=True)
class Live:
    """A fenced block ``pilotage NAME``: figures somebody fills in from the records."""

    name: str
    options: Mapping[str, object] = field(default_factory=dict)
    line: int = 0


Block: TypeAlias = Paragraph | Heading | Items | Quote | Code | Grid | Picture | Rule | Live


def text_of(spans: Spans) -> str:
    return "".join("\n" if span.is_break else span.text for span in spans)
