"""Quotas as they stand: their names in words, each with its bar, those that could not be met, and who is where."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from pilotage.calls.models import Call
from pilotage.registry.enums import Ownership, Size
from pilotage.registry.models import Enterprise, Industry
from pilotage.review.enums import Outcome
from pilotage.review.models import Selection
from pilotage.review.selection.quota_names import QuotaNames
from pilotage.review.selection.terms import ATTRIBUTES
from pilotage.review.wording import ATTRIBUTES as ATTRIBUTE_NAMES
from pilotage.review.wording import relaxed_sentence

SHOWN = 5  # lines of an attribute before the rest is folded


class Names(QuotaNames):
    """Names for a page: short ones, the groups read at once, and a word for every value without a line of its own."""

    def __init__(self, call: Call, groups: Iterable[str] = ()) -> None:
        super().__init__(call)
        self.groups = set(groups)

    @cached_property
    def _industries(self) -> dict[str, str]:
        return {each.code: each.short for each in Industry.objects.filter(level="division").order_by("code")}

    @cached_property
    def _heads(self) -> dict[str, str]:
        pks = [int(code.removeprefix("enterprise-")) for code in self.groups if code.startswith("enterprise-")]
        found = Enterprise.objects.filter(Q(uscc__in=self.groups) | Q(pk__in=pks)).only("uscc", "name_zh", "name_en").order_by("pk")
        return {key: each.name for each in found for key in (each.uscc, f"enterprise-{each.pk}")} if self.groups else {}

    def _group(self, value: str) -> str:
        return self._heads.get(value, value)

    def values(self, attribute: str) -> Mapping[str, str]:
        """Every value that is known, with its name; none of groups, which are too many to choose from."""
        return self._known[attribute]() if attribute in self._known else {}

    def attribute(self, attribute: str) -> str:
        return str(ATTRIBUTE_NAMES.get(attribute, attribute))


def names_of(call: Call, results: Mapping[str, Any], more: Iterable[str] = ()) -> Names:
    """``more``: groups that the results do not name."""
    lines = [*results.get("quotas", ()), *results.get("relaxed", ())]
    return Names(call, [line["value"] for line in lines if line["attribute"] == "group" and line["value"]] + list(more))


@dataclass(frozen=True, slots=True)
class QuotaBar:
    """One value of an attribute. ``share`` and ``tick`` (the minimum) are per cent of the bar."""

    attribute: str
    value: str
    name: str
    used: int
    maximum: int | None
    minimum: int
    eligible: int
    share: float
    tick: float | None

    @property
    def is_full(self) -> bool:
        return self.maximum is not None and self.used >= self.maximum

    @property
    def is_short(self) -> bool:
        return self.used < self.minimum


def bar_of(line: Mapping[str, Any], names: Names) -> QuotaBar:
    used, low, high = line["used"], line["minimum"], line["maximum"]
    whole = high if high is not None else max(used, low, line["eligible"], 1)
    tick = round(100 * low / whole, 1) if low and whole else None
    share = round(100 * used / whole, 1) if whole else 0.0
    name = names(line["attribute"], line["value"])
    return QuotaBar(line["attribute"], line["value"], name, used, high, low, line["eligible"], min(share, 100.0), tick and min(tick, 99.0))


def quota_groups(results: Mapping[str, Any], names: Names) -> list[dict[str, Any]]:
    """Attribute by attribute: the fullest lines, the rest to be unfolded."""
    lines: dict[str, list[QuotaBar]] = defaultdict(list)
    for line in results.get("quotas", ()):
        if line["attribute"] and line["value"] is not None:
            lines[line["attribute"]].append(bar_of(line, names))
    return [_group(attribute, lines[attribute], names) for attribute in ATTRIBUTES if lines[attribute]]


def _group(attribute: str, lines: list[QuotaBar], names: Names) -> dict[str, Any]:
    lines.sort(key=lambda bar: (not bar.is_full, not bar.is_short, not bar.tick, -bar.share, -bar.used, bar.value))
    urgent = sum(bar.is_full or bar.is_short for bar in lines)
    shown = max(SHOWN, min(urgent, 2 * SHOWN))
    if len(lines) <= shown + 1:
        shown = len(lines)
    rest = lines[shown:]
    return {
        "name": names.attribute(attribute),
        "lines": lines[:shown],
        "rest": rest,
        "rest_is_free": not any(bar.is_full or bar.is_short for bar in rest),
        "full": sum(bar.is_full for bar in lines),
    }


def full_names(results: Mapping[str, Any], names: Names) -> list[str]:
    """The quotas that are full: who counts under one has a bar above the national line."""
    lines = [line for line in results.get("quotas", ()) if line["attribute"] and line["value"] is not None]
    bars = [bar_of(line, names) for line in lines if line["maximum"] is not None]
    contested = [bar for bar in bars if bar.is_full and bar.eligible > (bar.maximum or 0)]
    return [bar.name for bar in sorted(contested, key=lambda bar: (ATTRIBUTES.index(bar.attribute), -bar.used, bar.value))]


def unmet(results: Mapping[str, Any], names: Names) -> list[str]:
    """A sentence for each minimum that could not be met, with what stood in its way."""
    return [relaxed_sentence(line, names) for line in results.get("relaxed", ())]


# --- who is where ---------------------------------------------------------------------------
def facts_panel(current: Selection) -> dict[str, Any]:
    """How the selected are spread, in the figures that are published: one query."""
    fields = ("province_id", "industry_id", "enterprise__ownership", "enterprise__size")
    rows = list(current.rows.filter(outcome=Outcome.SELECTED).order_by().values_list(*(f"application__{name}" for name in fields)))
    total = len(rows)
    return {
        "total": total,
        "by_province": Counter(row[0] for row in rows if row[0]),
        "provinces": len({row[0] for row in rows if row[0]}),
        "industries": len({row[1] for row in rows if row[1]}),
        "ownership": _shares(Counter(row[2] for row in rows), Ownership, total),
        "size": _shares(Counter(row[3] for row in rows), Size, total),
    }


def _shares(counts: Counter[str], choices: Any, total: int) -> Sequence[tuple[str, int, float]]:
    """(label, count, per cent), largest first; unknown last."""
    known = [(choices(value).label, count, 100 * count / total) for value, count in counts.most_common() if value]
    unknown = [(_("not known"), counts[""], 100 * counts[""] / total)] if counts[""] else []
    return known + unknown
