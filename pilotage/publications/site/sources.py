"""What can be found, and where it comes from. Rooms above may register more.

A source names its kind, how its things are told apart (``key``), which of them the public sees at this moment, what is searched of
each, and which recorded objects concern it: the index reads the record and asks the source about exactly those.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from pilotage.publications.site.enums import Found


@dataclass(frozen=True, slots=True)
class Text:
    """What is searched of one thing. ``words``: numbers and names that count as much as its title."""

    key: str
    title_zh: str
    title_en: str = ""
    words: str = ""
    text_zh: str = ""
    text_en: str = ""
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """``public``: what an outsider may see now. ``key``: the field that tells its things apart.

    ``touched``: for each type of recorded object, which things it concerns, from the keys of the objects.
    """

    kind: Found
    public: Callable[[], QuerySet]
    key: str
    text: Callable[[Any], Text]
    touched: Mapping[str, Callable[[Collection[str]], Q]] = field(default_factory=dict)

    def rows(self, condition: Q) -> QuerySet:
        return self.public().filter(condition).order_by("pk")

    def visible_keys(self, keys: Collection[str]) -> set[str]:
        """Those of ``keys`` that the public sees at this moment. One query."""
        return {str(key) for key in self.public().filter(**{f"{self.key}__in": list(keys)}).order_by().values_list(self.key, flat=True)}


_sources: dict[str, Source] = {}


def register(source: Source) -> None:
    _sources[source.kind] = source


def source_of(kind: str) -> Source | None:
    return _sources.get(kind)


def all_sources() -> Iterator[Source]:
    """In the order of ``Found``."""
    return (_sources[kind] for kind in Found.values if kind in _sources)


def by_pk(pks: Collection[str]) -> Q:
    return Q(pk__in=list(pks))


def everything(_pks: Collection[str]) -> Q:
    """For records that may concern all of a small kind, as the loading of a plan."""
    return Q()
