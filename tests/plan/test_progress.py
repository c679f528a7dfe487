from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from pilotage.plan import indicators
from pilotage.plan.enums import TargetStatus
from pilotage.plan.indicators import Indicator
from pilotage.plan.models import Target
from pilotage.plan.progress import is_met, status_of, target_lines
from tests.factories.plan import AreaFactory, MeasureFactory, PlanFactory, TargetFactory

pytestmark = pytest.mark.django_db
MID, END, LATER = date(2023, 7, 1), date(2023, 12, 31), date(2024, 1, 1)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """An indicator ``tests.counted`` that answers what the test puts under "value", and remembers what it was asked."""
    told: dict[str, object] = {"value": 0, "asked": []}

    def count(plan: object, options: object, as_of: date) -> object:
        told["asked"].append((options, as_of))  # type: ignore[attr-defined]
        return told["value"]

    def url(plan: object, options: object, actor: object) -> str | None:
        return "/records/" if actor == "insider" else None

    indicator = Indicator("tests.counted", "计数", "Counted", "家", "items", "数一数", "count them", count, url, dated=True)
    monkeypatch.setitem(indicators._indicators, "tests.counted", indicator)
    return told


@pytest.mark.parametrize(
    ("values", "unmet", "met"),
    [
        ({"kind": "minimum", "value": 300}, ["0", "299.9999"], ["300", "301"]),
        ({"kind": "exact", "value": 30}, ["29", "31"], ["30"]),
        ({"kind": "range", "value": 3, "value_max": 5}, ["2", "6"], ["3", "4", "5"]),
        ({"kind": "about", "value": 2}, ["1", "3", "1.7"], ["2", "1.8", "2.2"]),
        ({"kind": "about", "value": 100, "tolerance": 5}, ["94", "106"], ["95", "105"]),
        ({"kind": "about", "value": 100, "tolerance": 0}, ["99", "101"], ["100"]),
        ({"kind": "growth", "value": 20}, ["19.9", "-3"], ["20", "35"]),
        ({"kind": "rate", "value": 30}, ["29.99"], ["30", "100"]),
        ({"kind": "deliverable", "value": 1}, ["0"], ["1"]),
        ({"kind": "deliverable", "value": None}, ["0"], ["1", "2"]),
        ({"kind": "deliverable", "value": 3}, ["2"], ["3"]),
        ({"kind": "qualitative", "value": None}, ["0", "1"], []),
    ],
)
def test_when_a_target_is_met(values: dict[str, object], unmet: list[str], met: list[str]) -> None:
    target = Target(**{name: Decimal(str(v)) if isinstance(v, int) else v for name, v in values.items()})
    assert [value for value in unmet if is_met(target, Decimal(value))] == []
    assert [value for value in met if not is_met(target, Decimal(value))] == []


@pytest.mark.parametrize(
    ("target", "measure", "value", "as_of", "status"),
    [
        ({}, {}, "300", LATER, TargetStatus.MET),
        ({}, {}, "299", MID, TargetStatus.IN_PROGRESS),
        ({}, {}, "299", END, TargetStatus.IN_PROGRESS),
        ({}, {}, "299", LATER, TargetStatus.MISSED),
        ({"due_on": MID}, {}, "299", date(2023, 7, 2), TargetStatus.MISSED),
        ({}, {"due_on": MID}, "299", date(2023, 7, 2), TargetStatus.MISSED),
        ({"due_on": END}, {"due_on": MID}, "299", date(2023, 7, 2), TargetStatus.IN_PROGRESS),
        ({}, {}, None, LATER, TargetStatus.NOT_COUNTED),
        ({}, {"carries_over_to": date(2024, 12, 31)}, None, MID, TargetStatus.CARRIES_OVER),
        ({}, {"carries_over_to": date(2024, 12, 31)}, "10", date(2024, 12, 31), TargetStatus.CARRIES_OVER),
        ({}, {"carries_over_to": date(2024, 12, 31)}, "10", date(2025, 1, 1), TargetStatus.MISSED),
        ({}, {"carries_over_to": date(2024, 12, 31)}, "300", MID, TargetStatus.MET),
        ({"kind": "qualitative", "value": None}, {}, "300", LATER, TargetStatus.QUALITATIVE),
    ],
)
def test_what_the_calendar_says(target: dict, measure: dict, value: str | None, as_of: date, status: TargetStatus) -> None:
    made = TargetFactory(measure=MeasureFactory(**measure), **target)
    assert status_of(made, None if value is None else Decimal(value), as_of) == status


def test_a_line_counts_through_the_indicator_on_the_day(counted: dict) -> None:
    target = TargetFactory(indicator="tests.counted", indicator_options={"edition": 2023})
    counted["value"] = 150
    line = target_lines(target.measure.area.plan, MID, "insider")[0]
    assert (line.value, line.share, line.records_url, line.status) == (
        Decimal(150),
        Decimal("0.5"),
        "/records/?as_of=2023-07-01",
        TargetStatus.IN_PROGRESS,
    )
    assert counted["asked"] == [({"edition": 2023}, MID)]


def test_who_may_not_see_the_records_gets_no_address(counted: dict) -> None:
    target = TargetFactory(indicator="tests.counted")
    assert target_lines(target.measure.area.plan, MID, None)[0].records_url is None


def test_nothing_counted_has_no_value_and_no_address(counted: dict) -> None:
    counted["value"] = None
    target = TargetFactory(indicator="tests.counted")
    unknown = TargetFactory(measure=target.measure, indicator="tests.nobody")
    lines = {line.target: line for line in target_lines(target.measure.area.plan, MID, "insider")}
    for each in (target, unknown):
        assert (lines[each].value, lines[each].share, lines[each].records_url) == (None, None, None)
        assert lines[each].status == TargetStatus.NOT_COUNTED


def test_the_same_indicator_with_the_same_options_is_counted_once(counted: dict) -> None:
    area = AreaFactory()
    for options in ({"a": 1}, {"a": 1}, {"a": 2}):
        TargetFactory(measure=MeasureFactory(area=area), indicator="tests.counted", indicator_options=options)
    target_lines(area.plan, MID, None)
    assert [options for options, _day in counted["asked"]] == [{"a": 1}, {"a": 2}]


@pytest.mark.parametrize("rows", [1, 3])
def test_lines_cost_one_query_whatever_their_number(counted: dict, django_assert_num_queries: object, rows: int) -> None:
    area = AreaFactory()
    TargetFactory.create_batch(rows, measure__area=area, indicator="tests.counted")
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert len(target_lines(area.plan, MID, None)) == rows


def test_lines_stand_in_the_order_of_the_plan() -> None:
    plan = PlanFactory()
    late, early = AreaFactory(plan=plan, position=2), AreaFactory(plan=plan, position=1)
    codes = [
        TargetFactory(measure=MeasureFactory(area=late, position=1), code="D").code,
        TargetFactory(measure=MeasureFactory(area=early, position=2), code="C").code,
        TargetFactory(measure=MeasureFactory(area=early, position=1), code="B", position=2).code,
    ]
    TargetFactory(measure=Target.objects.get(code="B").measure, code="A", position=1)
    TargetFactory(code="elsewhere")
    assert [line.target.code for line in target_lines(plan, MID, None)] == ["A", "B", "C", "D"]
    assert codes == ["D", "C", "B"]


def test_an_indicator_is_registered_once() -> None:
    listed = indicators.get("directory.listed")
    assert listed is not None
    assert indicators.register(listed) is listed
    other = Indicator("directory.listed", "", "", "", "", "", "", lambda *_: 0)
    with pytest.raises(ValueError, match="registered already"):
        indicators.register(other)
