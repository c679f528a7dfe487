"""Which parts may a work report have, and which fields may its texts name?

Data: texts hold fields in braces, ``{targets_met}`` or ``{M03-1.value}``; a part of a kind takes the options listed here.
Invariants: what is listed here is what ``reports`` can fill in, so a text that passes here can always be printed.
Refuses: anything else in braces; a brace that is meant as such has no place in these texts.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

KINDS = (
    "text", "targets", "target_chart", "measures", "regions", "region_map", "industries", "effects", "funnel", "changes",
    "forecast_review", "statistics", "notes",
)  # fmt: skip
OPTIONS: dict[str, frozenset[str]] = {
    "text": frozenset({"key", "default"}),
    "targets": frozenset({"targets"}),
    "target_chart": frozenset({"targets"}),
    "forecast_review": frozenset({"targets"}),
    "changes": frozenset({"targets"}),
    "funnel": frozenset({"call"}),
    "regions": frozenset({"limit"}),
    "industries": frozenset({"limit"}),
    "effects": frozenset({"limit"}),
}
NEEDED: dict[str, tuple[str, ...]] = {"text": ("key", "title", "default"), "funnel": ("call",)}
# of the whole report
FIELDS = (
    "plan", "issuer", "period", "from", "to", "as_of", "targets", "targets_counted", "targets_met", "targets_on_track", "targets_at_risk",
    "measures", "measures_reported", "measures_late",
)  # fmt: skip
# of one target, behind its code and a full stop
TARGET_FIELDS = ("title", "value", "goal", "status", "share", "chance")

_BRACES = re.compile(r"\{([^{}]*)\}|[{}]")


def fields_in(text: str) -> Iterator[str]:
    """What stands in braces, in order; a lone brace is given as itself."""
    for found in _BRACES.finditer(text):
        yield found[1] if found[1] is not None else found[0]


def is_known(field: str, targets: Collection[str]) -> bool:
    if field in FIELDS:
        return True
    code, dot, name = field.rpartition(".")
    return bool(dot) and code in targets and name in TARGET_FIELDS


def known_fields(targets: Collection[str]) -> list[str]:
    return [*FIELDS, *(f"{code}.{name}" for code in targets for name in TARGET_FIELDS)]
