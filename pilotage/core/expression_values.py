"""What a compiled formula does with answers: reads them, reckons exactly, and leaves unknown what cannot be known."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Context, Decimal, DivisionByZero, Inexact, InvalidOperation, Overflow
from enum import StrEnum
from fractions import Fraction
from typing import Any

Answers = Mapping[str, Any]
Run = Callable[[Answers], Any]
Number = Decimal | Fraction
MAX_DIGITS = 40


class Kind(StrEnum):
    NUMBER = "number"
    TEXT = "text"
    BOOLEAN = "boolean"
    DATE = "date"
    MONTH = "month"
    CHOICES = "choices"
    PAIR = "pair"
    TABLE = "table"
    COLUMN = "column"


# --- exact numbers --------------------------------------------------------------------------
_EXACT = Context(prec=60, traps=[Inexact, InvalidOperation, DivisionByZero, Overflow])
_WIDE = Context(prec=400, traps=[InvalidOperation])


def rounded(value: Number, places: int) -> Decimal:
    """Half away from zero, as on paper."""
    if isinstance(value, Decimal):
        return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, context=_WIDE)
    scaled = abs(value) * 10**places
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(whole if value >= 0 else -whole).scaleb(-places, context=_WIDE)


def number_of(value: Any) -> Decimal | None:
    """A stored number; None for anything else. A figure typed in another unit carries its value beside it."""
    if isinstance(value, Mapping):
        value = value.get("value")
    if isinstance(value, bool) or not isinstance(value, int | str) or len(str(value)) > MAX_DIGITS:
        return None
    try:
        found = Decimal(value)
    except InvalidOperation:
        return None
    return found if found.is_finite() and -MAX_DIGITS <= found.adjusted() <= MAX_DIGITS else None


def _exactly(decimals: Callable[[Any, Any], Decimal], fractions: Callable[[Fraction, Fraction], Fraction]) -> Callable[[Any, Any], Number]:
    def calculate(left: Number, right: Number) -> Number:
        try:
            return decimals(left, right)
        except (Inexact, TypeError):
            return fractions(Fraction(left), Fraction(right))

    return calculate


add = _exactly(_EXACT.add, Fraction.__add__)
ARITHMETIC = {
    "+": add,
    "-": _exactly(_EXACT.subtract, Fraction.__sub__),
    "*": _exactly(_EXACT.multiply, Fraction.__mul__),
    "/": _exactly(_EXACT.divide, Fraction.__truediv__),
}


def negative(value: Number) -> Number:
    return value.copy_negate() if isinstance(value, Decimal) else -value


def absolute(value: Number) -> Number:
    return value.copy_abs() if isinstance(value, Decimal) else abs(value)


# --- reading answers ------------------------------------------------------------------------
DAY, MONTH = re.compile(r"\d{4}-\d\d-\d\d"), re.compile(r"\d{4}-\d\d")


def _text_of(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _truth_of(value: Any) -> bool | None:
    if isinstance(value, Mapping):
        value = value.get("agreed")
    return value if isinstance(value, bool) else None


def _choices_of(value: Any) -> list[Any] | None:
    return list(value) if isinstance(value, list | dict) and value else None


def _rows_of(value: Any) -> list[Any] | None:
    return value if isinstance(value, list) and value else None


def _matching(pattern: re.Pattern[str]) -> Callable[[Any], str | None]:
    return lambda value: value if isinstance(value, str) and pattern.fullmatch(value) else None


READ: dict[Kind, Callable[[Any], Any]] = {
    Kind.NUMBER: number_of,
    Kind.TEXT: _text_of,
    Kind.BOOLEAN: _truth_of,
    Kind.DATE: _matching(DAY),
    Kind.MONTH: _matching(MONTH),
    Kind.CHOICES: _choices_of,
    Kind.PAIR: lambda value: value if isinstance(value, Mapping) else None,
    Kind.TABLE: _rows_of,
}


def is_filled(value: Any) -> bool:
    return value is not None and value != "" and value != [] and value != {}


# --- what a formula becomes -----------------------------------------------------------------
def constant(value: Any) -> Run:
    return lambda _answers: value


def answer(key: str, read: Callable[[Any], Any]) -> Run:
    return lambda answers: read(answers.get(key))


def cells(table: str, column: str) -> Run:
    def run(answers: Answers) -> list[Decimal] | None:
        rows = _rows_of(answers.get(table))
        cells = [number_of(row.get(column)) if isinstance(row, Mapping) else None for row in rows or ()]
        return [cell for cell in cells if cell is not None] if cells and None not in cells else None

    return run


def known(function: Callable[[Any], Any], inner: Run) -> Run:
    def run(answers: Answers) -> Any:
        value = inner(answers)
        return None if value is None else function(value)

    return run


def both_known(function: Callable[[Any, Any], Any], left: Run, right: Run) -> Run:
    def run(answers: Answers) -> Any:
        first = left(answers)
        if first is None:
            return None
        second = right(answers)
        return None if second is None else function(first, second)

    return run


def decided(runs: tuple[Run, ...], decisive: bool) -> Run:
    """``or`` is decided by one that is true, ``and`` by one that is false; else one unknown leaves it unknown."""

    def run(answers: Answers) -> bool | None:
        result: bool | None = not decisive
        for each in runs:
            value = each(answers)
            if value is decisive:
                return decisive
            if value is None:
                result = None
        return result

    return run


def divided(left: Number, right: Number) -> Number | None:
    return ARITHMETIC["/"](left, right) if right else None
