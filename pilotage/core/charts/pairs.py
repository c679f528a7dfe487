"""Figures before and after: two bars to a figure, each figure on a scale of its own, for their units differ.

Invariants: bars start at zero; the longer of the two fills its room; both numbers stand beside them, and the change at the end.
A figure with a side that is not known, or below zero, is left out: its number stands in the table beside.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pilotage.core.charts import canvas
from pilotage.core.charts.axes import GAP, widest
from pilotage.core.charts.canvas import Chart, rect, shortened, text, told, width_of

ROW, THICK, SLIM = 36.0, 10.0, 3.0


@dataclass(frozen=True, slots=True)
class Pair:
    """``change``: words such as −12.5%; ``is_good``: whether it went the way it should, None where it stayed."""

    name: str
    before: float
    after: float
    change: str = ""
    is_good: bool | None = None


def pairs(rows: Sequence[Pair], *, title: str, before: str, after: str, empty: str = "", width: int = 560) -> Chart:
    """``before`` and ``after`` name the two bars."""
    shown = [row for row in rows if canvas.is_number(row.before) and canvas.is_number(row.after) and min(row.before, row.after) >= 0]
    if not shown:
        return canvas.wordless(empty, title, (width, 120))
    names = min(widest(row.name for row in shown), width * 0.36)
    changes = widest(row.change for row in shown)
    numbers = widest(canvas.plain(value) for row in shown for value in (row.before, row.after))
    start, end = names + GAP, width - 4 - (changes + GAP if changes else 0) - numbers - GAP
    parts = _legend(before, after, start)
    for place, row in enumerate(shown):
        top = 26.0 + ROW * place
        middle = top + ROW / 2
        parts.append(told(row.name, text(0, middle + 4, shortened(row.name, names), fill=canvas.INK)))
        parts += _bars(row, top, start, end)
        if row.change:
            tone = canvas.MUTED if row.is_good is None else canvas.TONES["good" if row.is_good else "bad"]
            parts.append(text(width - 4, middle + 4, row.change, anchor="end", fill=tone))
    return canvas.chart(parts, title, width, 26 + ROW * len(shown) + 4)


def _legend(before: str, after: str, x: float) -> list[str]:
    second = x + 16 + width_of(before) + 18
    return [
        rect(x, 5, 10, 10, canvas.TONES["neutral"], radius=2),
        text(x + 15, 14, before, fill=canvas.SECONDARY),
        rect(second, 5, 10, 10, canvas.ACCENT_DATA, radius=2),
        text(second + 15, 14, after, fill=canvas.SECONDARY),
    ]


def _bars(row: Pair, top: float, start: float, end: float) -> list[str]:
    most = max(row.before, row.after) or 1.0
    parts = []
    first = top + (ROW - 2 * THICK - SLIM) / 2
    for place, (value, fill) in enumerate(((row.before, canvas.TONES["neutral"]), (row.after, canvas.ACCENT_DATA))):
        y = first + place * (THICK + SLIM)
        length = max((end - start) * value / most, 1.5 if value else 0.0)
        parts.append(rect(start, y, length, THICK, fill, radius=2))
        parts.append(text(start + length + 6, y + THICK - 1.5, canvas.plain(value), size=11, fill=canvas.INK))
    return parts
