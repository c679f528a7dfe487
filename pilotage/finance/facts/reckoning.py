"""What is not stated but reckoned on the day that is asked for: each room registers how, at start."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from pilotage.finance.facts.metrics import METRICS

Value = int | str | bool
# (ids of enterprises, day) -> id -> value; who is not in it is not known. Bounded queries whatever their number.
Reckoner = Callable[[Sequence[int], date], Mapping[int, Value]]

_reckoners: dict[str, Reckoner] = {}


def register(metric: str, reckoner: Reckoner) -> None:
    """What is reckoned goes before what was stated only for metrics of ``RECKONED``; for the others it fills what nobody stated."""
    if metric not in METRICS:
        raise ValueError(f"there is no metric {metric}")
    if _reckoners.get(metric, reckoner) is not reckoner:
        raise ValueError(f"{metric} is reckoned already")
    _reckoners[metric] = reckoner


def reckoners() -> dict[str, Reckoner]:
    return dict(_reckoners)
