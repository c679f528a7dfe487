"""Periods and figures as people write them."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from pilotage.core.wording import MONTHS, in_english
from pilotage.statistics.spans import MONTH, QUARTER, Span
from pilotage.web.formats import MINUS, SHORT_MONTHS


def period(span: Span) -> str:
    """2023年6月 · June 2023; 2023年第2季度 · quarter 2 of 2023; 2023年 · 2023."""
    year, month = span.starts_on.year, span.starts_on.month
    if span.kind == MONTH:
        return f"{MONTHS[month - 1]} {year}" if in_english() else f"{year}年{month}月"
    if span.kind == QUARTER:
        return _("quarter %(quarter)s of %(year)s") % {"quarter": (month + 2) // 3, "year": year}
    return str(year) if in_english() else f"{year}年"


def short_period(span: Span) -> str:
    """For the head of a narrow column: 6月 · Jun, with the year in January and for years."""
    year, month = span.starts_on.year, span.starts_on.month
    if span.kind == MONTH:
        name = SHORT_MONTHS[month - 1] if in_english() else f"{month}月"
        return name if month > 1 else (f"{name} {year}" if in_english() else f"{year}年{name}")
    return f"{year}Q{(month + 2) // 3}" if span.kind == QUARTER else str(year)


def figure(value: Decimal | int | float | None) -> str:
    """1,234.5 without idle zeros; a dash where nothing is said."""
    if value is None:
        return "–"
    number = Decimal(str(value))
    text = f"{abs(number):,f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return f"{MINUS}{text}" if number < 0 else text
