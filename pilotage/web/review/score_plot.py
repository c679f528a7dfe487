"""Raw score, calibrated score and own bar of each row on one printed scale. Percentages for an SVG, no script."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import ceil, floor
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from pilotage.review.wording import points
from pilotage.web.formats import MINUS, in_english

NAMES = ("raw", "calibrated", "bar")


@dataclass(frozen=True, slots=True)
class Scale:
    low: int
    high: int

    def place(self, value: Any) -> float | None:
        """Per cent from the left, kept inside; None where there is no value."""
        if value is None or value == "":
            return None
        share = 100 * (float(value) - self.low) / (self.high - self.low)
        return round(min(100.0, max(0.0, share)), 1)

    def __str__(self) -> str:
        return f"{self.low}{'–' if in_english() else '—'}{self.high}"


@dataclass(frozen=True, slots=True)
class Plot:
    raw: float | None
    calibrated: float | None
    bar: float | None
    label: str  # what a reader of the screen hears

    @property
    def joined(self) -> bool:
        return self.raw is not None and self.calibrated is not None


def scale_of(rows: Iterable[Mapping[str, Any]], least: int = 4) -> Scale:
    """Whole points around all that is drawn."""
    values = [float(value) for figures in rows for name in NAMES if (value := _drawn(figures, name)) is not None]
    low, high = (floor(min(values)), ceil(max(values))) if values else (0, 100)
    lack = max(0, least - (high - low))
    return Scale(max(0, low - 1 - lack // 2), min(100, high + 1 + lack // 2) if high <= 100 else high + 1)


def _drawn(figures: Mapping[str, Any], name: str) -> Any:
    """Where sittings count, the dot is the final score: the bar speaks of nothing else."""
    return figures["score"] if name == "calibrated" and figures.get("sittings") is not None else figures.get(name)


def plot_of(figures: Mapping[str, Any], scale: Scale) -> Plot:
    raw, calibrated, bar = (scale.place(_drawn(figures, name)) for name in NAMES)
    return Plot(raw, calibrated, bar, spoken(figures))


def spoken(figures: Mapping[str, Any]) -> str:
    """All figures of a row's plot in one sentence."""
    parts = [_("raw %(value)s") % {"value": points(figures.get("raw", figures.get("mean")))}]
    if figures.get("calibrated") is not None:
        parts.append(_("calibrated %(value)s") % {"value": points(figures["calibrated"])})
        parts.append(_("shift %(value)s") % {"value": shift_text(figures)})
    if figures.get("bar") is not None:
        parts.append(_("bar %(value)s") % {"value": points(figures["bar"])})
    return pgettext("clause separator", ", ").join(parts)


def shift_text(figures: Mapping[str, Any]) -> str:
    """What calibration moved, with its standard error: +0.50 ± 0.90."""
    if figures.get("shift") is None:
        return ""
    error = f" ± {points(figures['error'])}" if figures.get("error") is not None else ""
    return signed(figures["shift"]) + error


def signed(value: Any) -> str:
    text = points(value)
    return MINUS + text[1:] if text.startswith("-") and float(text) else f"+{text.lstrip('-')}" if float(text) else text.lstrip("-")
