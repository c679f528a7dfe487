"""Provinces as equal tiles in five tones; no border is drawn, so no map approval is needed. A table must stand beside it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from pilotage.core.charts import canvas
from pilotage.core.charts.axes import round_step
from pilotage.core.charts.canvas import Chart, FormatNumber, el, rect, text, told, width_of
from pilotage.core.charts.provinces import CLASSES, OUTSIDE, PROVINCES, class_limits

GAP = 4.0
LIGHT_TEXT = 4  # from this tone on, words are white


def limits_of(values: Collection[float]) -> list[float]:
    """Lower limits of up to five classes above zero: of counts on a logarithm, of other numbers in equal round steps."""
    if all(float(value).is_integer() for value in values):
        return [float(limit) for limit in class_limits([int(value) for value in values])]
    step = round_step(max(values, default=0.0), CLASSES)
    return [0.0, *(step * place for place in range(1, CLASSES) if step * place <= max(values))]


def tiles(
    counts: Mapping[str, float],
    *,
    title: str,
    english: bool,
    limits: Sequence[float] | None = None,
    unit: str = "",
    url_pattern: str = "",
    outside: Collection[str] = OUTSIDE,
    format_number: FormatNumber = canvas.plain,
    width: int = 400,
) -> Chart:
    """``counts`` by six-digit code; a province that is not among them counts zero, one ``outside`` shows a dash."""
    known = {code: float(value) for code, value in counts.items() if canvas.is_number(value)}
    found = list(limits) if limits is not None else limits_of(known.values())
    side = (width + GAP) / 7 - GAP
    high = min(side * 0.86, 46.0)
    parts = []
    for code, row, column, short_zh, short_en, name_zh, name_en in PROVINCES:
        count = known.get(code, None if code in outside else 0.0)
        x, y = (column - 1) * (side + GAP), (row - 1) * (high + GAP)
        url = url_pattern.replace("{code}", code) if count is not None else ""
        number = "–" if count is None else format_number(count)
        drawn = told(
            f"{name_en if english else name_zh} {number}", *_tile(x, y, side, high, short_en if english else short_zh, number, count, found)
        )
        parts.append(el("a", drawn, href=url) if url else drawn)
    foot = 8 * (high + GAP) + 8
    return canvas.chart([*parts, *_legend(found, unit, foot, width, format_number)], title, width, foot + 22)


def _tile(
    x: float, y: float, side: float, high: float, name: str, number: str, count: float | None, limits: Sequence[float]
) -> tuple[str, ...]:
    tone = sum(1 for limit in limits if count >= limit) if count and count > 0 else 0
    ink = canvas.SURFACE if tone >= LIGHT_TEXT else canvas.INK if tone else canvas.MUTED
    size = 11.0 if width_of(number, 11) <= side - 4 else 9.0
    return (
        rect(x, y, side, high, canvas.MAP[min(tone, CLASSES)], radius=4),
        text(x + side / 2, y + high / 2 - 2, name, anchor="middle", size=12.5, fill=ink),
        text(x + side / 2, y + high / 2 + 13, number, anchor="middle", size=size, fill=ink),
    )


def _legend(limits: Sequence[float], unit: str, top: float, width: float, format_number: FormatNumber) -> list[str]:
    parts = []
    x = 0.5
    for tone, limit in enumerate(limits, start=1):
        words = f"≥{format_number(limit)}" if limit else f">{format_number(limit)}"
        if x + 18 + width_of(words) > width:
            break
        parts += [
            rect(x, top + 3, 14, 11, canvas.MAP[min(tone, CLASSES)], radius=2, stroke=canvas.BAND_EDGE),
            text(x + 18, top + 13, words),
        ]
        x += 18 + width_of(words) + 10
    if unit and x + width_of(unit) < width:
        parts.append(text(width, top + 13, unit, anchor="end", fill=canvas.MUTED))
    return parts
