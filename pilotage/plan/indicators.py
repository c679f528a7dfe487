"""What can be counted: each room registers its indicators at start, the plan names them by key.

``plan`` never looks up; ``count`` is a live query owned by the room that owns the records, so a
number on the plan page is true at the moment it is read and opens the records it counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse

from pilotage.registry.models import localized

if TYPE_CHECKING:
    from pilotage.plan.forecast.model import Pipeline
    from pilotage.plan.models import Plan


class CannotCount(ValueError):
    """Raised by ``count`` where the records are there and no number comes of them, as where a rate divides by zero.

    The argument is the sentence shown.
    """


@dataclass(frozen=True, slots=True)
class Change:
    """One act on the records that changed the value of an earlier day, for a reader who asks who and why."""

    at: datetime
    who: str
    why: str
    words: str
    url: str | None = None


Count = Callable[["Plan", Mapping[str, Any], date], "Decimal | int | None"]
RecordsUrl = Callable[["Plan", Mapping[str, Any], Any], "str | None"]
History = Callable[["Plan", Mapping[str, Any], Sequence[date]], "list[Decimal | int | None]"]
PipelineOf = Callable[["Plan", Mapping[str, Any], date], "Pipeline | None"]
ByPlace = Callable[["Plan", Mapping[str, Any], date], "dict[str, Decimal | int]"]
ChangesSince = Callable[["Plan", Mapping[str, Any], date], list[Change]]


@dataclass(frozen=True, slots=True)
class Indicator:
    """``count(plan, options, as_of)`` is None where nothing can be said yet; it may raise :class:`CannotCount`. Growth and rate are in percent.

    ``records_url(plan, options, actor)`` is None where the actor may not see the records; the page of a dated one takes ``as_of=2023-06-30``.
    ``dated`` says that ``count`` honours a day other than today.
    ``history(plan, options, days)`` gives the values at the end of each of the sorted days, in bounded queries whatever their number.
    ``pipeline(plan, options, day)`` is what was known at the end of that day of the records on their way, nothing later.
    ``by_place(plan, options, day)`` gives each province code its part of the value.
    ``changes(plan, options, since)`` says who changed what of the records since that day, and why.
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
    history: History | None = None
    pipeline: PipelineOf | None = None
    by_place: ByPlace | None = None
    changes: ChangesSince | None = None

    @property
    def name(self) -> str:
        return localized(self.name_zh, self.name_en)

    @property
    def unit(self) -> str:
        return localized(self.unit_zh, self.unit_en)

    @property
    def formula(self) -> str:
        return localized(self.formula_zh, self.formula_en)


def as_counted(address: str, as_of: date) -> str:
    """The page of the records as they stood at the end of the day counted."""
    return f"{address}{'&' if '?' in address else '?'}as_of={as_of.isoformat()}"


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


def every() -> list[Indicator]:
    """All that is registered, by key."""
    return [_indicators[key] for key in sorted(_indicators)]
