"""Several series over the same days, each named at its end in its own colour and its own dash: readable in print too."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from pilotage.core.charts import canvas
from pilotage.core.charts.axes import Scale, apart, day_ticks, numbers, ticks, widest
from pilotage.core.charts.canvas import Chart, FormatNumber, dot, line, polyline, shortened, text, told, width_of

DASHES = (None, "7 3", "2 4", "10 3 2 3", "4 4", "1 3")
MOST_DOTS = 24
Line = tuple[str, Sequence[tuple[date, float]]]


def lines(
    series: Sequence[Line],
    *,
    title: str,
    unit: str = "",
    goal: float | None = None,
    goal_label: str = "",
    from_zero: bool = True,
    format_number: FormatNumber = canvas.plain,
    day_label: Callable[[date], str] = date.isoformat,
    empty: str = "",
    size: tuple[int, int] = (640, 300),
) -> Chart:
    """Series without a point are left out. At most six colours, then they begin again with another dash."""
    width, height = size
    known = [(name, sorted((day, float(v)) for day, v in points if canvas.is_number(v))) for name, points in series]
    known = [(name, points) for name, points in known if points]
    if not known:
        return canvas.wordless(empty, title, size)
    values = [value for _name, points in known for _day, value in points]
    values += [goal] if goal is not None and canvas.is_number(goal) else []
    marks = ticks(*numbers(values, from_zero=from_zero), max(2, round(height / 70)), label=format_number)
    left = 10 + widest(format_number(mark) for mark in marks) + 8
    named = len(known) > 1
    names = min(widest(name for name, _points in known), width * 0.3) if named else 0.0
    right = width - names - (16 if named else 20)
    days = sorted({day for _name, points in known for day, _value in points})
    x = Scale(days[0].toordinal() - (len(days) == 1), days[-1].toordinal() + (len(days) == 1), left + 6, right)
    y = Scale(marks[0], marks[-1], height - 30, 30)
    parts = [text(4, 14, shortened(unit, width / 2), fill=canvas.MUTED)] if unit else []
    parts += _frame(x, y, marks, days, left, right, width, format_number, day_label)
    if goal is not None and canvas.is_number(goal):
        parts.append(line(left, y(goal), right, y(goal), stroke=canvas.INK, width=1.5))
        parts.append(text(width - 8, 14, shortened(goal_label, width / 2 - 20), anchor="end", fill=canvas.INK))
    for place, (name, points) in enumerate(known):
        parts += _line(x, y, name if named else "", points, place, format_number, day_label)
    if named:
        ends = apart([y(points[-1][1]) + 4 for _name, points in known], 15, 42, height - 30)
        parts += [
            told(name, text(right + 10, base, shortened(name, names), fill=_ink(place)))
            for place, ((name, _points), base) in enumerate(zip(known, ends, strict=True))
        ]
    return canvas.chart(parts, title, width, height)


def _ink(place: int) -> str:
    return canvas.SERIES[place % len(canvas.SERIES)]


def _frame(
    x: Scale,
    y: Scale,
    marks: Sequence[float],
    days: Sequence[date],
    left: float,
    right: float,
    width: float,
    format_number: FormatNumber,
    day_label: Callable[[date], str],
) -> list[str]:
    parts = []
    for mark in marks:
        parts.append(line(left, y(mark), right, y(mark), stroke=canvas.LINE_STRONG if mark in (0, marks[0]) else canvas.LINE))
        parts.append(text(left - 8, y(mark) + 4, format_number(mark), anchor="end"))
    for day, words in day_ticks(days[0], days[-1], x.end - x.start, day_label):
        half = width_of(words) / 2
        middle = min(max(x(day.toordinal()), half), width - half)
        parts.append(line(x(day.toordinal()), y.start, x(day.toordinal()), y.start + 4, stroke=canvas.LINE_STRONG))
        parts.append(text(middle, y.start + 19, words, anchor="middle"))
    return parts


def _line(
    x: Scale,
    y: Scale,
    name: str,
    points: Sequence[tuple[date, float]],
    place: int,
    format_number: FormatNumber,
    day_label: Callable[[date], str],
) -> list[str]:
    at = [(x(day.toordinal()), y(value)) for day, value in points]
    dash = DASHES[place % len(DASHES)]
    parts = [polyline(at, stroke=_ink(place), dash=dash)] if len(at) > 1 else []
    for (day, value), spot in zip(points, at, strict=True):
        if len(points) <= MOST_DOTS or spot is at[-1]:
            parts.append(told(f"{name} {day_label(day)} {format_number(value)}".strip(), dot(*spot, 2.5, fill=_ink(place))))
    return parts
