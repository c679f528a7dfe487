"""A row's own small picture: the past as a line, the target as dots across, what is ahead as a wedge."""

from __future__ import annotations

from collections.abc import Sequence

from pilotage.core.charts import canvas
from pilotage.core.charts.axes import Scale
from pilotage.core.charts.canvas import Chart, dot, line, polygon, polyline

EDGE = 4.0
AHEAD = 0.16  # of the width
INKS = {
    "good": canvas.TONES["good"],
    "warn": canvas.TONES["warn"],
    "bad": canvas.TONES["bad"],
    "neutral": "#8691a0",
    "accent": canvas.ACCENT_DATA,
}
WEDGES = {"good": "#cfe8d9", "warn": "#f0dcb6", "bad": "#f2c9c5", "neutral": "#d9dfe5", "accent": canvas.BAND_50}


def sparkline(
    values: Sequence[float | None],
    *,
    goal: float | None,
    tone: str = "accent",
    ahead: tuple[float, float] | None = None,
    title: str = "",
    size: tuple[int, int] = (104, 26),
) -> Chart:
    """Values at equal distances; None leaves a gap at its place. Starts at zero. Without ``title`` readers do not hear of it."""
    width, height = size
    known = [float(value) for value in values if value is not None and canvas.is_number(value)]
    bounds = [bound for bound in (goal, *(ahead or ())) if bound is not None and canvas.is_number(bound)]
    everything = [0.0, *known, *bounds]
    y = Scale(min(everything), max(everything), height - EDGE, EDGE)
    right = width - EDGE - (width * AHEAD if ahead else 0)
    x = Scale(0, max(1, len(values) - 1), EDGE, right)
    points = [(x(place), y(float(value))) for place, value in enumerate(values) if value is not None and canvas.is_number(value)]
    parts = []
    if goal is not None and canvas.is_number(goal):
        parts.append(line(0, y(goal), width, y(goal), stroke=canvas.MUTED, dash="2 2"))
    if ahead and points and all(map(canvas.is_number, ahead)):
        low, high = (y(bound) for bound in ahead)
        # a wedge without width would not be seen
        low, high = (low + 1, high - 1) if low - high < 2 else (low, high)
        parts.append(polygon([points[-1], (width - EDGE / 2, high), (width - EDGE / 2, low)], WEDGES.get(tone, WEDGES["neutral"])))
    ink = INKS.get(tone, INKS["neutral"])
    if len(points) > 1:
        parts.append(polyline(points, stroke=ink, width=1.75))
    if points:
        parts.append(dot(*points[-1], 2.5, fill=ink))
    return canvas.chart(parts, title, width, height)
