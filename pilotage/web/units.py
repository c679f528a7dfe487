"""How a figure is written with its unit: money, rates, heads, shares, months.

Units are those of metrics and parameters: any of ``MONEY`` is counted in whole yuan, ``basis_points`` are hundredths of a per cent,
``percent`` is a fraction of 1, ``yuan_per_share`` is in yuan, the rest is counted. Money is said in 万元 and 亿元, or in CNY; a rate in per cent.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from pilotage.finance.facts.units import typed_factor
from pilotage.finance.rules.reading import MONEY, PER_SHARE
from pilotage.web.formats import MINUS, UNKNOWN, money, number

RATES = frozenset({"percent", "basis_points"})
DIGITS = 4  # that say enough of an amount beside a threshold
PLACES = 8  # beyond these two figures are taken as one

Figure = int | Decimal | Fraction


def word(unit: str) -> str:
    """What is typed and what stands at the head of a column; nothing where things are counted by their own name."""
    if unit in MONEY:
        return _("CNY 10,000")
    if unit in RATES:
        return "%"
    return {
        PER_SHARE: pgettext("unit", "CNY a share"),
        "persons": pgettext("unit", "persons"),
        "shares": pgettext("unit", "shares"),
        "months": pgettext("unit", "months"),
    }.get(unit, "")


def amount(value: Figure | None, unit: str) -> str:
    """With its unit, as in a sentence: 3,240万元, 8.5%, 12个月; the dash where nothing is known."""
    return UNKNOWN if value is None else _said(_rounded(_typed(value, unit), 2), unit)


def plain(value: Figure | None, unit: str) -> str:
    """Without its unit, in that of :func:`word`."""
    if value is None:
        return UNKNOWN
    return number(_rounded(_typed(value, unit), 2), 2 if unit in MONEY or unit in RATES else None)


def typed(value: Figure, unit: str) -> str:
    """As one would type it into a field that says :func:`word` beside it."""
    return f"{_rounded(_typed(value, unit), PLACES):f}"


@dataclass(frozen=True, slots=True)
class Beside:
    """An own value and a threshold, with as many digits as it takes to see which is larger; ``margin`` has its sign."""

    own: str
    edge: str
    margin: str


def beside(own: Figure, edge: Figure, unit: str) -> Beside:
    left, right = _typed(own, unit), _typed(edge, unit)
    places = _places(left, right, unit)
    mine, limit = _rounded(left, places), _rounded(right, PLACES)
    gap = mine - limit
    sign = MINUS if gap < 0 else "+"
    size = _settled(abs(gap))
    told = _("%(points)s percentage points") % {"points": number(size)} if unit in RATES else _said(size, unit)
    return Beside(_said(mine, unit), _said(limit, unit), f"{sign}{told}")


def _places(own: Fraction, edge: Fraction, unit: str) -> int:
    """Of the own value, after the point: few, and more where it would look like the threshold without being it."""
    least = 1 if unit in RATES else DIGITS - len(str(int(abs(own)))) if unit in MONEY else 2
    limit = _rounded(edge, PLACES)
    return next((places for places in range(least, PLACES) if own == edge or _rounded(own, places) != limit), PLACES)


def _typed(value: Figure, unit: str) -> Fraction:
    return Fraction(value) / typed_factor(unit)


def _said(value: Decimal, unit: str) -> str:
    """``value`` as :func:`word` counts it."""
    if unit in MONEY:
        return money(value)
    if unit in RATES:
        return f"{number(value)}%"
    if unit == PER_SHARE:
        return _("CNY %(count)s") % {"count": number(value)}
    counted = {
        "persons": ngettext("%(count)s person", "%(count)s persons", int(value)),
        "shares": ngettext("%(count)s share", "%(count)s shares", int(value)),
        "months": ngettext("%(count)s month", "%(count)s months", int(value)),
    }
    return counted.get(unit, "%(count)s") % {"count": number(value)}


def _rounded(value: Fraction, places: int) -> Decimal:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return _settled(exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))


def _settled(value: Decimal) -> Decimal:
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()
