"""What the plan may count of calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pilotage.accounts.enums import Role
from pilotage.accounts.rules import has_role
from pilotage.calls.flow import selectors as flow
from pilotage.calls.models import Call
from pilotage.plan.indicators import Indicator, named, records_address, register
from pilotage.plan.models import Plan

if TYPE_CHECKING:
    from pilotage.plan.forecast.model import Pipeline


def _calls(options: Mapping[str, Any]) -> list[int]:
    return list(Call.objects.filter(slug__in=named(options, "call", "calls")).order_by("pk").values_list("pk", flat=True))


def _count(_plan: Plan, options: Mapping[str, Any], as_of: date) -> int:
    return flow.building(_calls(options), [as_of])[0]


def _history(_plan: Plan, options: Mapping[str, Any], days: Sequence[date]) -> list[Decimal | int | None]:
    return [*flow.building(_calls(options), days)]


def _by_place(_plan: Plan, options: Mapping[str, Any], day: date) -> dict[str, Decimal | int]:
    return {**flow.building_by_place(_calls(options), day)}


def _pipeline(_plan: Plan, options: Mapping[str, Any], day: date) -> Pipeline | None:
    """Of one call; what several calls together will bring is not said."""
    found = Call.objects.filter(slug__in=named(options, "call", "calls")).select_related("current").defer("current__content")
    calls = list(found.prefetch_related("stages"))
    if len(calls) != 1:
        return None
    from pilotage.calls.flow.pipeline import building_pipeline  # brings the forecast's numerics along

    return building_pipeline(calls[0], day)


def _records(_plan: Plan, options: Mapping[str, Any], actor: Any) -> str | None:
    """The list of the applications counted, of one call; only for those who see all of them."""
    if not has_role(actor, Role.SECRETARIAT, Role.AUDITOR):
        return None
    calls = named(options, "call", "calls")
    return records_address("calls:application-list", {"call": calls[0], "counted": "building"}) if len(calls) == 1 else None


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
            history=_history,
            pipeline=_pipeline,
            by_place=_by_place,
        )
    )
