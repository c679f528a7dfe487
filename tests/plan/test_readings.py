from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from pilotage.audit.models import AuditEvent
from pilotage.core import clock
from pilotage.plan import indicators, readings
from pilotage.plan.enums import Outlook, TargetStatus
from pilotage.plan.indicators import Change, Indicator
from pilotage.plan.reading_models import TargetReading
from tests.factories.plan import MeasureFactory, PlanFactory, TargetFactory

pytestmark = pytest.mark.django_db
DAY, NEXT = date(2023, 6, 30), datetime(2023, 7, 1, 4, tzinfo=UTC)
CORRECTED = Change(datetime(2023, 8, 2, 9, tzinfo=UTC), "陈述", "重复计数", "一条记录作废", "/records/7/")


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    said: dict[str, Any] = {"value": 120}

    def history(plan: object, options: object, days: list[date]) -> list[int]:
        return [(day - date(2020, 1, 1)).days // 11 for day in days]

    names = ("tests.read", "计数", "Counted", "家", "items", "数", "count")
    indicator = Indicator(*names, lambda *_: said["value"], dated=True, history=history, changes=lambda *_: [CORRECTED])
    monkeypatch.setitem(indicators._indicators, "tests.read", indicator)
    return said


@pytest.fixture
def plan(told: dict) -> Any:
    measure = MeasureFactory(area__plan=PlanFactory())
    TargetFactory(measure=measure, code="A", indicator="tests.read", position=1)
    TargetFactory(measure=measure, code="B", indicator="", position=2)
    TargetFactory(measure=measure, code="C", kind="qualitative", value=None, position=3)
    return measure.area.plan


def test_a_reading_keeps_what_is_said_of_each_target_on_the_day(plan: Any) -> None:
    with clock.at(NEXT):
        made = readings.take(plan, DAY)
    assert [row.target_code for row in made] == ["A", "B"]
    first = TargetReading.objects.get(target_code="A")
    assert (first.value, first.status, first.recorded_at) == (Decimal(120), TargetStatus.IN_PROGRESS, NEXT)
    assert first.outlook in {Outlook.ON_TRACK, Outlook.AT_RISK, Outlook.UNLIKELY}
    assert set(first.forecast) == {"due_on", "median", "intervals", "chance", "met_by", "draws", "seed"}
    assert first.chance == first.forecast["chance"]
    second = TargetReading.objects.get(target_code="B")
    assert (second.value, second.forecast, second.chance, second.outlook) == (None, {}, None, Outlook.UNKNOWN)


def test_a_day_is_read_once_and_in_the_chain(plan: Any) -> None:
    readings.take(plan, DAY)
    before = AuditEvent.objects.count()
    assert readings.take(plan, DAY) == []
    assert AuditEvent.objects.count() == before
    assert AuditEvent.objects.get(number=before).verb == "read_targets"
    with pytest.raises(IntegrityError), transaction.atomic():
        TargetReading.objects.create(plan=plan, target_code="A", day=DAY, status="met", outlook="met", recorded_at=NEXT)


def test_the_tick_reads_the_day_that_is_over_of_plans_that_run(plan: Any) -> None:
    PlanFactory(starts_on=date(2030, 1, 1), ends_on=date(2030, 12, 31))
    with clock.at(NEXT):
        assert readings.take_yesterday() == 2
        assert readings.take_yesterday() == 0
    assert set(TargetReading.objects.values_list("day", flat=True)) == {DAY}


def test_a_correction_shows_both_numbers_with_who_and_why(plan: Any, told: dict) -> None:
    readings.take(plan, DAY)
    same, uncounted = readings.compare(plan, DAY)
    assert (same.differs, same.changes(), uncounted.differs) == (False, [], False)
    told["value"] = 118
    first, _second = readings.compare(plan, DAY)
    assert (first.reading.value, first.now, first.differs) == (Decimal(120), Decimal(118), True)
    assert first.changes() == [CORRECTED]


def test_a_target_the_plan_no_longer_names_keeps_its_readings(plan: Any) -> None:
    readings.take(plan, DAY)
    plan.areas.get().measures.get().targets.filter(code="A").delete()
    found = readings.compare(plan, DAY)
    assert [(row.reading.target_code, row.line is None, row.differs) for row in found] == [("B", False, False), ("A", True, False)]


def test_the_readings_of_a_target_come_oldest_first(plan: Any) -> None:
    for day in (DAY, date(2023, 5, 31)):
        readings.take(plan, day)
    assert [row.day for row in readings.of(plan, "A")] == [date(2023, 5, 31), DAY]


@pytest.mark.parametrize("targets", [1, 3])
def test_reading_costs_the_same_whatever_the_number_of_targets(told: dict, django_assert_num_queries: Any, targets: int) -> None:
    measure = MeasureFactory()
    TargetFactory.create_batch(targets, measure=measure, indicator="tests.read")
    with django_assert_num_queries(12):
        readings.take(measure.area.plan, DAY)
