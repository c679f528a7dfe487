"""What the plan may count of calls."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from pilotage.accounts.enums import Role
from pilotage.accounts.rules import has_role
from pilotage.calls.selectors import enterprises_building
from pilotage.plan.indicators import Indicator, named, records_address, register
from pilotage.plan.models import Plan


def _count(_plan: Plan, options: Mapping[str, Any], as_of: date) -> int:
    return enterprises_building(named(options, "call", "calls"), as_of).count()


def _records(_plan: Plan, options: Mapping[str, Any], actor: Any) -> str | None:
    """The list of the applications counted; only for those who see all of them."""
    if not has_role(actor, Role.SECRETARIAT, Role.AUDITOR):
        return None
    calls = named(options, "call", "calls")
    return records_address("calls:application-list", {"call": calls[0], "counted": "building"}) if calls else None


def register_indicators() -> None:
    register(
        Indicator(
            key="calls.enterprises_building",
            name_zh="开展5G工厂建设的企业",
            name_en="Enterprises building 5G factories",
            unit_zh="家",
            unit_en="enterprises",
            formula_zh="向该申报通知提交过申报（撤回的除外）、建设状态为在建或已建成的企业数，同一企业只计一次",
            formula_en="enterprises that have submitted an application to the call (withdrawn ones apart) with the state of "
            "construction “under construction” or “built”; each enterprise counts once",
            count=_count,
            records_url=_records,
            dated=True,
        )
    )
