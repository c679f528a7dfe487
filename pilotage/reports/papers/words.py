"""How numbers and days are written in a work report, as on the pages."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from pilotage.core.wording import day_words, in_english

UNKNOWN = "–"
MINUS = "\N{MINUS SIGN}"


def day(value: date | None) -> str:
    """2023年10月31日 · 31 October 2023."""
    return UNKNOWN if value is None else day_words(value)


def moment(value: datetime) -> str:
    local = timezone.localtime(value)
    return f"{day(local.date())}, {local:%H:%M}" if in_english() else f"{day(local.date())}{local:%H:%M}"


def number(value: Any, places: int | None = None) -> str:
    """Thousands with commas, a true minus; at most two decimals unless ``places`` says how many."""
    if value is None:
        return UNKNOWN
    amount = Decimal(str(value))
    text = f"{abs(amount):,.{2 if places is None else places}f}"
    if places is None:
        text = text.rstrip("0").rstrip(".")
    return f"{MINUS}{text}" if amount < 0 and text.strip("0.,") else text


def percent(share: Any, places: int = 0) -> str:
    return UNKNOWN if share is None else f"{number(float(share) * 100, places)}%"


def span(low: Any, high: Any) -> str:
    """302—335 · 302–335."""
    if low is None or high is None:
        return UNKNOWN
    return f"{number(low)}{'–' if in_english() else '—'}{number(high)}"


def of_unit(value: Any, unit: str) -> str:
    """312家 · 312 factories."""
    if value is None:
        return UNKNOWN
    return f"{number(value)} {unit}".strip() if in_english() else f"{number(value)}{unit}"
