"""From a file of borders to the paths of an SVG.

Data: a GeoJSON FeatureCollection in degrees; a feature stands for a province where one of ``CODE_KEYS`` among its
properties holds the six digits of GB/T 2260. Every other feature (a dashed line, an inset) is drawn as an outline.
Algorithm: Albers' equal-area conic projection with the parallels of the usual map of China, scaled to a width; rings
are thinned to the pixels that differ. Invariants: no coordinate leaves the picture; no feature of the file is left out.
Refuses: files that are no FeatureCollection, geometries other than areas and lines, coordinates that are no degrees.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

CODE_KEYS = ("code", "adcode", "gb", "id", "ADCODE", "CODE")
PARALLELS = (25.0, 47.0)
CENTRE = (105.0, 36.0)
AREAS, LINES = {"Polygon": 1, "MultiPolygon": 2}, {"LineString": 0, "MultiLineString": 1}
Point = tuple[float, float]


class NotAMap(ValueError):
    """Why a file cannot be drawn."""


@dataclass(frozen=True, slots=True)
class Shape:
    """``code`` '' for what is no province. ``path`` as the attribute ``d`` of an SVG path."""

    code: str
    path: str
    is_area: bool


@dataclass(frozen=True, slots=True)
class Drawing:
    shapes: list[Shape]
    width: int
    height: int


def drawing(document: Any, width: int = 760) -> Drawing:
    features = _features(document)
    placed = [(code, is_area, [[_albers(point) for point in ring] for ring in rings]) for code, is_area, rings in features]
    points = [point for _code, _area, rings in placed for ring in rings for point in ring]
    if not points:
        raise NotAMap("no coordinates")
    left, right = min(x for x, _y in points), max(x for x, _y in points)
    top, bottom = min(y for _x, y in points), max(y for _x, y in points)
    scale = (width - 4) / ((right - left) or 1.0)
    shapes = []
    for code, is_area, rings in placed:
        lines = [[(round((x - left) * scale + 2, 1), round((y - top) * scale + 2, 1)) for x, y in ring] for ring in rings]
        shapes.append(Shape(code, "".join(_path(line, is_area) for line in lines), is_area))
    return Drawing(shapes, width, math.ceil((bottom - top) * scale + 4))


def _features(document: Any) -> list[tuple[str, bool, list[list[Point]]]]:
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection" or not isinstance(document.get("features"), list):
        raise NotAMap("not a GeoJSON FeatureCollection")
    found = []
    for feature in document["features"]:
        geometry = (feature.get("geometry") if isinstance(feature, dict) else None) or {}
        kind = geometry.get("type")
        if kind not in AREAS | LINES:
            raise NotAMap(f"a geometry of type {kind!r}")
        depth = (AREAS | LINES)[kind]
        found.append((_code(feature), kind in AREAS, [list(_points(ring)) for ring in _rings(geometry.get("coordinates"), depth)]))
    return found


def _code(feature: dict[str, Any]) -> str:
    properties = {**(feature.get("properties") or {}), "id": feature.get("id")}
    for key in CODE_KEYS:
        text = str(properties.get(key) or "")
        if len(text) == 6 and text.isdigit() and text.endswith("0000"):
            return text
    return ""


def _rings(coordinates: Any, depth: int) -> Iterator[Any]:
    if not isinstance(coordinates, list):
        raise NotAMap("coordinates are missing")
    if depth == 0:
        yield coordinates
    else:
        for part in coordinates:
            yield from _rings(part, depth - 1)


def _points(ring: Any) -> Iterator[Point]:
    for point in ring:
        try:
            longitude, latitude = float(point[0]), float(point[1])
        except (TypeError, ValueError, IndexError, KeyError):
            raise NotAMap("a point without two numbers") from None
        if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
            raise NotAMap("coordinates that are no degrees of longitude and latitude")
        yield longitude, latitude


def _albers(point: Point) -> Point:
    """Equal-area, y downwards."""
    first, second = (math.radians(parallel) for parallel in PARALLELS)
    longitude, latitude = math.radians(point[0] - CENTRE[0]), math.radians(point[1])
    n = (math.sin(first) + math.sin(second)) / 2
    c = math.cos(first) ** 2 + 2 * n * math.sin(first)
    rho = math.sqrt(max(0.0, c - 2 * n * math.sin(latitude))) / n
    rho_0 = math.sqrt(c - 2 * n * math.sin(math.radians(CENTRE[1]))) / n
    theta = n * longitude
    return rho * math.sin(theta), -(rho_0 - rho * math.cos(theta))


def _path(points: Sequence[Point], is_area: bool) -> str:
    thinned = [point for place, point in enumerate(points) if place == 0 or point != points[place - 1]]
    steps = "L".join(f"{x:g} {y:g}" for x, y in thinned)
    return f"M{steps}{'Z' if is_area else ''}" if thinned else ""
