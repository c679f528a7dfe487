"""What the plan can count of figures reported from outside. Every number opens exactly the approved figures it is made of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from pilotage.plan.indicators import Change, Indicator, records_address, register
from pilotage.plan.models import Plan
from pilotage.statistics import counting
from pilotage.statistics.definition import shown
from pilotage.statistics.models import Decision
from pilotage.statistics.rules import concerns
from pilotage.statistics.selectors import data_set_named


def counted_url(plan: Plan, options: Mapping[str, Any], actor: Any) -> str | None:
    """The page of the figures counted; the public gets the national figure alone, and only of data sets that are public."""
    data_set = data_set_named(plan, options)
    if data_set is None or data_set.current is None or not (data_set.definition.is_public or concerns(actor, data_set)):
        return None
    named = {key: options[key] for key in ("element", "of", "of_data_set", "base", "place") if key in options}
    return records_address("statistics:counted", named, slug=data_set.slug)


def growth_url(plan: Plan, options: Mapping[str, Any], actor: Any) -> str | None:
    return counted_url(plan, {"base": counting.YEAR_BEFORE, **options}, actor)


def changes(plan: Plan, options: Mapping[str, Any], since: date) -> list[Change]:
    """What was approved after a day about periods that were over on it: late figures and corrections, newest first. Two queries."""
    data_set = data_set_named(plan, options)
    if data_set is None:
        return []
    end = timezone.make_aware(datetime.combine(since, time.max))
    rows = Decision.objects.filter(
        value__report__data_set=data_set,
        value__report__ends_on__lte=since,
        value__element__in=[str(options[key]) for key in ("element", "of") if key in options],
        at__gt=end,
    )
    if options.get("place"):
        rows = rows.filter(value__report__province=str(options["place"]))
    parts = ("value__report__province", "value__report__prefecture", "value__report__data_set", "revision__by", "by")
    listed = list(rows.select_related(*parts).order_by("-at", "-id")[:200])
    before = _before(listed)
    return [_change(decision, before.get(decision.pk)) for decision in listed]


def _before(listed: list[Decision]) -> dict[int, Decision]:
    """The decision that each of these took the place of. One query."""
    found: dict[int, Decision] = {}
    last: dict[int, Decision] = {}
    rows = Decision.objects.filter(value__in={decision.value_id for decision in listed}).select_related("revision")
    for decision in rows.order_by("at", "id"):
        if decision.value_id in last:
            found[decision.pk] = last[decision.value_id]
        last[decision.value_id] = decision
    return found


def _change(decision: Decision, before: Decision | None) -> Change:
    report = decision.value.report
    place = report.prefecture or report.province
    named = {
        "place": place.name if place else report.reporter,
        "period": report.period,
        "before": shown(before.revision.figure) if before else "",
        "after": shown(decision.revision.figure),
    }
    words = _("%(place)s, %(period)s: %(before)s → %(after)s") if before else _("%(place)s, %(period)s: %(after)s, approved late")
    who = decision.revision.by or decision.by
    url = records_address("statistics:return", {}, slug=report.data_set.slug, reporter=report.reporter, period=report.period)
    return Change(decision.at, str(who) if who else _("from public record"), decision.why, words % named, url)


def register_all() -> None:
    register(
        Indicator(
            key="statistics.value",
            name_zh="外部统计数",
            name_en="Reported figure",
            unit_zh="",
            unit_en="",
            formula_zh="截至当日已结束各期、经最后一级审核通过的数据：存量取各填报单位最近一期之和，流量取规划起始日以来各期之和。",
            formula_en=(
                "Figures of periods over by the day that were approved at the last level: for a stock the sum of each reporter's newest "
                "figure, for a flow the sum of all periods since the plan's first day."
            ),
            count=counting.value,
            records_url=counted_url,
            dated=True,
            history=counting.value_history,
            by_place=counting.value_by_place,
            changes=changes,
        )
    )
    register(
        Indicator(
            key="statistics.rate",
            name_zh="外部统计比率",
            name_en="Rate of reported figures",
            unit_zh="%",
            unit_en="%",
            formula_zh="两项已审核数据之比，以百分比计；同一数据集内只计两项都已填报的单位。分母缺失或为零时不计算。",
            formula_en=(
                "One approved figure divided by another, in percent; within one data set over the reporters that gave both. "
                "Nothing is reckoned where the divisor is missing or zero."
            ),
            count=counting.rate,
            records_url=counted_url,
            dated=True,
            history=counting.rate_history,
            by_place=counting.rate_by_place,
            changes=changes,
        )
    )
    register(
        Indicator(
            key="statistics.growth",
            name_zh="外部统计增长率",
            name_en="Growth of a reported figure",
            unit_zh="%",
            unit_en="%",
            formula_zh="已审核数据较基期的增幅，以百分比计；只计两期都已填报的单位，未指定基期时与上年同期相比。基期缺失或为零时不计算。",
            formula_en=(
                "How much an approved figure grew against a base period, in percent, over the reporters that gave both; without a named "
                "base, against the year before. Nothing is reckoned where the base is missing or zero."
            ),
            count=counting.growth,
            records_url=growth_url,
            dated=True,
            history=counting.growth_history,
            by_place=counting.growth_by_place,
            changes=changes,
        )
    )
