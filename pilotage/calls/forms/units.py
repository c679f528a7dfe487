"""A figure typed in another unit: converted exactly, and shown again as it was typed.

Data: a field's units in order, the first of which is stored. A figure in the first unit is kept like any
number; in another as ``{"typed": "3.2", "unit": "yi", "value": "32000"}``, with ``value`` in the first unit.
Invariants: ``value`` is exactly ``typed`` times the unit's factor.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Any

from pilotage.calls.forms.words import in_language

_EXACT = Context(prec=60)


@dataclass(frozen=True, slots=True)
class Unit:
    """``factor``: how many of the first unit one of this makes."""

    code: str
    label_zh: str
    label_en: str
    factor: Decimal

    @property
    def label(self) -> str:
        return in_language(self.label_zh, self.label_en)


def plain_number(number: Decimal) -> str:
    return f"{abs(number) if number == 0 else number:f}"


def converted(typed: str, unit: Unit) -> Decimal:
    product = _EXACT.multiply(Decimal(typed), unit.factor)
    whole = product == product.to_integral_value()
    # 3.20 times 10000 has no decimals of its own, 1.5 times 0.01 keeps what it needs
    return product.quantize(Decimal(1), context=_EXACT) if whole else product.normalize(_EXACT)


def value_of(value: Any) -> Any:
    """The figure in the field's first unit, however it was typed."""
    return value.get("value") if isinstance(value, Mapping) else value


def typed_of(value: Any) -> str:
    """The figure as typed."""
    found = value.get("typed") if isinstance(value, Mapping) else value
    return "" if found is None else str(found)


def unit_code(value: Any) -> str:
    """The unit typed in, '' for the first."""
    return str(value.get("unit") or "") if isinstance(value, Mapping) else ""
