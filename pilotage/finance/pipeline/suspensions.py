"""How long may a review stay suspended, by its cause? Only where a rule names a limit, with its source and whether it was checked."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from pilotage.finance.pipeline.step_enums import Cause


@dataclass(frozen=True, slots=True)
class Limit:
    """``months`` from the day of the suspension. ``verified``: read in the official text."""

    months: int
    source_zh: str
    source_en: str
    verified: bool


# A1 of the finance dossier: the practice was read in the press of 2 October 2021, the length in no official text
LIMITS: Mapping[str, Limit] = {
    Cause.FINANCIALS_EXPIRED: Limit(
        3,
        "新浪财经2021年10月2日报道“中止审查, 财务资料已过期”；三个月期限未与正式规则核对。",
        "Sina, 2 October 2021, on reviews suspended for expired financial statements; three months not checked against the official rules.",
        verified=False,
    )
}


def months_later(day: date, months: int) -> date:
    """The same day of the month, or the last of a shorter month."""
    whole = day.month - 1 + months
    year, month = day.year + whole // 12, whole % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def limit_of(cause: str, on: date) -> date | None:
    """The last day on which a review suspended ``on`` may still be suspended; None where no rule names a limit."""
    limit = LIMITS.get(cause)
    return months_later(on, limit.months) if limit else None
