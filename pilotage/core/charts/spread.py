"""Not only means: of each group the middle half as a box, its median as a mark, its ends as a thin line, on one printed scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pilotage.core.charts import canvas
from pilotage.core.charts.axes import GAP, Scale, ticks, widest
from pilotage.core.charts.canvas import Chart, FormatNumber, line, rect, shortened, text, told, width_of

ROW = 32.0


@dataclass(frozen=True, slots=True)
class SpreadRow:
    """Of ``count`` values: the ends shown (the caller says which), the quarters, the median."""

    label: str
    low: float
    q1: float
    median: float
    q3: float
    high: float
    count: int


def spread(
    rows: Sequence[SpreadRow],
    *,
    title: str,
    unit: str = "",
    heads: tuple[str, str] = ("", ""),
    format_number: FormatNumber = canvas.plain,
    empty: str = "",
    width: int = 560,
) -> Chart:
    """``heads`` name the columns of the median and of the count. Rows without values are left out."""
    known = [row for row in rows if row.count > 0 and all(map(canvas.is_number, (row.low, row.q1, row.median, row.q3, row.high)))]
    if not known:
        return canvas.wordless(empty, title, (width, 120))
    medians, counts = [format_number(row.median) for row in known], [canvas.plain(row.count) for row in known]
    names = min(widest(row.label for row in known), width * 0.34)
    count_end = width - 4.0
    median_end = count_end - widest([heads[1], *counts]) - GAP * 1.5
    right = median_end - widest([heads[0], *medians]) - GAP * 2
    left = names + GAP * 1.5
    marks = ticks(min(row.low for row in known), max(row.high for row in known), max(2, int((right - left) / 90)), label=format_number)
    x = Scale(marks[0], marks[-1], left, max(right, left + 40))
    foot = 26 + ROW * len(known)
    parts = [text(median_end, 14, heads[0], anchor="end"), text(count_end, 14, heads[1], anchor="end")]
    parts += [text(0, 14, shortened(unit, right), fill=canvas.MUTED)] if unit else []
    parts += _scale(x, marks, foot, width, format_number)
    for place, (row, median, count) in enumerate(zip(known, medians, counts, strict=True)):
        middle = 26 + ROW * place + ROW / 2
        parts += [
            told(row.label, text(0, middle + 4, shortened(row.label, names), fill=canvas.INK)),
            _box(x, row, middle),
            text(median_end, middle + 4, median, anchor="end", fill=canvas.INK),
            text(count_end, middle + 4, count, anchor="end", fill=canvas.MUTED),
        ]
    return canvas.chart(parts, title, width, foot + 28)


def _scale(x: Scale, marks: Sequence[float], foot: float, width: float, format_number: FormatNumber) -> list[str]:
    """Lines at all marks, words at as many as have room."""
    labels = [format_number(mark) for mark in marks]
    apart = abs(x.end - x.start) / max(1, len(marks) - 1)
    every = max(1, -(-int(widest(labels) + GAP) // max(1, int(apart))))
    parts = []
    free = 0.0  # from here on nothing is written yet
    for place, (mark, label) in enumerate(zip(marks, labels, strict=True)):
        parts.append(line(x(mark), 26, x(mark), foot, stroke=canvas.LINE_STRONG if mark == 0 else canvas.LINE))
        half = width_of(label) / 2
        middle = min(max(x(mark), half), width - half)
        if place % every == 0 and middle - half >= free:
            parts.append(text(middle, foot + 18, label, anchor="middle"))
            free = middle + half + 4
    return parts


def _box(x: Scale, row: SpreadRow, middle: float) -> str:
    left, right = x(row.q1), x(row.q3)
    return "".join(
        (
            line(x(row.low), middle, x(row.high), middle, stroke=canvas.TONES["neutral"], width=1.5),
            line(x(row.low), middle - 4, x(row.low), middle + 4, stroke=canvas.TONES["neutral"], width=1.5),
            line(x(row.high), middle - 4, x(row.high), middle + 4, stroke=canvas.TONES["neutral"], width=1.5),
            rect(left, middle - 7, max(right - left, 2.0), 14, canvas.BAND_50, radius=2),
            line(x(row.median), middle - 8, x(row.median), middle + 8, stroke=canvas.ACCENT, width=2.5),
        )
    )
