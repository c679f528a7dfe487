"""A map of the operator's is shown whole or not at all; what is missing is said at the start."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from pilotage.web.regions.areas import fault

HINT = "See docs/how-to/map.md. Without the three settings the tile map stands alone."


@register()
def map_is_whole(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    values = {
        "PILOTAGE_MAP_FILE": settings.MAP_FILE,
        "PILOTAGE_MAP_SOURCE": settings.MAP_SOURCE,
        "PILOTAGE_MAP_APPROVAL": settings.MAP_APPROVAL,
    }
    missing = [name for name, value in values.items() if not value]
    if len(missing) == len(values):
        return []
    if missing:
        return [Error(f"A province map is set up without {' and '.join(missing)}; it is not shown.", hint=HINT, id="pilotage.E020")]
    if found := fault():
        return [Error(f"PILOTAGE_MAP_FILE {found}.", hint=HINT, id="pilotage.E021")]
    return []
