"""Days, amounts, rates and terms as the papers of a pledge say them, in the active language."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pilotage.core.amounts import cny, grouped
from pilotage.core.wording import day_words, in_english

UNKNOWN = "–"
TERMS = {
    "amount": gettext_lazy("Amount"),
    "months": gettext_lazy("Term"),
    "rate": gettext_lazy("Yearly rate"),
    "debt_ends_on": gettext_lazy("End of the debt"),
}


def term(name: str, value: Any) -> str:
    if value is None:
        return UNKNOWN
    if name == "amount":
        return yuan(int(value))
    if name == "rate":
        return rate(int(value))
    return day(date.fromisoformat(value)) if name == "debt_ends_on" else _("%(months)d months") % {"months": value}


def day(value: date | None) -> str:
    return UNKNOWN if value is None else day_words(value)


def iso(value: date | None) -> str:
    return UNKNOWN if value is None else value.isoformat()


def yuan(value: int) -> str:
    """Whole yuan without losing a digit: 350万元, 2.86亿元 · CNY 3.5 million."""
    amount = Decimal(value)
    if in_english():
        return cny(amount)
    if amount >= 10**8:
        return f"{grouped(amount / 10**8)}亿元"
    return f"{grouped(amount / 10**4)}万元" if amount >= 10**4 else f"{grouped(amount)}元"


def rate(value: int | None) -> str:
    return UNKNOWN if value is None else f"{value / 100:.2f}%"


def said(value: bool | None) -> str:
    return _("not said") if value is None else _("yes") if value else _("no")
