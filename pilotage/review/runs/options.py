"""What an assignment run is asked for, checked before anything is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext as _

from pilotage.core.verdict import Invalid
from pilotage.review.enums import AssignmentMethod

METHODS = ("auto", "flow", "auction")
PAIR_CAPS = ("", "3/4", "1/2", "1/4")  # of the chance of any pair; '' draws no lots
MOST_SEATS, MOST_LOAD, MOST_SECONDS = 20, 1000, 1800

__all__ = ["METHODS", "PAIR_CAPS", "AssignmentMethod", "AssignmentParameters", "cleaned"]


@dataclass(frozen=True, slots=True)
class AssignmentParameters:
    """``experts`` of each application, or with ``extra`` that many beyond those who have a seat.

    ``applications``: numbers; none given means all in review. ``load_max`` None: as even as the seats allow, with room for
    fit; ``load_min`` None: half of an even share where that can be. ``floor``: nobody below this suitability sits.
    ``bridging``: the share of seats for experts of another discipline than the application's. ``partial``: leave seats
    empty where the experts do not suffice.
    """

    experts: int = 3
    extra: int = 0
    applications: tuple[str, ...] = ()
    load_max: int | None = None
    load_min: int | None = None
    floor: float | None = None
    pair_cap: str = ""
    bridging: float = 0.0
    method: str = "auto"
    time_limit: int = 120
    gap: float = 0.1
    partial: bool = False

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "applications": list(self.applications)}

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> AssignmentParameters:
        return cls(**{**raw, "applications": tuple(raw.get("applications", ()))})


def cleaned(parameters: AssignmentParameters) -> AssignmentParameters:
    """Raises Invalid with a sentence for each field out of bounds."""
    errors = {}
    for name, low, high in _BOUNDS:
        value = getattr(parameters, name)
        if value is not None and not low <= value <= high:
            errors[name] = _("Give a number from %(low)s to %(high)s.") % {"low": low, "high": high}
    if parameters.method not in METHODS or parameters.pair_cap not in PAIR_CAPS:
        errors["method"] = _("Choose one of those offered.")
    if (parameters.load_min or 0) > (parameters.load_max or MOST_LOAD):
        errors["load_min"] = _("The least load is above the most.")
    if errors:
        raise Invalid(errors)
    return parameters


_BOUNDS: tuple[tuple[str, float, float], ...] = (
    ("experts", 1, MOST_SEATS),
    ("extra", 0, MOST_SEATS),
    ("load_max", 1, MOST_LOAD),
    ("load_min", 0, MOST_LOAD),
    ("floor", 0, 1),
    ("bridging", 0, 1),
    ("time_limit", 5, MOST_SECONDS),
    ("gap", 0, 10),
)
