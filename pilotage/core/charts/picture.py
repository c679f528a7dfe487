"""Charts as PNG pictures, set by Typst with the font of the papers."""

from __future__ import annotations

import json
from collections.abc import Sequence

import typst

from pilotage.core.charts.canvas import FAMILY, Chart
from pilotage.core.documents import DocumentError, chinese_font

PAGE = """\
#let d = json("d.json")
#set page(margin: 0pt, fill: white)
#for (place, size) in d.enumerate() {
  page(width: size.at(0) * 1pt, height: size.at(1) * 1pt, image("chart-" + str(place) + ".svg", width: 100%, height: 100%))
}
"""


def png(chart: Chart, scale: float = 2.0) -> bytes:
    """``scale`` pixels for each of the chart's. Raises :class:`DocumentError` where no Chinese font is installed."""
    return pngs([chart], scale)[0]


def pngs(charts: Sequence[Chart], scale: float = 2.0) -> list[bytes]:
    """Many at once: most of the time for one goes into reading the font."""
    if not charts:
        return []
    font = chinese_font()
    files = {"main": PAGE.encode(), "d.json": json.dumps([[chart.width, chart.height] for chart in charts]).encode()}
    files |= {f"chart-{place}.svg": chart.svg.replace(FAMILY, f"'{font.family}'").encode() for place, chart in enumerate(charts)}
    try:
        made = typst.compile(files, format="png", ppi=72 * scale, font_paths=[font.folder], ignore_system_fonts=True)  # type: ignore[call-overload]  # its stubs do not know files in memory
    except typst.TypstError as error:
        raise DocumentError(str(error)) from error
    return [bytes(each) for each in made] if isinstance(made, list) else [bytes(made)]
