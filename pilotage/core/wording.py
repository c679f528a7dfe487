"""In which language something is said now, and how a day is written in it."""

from __future__ import annotations

from datetime import date

from django.utils.translation import get_language

MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")


def in_english() -> bool:
    """Else Chinese."""
    return (get_language() or "").startswith("en")


def day_words(day: date, *, english: bool | None = None) -> str:
    """2023年10月31日 · 31 October 2023; ``english`` where it is not the language of now that counts."""
    if in_english() if english is None else english:
        return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
    return f"{day.year}年{day.month}月{day.day}日"
