"""Bars beside their names, columns over theirs, and the steps of a funnel. Bars start at zero, always.

Invariants: the longest bar fills its room, a number stands beside each bar, a name too long is cut and
said in full when pointed at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pilotage.core.charts import canvas
from pilotage.core.charts.axes import GAP, Scale, ticks, widest
from pilotage.core.charts.canvas import TEXT, Chart, FormatNumber, line, rect, shortened, text, told, width_of

ROW, THICK = 30.0, 14.0
Row = tuple[str, float | None, str]  # its name, its value (None: not known), a note beside the number


def bars(
    rows: Sequence[Row],
    *,
    title: str,
    unit: str = "",
    goal: float | None = None,
    goal_label: str = "",
    tone: str = "accent",
    format_number: FormatNumber = canvas.plain,
    unknown: str = "–",
    empty: str = "",
    width: int = 420,
) -> Chart:
    """One bar a row, as high as the rows need."""
    if not rows:
        return canvas.wordless(empty, title, (width, 120))
    numbers = [format_number(value) if value is not None and _known(value) else unknown for _name, value, _note in rows]
    names = min(widest(name for name, *_ in rows), width * 0.38)
    notes = min(widest(note for *_, note in rows), width * 0.2)
    right = width - 4 - (notes + GAP if notes else 0)
    scale, zero = _room([value for _name, value, _note in rows], goal, names + GAP, right - widest(numbers) - GAP)
    top = 24.0 if unit or goal_label else 4.0
    parts = _goal_line(scale, goal, goal_label, top, len(rows), width) + ([text(0, 14, unit, fill=canvas.MUTED)] if unit else [])
    for place, ((name, value, note), number) in enumerate(zip(rows, numbers, strict=True)):
        middle = top + ROW * place + ROW / 2
        parts.append(_bar(scale, zero, value, middle, tone))
        parts.append(told(name, text(0, middle + 4, shortened(name, names), fill=canvas.INK)))
        parts.append(text(right, middle + 4, number, anchor="end", fill=canvas.INK))
        if note:
            parts.append(text(width - 4, middle + 4, shortened(note, notes), anchor="end", fill=canvas.MUTED))
    return canvas.chart(parts, title, width, top + ROW * len(rows) + 4)


def _known(value: float | None) -> bool:
    return canvas.is_number(value)


def _room(values: Sequence[float | None], goal: float | None, left: float, right: float) -> tuple[Scale, float]:
    known = [value for value in (*values, goal) if value is not None and canvas.is_number(value)]
    low, high = min([0.0, *known]), max([0.0, *known])
    scale = Scale(low, high if high > low else low + 1, left, max(right, left + 20))
    return scale, scale(0)


def _bar(scale: Scale, zero: float, value: float | None, middle: float, tone: str) -> str:
    track = rect(scale.start, middle - THICK / 2, scale.end - scale.start, THICK, canvas.TRACK, radius=3)
    if value is None or not canvas.is_number(value) or value == 0:
        return track
    end = scale(value)
    fill = canvas.TONES.get(tone, canvas.ACCENT_DATA) if value > 0 else canvas.TONES["bad"]
    return track + rect(min(zero, end), middle - THICK / 2, max(abs(end - zero), 1.5), THICK, fill, radius=3)


def _goal_line(scale: Scale, goal: float | None, label: str, top: float, rows: int, width: float) -> list[str]:
    if goal is None or not canvas.is_number(goal):
        return []
    x, half = scale(goal), width_of(label) / 2
    middle = min(max(x, half + 4), width - half - 4)
    return [line(x, top, x, top + ROW * rows, stroke=canvas.INK, width=1.5), text(middle, 14, label, anchor="middle", fill=canvas.INK)]


def columns(
    rows: Sequence[Row],
    *,
    title: str,
    unit: str = "",
    goal: float | None = None,
    goal_label: str = "",
    tone: str = "accent",
    format_number: FormatNumber = canvas.plain,
    empty: str = "",
    size: tuple[int, int] = (640, 280),
) -> Chart:
    """Columns from left to right, as in time; numbers stand over them where there is room for all."""
    width, height = size
    if not rows:
        return canvas.wordless(empty, title, size)
    known = [value for _name, value, _note in rows if value is not None and canvas.is_number(value)]
    known += [goal] if goal is not None and canvas.is_number(goal) else []
    marks = ticks(min([0.0, *known]), max([0.0, *known]), max(2, round(height / 70)), label=format_number)
    left = 10 + widest(format_number(mark) for mark in marks) + 8
    y = Scale(marks[0], marks[-1], height - 30, 38)
    step = (width - left - 8) / len(rows)
    parts = [text(4, 14, unit, fill=canvas.MUTED)] if unit else []
    for mark in marks:
        parts.append(line(left, y(mark), width - 8, y(mark), stroke=canvas.LINE_STRONG if mark == 0 else canvas.LINE))
        parts.append(text(left - 8, y(mark) + 4, format_number(mark), anchor="end"))
    parts += _columns(rows, y, left, step, tone, format_number, has_numbers=not _known(goal))
    parts += _column_names([name for name, *_ in rows], left, step, width, height)
    if goal is not None and canvas.is_number(goal):
        parts.append(line(left, y(goal), width - 8, y(goal), stroke=canvas.INK, width=1.5))
        parts.append(text(width - 8, 14, shortened(goal_label, width - 60), anchor="end", fill=canvas.INK))
    return canvas.chart(parts, title, width, height)


def _columns(
    rows: Sequence[Row], y: Scale, left: float, step: float, tone: str, format_number: FormatNumber, *, has_numbers: bool
) -> list[str]:
    """Numbers are written over the columns when all fit, and not over a target's line."""
    fits = has_numbers and all(width_of(format_number(value)) <= step - 4 for _n, value, _t in rows if value is not None and _known(value))
    parts = []
    wide = min(step * 0.64, 48.0)
    for place, (name, value, note) in enumerate(rows):
        if value is None or not canvas.is_number(value):
            continue
        x, top, foot = left + step * (place + 0.5), y(max(value, 0.0)), y(min(value, 0.0))
        fill = canvas.TONES.get(tone, canvas.ACCENT_DATA) if value >= 0 else canvas.TONES["bad"]
        said = " ".join(part for part in (name, format_number(value), note) if part)
        parts.append(told(said, rect(x - wide / 2, top, wide, max(foot - top, 1.0), fill, radius=2)))
        if fits:
            parts.append(text(x, top - 6, format_number(value), anchor="middle", fill=canvas.INK))
    return parts


def _column_names(names: Sequence[str], left: float, step: float, width: float, height: float) -> list[str]:
    """Every name, or every second, third … so that they do not touch; the last is among them."""
    longest = widest(names)
    every = max(1, -(-int(longest + GAP) // max(1, int(step)))) if longest > step - 6 else 1
    parts = []
    limit = width
    for place in range(len(names) - 1, -1, -every):
        shown = shortened(names[place], max(step, 20.0) * every - 6)
        half = width_of(shown) / 2
        x = min(max(left + step * (place + 0.5), half), width - half)
        if x + half <= limit:  # the last one may have been moved from the edge
            parts.append(told(names[place], text(x, height - 10, shown, anchor="middle")))
            limit = x - half - 4
    return parts


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
            _bar(scale, scale.start, row.count, middle, "accent"),
            told(row.name, text(0, middle + 4, shortened(row.name, names), fill=canvas.INK)),
            canvas.el("a", shown, href=row.url) if row.url else shown,
            text(ends[1], middle + 4, row.share, anchor="end"),
            text(ends[0], middle + 4, row.wait, anchor="end"),
        ]
    return canvas.chart(parts, title, width, 26 + 28 * len(rows) + 6 + TEXT / 4)
