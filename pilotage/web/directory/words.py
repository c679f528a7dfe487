"""How editions, facts and totals are worded on the directory's pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pilotage.calls.forms.display import day_words, month_words
from pilotage.directory.models import Edition, Entry
from pilotage.directory.selectors.entries import CAP, Total
from pilotage.registry.models import localized
from pilotage.web import formats

ROUNDED = Decimal("0.1")


def pick(text: Mapping[str, str] | None) -> str:
    return localized(text.get("zh", ""), text.get("en", "")) if text else ""


def edition_name(edition: Edition) -> str:
    """``2023年``, with a word where the edition is fictional or known only in part."""
    if edition.is_fictional:
        return _("%(year)d (demo)") % {"year": edition.year}
    if not edition.is_complete:
        return _("%(year)d (in part)") % {"year": edition.year}
    return _("%(year)d edition") % {"year": edition.year}


def edition_line(edition: Edition, count: int) -> str:
    """When it was published, how large, and whether this is all of it."""
    day = formats.day(edition.published_at) if edition.published_at else formats.UNKNOWN
    if edition.is_complete:
        return _("Published on %(day)s. Totals and shares are counted from the entries themselves.") % {"day": day}
    return _(
        "Published on %(day)s with %(declared)s entries; %(count)s of them were found in public sources, the others are not shown here."
    ) % {
        "day": day,
        "declared": formats.number(edition.declared_count),
        "count": formats.number(count),
    }


def total_words(total: Total) -> str:
    if total.count is None:
        return _("Many entries, not counted")
    if total.at_least:
        return _("More than %(count)s entries") % {"count": formats.number(CAP)}
    return ngettext("%(count)s entry", "%(count)s entries", total.count) % {"count": formats.number(total.count)}


def short_number(entry: Entry) -> str:
    """The last part of an official number; none where the source prints no number."""
    return "" if entry.source and not entry.edition.is_complete else entry.number.rpartition("-")[2]


@dataclass(frozen=True, slots=True)
class EffectRow:
    """Bar coordinates are percentages of an SVG whose zero stands in the middle."""

    label: str
    unit: str
    before: str
    after: str
    change: str
    x: float
    width: float
    is_better: bool | None


def effect_rows(effects: Sequence[Mapping[str, Any]]) -> list[EffectRow]:
    """All bars share one scale: the largest change reaches 46 percent from the middle."""
    changes = [_change(effect) for effect in effects]
    largest = max((abs(change) for change in changes if change is not None), default=Decimal(0))
    return [_effect_row(effect, change, largest) for effect, change in zip(effects, changes, strict=True)]


def _effect_row(effect: Mapping[str, Any], change: Decimal | None, largest: Decimal) -> EffectRow:
    width = float(abs(change) / largest * 46) if change is not None and largest else 0.0
    x = 50.0 if change is None or change >= 0 else 50.0 - width
    return EffectRow(
        pick(effect.get("label")),
        pick(effect.get("unit")),
        formats.number(effect.get("before")),
        formats.number(effect.get("after")),
        _signed(change),
        round(x, 1),
        round(width, 1),
        None if not change else (change > 0) == (effect.get("better") != "lower"),
    )


def _change(effect: Mapping[str, Any]) -> Decimal | None:
    try:
        before, after = Decimal(effect["before"]), Decimal(effect["after"])
    except (KeyError, InvalidOperation, TypeError):
        return None
    return ((after - before) / before * 100).quantize(ROUNDED) if before else None


def _signed(change: Decimal | None) -> str:
    if change is None:
        return formats.UNKNOWN
    sign = "+" if change > 0 else formats.MINUS if change < 0 else ""
    return f"{sign}{abs(change)}%"


def fact_value(fact: Mapping[str, Any]) -> str:
    """A public field of the form in words: choices by name, money and numbers with their unit."""
    value, unit = fact.get("value"), pick(fact.get("unit"))
    if fact.get("words"):
        return pick(fact["words"])
    if fact["type"] == "money":
        return formats.money(value)
    if fact["type"] == "month":
        return month_words(str(value))
    if fact["type"] == "date":
        return day_words(str(value))
    if fact["type"] == "boolean":
        return _("yes") if value else _("no")
    if fact["type"] in {"integer", "decimal"}:
        space = " " if formats.in_english() else ""
        return f"{formats.number(value)}{space}{unit}"
    return str(value)
