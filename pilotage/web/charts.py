"""Charts the server draws: bars and the tile map. Percentages and classes only, no script and no inline style.

The tile map answers "how many where" without drawing a border: 34 equal tiles, seven columns by
eight rows, each near its neighbours. Class limits come from the data and are printed in the legend.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString

from pilotage.core.charts.provinces import OUTSIDE, PROVINCES, class_limits, tone_of
from pilotage.web.formats import in_english, number


@dataclass(frozen=True, slots=True)
class Tile:
    code: str
    row: int
    column: int
    short: str
    name: str
    count: int | None  # None: outside the call
    tone: int  # 0 for zero and outside, 1-5 by class
    url: str
    selected: bool

    def as_item(self) -> SafeString:
        """The tile as a list item. Made here, not in a template: 34 of them were a quarter of the directory page's time."""
        inner = (
            f'<span aria-hidden="true">{escape(self.short)}</span><span class="visually-hidden">{escape(self.name)}</span> '
            f"<b>{number(self.count)}</b>"
        )
        if self.url:
            current = ' aria-current="true"' if self.selected else ""
            tile = f'<a class="tile tone-{self.tone}" href="{escape(self.url)}"{current}>{inner}</a>'
        else:
            tile = f'<span class="tile tone-{self.tone}">{inner}</span>'
        return SafeString(f'<li class="r{self.row} c{self.column}">{tile}</li>')

    def as_row(self) -> SafeString:
        name = f'<a href="{escape(self.url)}">{escape(self.name)}</a>' if self.url else escape(self.name)
        return SafeString(f'<tr><td>{name}</td><td class="num">{number(self.count)}</td></tr>')


@dataclass(frozen=True, slots=True)
class LegendEntry:
    tone: int
    label: str


def tiles(counts: Mapping[str, int], url_pattern: str = "", selected: str = "", outside: Collection[str] = OUTSIDE) -> list[Tile]:
    """``counts`` maps six-digit province codes to numbers; ``{code}`` in ``url_pattern`` is replaced."""
    limits = class_limits(counts.values())
    english = in_english()
    found = []
    for code, row, column, short_zh, short_en, name_zh, name_en in PROVINCES:
        count = counts.get(code, None if code in outside else 0)
        url = url_pattern.replace("{code}", code) if url_pattern and count is not None else ""
        short, name = (short_en, name_en) if english else (short_zh, name_zh)
        found.append(Tile(code, row, column, short, name, count, tone_of(count or 0, limits), url, code == selected))
    return found


def legend(counts: Mapping[str, int]) -> list[LegendEntry]:
    """0, then each class as the range of whole numbers it holds; the last is open above."""
    limits = class_limits(counts.values())
    dash = "–" if in_english() else "—"
    entries = [LegendEntry(0, "0")]
    for tone, low in enumerate(limits, start=1):
        if tone == len(limits):
            label = f"≥{low}" if max(counts.values()) > low else str(low)
        else:
            high = limits[tone] - 1
            label = str(low) if high == low else f"{low}{dash}{high}"
        entries.append(LegendEntry(tone, label))
    return entries


def percent(part: float, whole: float) -> float:
    """Share as 0-100 with one decimal; nothing of nothing is 0."""
    if whole <= 0:
        return 0.0
    return round(min(100.0, max(0.0, part / whole * 100)), 1)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a histogram; all in per cent of the picture, from the top left."""

    label: str
    count: int
    left: float
    width: float
    top: float
    height: float

    @property
    def middle(self) -> float:
        return self.left + self.width / 2


def histogram(counts: list[tuple[str, int]]) -> list[Bar]:
    """Bars of equal width, the highest as high as the picture."""
    highest = max((count for _label, count in counts), default=0)
    step = 100 / max(1, len(counts))
    return [
        Bar(label, count, round(place * step + step * 0.1, 2), round(step * 0.8, 2), 100 - percent(count, highest), percent(count, highest))
        for place, (label, count) in enumerate(counts)
    ]
