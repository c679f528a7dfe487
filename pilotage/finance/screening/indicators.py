"""What the plan can count of eligibility: enterprises that meet the rules of a channel. The number opens the enterprises."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F

from pilotage.finance.screening import selectors
from pilotage.finance.screening.enums import ScreeningState
from pilotage.finance.screening.models import Screening, ScreeningResult
from pilotage.plan.indicators import Indicator, records_address, register
from pilotage.plan.models import Plan


def _screening(plan: Plan, as_of: date) -> Screening | None:
    """The last one whose rules and facts were of one day not after ``as_of``."""
    done = Screening.objects.filter(plan=plan, state=ScreeningState.DONE, rule_date=F("facts_on"), rule_date__lte=as_of)
    return done.order_by("-rule_date", "-id").first()


def eligible(plan: Plan, options: Mapping[str, Any], as_of: date) -> int | None:
    """``channel``: a key. None where nothing has been screened by that day."""
    found = _screening(plan, as_of)
    return found.counts.get(str(options.get("channel")), {}).get("m", 0) if found else None


def eligible_by_place(plan: Plan, options: Mapping[str, Any], day: date) -> dict[str, Decimal | int]:
    found = _screening(plan, day)
    if found is None:
        return {}
    rows = ScreeningResult.objects.filter(screening=found, channel=str(options.get("channel")), verdict="m")
    return {**selectors.by_province(rows)}


def eligible_url(plan: Plan, options: Mapping[str, Any], _actor: Any) -> str | None:
    found = selectors.latest(plan)
    return (
        records_address("financing:screening", {"channel": str(options.get("channel")), "answer": "meets"}, pk=found.pk) if found else None
    )


def register_all() -> None:
    register(
        Indicator(
            key="finance.eligible",
            name_zh="符合融资渠道条件的企业",
            name_en="Enterprises that meet a channel's rules",
            unit_zh="家",
            unit_en="enterprises",
            formula_zh="当日或此前最近一次同日批量比对中，该渠道结果为“符合”的企业数；符合条件不等于能够获得融资。",
            formula_en="Enterprises that meet the channel in the last screening by the day; to be eligible is not to be financed.",
            count=eligible,
            records_url=eligible_url,
            dated=True,
            by_place=eligible_by_place,
        )
    )
