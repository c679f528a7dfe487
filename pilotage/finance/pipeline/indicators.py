"""What the plan's measures of financing can show of the pipeline: on the cultivation list, in tutoring, listed. Each opens its records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from pilotage.finance.pipeline import rules
from pilotage.finance.pipeline.enums import Stage
from pilotage.finance.pipeline.models import ListingProject
from pilotage.finance.pipeline.selectors import History, histories, in_scope, stages_of
from pilotage.plan.indicators import Indicator, records_address, register
from pilotage.plan.models import Plan

Number = Decimal | int


def _rows(options: Mapping[str, Any]) -> list[History]:
    return histories(in_scope(ListingProject.objects.all(), str(options.get("market") or ""), ""))


def _counts(each: History, name: str, plan: Plan, day: date) -> bool:
    """Whether a project counts at the end of that day; who is listed counts from the beginning of the plan on."""
    if name == Stage.LISTED:
        return any(stage == Stage.LISTED and plan.starts_on <= on <= day for on, stage in each.steps)
    return each.stage_on(day) in stages_of(name)


def count(name: str, plan: Plan, options: Mapping[str, Any], as_of: date) -> int:
    return sum(_counts(each, name, plan, as_of) for each in _rows(options))


def history(name: str, plan: Plan, options: Mapping[str, Any], days: Sequence[date]) -> list[Number | None]:
    told = _rows(options)
    return [sum(_counts(each, name, plan, day) for each in told) for day in days]


def by_place(name: str, plan: Plan, options: Mapping[str, Any], day: date) -> dict[str, Number]:
    return dict(Counter(each.province for each in _rows(options) if _counts(each, name, plan, day)))


def records_url(name: str, plan: Plan, options: Mapping[str, Any], actor: Any) -> str | None:
    if not rules.sees_all(actor):
        return None
    query = {"stage": name}
    if name == Stage.LISTED:
        query = {"reached": name, "since": plan.starts_on.isoformat()}
    query["market"] = str(options.get("market") or "")
    return records_address("pipeline:home", {key: value for key, value in query.items() if value})


def _indicator(name: str, key: str, names: tuple[str, str], formulas: tuple[str, str]) -> Indicator:
    return Indicator(
        key=f"pipeline.{key}",
        name_zh=names[0],
        name_en=names[1],
        unit_zh="家",
        unit_en="enterprises",
        formula_zh=formulas[0],
        formula_en=formulas[1],
        count=partial(count, name),
        records_url=partial(records_url, name),
        dated=True,
        history=partial(history, name),
        by_place=partial(by_place, name),
    )


INDICATORS = (
    _indicator(
        Stage.CULTIVATION,
        "cultivation",
        ("上市培育库企业数", "Projects on the cultivation list"),
        ("当日处于培育阶段的上市项目数；同一企业面向两个市场的计两项。", "Listing projects in cultivation that day; one for each market."),
    ),
    _indicator(
        "tutoring",
        "tutoring",
        ("上市辅导企业数", "Projects in tutoring"),
        ("当日处于辅导备案或辅导验收阶段的上市项目数。", "Listing projects whose tutoring is filed or accepted that day."),
    ),
    _indicator(
        Stage.LISTED,
        "listed",
        ("规划期内上市（挂牌）企业数", "Listed since the plan began"),
        ("规划开始之日起至当日上市或挂牌的项目数。", "Listing projects listed or quoted from the first day of the plan to that day."),
    ),
)


def register_all() -> None:
    for each in INDICATORS:
        register(each)
