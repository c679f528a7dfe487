"""What can be counted: each room registers its indicators at start, the plan names them by key.

``plan`` never looks up; ``count`` is a live query owned by the room that owns the records, so a
number on the plan page is true at the moment it is read and opens the records it counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse

from pilotage.registry.models import localized

if TYPE_CHECKING:
    from pilotage.plan.models import Plan

Count = Callable[["Plan", Mapping[str, Any], date], "Decimal | int | None"]
RecordsUrl = Callable[["Plan", Mapping[str, Any], Any], "str | None"]


@dataclass(frozen=True, slots=True)
class Indicator:
    """``count(plan, options, as_of)`` is None where nothing can be said yet. Growth and rate are in percent.

    ``records_url(plan, options, actor)`` is None where the actor may not see the records.
    ``dated`` says that ``count`` honours a day other than today.
    """

    key: str
    name_zh: str
    name_en: str
    unit_zh: str
    unit_en: str
    formula_zh: str
    formula_en: str
    count: Count
    records_url: RecordsUrl | None = None
    dated: bool = False

    @property
    def name(self) -> str:
        return localized(self.name_zh, self.name_en)

    @property
    def unit(self) -> str:
        return localized(self.unit_zh, self.unit_en)

    @property
    def formula(self) -> str:
        return localized(self.formula_zh, self.formula_en)


def named(options: Mapping[str, Any], one: str, several: str) -> list[Any]:
    """What an option names, whether it is written as one value (``call: a``) or as several (``calls: [a, b]``)."""
    found = options.get(several) or options.get(one) or []
    return list(found) if isinstance(found, list | tuple) else [found]


def records_address(view: str, query: Mapping[str, Any], **kwargs: Any) -> str | None:
    """The page of the records with its filters; None where the pages are not mounted, as in a worker without them."""
    try:
        return f"{reverse(view, kwargs=kwargs)}?{urlencode(query)}"
    except NoReverseMatch:
        return None


_indicators: dict[str, Indicator] = {}


def register(indicator: Indicator) -> Indicator:
    if indicator.key in _indicators and _indicators[indicator.key] != indicator:
        raise ValueError(f"indicator {indicator.key} is registered already")
    _indicators[indicator.key] = indicator
    return indicator


def get(key: str) -> Indicator | None:
    return _indicators.get(key)


def keys() -> frozenset[str]:
    return frozenset(_indicators)
