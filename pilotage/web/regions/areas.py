"""The operator's own map of the provinces: drawn only with its source and approval number (审图号) printed under it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils.html import escape
from django.utils.safestring import SafeString

from pilotage.web.charts import Tile
from pilotage.web.formats import number
from pilotage.web.regions.geometry import Drawing, NotAMap
from pilotage.web.regions.geometry import drawing as drawing_of


@dataclass(frozen=True, slots=True)
class AreaMap:
    drawing: Drawing
    source: str
    approval: str


def provinces() -> AreaMap | None:
    """None where no map is set up, or not all of it: the checks at the start say what is missing."""
    if not (settings.MAP_FILE and settings.MAP_SOURCE and settings.MAP_APPROVAL):
        return None
    try:
        stat = Path(settings.MAP_FILE).stat()
        return AreaMap(_read(str(settings.MAP_FILE), stat.st_mtime_ns), settings.MAP_SOURCE, settings.MAP_APPROVAL)
    except (OSError, ValueError):
        return None


@lru_cache(maxsize=2)
def _read(path: str, _changed_at: int) -> Drawing:
    """Parsed once for each state of the file."""
    return drawing_of(json.loads(Path(path).read_text(encoding="utf-8")))


def fault() -> str:
    """Why the file that is set up cannot be drawn, '' where it can."""
    try:
        _read(str(settings.MAP_FILE), Path(settings.MAP_FILE).stat().st_mtime_ns)
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    except NotAMap as error:
        return f"cannot be drawn: {error}"
    except ValueError:
        return "is no JSON"
    return ""


def drawn(area_map: AreaMap, tiles: Sequence[Tile], *, title: str) -> SafeString:
    """The shapes in the tones of the tiles; what is no province keeps its outline. The table beside it says the same in words."""
    by_code = {tile.code: tile for tile in tiles}
    shapes = "".join(_shape(shape.path, shape.is_area, by_code.get(shape.code)) for shape in area_map.drawing.shapes)
    box = f"0 0 {area_map.drawing.width} {area_map.drawing.height}"
    return SafeString(f'<svg class="area-map" viewBox="{box}" role="group" aria-label="{escape(title)}">{shapes}</svg>')


def _shape(path: str, is_area: bool, tile: Tile | None) -> str:
    if tile is None:
        return f'<path class="{"area" if is_area else "area-line"}" d="{path}"/>'
    words = f"{escape(tile.name)} {number(tile.count)}"
    current = ' aria-current="true"' if tile.selected else ""
    shape = f'<path class="area tone-{tile.tone}" d="{path}"><title>{words}</title></path>'
    return f'<a href="{escape(tile.url)}" aria-label="{words}"{current}>{shape}</a>' if tile.url else shape
