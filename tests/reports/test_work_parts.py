"""What the parts of a work report say, over records: each part from the room that owns them, honest where there are none."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from pilotage.plan import indicators
from pilotage.plan.indicators import Indicator
from pilotage.plan.models import Area, Plan, TargetReading
from pilotage.plan.refs.work_report_parts import FIELDS, KINDS, TARGET_FIELDS
from pilotage.reports.papers import periods as work_periods
from pilotage.reports.papers.gather import BUILDERS, gather
from pilotage.reports.papers.sources import Sources
from tests.factories import regions as make_regions
from tests.factories import statistics as figures
from tests.factories.plan import AreaFactory, MeasureFactory, TargetFactory

pytestmark = pytest.mark.django_db
TODAY = date(2023, 12, 31)


def parts_of(plan: Plan, reader: Any, *parts: dict[str, Any], language: str = "zh-hans", as_of: date = TODAY) -> list[list[dict[str, Any]]]:
    sources = Sources(plan, {"parts": list(parts)}, work_periods.of("year", as_of), as_of, reader=reader)
    return [part["blocks"] for part in gather(sources, (language,))["papers"][language]["parts"]]


def tables(blocks: list[dict[str, Any]]) -> list[list[list[Any]]]:
    return [block["rows"] for block in blocks if block["t"] == "table"]


def words(blocks: list[dict[str, Any]]) -> list[str]:
    return [block["text"] for block in blocks if "text" in block]


@pytest.fixture
def layout(cast: Any, at: Any) -> make_regions.Layout:
    at("2023-12-31 10:00")
    return make_regions.layout(cast)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """An indicator whose value the test says."""
    said: dict[str, Any] = {"value": 310}
    names = ("tests.report", "计数", "Counted", "家", "items", "数", "count")
    indicator = Indicator(*names, lambda *_: said["value"], dated=True)
    monkeypatch.setitem(indicators._indicators, "tests.report", indicator)
    return said


def test_every_kind_is_built_and_every_field_has_a_value(layout: Any, cast: Any) -> None:
    assert set(BUILDERS) == set(KINDS)
    measure = MeasureFactory(area=AreaFactory(plan=layout.plan))
    TargetFactory(measure=measure, code="T1")
    sources = Sources(layout.plan, {"parts": []}, work_periods.of("year", TODAY), TODAY, reader=cast.secretariat)
    fields = gather(sources, ("en",))["papers"]["en"]["fields"]
    assert set(fields) == {*FIELDS, *(f"T1.{name}" for name in TARGET_FIELDS)}
    assert all(isinstance(value, str) and value for value in fields.values())


def test_provinces_and_the_map(layout: Any, cast: Any) -> None:
    regions, region_map, few = parts_of(
        layout.plan, cast.secretariat, {"kind": "regions"}, {"kind": "region_map"}, {"kind": "regions", "limit": 1}
    )
    [rows] = tables(regions)
    assert [row[0] for row in rows] == ["江苏省", "山东省", "辽宁省", "合计"]
    assert rows[0][1:5] == ["2", "2", "1", "3"]
    assert words(regions)[0] == "入册项目4项，分布在2个省份，前五位合计占100%。"
    assert [row[0] for row in tables(few)[0]] == ["江苏省", "合计"]
    assert (region_map[0]["t"], "江苏省 3" in region_map[0]["svg"]) == ("chart", True)


def test_what_is_on_its_way_is_counted_in_the_readers_eyes(layout: Any, cast: Any) -> None:
    [blocks] = parts_of(layout.plan, None, {"kind": "regions"}, language="en")
    heads = next(block["head"] for block in blocks if block["t"] == "table")
    assert ("Filed" in heads, "Listed" in heads) == (False, True)


def test_industries_scenarios_and_too_few_effects(layout: Any, cast: Any) -> None:
    industries, effects = parts_of(layout.plan, cast.secretariat, {"kind": "industries"}, {"kind": "effects"})
    by_industry, scenarios = tables(industries)
    assert [(row[0], row[2], row[3]) for row in by_industry] == [("34", "3", "75.0%"), ("39", "1", "25.0%")]
    assert [row[1] for row in scenarios] == ["4"]
    assert words(effects) == ["给出前后数据的项目太少，无法列示成效。"] or len(words(effects)) == 1


def test_the_funnel_of_a_call(layout: Any, cast: Any) -> None:
    known, unknown = parts_of(
        layout.plan, cast.secretariat, {"kind": "funnel", "call": layout.call.slug}, {"kind": "funnel", "call": "no-such"}, language="en"
    )
    [rows] = tables(known)
    assert [row[1] for row in rows] == sorted((row[1] for row in rows), key=int, reverse=True)
    assert int(rows[0][1]) == 4
    assert words(unknown) == ["The call no-such is not loaded."]


def test_measures_stand_with_light_and_reason(cast: Any, counted: Any) -> None:
    area = AreaFactory(title_zh="基础设施")
    measure = MeasureFactory(area=area, code="M03", title_zh="建成5G工厂")
    TargetFactory(measure=measure, code="M03-1", indicator="tests.report", value=Decimal(300))
    [blocks] = parts_of(area.plan, cast.secretariat, {"kind": "measures"})
    areas, lines = tables(blocks)
    assert (areas[0][0], areas[0][1]) == ("基础设施", "1")
    assert [row[0] for row in lines] == ["M03"]
    assert lines[0][3][1] == "good"
    assert lines[0][5]


def test_reported_figures_are_summed_and_shares_are_not(cast: Any, at: Any) -> None:
    at("2023-07-20 10:00")
    data_set = figures.data_set()
    [blocks] = parts_of(data_set.plan, cast.secretariat, {"kind": "statistics"}, as_of=date(2023, 6, 30))
    assert words(blocks) == ["项目统计", "截至该日无已审定数据。"]
    for actor, place, share in ((cast.province_officer, "320000", 20), (cast.other_province_officer, "370000", 30)):
        given = {"building": 40, "built": 5, "share": share}
        figures.locked(actor, [cast.secretariat], data_set, place, "2023-06", given)
    [blocks] = parts_of(data_set.plan, cast.secretariat, {"kind": "statistics"}, as_of=date(2023, 6, 30))
    assert [row for row in tables(blocks)[0] if row[0] in {"在建项目", "占比"}] == [
        ["在建项目", "2023年6月", "80个", "2"],
        ["占比", "2023年6月", "–", "2"],
    ]


# --- forecasts beside the outcome -----------------------------------------------------------
def reading(plan: Plan, day: date, low: float, high: float, *, due: str = "2023-12-31", code: str = "M03-1") -> TargetReading:
    forecast = {
        "due_on": due,
        "median": (low + high) / 2,
        "intervals": {"80": [low, high]},
        "chance": 0.62,
        "met_by": {},
        "draws": 1,
        "seed": 1,
    }
    return TargetReading.objects.create(
        plan=plan, target_code=code, day=day, value=Decimal(120), status="in_progress", outlook="on_track", forecast=forecast,
        recorded_at=f"{day}T12:00:00Z",
    )  # fmt: skip


@pytest.fixture
def forecast_plan(counted: Any) -> Plan:
    area: Area = AreaFactory()
    TargetFactory(measure=MeasureFactory(area=area), code="M03-1", title_zh="建成5G工厂", indicator="tests.report", value=Decimal(300))
    return area.plan


def test_the_forecast_of_mid_year_stands_beside_the_outcome(forecast_plan: Plan, cast: Any) -> None:
    for day, low, high in ((date(2023, 5, 31), 1, 2), (date(2023, 6, 29), 280, 335), (date(2023, 9, 30), 311, 340)):
        reading(forecast_plan, day, low, high)
    [blocks] = parts_of(forecast_plan, cast.secretariat, {"kind": "forecast_review"})
    assert tables(blocks) == [
        [
            ["M03-1", "建成5G工厂", "2023年6月29日", "120家", "280—335", "62%", "310家", ["落入区间", "good"]],
            ["M03-1", "建成5G工厂", "2023年9月30日", "120家", "311—340", "62%", "310家", ["低于区间", "warn"]],
        ]
    ]
    assert words(blocks)[0] == "1项结果中有1项落入年中预测的80%区间。"


def test_what_is_not_due_is_not_judged(forecast_plan: Plan, cast: Any) -> None:
    reading(forecast_plan, date(2023, 6, 30), 280, 300, due="2024-12-31")
    [blocks] = parts_of(forecast_plan, cast.secretariat, {"kind": "forecast_review"})
    assert tables(blocks)[0][0][-2:] == ["310家（未到期）", "–"]
    assert words(blocks)[0] == "年中作出预测的目标均未到期。"


def test_at_most_four_readings_of_a_target_and_the_last_among_them(forecast_plan: Plan, cast: Any) -> None:
    for month in range(1, 13):
        reading(forecast_plan, date(2023, month, 28), 280, 320)
    [blocks] = parts_of(forecast_plan, cast.secretariat, {"kind": "forecast_review"})
    days = [row[2] for row in tables(blocks)[0]]
    assert days == ["2023年6月28日", "2023年8月28日", "2023年10月28日", "2023年12月28日"]


def test_without_a_kept_forecast_it_says_so(forecast_plan: Plan, cast: Any) -> None:
    [blocks] = parts_of(forecast_plan, cast.secretariat, {"kind": "forecast_review"})
    assert words(blocks) == ["本报告期内未留存预测，无可对照。"]


# --- bad input ------------------------------------------------------------------------------
def test_a_number_that_cannot_be_counted_does_not_stop_the_report(forecast_plan: Plan, cast: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object) -> int:
        raise indicators.CannotCount("除数为零。")

    names = ("tests.report", "计数", "Counted", "家", "items", "数", "count")
    monkeypatch.setitem(indicators._indicators, "tests.report", Indicator(*names, refuse))
    with translation.override("zh-hans"):
        targets, charts = parts_of(forecast_plan, cast.secretariat, {"kind": "targets"}, {"kind": "target_chart"})
    assert tables(targets)[0][0][3] == "–"
    assert words(charts) == ["所列目标均无逐日计数，无法绘制走势。"]
