"""What approved figures make on a day: against sums written out, with every way in which nothing can be told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from pilotage.plan import indicators
from pilotage.plan.folder import check
from pilotage.plan.indicators import CannotCount
from pilotage.plan.models import Plan
from pilotage.statistics import services
from pilotage.statistics.models import DataSet, Return
from tests.factories import statistics as make
from tests.factories.plan import MODEL_FOLDER

pytestmark = pytest.mark.django_db
D = Decimal
JIANGSU, SHANDONG = "320000", "370000"


@pytest.fixture(autouse=True)
def _day() -> Iterator[None]:
    with translation.override("en"), make.on("2023-07-05"):
        yield


@pytest.fixture
def of(cast: Any) -> DataSet:
    """Jiangsu has reported May and June, Shandong only May; Shandong's June waits."""
    found = make.data_set()
    jiangsu, shandong = cast.province_officer, cast.other_province_officer
    for period, figures in (
        ("2023-05", {"building": 100, "built": 10, "added": "1.5", "share": 40}),
        ("2023-06", {"building": 110, "built": 12, "added": "2"}),
    ):
        make.locked(jiangsu, [cast.secretariat], found, JIANGSU, period, figures)
    make.locked(shandong, [cast.secretariat], found, SHANDONG, "2023-05", {"building": 50, "built": 0, "added": "4", "share": 20})
    make.handed_in(shandong, found, SHANDONG, "2023-06", {"building": 60, "built": 1})
    return found


def count(plan: Plan, key: str, day: str, **options: Any) -> Decimal | int | None:
    indicator = indicators.get(f"statistics.{key}")
    assert indicator is not None
    return indicator.count(plan, {"data_set": "projects", **options}, date.fromisoformat(day))


def test_a_stock_is_the_sum_of_each_reporters_newest_figure(of: DataSet) -> None:
    assert [count(of.plan, "value", day, element="building") for day in ("2023-05-30", "2023-05-31", "2023-06-30")] == [None, 150, 160]
    assert count(of.plan, "value", "2023-06-30", element="building", place=SHANDONG) == 50
    assert count(of.plan, "value", "2023-06-30", element="nothing") is None
    assert count(of.plan, "value", "2023-06-30", element="building", data_set="nothing") is None


def test_a_flow_is_the_sum_of_the_periods_of_the_plan(of: DataSet) -> None:
    assert count(of.plan, "value", "2023-06-30", element="added") == D("7.5")
    Plan.objects.filter(pk=of.plan_id).update(starts_on=date(2023, 6, 1))
    assert count(Plan.objects.get(pk=of.plan_id), "value", "2023-06-30", element="added") == D(2)


def test_percentages_are_not_added_up(of: DataSet) -> None:
    with pytest.raises(CannotCount, match="“Share” is a percentage"):
        count(of.plan, "value", "2023-06-30", element="share")
    assert count(of.plan, "value", "2023-06-30", element="share", place=JIANGSU) == 40


def test_history_and_places_agree_with_the_count(of: DataSet) -> None:
    days = [date(2023, 4, 30), date(2023, 5, 31), date(2023, 6, 15), date(2023, 6, 30)]
    for key, options in (
        ("value", {"element": "building"}),
        ("rate", {"element": "built", "of": "building"}),
        ("growth", {"element": "building", "base": "2023-05"}),
    ):
        indicator = indicators.get(f"statistics.{key}")
        assert indicator is not None
        assert indicator.history is not None
        with CaptureQueriesContext(connection) as queries:
            found = indicator.history(of.plan, {"data_set": "projects", **options}, days)
        assert len(queries) <= 6
        assert found == [_count_or_none(of.plan, key, day, options) for day in days]
    value = indicators.get("statistics.value")
    assert value is not None
    assert value.by_place is not None
    assert value.by_place(of.plan, {"data_set": "projects", "element": "building"}, date(2023, 6, 30)) == {JIANGSU: 110, SHANDONG: 50}


def _count_or_none(plan: Plan, key: str, day: date, options: dict[str, str]) -> Decimal | int | None:
    try:
        return count(plan, key, day.isoformat(), **options)
    except CannotCount:
        return None


def test_a_rate_divides_what_the_same_reporters_gave(of: DataSet) -> None:
    assert count(of.plan, "rate", "2023-05-31", element="built", of="building") == D(10) * 100 / D(150)
    assert count(of.plan, "rate", "2023-06-30", element="built", of="building") == D(12) * 100 / D(160)
    assert count(of.plan, "rate", "2023-04-30", element="built", of="building") is None
    rate = indicators.get("statistics.rate")
    assert rate is not None
    assert rate.by_place is not None
    options = {"data_set": "projects", "element": "built", "of": "building"}
    assert rate.by_place(of.plan, options, date(2023, 5, 31)) == {JIANGSU: 10, SHANDONG: 0}


def test_a_rate_over_nothing_or_zero_is_a_sentence(of: DataSet) -> None:
    with pytest.raises(CannotCount, match="“Built” is zero"):
        count(of.plan, "rate", "2023-05-31", element="building", of="built", place=SHANDONG)
    with pytest.raises(CannotCount, match="no approved figures of “In all” to divide by"):
        count(of.plan, "rate", "2023-05-31", element="building", of="whole")


def test_growth_is_over_those_who_gave_both(of: DataSet, cast: Any) -> None:
    assert count(of.plan, "growth", "2023-06-30", element="building", base="2023-05") == D(10) * 100 / D(150)
    assert count(of.plan, "growth", "2023-04-30", element="building", base="2023-05") is None
    with pytest.raises(CannotCount, match="no approved figure of “Being built” for 2022-12-31"):
        count(of.plan, "growth", "2023-06-30", element="building", base="2022-12")
    with pytest.raises(CannotCount, match="for 2022-06-30"):
        count(of.plan, "growth", "2023-06-30", element="building")
    with pytest.raises(CannotCount, match="“Built” was zero in the base period"):
        count(of.plan, "growth", "2023-06-30", element="built", base="2023-05", place=SHANDONG)
    make.locked(cast.province_officer, [cast.secretariat], of, JIANGSU, "2022-06", {"building": 80, "built": 1})
    assert count(of.plan, "growth", "2023-06-30", element="building") == D("37.5")


def test_figures_while_unlocked_are_those_approved_before(of: DataSet, cast: Any) -> None:
    report = Return.objects.get(reporter=JIANGSU, period="2023-06")
    services.unlock(actor=cast.secretariat, report=report, reason="to be looked at")
    services.save_figures(
        actor=cast.province_officer, data_set=of, reporter=JIANGSU, period="2023-06", figures={"building": 105}, why="counted twice"
    )
    assert count(of.plan, "value", "2023-06-30", element="building") == 160


def test_a_correction_changes_past_days_and_says_who_and_why(of: DataSet, cast: Any) -> None:
    value = indicators.get("statistics.value")
    assert value is not None
    assert value.changes is not None
    options = {"data_set": "projects", "element": "building"}
    with make.on("2023-08-01"):
        services.correct(
            actor=cast.secretariat, report=Return.objects.get(reporter=JIANGSU, period="2023-05"), figures={"building": 90}, reason="a slip"
        )
    assert count(of.plan, "value", "2023-05-31", element="building") == 140
    with CaptureQueriesContext(connection) as queries:
        [change] = value.changes(of.plan, options, date(2023, 7, 10))
    assert (change.who, change.why, change.words) == (str(cast.secretariat), "a slip", "江苏省, 2023-05: 100 → 90")
    assert len(queries) <= 4
    late = value.changes(of.plan, options, date(2023, 6, 30))
    assert [change.words for change in late[1:]] == [
        "山东省, 2023-05: 50, approved late", "江苏省, 2023-06: 110, approved late", "江苏省, 2023-05: 100, approved late",
    ]  # fmt: skip
    assert value.changes(of.plan, {**options, "place": SHANDONG}, date(2023, 7, 10)) == []


def test_who_may_open_the_figures(of: DataSet, cast: Any) -> None:
    value = indicators.get("statistics.value")
    assert value is not None
    assert value.records_url is not None
    options = {"data_set": "projects", "element": "building"}
    opens = {name for name, person in cast.people().items() if value.records_url(of.plan, options, person)}
    assert opens in (set(), {"province_officer", "other_province_officer", "secretariat", "second_secretariat", "auditor"})
    assert value.records_url(of.plan, {"data_set": "nothing"}, cast.secretariat) is None


def test_the_model_plans_data_sets() -> None:
    checked = check(MODEL_FOLDER)
    found = [problem for problem in checked.problems if problem.file.startswith("statistics/")]
    assert found == []
