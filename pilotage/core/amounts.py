"""Sums of money in English words, exact: nobody outside counts in ten thousands (万)."""

from __future__ import annotations

import re
from decimal import Context, Decimal, InvalidOperation

MINUS = "\u2212"
_EXACT = Context(prec=80)
_UNIT = re.compile(r"CNY(?: (?P<number>[\d,]+))?(?: (?P<scale>thousand|million|billion))?(?P<per> (?:per|a) .+)?")
_SCALES = {None: 1, "thousand": 10**3, "million": 10**6, "billion": 10**9}


def cny(yuan: Decimal) -> str:
    """CNY 5,897.82 million; CNY 1.5 billion where two decimals say it all; below a million the figure itself. No digit is lost."""
    size = abs(yuan)
    if size >= 10**9 and size % 10**7 == 0:
        shown, word = size / 10**9, " billion"
    elif size >= 10**6:
        shown, word = _EXACT.divide(size, Decimal(10**6)), " million"
    else:
        shown, word = size, ""
    return f"CNY {MINUS if yuan < 0 else ''}{grouped(shown)}{word}"


def grouped(amount: Decimal) -> str:
    whole = amount == amount.to_integral_value()
    return f"{amount.quantize(Decimal(1), context=_EXACT) if whole else amount.normalize(_EXACT):,f}"


def in_cny(figure: str, unit: str) -> str:
    """``589,782`` in ``CNY 10,000`` is CNY 5,897.82 million; '' where the unit is none of money or the figure no number."""
    found = _UNIT.fullmatch(unit)
    try:
        number = Decimal(figure)
    except InvalidOperation:
        return ""
    if found is None or not number.is_finite():
        return ""
    factor = Decimal((found["number"] or "1").replace(",", "")) * _SCALES[found["scale"]]
    return cny(_EXACT.multiply(number, factor)) + (found["per"] or "")
