"""The map beside the table: tiles by default; a map of the operator's where one is set up, with its source and approval number."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString

from pilotage.core.charts.provinces import OUTSIDE, PROVINCES, class_limits
from pilotage.core.charts.tilemap import limits_of
from pilotage.reports.regions.layout import RegionColumn, RegionTable
from pilotage.web import formats
from pilotage.web.charts import LegendEntry, Tile
from pilotage.web.regions import areas
from pilotage.web.regions.tables import PLACES

MEASURES = ("listed", "building", "filed", "recommended", "labelled", "share", "density", "quotient", "gap", "room")
QUOTIENT_LIMITS = [0.01, 0.5, 1.0, 1.5, 2.0]


@dataclass(frozen=True, slots=True)
class RegionMap:
    """``areas`` '' where the tiles are shown. ``has_areas``: whether the operator's map can be chosen."""

    measure: RegionColumn
    tiles: SafeString
    areas: SafeString
    legend: list[LegendEntry]
    has_areas: bool
    source: str
    approval: str


def measures(table: RegionTable) -> list[RegionColumn]:
    """What the map can show: every column of numbers that is not blank."""
    by_key = {column.key: column for column in table.columns}
    return [by_key[key] for key in MEASURES if not by_key[key].why_blank]


def region_map(table: RegionTable, wanted: str, pattern: str, kind: str) -> RegionMap:
    """``pattern`` with ``{code}`` is where a province leads."""
    offered = measures(table)
    measure = next((column for column in offered if column.key == wanted), offered[0])
    values = {row.code: _shown(row.value(measure.key), measure) for row in table.rows if row.level == "province"}
    known = {code: value for code, value in values.items() if value is not None}
    limits = limits_for(measure, known.values())
    drawn = areas.provinces()
    is_area = kind == "area" and drawn is not None
    found = tiles(known, set(values), limits, measure, pattern, table.province)
    return RegionMap(
        measure=measure,
        tiles=SafeString("".join(tile.as_item() for tile in found)),
        areas=areas.drawn(drawn, found, title=measure.title) if is_area and drawn else SafeString(""),
        legend=legend(limits, measure),
        has_areas=drawn is not None,
        source=drawn.source if drawn else "",
        approval=drawn.approval if drawn else "",
    )


def _shown(value: Any, measure: RegionColumn) -> float | None:
    if value is None:
        return None
    if measure.key == "share":
        return round(value * 100, 1)
    return value if measure.is_count else round(float(value), PLACES.get(measure.key, 2))


def limits_for(measure: RegionColumn, values: Collection[float]) -> list[float]:
    if measure.key == "quotient":
        return QUOTIENT_LIMITS
    if measure.is_count:
        return [float(limit) for limit in class_limits([int(value) for value in values])]
    return limits_of(values)


def tone(value: float | None, limits: list[float]) -> int:
    return sum(1 for limit in limits if value >= limit) if value is not None and value > 0 else 0


def tiles(
    values: Mapping[str, float], places: Collection[str], limits: list[float], measure: RegionColumn, pattern: str, selected: str
) -> list[Tile]:
    """A place without a value shows a dash and no tone."""
    english = formats.in_english()
    found = []
    for code, row, column, short_zh, short_en, name_zh, name_en in PROVINCES:
        value = values.get(code)
        url = pattern.replace("{code}", code) if code in places and code not in OUTSIDE else ""
        short, name = (short_en, name_en) if english else (short_zh, name_zh)
        found.append(Tile(code, row, column, short, name, _number(value, measure), tone(value, limits), url, code == selected))
    return found


def _number(value: float | None, measure: RegionColumn) -> Any:
    if value is None or measure.is_count:
        return value
    return formats.number(value, PLACES.get(measure.key, 2))


def legend(limits: list[float], measure: RegionColumn) -> list[LegendEntry]:
    """0 (for a figure with decimals also what is below the first limit), then the lower limit of each class."""
    if measure.key == "quotient":
        return [
            LegendEntry(0, "0"),
            LegendEntry(1, "<0.5"),
            *(LegendEntry(place, f"≥{limit:g}") for place, limit in enumerate(limits[1:], start=2)),
        ]
    words = [f"≥{formats.number(int(limit))}" if measure.is_count else f"≥{limit:g}" if limit else ">0" for limit in limits]
    return [LegendEntry(0, "0"), *(LegendEntry(place, each) for place, each in enumerate(words, start=1))]
