"""The conditions of an offer as rows of a form: what is compared, how, and with what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from pilotage.core.verdict import Invalid
from pilotage.finance.facts.metrics import METRICS
from pilotage.finance.facts.units import typed_factor
from pilotage.finance.matching import conditions
from pilotage.finance.rules.model import COMPARISONS
from pilotage.registry.models import localized
from pilotage.web import units

SPARE = 3


@dataclass(frozen=True, slots=True)
class Row:
    number: int
    metric: str
    op: str
    value: str


def choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Groups of what can be asked for; codes are left to the interface for programs."""
    figures = [
        (each.key, f"{localized(each.zh, each.en)} ({units.word(each.unit) or pgettext('unit', 'number')})")
        for each in METRICS.values()
        if each.unit not in {"truth", "code"}
    ]
    titles = [(each.key, localized(each.zh, each.en)) for each in METRICS.values() if each.unit == "truth"]
    quotients = [(text, f"{localized(zh, en)} (%)") for text, zh, en in conditions.QUOTIENTS]
    return [(pgettext("financing", "Figures"), figures), (_("Ratios"), quotients), (_("Titles and lists"), titles)]


def kept(stored: Mapping[str, Any] | None) -> list[Row]:
    """What is stored, and some empty rows."""
    rows = [_row(number, each) for number, each in enumerate((stored or {}).get("rows") or [])]
    return [*rows, *(Row(number, "", ">=", "") for number in range(len(rows), max(SPARE, len(rows) + 1)))][: conditions.MOST]


def _row(number: int, told: Mapping[str, Any]) -> Row:
    value = told.get("value")
    if value is None:
        return Row(number, told["metric"], ">=", "")
    return Row(number, told["metric"], told["op"], units.typed(value, _unit(told["metric"])))


def typed(data: QueryDict) -> list[Row]:
    """As it was typed, to be shown again."""
    found = zip(data.getlist("condition"), data.getlist("condition_op"), data.getlist("condition_value"), strict=False)
    return [Row(number, metric, op, value) for number, (metric, op, value) in enumerate(found)][: conditions.MOST]


def read(data: QueryDict) -> dict[str, Any]:
    """As the service takes it. Raises ``Invalid`` at a value that is no number."""
    return {"need": data.get("condition_need", "all"), "rows": [_read(row) for row in typed(data) if row.metric]}


def _read(row: Row) -> dict[str, Any]:
    if row.metric in METRICS and METRICS[row.metric].unit in {"truth", "code"}:
        return {"metric": row.metric}
    unit = _unit(row.metric)
    told = {"row": row.number + 1, "value": row.value, "unit": units.word(unit) or pgettext("unit", "number")}
    try:
        number = Decimal(row.value.replace(",", "").strip())
    except InvalidOperation:
        sentence = _("Condition %(row)d: “%(value)s” is no number. Write the number alone; it is counted in: %(unit)s.")
        raise Invalid({"conditions": sentence % told}) from None
    amount = Fraction(number) * typed_factor(unit) if number.is_finite() else Fraction(1, 2)
    if amount.denominator != 1 or abs(amount) > 10**14:
        raise Invalid({"conditions": _("Condition %(row)d: “%(value)s” has too many places.") % told})
    return {"metric": row.metric, "op": row.op if row.op in COMPARISONS else ">=", "value": int(amount)}


def _unit(metric: str) -> str:
    """A quotient is kept in basis points."""
    return METRICS[metric].unit if metric in METRICS else "basis_points" if metric in conditions.NAMES else ""
