from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from pilotage.core import clock
from pilotage.plan import indicators
from pilotage.plan.indicators import Indicator
from tests.factories.plan import MeasureFactory, TargetFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2023, 7, 1, 4, tzinfo=UTC)


def told(day: date) -> int:
    return max(0, (day - date(2022, 12, 31)).days)


@pytest.fixture
def plan(monkeypatch: pytest.MonkeyPatch) -> Any:
    names = ("计数", "Counted", "家", "items", "数一数", "count them")
    known = Indicator("tests.api", *names, lambda _p, _o, day: told(day), dated=True, history=lambda _p, _o, days: [told(d) for d in days])
    monkeypatch.setitem(indicators._indicators, "tests.api", known)
    return TargetFactory(indicator="tests.api", value=300).measure.area.plan


def test_targets_come_with_their_forecast(client: Any, plan: Any) -> None:
    with clock.at(NOW):
        target = client.get(f"/api/v1/plans/{plan.slug}/targets").json()[0]
        ahead = client.get(f"/api/v1/plans/{plan.slug}/targets?as_of=2031-01-01").json()[0]
    assert ahead == target
    assert (target["current"], target["outlook"], target["why_no_forecast"]) == ("182", "on_track", "")
    forecast = target["forecast"]
    assert (forecast["as_of"], forecast["due_on"], forecast["draws"]) == ("2023-07-01", "2023-12-31", 10_000)
    assert sorted(forecast["intervals"]) == ["50", "80", "95"]
    assert forecast["intervals"]["80"][0] < forecast["median"] < forecast["intervals"]["80"][1]
    assert forecast["met_by"]["50"].startswith("2023-10")


def test_a_past_day_is_told_as_it_was(client: Any, plan: Any) -> None:
    with clock.at(NOW):
        target = client.get(f"/api/v1/plans/{plan.slug}/targets?as_of=2023-03-31").json()[0]
        long_ago = client.get(f"/api/v1/plans/{plan.slug}/targets?as_of=0001-01-01").json()[0]
    assert (target["current"], target["forecast"]["as_of"]) == ("90", "2023-03-31")
    assert (long_ago["current"], long_ago["forecast"], bool(long_ago["why_no_forecast"])) == ("0", None, True)


@pytest.mark.parametrize("rows", [1, 3])
def test_targets_cost_the_same_whatever_their_number(client: Any, plan: Any, django_assert_num_queries: Any, rows: int) -> None:
    TargetFactory.create_batch(rows - 1, measure=MeasureFactory(area=plan.areas.get()), indicator="tests.api")
    with clock.at(NOW), django_assert_num_queries(3):
        assert len(client.get(f"/api/v1/plans/{plan.slug}/targets").json()) == rows


def test_indicators_are_listed_with_their_formula(client: Any, plan: Any) -> None:
    found = {each["key"]: each for each in client.get("/api/v1/indicators").json()}
    assert found["tests.api"] == {
        "key": "tests.api",
        "name": {"zh": "计数", "en": "Counted"},
        "unit": {"zh": "家", "en": "items"},
        "formula": {"zh": "数一数", "en": "count them"},
        "dated": True,
        "has_history": True,
        "has_pipeline": False,
        "by_place": False,
    }
    assert set(found) == indicators.keys()
