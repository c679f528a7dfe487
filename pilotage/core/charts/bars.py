"""Bars beside their names, and the steps of a funnel. Bars start at zero, always.

Invariants: the longest bar fills its room, a number stands beside each bar, a name too long is cut and
said in full when pointed at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pilotage.core.charts import canvas
from pilotage.core.charts.axes import GAP, Scale, widest
from pilotage.core.charts.canvas import TEXT, Chart, FormatNumber, rect, shortened, text, told

ROW, THICK, TOP = 30.0, 14.0, 4.0
Row = tuple[str, float | None, str]  # its name, its value (None: not known), a note beside the number


def bars(
    rows: Sequence[Row],
    *,
    title: str,
    format_number: FormatNumber = canvas.plain,
    unknown: str = "–",
    empty: str = "",
    width: int = 420,
) -> Chart:
    """One bar a row, as high as the rows need."""
    if not rows:
        return canvas.wordless(empty, title, (width, 120))
    numbers = [format_number(value) if value is not None and canvas.is_number(value) else unknown for _name, value, _note in rows]
    names = min(widest(name for name, *_ in rows), width * 0.38)
    notes = min(widest(note for *_, note in rows), width * 0.2)
    right = width - 4 - (notes + GAP if notes else 0)
    scale, zero = _room([value for _name, value, _note in rows], names + GAP, right - widest(numbers) - GAP)
    parts: list[str] = []
    for place, ((name, value, note), number) in enumerate(zip(rows, numbers, strict=True)):
        middle = TOP + ROW * place + ROW / 2
        parts.append(_bar(scale, zero, value, middle))
        parts.append(told(name, text(0, middle + 4, shortened(name, names), fill=canvas.INK)))
        parts.append(text(right, middle + 4, number, anchor="end", fill=canvas.INK))
        if note:
            parts.append(text(width - 4, middle + 4, shortened(note, notes), anchor="end", fill=canvas.MUTED))
    return canvas.chart(parts, title, width, TOP + ROW * len(rows) + 4)


def _room(values: Sequence[float | None], left: float, right: float) -> tuple[Scale, float]:
    known = [value for value in values if value is not None and canvas.is_number(value)]
    low, high = min([0.0, *known]), max([0.0, *known])
    scale = Scale(low, high if high > low else low + 1, left, max(right, left + 20))
    return scale, scale(0)


def _bar(scale: Scale, zero: float, value: float | None, middle: float) -> str:
    track = rect(scale.start, middle - THICK / 2, scale.end - scale.start, THICK, canvas.TRACK, radius=3)
    if value is None or not canvas.is_number(value) or value == 0:
        return track
    end = scale(value)
    fill = canvas.TONES["accent"] if value > 0 else canvas.TONES["bad"]
    return track + rect(min(zero, end), middle - THICK / 2, max(abs(end - zero), 1.5), THICK, fill, radius=3)


@dataclass(frozen=True, slots=True)
class FunnelRow:
    """A step: how many reached it, the share of the step before, the time it took, both in words; ``url`` opens the records."""

    name: str
    count: float
    share: str = ""
    wait: str = ""
    url: str = ""


def funnel(
    rows: Sequence[FunnelRow],
    *,
    title: str,
    heads: tuple[str, str, str, str] = ("", "", "", ""),
    format_number: FormatNumber = canvas.plain,
    empty: str = "",
    width: int = 420,
) -> Chart:
    """Each step's bar on the first one's scale; ``heads`` name the columns: step, count, share, time."""
    if not rows:
        return canvas.wordless(empty, title, (width, 120))
    numbers = [format_number(row.count) for row in rows]
    names = min(widest([heads[0], *(row.name for row in rows)]), width * 0.34)
    waits = widest([heads[3], *(row.wait for row in rows)])
    shares = widest([heads[2], *(row.share for row in rows)])
    ends = [width - 4.0, width - 4 - waits - GAP, width - 4 - waits - shares - 2 * GAP]
    right = ends[2] - widest([heads[1], *numbers]) - GAP
    scale = Scale(0, max([row.count for row in rows] + [1e-9]), names + GAP, max(right, names + 2 * GAP))
    parts = [text(0, 16, shortened(heads[0], names))]
    parts += [text(x, 16, head, anchor="end") for x, head in ((ends[2], heads[1]), (ends[1], heads[2]), (ends[0], heads[3])) if head]
    for place, (row, number) in enumerate(zip(rows, numbers, strict=True)):
        middle = 26 + 28 * place + 14
        shown = text(ends[2], middle + 4, number, anchor="end", fill=canvas.ACCENT if row.url else canvas.INK)
        parts += [
            _bar(scale, scale.start, row.count, middle),
            told(row.name, text(0, middle + 4, shortened(row.name, names), fill=canvas.INK)),
            canvas.el("a", shown, href=row.url) if row.url else shown,
            text(ends[1], middle + 4, row.share, anchor="end"),
            text(ends[0], middle + 4, row.wait, anchor="end"),
        ]
    return canvas.chart(parts, title, width, 26 + 28 * len(rows) + 6 + TEXT / 4)
