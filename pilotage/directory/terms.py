"""Days that follow from a term."""

from __future__ import annotations

from datetime import date


def after_years(day: date, years: int | None) -> date | None:
    if not years:
        return None
    try:
        return day.replace(year=day.year + int(years))
    except ValueError:  # 29 February
        return day.replace(year=day.year + int(years), day=28)
