"""What the plan's measures of financing can show: contracts, loans and notes since the plan began. Every number opens its records."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import accumulate
from typing import Any

from pilotage.finance.matching import amounts, rules
from pilotage.finance.matching.amounts import Asked
from pilotage.plan.indicators import Indicator, named, records_address, register
from pilotage.plan.models import Plan

WAN = 10_000


def asked_of(plan: Plan, options: Mapping[str, Any], until: date) -> Asked:
    """``channel`` or ``channels``: keys of the plan's channels; all when absent. ``kind``: introduction, pledge or note."""
    channels = tuple(str(key) for key in named(options, "channel", "channels"))
    return Asked(kind=str(options.get("kind") or ""), channels=channels, since=plan.starts_on, until=until)


def money(plan: Plan, options: Mapping[str, Any], as_of: date) -> Decimal:
    return Decimal(amounts.total(asked_of(plan, options, as_of)).amount) / WAN


def contracts(plan: Plan, options: Mapping[str, Any], as_of: date) -> int:
    return amounts.total(asked_of(plan, options, as_of)).count


def money_history(plan: Plan, options: Mapping[str, Any], days: Sequence[date]) -> list[Decimal | int | None]:
    flows = list(amounts.days(asked_of(plan, options, max(days, default=plan.starts_on))))
    sums = [0, *accumulate(amount for _day, amount in flows)]
    ends = [day for day, _amount in flows]
    return [Decimal(sums[bisect_right(ends, day)]) / WAN for day in days]


def contracts_history(plan: Plan, options: Mapping[str, Any], days: Sequence[date]) -> list[Decimal | int | None]:
    ends = [day for day, _amount in amounts.days(asked_of(plan, options, max(days, default=plan.starts_on)))]
    return [bisect_right(ends, day) for day in days]


def money_by_place(plan: Plan, options: Mapping[str, Any], day: date) -> dict[str, Decimal | int]:
    return {code: Decimal(figure.amount) / WAN for code, figure in _places(plan, options, day).items()}


def contracts_by_place(plan: Plan, options: Mapping[str, Any], day: date) -> dict[str, Decimal | int]:
    return {code: figure.count for code, figure in _places(plan, options, day).items()}


def _places(plan: Plan, options: Mapping[str, Any], day: date) -> dict[str, amounts.Figure]:
    found = amounts.figures(asked_of(plan, options, day)).get("province", {})
    return {"" if code == "none" else code: figure for code, figure in found.items()}


def records_url(plan: Plan, options: Mapping[str, Any], actor: Any) -> str | None:
    """The page takes ``as_of`` as the last day."""
    if not rules.sees_all(actor):
        return None
    query = {"since": plan.starts_on.isoformat(), "channel": named(options, "channel", "channels"), "kind": options.get("kind") or ""}
    flat = [(name, value) for name, held in query.items() for value in (held if isinstance(held, list) else [held]) if value]
    return records_address("matching:records", flat)  # type: ignore[arg-type]


def register_all() -> None:
    register(
        Indicator(
            key="finance.amount",
            name_zh="融资金额",
            name_en="Amount financed",
            unit_zh="万元",
            unit_en="CNY 10,000",
            formula_zh="规划期内已成交对接的合同金额、已发放的质押贷款和已发行的债务融资工具金额之和；同一笔资金只计一次。",
            formula_en="Contracts of closed introductions, pledge loans disbursed and notes issued since the plan began; the same money is counted once.",
            count=money,
            records_url=records_url,
            dated=True,
            history=money_history,
            by_place=money_by_place,
        )
    )
    register(
        Indicator(
            key="finance.contracts",
            name_zh="融资笔数",
            name_en="Contracts of financing",
            unit_zh="笔",
            unit_en="contracts",
            formula_zh="规划期内已成交对接、已发放的质押贷款和已发行的债务融资工具的笔数；同一笔资金只计一次。",
            formula_en="Closed introductions, pledge loans disbursed and notes issued since the plan began; the same money is counted once.",
            count=contracts,
            records_url=records_url,
            dated=True,
            history=contracts_history,
            by_place=contracts_by_place,
        )
    )
