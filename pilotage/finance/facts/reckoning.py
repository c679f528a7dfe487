"""What is not stated but reckoned on the day that is asked for: each room registers how, at start."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from pilotage.finance.facts.metrics import METRICS

Value = int | str | bool
# (ids of enterprises, day) -> id -> value; who is not in it is not known. Bounded queries whatever their number.
Reckoner = Callable[[Sequence[int], date], Mapping[int, Value]]

# several metrics out of one read: -> metric -> id -> value
GroupReckoner = Callable[[Sequence[int], date], Mapping[str, Mapping[int, Value]]]

_reckoners: dict[str, Reckoner] = {}
_groups: list[GroupReckoner] = []


def register(metric: str, reckoner: Reckoner) -> None:
    """What is reckoned goes before what was stated only for metrics of ``RECKONED``; for the others it fills what nobody stated."""
    if metric not in METRICS:
        raise ValueError(f"there is no metric {metric}")
    if _reckoners.get(metric, reckoner) is not reckoner:
        raise ValueError(f"{metric} is reckoned already")
    _reckoners[metric] = reckoner


def register_group(reckoner: GroupReckoner) -> None:
    if reckoner not in _groups:
        _groups.append(reckoner)


def reckoned(ids: Sequence[int], on: date) -> dict[str, Mapping[int, Value]]:
    """All that can be reckoned of these enterprises on that day, by metric. Queries as many as there are reckoners."""
    found = {metric: reckon(ids, on) for metric, reckon in _reckoners.items()}
    for group in _groups:
        found |= group(ids, on)
    return found
