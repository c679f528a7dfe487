"""How a metric and its value are written."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import pgettext

from pilotage.finance.facts.enums import Board, Tier
from pilotage.finance.facts.metrics import METRICS, STATED, YEARLY
from pilotage.finance.rules import Metric
from pilotage.registry.enums import Ownership
from pilotage.registry.models import localized
from pilotage.web import units
from pilotage.web.formats import UNKNOWN, day, in_english

CODES: dict[str, Any] = {"ownership": Ownership, "neeq_tier": Tier, "board": Board}
WORDS = frozenset({"truth", "code", "day"})
COLUMNS = {metric.column(back): (metric, back) for metric in METRICS.values() for back in range(metric.years)}


def name(metric: Metric) -> str:
    return localized(metric.zh, metric.en)


def title(key: str) -> str:
    metric = METRICS.get(key) or STATED.get(key)
    return name(metric) if metric else key


def unit(metric: Metric) -> str:
    """What figures of the metric are counted in on entry and in tables."""
    return units.word(metric.unit)


def value(metric: Metric, told: Any) -> str:
    """With its unit, as in a sentence; the dash where nothing is known."""
    return said(metric, told) if metric.unit in WORDS or told is None else units.amount(told, metric.unit)


def plain(metric: Metric, told: Any) -> str:
    """Without its unit, as in a table whose head says it."""
    return said(metric, told) if metric.unit in WORDS or told is None else units.plain(told, metric.unit)


def said(metric: Metric, told: Any) -> str:
    """What is no figure: yes or no, the word of a code, a day."""
    if told is None:
        return UNKNOWN
    if metric.unit == "truth":
        return pgettext("figure", "Yes") if told else pgettext("figure", "No")
    if metric.unit == "code":
        return str(CODES[metric.key](told).label) if told in CODES[metric.key].values else str(told)
    return day(told)


def options(metric: Metric) -> list[tuple[str, Any]]:
    """What can be chosen; of a title only that it is not held, for the register says who holds one."""
    if metric.unit == "truth":
        return [("no", pgettext("title", "Not held"))]
    return list(CODES[metric.key].choices) if metric.unit == "code" else []


def typed(metric: Metric, told: Any) -> str:
    """As one would type it into the form."""
    if told is None:
        return ""
    if metric.unit == "truth":
        return "" if told else "no"
    if isinstance(told, int):
        return units.typed(told, metric.unit)
    return told.isoformat() if isinstance(told, date) else str(told)


def column(key: str, base_year: int | None) -> str:
    """A column of METRICS for a reader: the metric and, of a yearly one, its year."""
    metric, back = COLUMNS[key]
    if metric.key not in YEARLY:
        return name(metric)
    if base_year is None:
        return name(metric)
    return f"{name(metric)} {base_year - back}" if in_english() else f"{name(metric)}（{base_year - back}年）"
