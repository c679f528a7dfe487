"""What every chart is drawn with: the house's colours, elements that escape what they hold, the width of words.

A chart is one SVG with presentation attributes only: no style, no script, no identifiers. So the same
string stands in a page under a strict policy, in a paper, and in a file of its own.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape, quoteattr

ACCENT: Final = "#14539a"
ACCENT_DATA: Final = "#2c6fb3"
ACCENT_INK: Final = "#0f427c"
INK: Final = "#17202b"
SECONDARY: Final = "#465260"
MUTED: Final = "#5f6b79"
LINE: Final = "#e2e6eb"
LINE_STRONG: Final = "#ccd3db"
TRACK: Final = "#e9edf1"
SURFACE: Final = "#ffffff"
BAND_50: Final = "#a9c9e8"
BAND_80: Final = "#cfe0f2"
BAND_95: Final = "#e8f0f8"
BAND_EDGE: Final = "#b4cfea"
MAP: Final = ("#f1f3f6", "#dfeaf6", "#b4cfea", "#7fabd8", "#2c6fb3", "#0f427c")
TONES: Final = {"good": "#3f9a66", "warn": "#b9770f", "bad": "#cf4a41", "neutral": "#9aa5b2", "accent": "#2c6fb3"}
SERIES: Final = ("#14539a", "#b9770f", "#3f9a66", "#cf4a41", "#5a90c6", "#4a5666")

FAMILY: Final = (
    "Inter, 'PingFang SC', 'HarmonyOS Sans SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Source Han Sans SC', 'Noto Sans SC', "
    "'Noto Serif CJK SC', 'SimSun', sans-serif"
)
TEXT: Final = 12.0
_NARROW = frozenset("iljtfr.,:;'|!()[]· ")
_WIDE = frozenset("mwMW%@—")

FormatNumber = Callable[[float], str]


@dataclass(frozen=True, slots=True)
class Chart:
    svg: str
    width: int
    height: int


def plain(value: float) -> str:
    """Thousands with commas, a true minus, at most two decimals."""
    shown = f"{abs(value):,.2f}".rstrip("0").rstrip(".")
    return f"\N{MINUS SIGN}{shown}" if value < 0 and shown != "0" else shown


def is_number(value: float | None) -> bool:
    return value is not None and math.isfinite(value)


def width_of(words: str, size: float = TEXT) -> float:
    """How wide words are at most in the fonts named above, in pixels."""
    return sum(_share(letter) for letter in words) * size


def _share(letter: str) -> float:
    if unicodedata.east_asian_width(letter) in "WF" or letter in "—…":
        return 1.0
    if letter in _NARROW:
        return 0.34
    return 0.9 if letter in _WIDE else 0.68 if letter.isupper() else 0.63


def shortened(words: str, room: float, size: float = TEXT) -> str:
    """The words, cut with an ellipsis where they are wider than ``room``."""
    if width_of(words, size) <= room:
        return words
    kept = ""
    for letter in words:
        if width_of(kept + letter + "…", size) > room:
            break
        kept += letter
    return f"{kept.rstrip()}…" if kept else ""


def el(name: str, *children: str, **attributes: str | float | None) -> str:
    """One element. Attribute names are written with ``_`` for ``-``; None leaves the attribute out; children are markup already."""
    written = "".join(f" {key.rstrip('_').replace('_', '-')}={_attribute(value)}" for key, value in attributes.items() if value is not None)
    return f"<{name}{written}>{''.join(children)}</{name}>" if children else f"<{name}{written}/>"


def _attribute(value: str | float) -> str:
    return quoteattr(_clean(value)) if isinstance(value, str) else f'"{short(value)}"'


def _clean(words: str) -> str:
    """Without the characters XML cannot hold."""
    return "".join(letter for letter in words if letter >= " " or letter in "\t\n\r")


def short(value: float) -> str:
    """A length in two decimals at most."""
    return f"{round(value, 2) + 0.0:.2f}".rstrip("0").rstrip(".")


def text(
    x: float, y: float, words: str, *, anchor: str = "start", size: float = TEXT, fill: str = SECONDARY, weight: int | None = None
) -> str:
    return el(
        "text",
        escape(_clean(words)),
        x=x,
        y=y,
        fill=fill,
        font_size=size,
        text_anchor=None if anchor == "start" else anchor,
        font_weight=weight,
    )


def line(
    x1: float, y1: float, x2: float, y2: float, *, stroke: str = LINE, width: float = 1.0, dash: str | None = None, cap: str | None = None
) -> str:
    return el("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=stroke, stroke_width=width, stroke_dasharray=dash, stroke_linecap=cap)


def rect(x: float, y: float, width: float, height: float, fill: str, *, radius: float | None = None, stroke: str | None = None) -> str:
    return el("rect", x=x, y=y, width=max(width, 0.0), height=max(height, 0.0), fill=fill, rx=radius, stroke=stroke)


def dot(x: float, y: float, radius: float, *, fill: str, stroke: str | None = None) -> str:
    return el("circle", cx=x, cy=y, r=radius, fill=fill, stroke=stroke, stroke_width=2 if stroke else None)


def polyline(points: Iterable[tuple[float, float]], *, stroke: str, width: float = 2.0, dash: str | None = None) -> str:
    path = " ".join(f"{short(x)},{short(y)}" for x, y in points)
    return el(
        "polyline",
        points=path,
        fill="none",
        stroke=stroke,
        stroke_width=width,
        stroke_dasharray=dash,
        stroke_linejoin="round",
        stroke_linecap="round",
    )


def polygon(points: Iterable[tuple[float, float]], fill: str) -> str:
    return el("polygon", points=" ".join(f"{short(x)},{short(y)}" for x, y in points), fill=fill)


def told(words: str, *shapes: str) -> str:
    """Shapes that say ``words`` when pointed at."""
    return el("g", el("title", escape(_clean(words))), *shapes)


def chart(parts: Iterable[str], title: str, width: float, height: float) -> Chart:
    """The finished picture. Without a title it is hidden from readers: its numbers must stand beside it."""
    width, height = math.ceil(width), math.ceil(height)
    drawn = list(parts)
    # what is an image has no parts for a reader, so one with links in it is a group of them
    role = "group" if any("<a " in part for part in drawn) else "img"
    named = {"role": role, "aria_label": title} if title else {"aria_hidden": "true"}
    head = [el("title", escape(_clean(title)))] if title else []
    body = el(
        "svg",
        *head,
        *drawn,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width} {height}",
        width=width,
        height=height,
        font_family=FAMILY,
        font_size=TEXT,
        **named,
    )
    return Chart(body, width, height)


def wordless(words: str, title: str, size: tuple[float, float]) -> Chart:
    """The picture where there is nothing to draw: it says so, over several lines where the words are long."""
    width, height = size
    rows: list[str] = []
    rest = words
    while rest and len(rows) < 4:
        row = shortened(rest, width - 32).rstrip("…") or rest[:1]
        if len(row) < len(rest) and " " in row:
            row = row[: row.rindex(" ") + 1]
        rows.append(row.strip())
        rest = rest[len(row) :].lstrip()
    top = height / 2 - (len(rows) - 1) * 9 + 4
    return chart(
        [text(width / 2, top + place * 18, row, anchor="middle", fill=MUTED) for place, row in enumerate(rows)], title, width, height
    )


def with_heading(drawn: Chart, title: str, note: str = "") -> Chart:
    """The chart as it leaves the page alone: its title above, where it comes from beneath, on white."""
    top, foot = 40, 26 if note else 8
    margin = 16
    width, height = drawn.width + 2 * margin, drawn.height + top + foot
    parts = [
        rect(0, 0, width, height, SURFACE),
        text(margin, 27, shortened(title, width - 2 * margin, 15), size=15, fill=INK, weight=600),
        el("g", drawn.svg, transform=f"translate({margin} {top})"),
    ]
    if note:
        parts.append(text(margin, height - 9, shortened(note, width - 2 * margin), fill=MUTED))
    return chart(parts, title, width, height)
