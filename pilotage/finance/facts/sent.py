"""Figures sent by programs: each with its unit, read into lines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from pilotage.core.verdict import Invalid
from pilotage.finance.facts.lines import Line
from pilotage.finance.facts.metrics import STATED
from pilotage.finance.facts.units import FOREIGN, factor_of, whole


@dataclass(frozen=True, slots=True)
class Figure:
    """``unit``: 元, 千元, 万元 … of money, % of a rate: never left out there. ``value`` None takes back."""

    metric: str
    value: str | int | None
    year: int | None = None
    unit: str = ""


def lines_of(figures: Iterable[Figure]) -> list[Line]:
    """Raises ``Invalid`` by number, from 0."""
    errors: dict[str, str] = {}
    found = []
    for number, figure in enumerate(figures):
        try:
            found.append(Line(figure.metric, _value(figure), figure.year))
        except Invalid as error:
            errors[str(number)] = str(error)
    if errors:
        raise Invalid(errors)
    return found


def _value(figure: Figure) -> int | str | date | None:
    metric = STATED.get(figure.metric)
    if metric is None or figure.value is None or metric.unit == "code":
        return figure.value
    if metric.unit == "day":
        try:
            return date.fromisoformat(str(figure.value))
        except ValueError:
            raise Invalid(_("A day such as 2024-04-30 is expected.")) from None
    if FOREIGN.search(figure.unit):
        raise Invalid(_("Another currency. Amounts are stated in yuan."))
    factor = factor_of(metric.unit, figure.unit)
    if factor is None:
        raise Invalid(_("“%(unit)s” is no unit of this metric.") % {"unit": figure.unit})
    value = whole(str(figure.value), factor)
    if value is None:
        raise Invalid(_("This is no number. Leave the cell blank where it is not known."))
    return value
