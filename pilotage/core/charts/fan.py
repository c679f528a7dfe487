"""What was counted, and where it is likely to end: the past as a line, the future as bands round a dashed median.

Data: past values by day, bands by day with the seven quantiles 2.5 to 97.5 %. The bands grow out of the
last day counted. The axis starts at zero unless all values lie far above it; its lowest label says where.
Invariants: everything stands inside the picture, wider bands behind narrower ones, labels never touch.
Refuses nothing: values that are no numbers are left out, and a picture without data says so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Protocol

from pilotage.core.charts import canvas
from pilotage.core.charts.axes import Scale, day_ticks, numbers, ticks, widest
from pilotage.core.charts.canvas import Chart, FormatNumber, dot, line, polygon, polyline, rect, text, told, width_of

TOP, BOTTOM = 30.0, 30.0
QUANTILES = ("q025", "q10", "q25", "q50", "q75", "q90", "q975")
BANDS = (("q025", "q975", canvas.BAND_95, "95%"), ("q10", "q90", canvas.BAND_80, "80%"), ("q25", "q75", canvas.BAND_50, "50%"))
MOST_DOTS = 24
NARROW = 520  # pixels, under which the end's label takes a line of its own


class BandLike(Protocol):
    @property
    def day(self) -> date: ...
    @property
    def q025(self) -> float: ...
    @property
    def q10(self) -> float: ...
    @property
    def q25(self) -> float: ...
    @property
    def q50(self) -> float: ...
    @property
    def q75(self) -> float: ...
    @property
    def q90(self) -> float: ...
    @property
    def q975(self) -> float: ...


@dataclass(frozen=True, slots=True)
class _Now:
    """The last value counted, as a band without width."""

    day: date
    value: float

    def __getattr__(self, name: str) -> float:
        return self.value


@dataclass(frozen=True, slots=True)
class _Frame:
    x: Scale
    y: Scale
    left: float
    right: float
    top: float
    bottom: float

    def at(self, day: date, value: float) -> tuple[float, float]:
        return self.x(day.toordinal()), self.y(value)


def fan(
    history: Sequence[tuple[date, float]],
    bands: Sequence[BandLike],
    *,
    goal: float | None,
    goal_label: str,
    title: str,
    unit: str = "",
    format_number: FormatNumber = canvas.plain,
    day_label: Callable[[date], str] = date.isoformat,
    end_label: str = "",
    dash: str = "–",
    empty: str = "",
    size: tuple[int, int] = (860, 360),
) -> Chart:
    """``goal_label`` is written as it is, its value included. ``dash`` stands in the interval; ``empty`` where there is no data."""
    past = sorted((day, float(value)) for day, value in history if canvas.is_number(value))
    ahead = sorted((b for b in bands if all(canvas.is_number(getattr(b, q)) for q in QUANTILES)), key=lambda band: band.day)
    if past and ahead:
        ahead = [_Now(*past[-1]), *(band for band in ahead if band.day > past[-1][0])]  # type: ignore[list-item]
    if not past and not ahead:
        return canvas.wordless(empty, title, size)
    written = _end_words(ahead, end_label, format_number, dash, is_narrow=size[0] < NARROW)
    end = [canvas.shortened(words, size[0] * 0.4) for words in written]
    frame, marks = _frame(past, ahead, goal, format_number, end, size)
    parts = [
        *_grid(frame, marks, format_number),
        *_calendar(frame, past, ahead, day_label),
        *_bands(frame, ahead),
        *_goal(frame, goal, goal_label, past, ahead),
        *_median(frame, ahead),
        *_past(frame, past, bool(ahead), format_number, day_label),
        *_end(frame, ahead, end),
        *_head(frame, unit, bool(ahead), size),
    ]
    return canvas.chart(parts, title, *size)


def _end_words(ahead: Sequence[BandLike], label: str, format_number: FormatNumber, dash: str, *, is_narrow: bool) -> list[str]:
    if len(ahead) < 2:
        return []
    last = ahead[-1]
    median, interval = format_number(last.q50), f"{format_number(last.q10)}{dash}{format_number(last.q90)}"
    if format_number(last.q10) == format_number(last.q90) == median:  # settled: there is no interval to speak of
        return [label, median] if is_narrow and label else [f"{label} {median}".strip()]
    if is_narrow:
        low, high = f"{format_number(last.q10)}{dash}", format_number(last.q90)
        ends = [low, high] if width_of(interval) > NARROW / 4 else [interval]
        return [label, median, *ends] if label else [median, *ends]
    return [f"{label} {median}".strip(), interval]


def _frame(
    past: Sequence[tuple[date, float]],
    ahead: Sequence[BandLike],
    goal: float | None,
    format_number: FormatNumber,
    end: Sequence[str],
    size: tuple[int, int],
) -> tuple[_Frame, list[float]]:
    width, height = size
    values = [value for _day, value in past]
    values += [getattr(band, quantile) for band in ahead for quantile in ("q025", "q975")]
    values += [goal] if canvas.is_number(goal) and goal is not None else []
    marks = ticks(*numbers(values, from_zero=False), max(2, round(height / 70)), label=format_number)
    left = 10 + widest(format_number(mark) for mark in marks) + 8
    right = width - (widest(end) + 18 if end else 14)
    right = max(right, left + width * 0.3)
    days = [day for day, _value in past] + [band.day for band in ahead]
    first, last = min(days).toordinal(), max(days).toordinal()
    x = Scale(first, last, left + 6, right) if last > first else Scale(first - 1, first + 1, left + 6, right)
    return _Frame(x, Scale(marks[0], marks[-1], height - BOTTOM, TOP), left, right, TOP, height - BOTTOM), marks


def _grid(frame: _Frame, marks: Sequence[float], format_number: FormatNumber) -> list[str]:
    parts = []
    for mark in marks:
        y = frame.y(mark)
        stroke = canvas.LINE_STRONG if mark == marks[0] or mark == 0 else canvas.LINE
        parts += [
            line(frame.left, y, frame.right, y, stroke=stroke),
            text(frame.left - 8, y + 4, format_number(mark), anchor="end"),
        ]
    return parts


def _calendar(frame: _Frame, past: Sequence[tuple[date, float]], ahead: Sequence[BandLike], day_label: Callable[[date], str]) -> list[str]:
    days = [day for day, _value in past] + [band.day for band in ahead]
    parts = []
    for day, words in day_ticks(min(days), max(days), frame.x.end - frame.x.start, day_label):
        x, half = frame.x(day.toordinal()), width_of(words) / 2
        middle = max(half, x) if not ahead else x  # at the right there is the room of the end's label
        parts += [
            line(x, frame.bottom, x, frame.bottom + 4, stroke=canvas.LINE_STRONG),
            text(middle, frame.bottom + 19, words, anchor="middle"),
        ]
    return parts


def _bands(frame: _Frame, ahead: Sequence[BandLike]) -> list[str]:
    if len(ahead) < 2:
        return []
    parts = []
    for low, high, fill, _words in BANDS:
        upper = [frame.at(band.day, getattr(band, high)) for band in ahead]
        lower = [frame.at(band.day, getattr(band, low)) for band in reversed(ahead)]
        parts.append(polygon([*upper, *lower], fill))
    return parts


def _median(frame: _Frame, ahead: Sequence[BandLike]) -> list[str]:
    if len(ahead) < 2:
        return []
    return [polyline([frame.at(band.day, band.q50) for band in ahead], stroke=canvas.ACCENT, dash="2 4")]


def _past(
    frame: _Frame, past: Sequence[tuple[date, float]], goes_on: bool, format_number: FormatNumber, day_label: Callable[[date], str]
) -> list[str]:
    if not past:
        return []
    points = [frame.at(day, value) for day, value in past]
    parts = [polyline(points, stroke=canvas.ACCENT)] if len(points) > 1 else []
    for place, ((day, value), (x, y)) in enumerate(zip(past, points, strict=True)):
        is_last = place == len(past) - 1
        if len(past) <= MOST_DOTS or is_last:
            parts.append(told(f"{day_label(day)} {format_number(value)}", dot(x, y, 4 if is_last else 2.5, fill=canvas.ACCENT)))
    if not goes_on and len(past) > 0:
        x, y = points[-1]
        words = format_number(past[-1][1])
        parts.append(text(min(x, frame.right - 2), max(y - 10, frame.top + 10), words, anchor="end", fill=canvas.INK, weight=600))
    return parts


def _goal(frame: _Frame, goal: float | None, label: str, past: Sequence[tuple[date, float]], ahead: Sequence[BandLike]) -> list[str]:
    if goal is None or not canvas.is_number(goal):
        return []
    y = frame.y(goal)
    drawn = [frame.at(day, value) for day, value in past]
    drawn += [frame.at(band.day, getattr(band, quantile)) for band in ahead for quantile in ("q025", "q975")]
    x, base = _free_place(frame, y, width_of(label), sorted(drawn))
    return [line(frame.left, y, frame.right, y, stroke=canvas.INK, width=1.5), text(x, base, label, fill=canvas.INK, weight=500)]


def _free_place(frame: _Frame, y: float, width: float, drawn: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Left and baseline of the goal's words: above or under its line, where least is drawn."""
    span = max(frame.right - frame.left - width, 0.0)
    bases = [base for base in (y - 7, y + 17) if base - 13 >= frame.top - 12 and base + 4 <= frame.bottom] or [y - 7]
    places = [(frame.left + 6 + span * share, base) for base in bases for share in (0.0, 0.25, 0.5, 0.72)]
    return min(places, key=lambda place: _hits(place, width, drawn))


def _hits(place: tuple[float, float], width: float, drawn: Sequence[tuple[float, float]]) -> float:
    x, base = place
    hits = 0.0
    for (x1, y1), (x2, y2) in pairwise(drawn):
        inside_x = x1 <= x + width + 4 and x2 >= x - 4
        hits += inside_x and min(y1, y2) <= base + 5 and max(y1, y2) >= base - 13
    return hits


def _end(frame: _Frame, ahead: Sequence[BandLike], words: Sequence[str]) -> list[str]:
    if not words:
        return []
    x, y = frame.at(ahead[-1].day, ahead[-1].q50)
    base = min(max(y - 3 - 17 * max(len(words) - 2, 0), frame.top + 4), frame.bottom - 4 - 17 * (len(words) - 1))
    written = [
        text(frame.right + 10, base + 17 * place, said, fill=canvas.SECONDARY if place and said == words[-1] else canvas.INK)
        for place, said in enumerate(words)
    ]
    return [dot(x, y, 4, fill=canvas.SURFACE, stroke=canvas.ACCENT), *written]


def _head(frame: _Frame, unit: str, has_bands: bool, size: tuple[int, int]) -> list[str]:
    """The unit over the axis, the meaning of the bands at the right."""
    parts = [text(4, 14, unit, fill=canvas.MUTED)] if unit else []
    if has_bands:
        x = size[0] - 8.0
        for _low, _high, fill, words in BANDS:
            x -= width_of(words)
            parts += [text(x, 14, words), rect(x - 19, 4, 14, 11, fill, radius=2, stroke=canvas.BAND_EDGE)]
            x -= 19 + 14
    return parts
