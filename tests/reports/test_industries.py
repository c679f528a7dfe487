from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pilotage.reports.industries import counts as industries_counts
from pilotage.reports.industries import view as industries
from pilotage.reports.industries.effects import effect_by_industry
from pilotage.reports.industries.view import IndustryRow
from tests.factories import regions as make

pytestmark = pytest.mark.django_db
TODAY = date(2023, 12, 31)


@pytest.fixture
def layout(cast: Any, at: Any) -> make.Layout:
    at("2023-12-31 10:00")
    return make.layout(cast)


def brief(row: IndustryRow) -> tuple[Any, ...]:
    return row.code, row.entries, row.share, row.levels, row.depth and row.depth.median


def test_industries_and_scenarios_of_the_entries_in_force(layout: Any) -> None:
    make.entry(layout, "370700", "39", ("04", "06", "08"), level="line")
    found = industries.table(layout.plan, TODAY)
    assert [brief(row) for row in found.rows] == [("34", 3, 0.6, {"factory": 3}, 1), ("39", 2, 0.4, {"factory": 1, "line": 1}, 2.0)]
    used = {row.code: (row.entries, row.industry, row.of_industry) for row in found.scenarios if row.entries}
    assert used == {"04": (5, "34", 3), "06": (1, "39", 1), "08": (1, "39", 1)}
    assert (found.total, len(found.scenarios), found.without_industry) == (5, 20, 0)
    assert [(row.code, row.entries, row.is_verified) for row in found.key_rows] == [("equipment", 5, False)]
    assert found.unmapped == ["家电"]
    assert found.level_names == {"factory": "工厂级", "line": "line"}


def test_an_earlier_day_has_what_was_listed_by_then(layout: Any) -> None:
    make.entry(layout, "370700", "39", listed_on=date(2023, 12, 20))
    assert [row.entries for row in industries.table(layout.plan, date(2023, 12, 19)).rows] == [3, 1]
    assert industries.table(layout.plan, date(2023, 6, 30)).total == 0


def effects(layout: Any, number: int, before: str = "40", after: str = "50", **fields: Any) -> None:
    for step in range(number):
        figures = [make.effect("a", before, str(float(after) + step)), make.effect("b", "20", str(10 - step), "lower")]
        make.entry(layout, effects=figures, **fields)


def test_effects_are_shown_with_their_spread_from_five_projects_on(layout: Any) -> None:
    effects(layout, 4)
    few = industries.effect_lines(layout.plan, TODAY)
    assert [(line.key, line.given, line.spread) for line in few.lines] == [("a", 4, None), ("b", 4, None)]
    assert industries.effects(layout.plan, TODAY) == []
    effects(layout, 1, after="54")
    found = industries.effects(layout.plan, TODAY)
    assert [(row.label, row.count) for row in found] == [("指标a", 5), ("指标b", 5)]
    assert [row.low for row in found] + [row.high for row in found] == [25.0, 50.0, 35.0, 65.0]
    assert [[row.q1, row.median, row.q3] for row in found] == [pytest.approx([27.5, 30.0, 32.5]), pytest.approx([50.0, 55.0, 60.0])]


def test_figures_that_give_no_change_are_counted(layout: Any) -> None:
    effects(layout, 5)
    make.entry(layout, effects=[make.effect("a", "0", "5"), make.effect("b", "", "5", "lower")])
    make.entry(layout, effects=[make.effect("a", "kaum", "5")])
    first, second = industries.effect_lines(layout.plan, TODAY).lines
    assert (first.given, first.usable, first.faults) == (7, 5, {"from_zero": 1, "not_a_number": 1})
    assert (second.given, second.usable, second.faults) == (6, 5, {"missing": 1})


def test_effects_narrow_to_an_industry_and_a_scenario(layout: Any) -> None:
    effects(layout, 5, industry="39", scenarios=("06",))
    effects(layout, 2, industry="34")
    assert [row.count for row in industries.effects(layout.plan, TODAY, industry="39")] == [5, 5]
    assert industries.effects(layout.plan, TODAY, industry="34") == []
    assert [row.count for row in industries.effects(layout.plan, TODAY, scenario="06")] == [5, 5]
    by_industry = effect_by_industry(layout.plan, TODAY, "a", {"39": "电子", "34": "通用"})
    assert [(line.label, line.given, line.row and line.row.median) for line in by_industry.lines] == [("电子", 5, 30.0), ("通用", 2, None)]


def test_more_projects_than_are_read_at_once_say_so(layout: Any, monkeypatch: Any) -> None:
    effects(layout, 5)
    monkeypatch.setattr(industries_counts, "EFFECTS_MOST", 3)
    assert industries.effect_lines(layout.plan, TODAY).is_complete is False
    monkeypatch.setattr(industries_counts, "PAIRS_MOST", 3)
    assert industries.white_spots(layout.plan, TODAY).is_counted is False
    counted = industries.table(layout.plan, TODAY)
    assert [(row.entries, row.of_industry) for row in counted.scenarios if row.entries] == [(9, 0)]


def test_white_spots_are_empty_pairs_that_one_would_expect(layout: Any) -> None:
    for _each in range(6):
        make.entry(layout, "320500", "34", ("04", "06"))
        make.entry(layout, "320500", "39", ("04",))
    found = industries.white_spots(layout.plan, TODAY)
    assert found.sizes == {"34": 9, "39": 7}
    assert found.cells == {("34", "04"): 9, ("39", "04"): 7, ("34", "06"): 6}
    assert [(spot.industry, spot.scenario) for spot in found.spots] == []
    for _each in range(3):
        make.entry(layout, "320500", "39", ("04",))
    [spot] = industries.white_spots(layout.plan, TODAY, subject=None).spots
    assert (spot.industry, spot.scenario, spot.expected) == ("39", "06", pytest.approx(10 * 6 / 19))
    assert industries.white_spots(layout.plan, TODAY).zeros == 2 * 20 - 3


def test_the_number_of_queries_does_not_grow(layout: Any) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            industries.table(layout.plan, TODAY)
            industries.white_spots(layout.plan, TODAY)
            industries.effects(layout.plan, TODAY)
        return len(found)

    before = queries()
    effects(layout, 3, industry="39", scenarios=("01", "02"))
    assert queries() == before
