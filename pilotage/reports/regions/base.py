"""How many industrial enterprises a place has: only as reported in a data set of the plan, never guessed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from pilotage.plan import indicators
from pilotage.plan.indicators import Indicator
from pilotage.plan.models import Plan

INDICATOR = "statistics.value"
# data set and element that may hold it, the first that gives anything
SOURCES = (
    {"data_set": "industrial-enterprises", "element": "enterprises"},
    {"data_set": "provincial-projects", "element": "enterprises_above_size"},
)


def industrial_enterprises(plan: Plan, day: date, actor: Any) -> dict[str, Decimal]:
    """Province -> number. Empty where nobody reports it, or the reader may not see the data set."""
    indicator = indicators.get(INDICATOR)
    if indicator is None or indicator.by_place is None:
        return {}
    found = (_of_source(indicator, plan, options, day, actor) for options in SOURCES)
    return next((values for values in found if values), {})


def _of_source(indicator: Indicator, plan: Plan, options: dict[str, str], day: date, actor: Any) -> dict[str, Decimal]:
    if indicator.records_url is not None and indicator.records_url(plan, options, actor) is None:
        return {}
    try:
        values = indicator.by_place(plan, options, day) if indicator.by_place else {}
    except indicators.CannotCount:
        return {}
    return {code: Decimal(value) for code, value in values.items() if code and value and value > 0}
