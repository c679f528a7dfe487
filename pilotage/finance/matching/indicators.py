"""What the plan's measures of financing can show: contracts, loans and notes since the plan began. Every number opens its records."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pilotage.core.running import running
from pilotage.finance.matching import amounts, rules
from pilotage.finance.matching.amounts import Asked, Flow
from pilotage.plan.indicators import CannotCount, Indicator, named, records_address, register
from pilotage.plan.models import Plan

WAN = 10_000
# enterprises behind a public amount; ours, the usual rule of statistics
FEWEST = 3


def asked_of(plan: Plan, options: Mapping[str, Any], until: date) -> Asked:
    """``channel`` or ``channels``: keys of the plan's channels; all when absent. ``kind``: introduction, pledge or note."""
    channels = tuple(str(key) for key in named(options, "channel", "channels"))
    return Asked(kind=str(options.get("kind") or ""), channels=channels, since=plan.starts_on, until=until)


def _flows(plan: Plan, options: Mapping[str, Any], until: date) -> list[Flow]:
    return amounts.flows(asked_of(plan, options, until))


def _bodies(flows: Iterable[Flow]) -> int:
    return len({flow.enterprise for flow in flows})


def _sum(flows: Iterable[Flow]) -> Decimal:
    return Decimal(sum(flow.amount for flow in flows)) / WAN


# --- money: never of so few that one of them could be read from it ----------------------------
def money(plan: Plan, options: Mapping[str, Any], as_of: date) -> Decimal:
    """In 万元. Raises :class:`CannotCount` where fewer than ``FEWEST`` enterprises are behind it."""
    flows = _flows(plan, options, as_of)
    bodies = _bodies(flows)
    if 0 < bodies < FEWEST:
        told = ngettext("%(count)d contract", "%(count)d contracts", len(flows)) % {"count": len(flows)}
        raise CannotCount(_("%(contracts)s so far. Amounts are shown once three enterprises are behind them.") % {"contracts": told})
    return _sum(flows)


def money_history(plan: Plan, options: Mapping[str, Any], days: Sequence[date]) -> list[Decimal | int | None]:
    flows = _flows(plan, options, max(days, default=plan.starts_on))
    sums = running([(flow.on, flow.amount) for flow in flows], days)
    first: dict[int, date] = {}
    for flow in flows:
        first.setdefault(flow.enterprise, flow.on)
    bodies = running([(day, 1) for day in sorted(first.values())], days)
    return [None if 0 < count < FEWEST else Decimal(amount) / WAN for count, amount in zip(bodies, sums, strict=True)]


def money_by_place(plan: Plan, options: Mapping[str, Any], day: date) -> dict[str, Decimal | int]:
    """Without the provinces of too few."""
    return {code: _sum(flows) for code, flows in _places(plan, options, day).items() if _bodies(flows) >= FEWEST}


# --- contracts -------------------------------------------------------------------------------
def contracts(plan: Plan, options: Mapping[str, Any], as_of: date) -> int:
    return amounts.total(asked_of(plan, options, as_of)).count


def contracts_history(plan: Plan, options: Mapping[str, Any], days: Sequence[date]) -> list[Decimal | int | None]:
    flows = _flows(plan, options, max(days, default=plan.starts_on))
    return [*running([(flow.on, 1) for flow in flows], days)]


def contracts_by_place(plan: Plan, options: Mapping[str, Any], day: date) -> dict[str, Decimal | int]:
    return {code: len(flows) for code, flows in _places(plan, options, day).items()}


def _places(plan: Plan, options: Mapping[str, Any], day: date) -> dict[str, list[Flow]]:
    found: dict[str, list[Flow]] = defaultdict(list)
    for flow in _flows(plan, options, day):
        found[flow.province].append(flow)
    return found


def records_url(plan: Plan, options: Mapping[str, Any], actor: Any) -> str | None:
    """The page takes ``as_of`` as the last day."""
    if not rules.sees_all(actor):
        return None
    query = {"since": plan.starts_on.isoformat(), "channel": named(options, "channel", "channels"), "kind": options.get("kind") or ""}
    flat = [(name, value) for name, held in query.items() for value in (held if isinstance(held, list) else [held]) if value]
    return records_address("matching:records", flat)  # type: ignore[arg-type]


MONEY = Indicator(
    key="finance.amount",
    name_zh="融资金额",
    name_en="Amount financed",
    unit_zh="万元",
    unit_en="CNY 10,000",
    formula_zh="规划期内已成交对接的合同金额、已发放的质押贷款和已发行的债务融资工具金额之和；同一笔资金只计一次。涉及企业不足3家时不显示金额。",
    formula_en="Contracts of closed introductions, pledge loans disbursed and notes issued since the plan began; the same money is counted once. "
    "No amount is shown of fewer than three enterprises.",
    count=money,
    records_url=records_url,
    dated=True,
    history=money_history,
    by_place=money_by_place,
)
CONTRACTS = Indicator(
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


def register_all() -> None:
    register(MONEY)
    register(CONTRACTS)
