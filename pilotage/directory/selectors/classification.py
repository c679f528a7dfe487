"""Published totals: for every page, file, chart and interface from the one count that is kept.

A total is the number of entries in force; a classification with one code for each entry adds up to it, those without a
code being counted as not stated. Where an entry may have several codes (scenarios), the codes add up to more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from pilotage.directory.enums import CountDimension
from pilotage.directory.models import ClassificationVersion, Edition, EditionClassification, EntryCount
from pilotage.registry.models import localized

SECTION = "section"  # derived from the industries by the parent that the recorded list gives
_SEVERAL = frozenset({CountDimension.SCENARIO.value})
_FIRST = ("province", "city", "industry", SECTION, "scenario", "level", "label")
# not every entry is meant to have one
_HONOURS = frozenset({CountDimension.LABEL.value})


@dataclass(frozen=True, slots=True)
class Line:
    code: str
    zh: str
    en: str
    count: int

    @property
    def name(self) -> str:
        return localized(self.zh, self.en)


@dataclass(frozen=True, slots=True)
class Totals:
    """``versions``: the recorded code lists the lines are named by, one where all editions were counted by the same."""

    dimension: str
    total: int
    lines: tuple[Line, ...]
    not_stated: int | None  # None where an entry may have several codes
    versions: tuple[ClassificationVersion, ...]

    @property
    def title(self) -> str:
        if self.dimension == SECTION:
            return str(_("Industry section"))
        return self.versions[0].title if self.versions else self.dimension


@dataclass(frozen=True, slots=True)
class Counts:
    """All kept counts of some editions with the code lists they are kept by. Two queries."""

    by_dimension: dict[str, dict[str, int]]
    versions: dict[str, tuple[ClassificationVersion, ...]]

    @property
    def total(self) -> int:
        return self.by_dimension.get(CountDimension.TOTAL, {}).get("", 0)

    @property
    def dimensions(self) -> list[str]:
        """Those with a count, the common ones first."""
        found = [name for name in self.by_dimension if name != CountDimension.TOTAL]
        if "industry" in found:
            found.append(SECTION)
        return sorted(found, key=lambda name: (_FIRST.index(name) if name in _FIRST else len(_FIRST), name))

    def totals(self, dimension: str) -> Totals:
        """Most frequent first, then by code."""
        source = "industry" if dimension == SECTION else dimension
        versions = self.versions.get(source, ())
        codes: dict[str, Any] = {}
        for version in versions:
            codes = version.codes | codes
        counted = self.by_dimension.get(source, {})
        if dimension == SECTION:
            counted = _by_parent(counted, codes)
        lines = tuple(_line(code, number, codes) for code, number in sorted(counted.items(), key=lambda item: (-item[1], item[0])))
        several = dimension in _SEVERAL or dimension in _HONOURS or sum(counted.values()) > self.total
        return Totals(dimension, self.total, lines, None if several else self.total - sum(counted.values()), versions)


def counts_of(editions: Sequence[Edition]) -> Counts:
    pks = [edition.pk for edition in editions]
    found: dict[str, dict[str, int]] = {}
    rows = EntryCount.objects.filter(edition__in=pks, count__gt=0).order_by("edition", "dimension", "code")
    for dimension, code, count in rows.values_list("dimension", "code", "count"):
        held = found.setdefault(dimension, {})
        held[code] = held.get(code, 0) + count
    versions: dict[str, dict[int, ClassificationVersion]] = {}
    kept = EditionClassification.objects.filter(edition__in=pks).select_related("version").order_by("-edition__year", "id")
    for row in kept:
        versions.setdefault(row.dimension, {})[row.version_id] = row.version
    return Counts(found, {dimension: tuple(each.values()) for dimension, each in versions.items()})


def _by_parent(counted: dict[str, int], codes: dict[str, Any]) -> dict[str, int]:
    sections: dict[str, int] = {}
    for code, number in counted.items():
        if parent := codes.get(code, {}).get("parent", ""):
            sections[parent] = sections.get(parent, 0) + number
    return sections


def _line(code: str, number: int, codes: dict[str, Any]) -> Line:
    words = codes.get(code, {"zh": code, "en": code})
    return Line(code, words["zh"], words["en"], number)
