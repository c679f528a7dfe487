"""Charts the server draws: one SVG each, for a page, a paper and a file alike. No model, no script, no dependency.

Words are passed in, already translated; numbers are written by the caller's ``format_number``.
"""

from __future__ import annotations

from pilotage.core.charts.bars import FunnelRow, bars, funnel
from pilotage.core.charts.canvas import Chart, with_heading
from pilotage.core.charts.fan import fan
from pilotage.core.charts.lines import lines
from pilotage.core.charts.pairs import Pair, pairs
from pilotage.core.charts.spark import sparkline
from pilotage.core.charts.spread import SpreadRow, spread
from pilotage.core.charts.tilemap import tiles

__all__ = [
    "Chart",
    "FunnelRow",
    "Pair",
    "SpreadRow",
    "bars",
    "fan",
    "funnel",
    "lines",
    "pairs",
    "png",
    "sparkline",
    "spread",
    "tiles",
    "with_heading",
]


def png(chart: Chart, scale: float = 2.0) -> bytes:
    """The chart as a picture file. Typst is only loaded when one is asked for."""
    from pilotage.core.charts.picture import png as drawn

    return drawn(chart, scale)
