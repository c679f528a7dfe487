from __future__ import annotations

from datetime import UTC, date, datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from pilotage.core import clock
from pilotage.plan import indicators
from pilotage.plan.backtest import backtest, days_of
from pilotage.plan.forecast.scoring import score
from pilotage.plan.indicators import Indicator
from tests.factories.plan import MeasureFactory, PlanFactory, TargetFactory

pytestmark = pytest.mark.django_db
LATER = datetime(2024, 2, 1, 4, tzinfo=UTC)


def told(day: date) -> int:
    """Two a day in the year before, three a day from 2023 on."""
    return 2 * max(0, min((day - date(2022, 1, 1)).days, 364)) + 3 * max(0, (day - date(2022, 12, 31)).days)


@pytest.fixture
def plan(monkeypatch: pytest.MonkeyPatch) -> Any:
    names = ("计数", "Counted", "家", "items", "数", "count")
    known = Indicator(
        "tests.known", *names, lambda _p, _o, day: told(day), dated=True, history=lambda _p, _o, days: [told(day) for day in days]
    )
    monkeypatch.setitem(indicators._indicators, "tests.known", known)
    monkeypatch.setitem(indicators._indicators, "tests.undated", Indicator("tests.undated", *names, lambda *_: 5))
    measure = MeasureFactory(area__plan=PlanFactory())
    TargetFactory(measure=measure, code="A", indicator="tests.known", value=1_600, title_en="Grows evenly", position=1)
    TargetFactory(measure=measure, code="B", indicator="tests.undated", position=2)
    TargetFactory(measure=measure, code="C", indicator="tests.known", value=1_000, due_on=date(2023, 4, 30), position=3)
    return measure.area.plan


def printed(*words: str) -> str:
    out = StringIO()
    with clock.at(LATER):
        call_command(*words, stdout=out)
    return out.getvalue()


def test_the_days_forecast_from() -> None:
    plan = PlanFactory.build()
    assert days_of(plan, date(2023, 4, 30), "month") == [date(2023, 1, 31), date(2023, 2, 28), date(2023, 3, 31)]
    assert days_of(plan, date(2023, 1, 15), "month") == []
    assert days_of(plan, date(2023, 2, 14), "week") == [date(2023, 1, 28), date(2023, 2, 4), date(2023, 2, 11)]


def test_each_month_end_is_forecast_from_what_was_known_then(plan: Any) -> None:
    with clock.at(LATER):
        found = backtest(plan)
    assert [each.day for each in found if each.target.code == "C"] == [date(2023, 1, 31), date(2023, 2, 28), date(2023, 3, 31)]
    first = next(each for each in found if each.target.code == "A")
    assert (first.day, first.outcome.value) == (date(2023, 1, 31), told(date(2023, 12, 31)))
    assert first.outcome.forecast.as_of == first.day
    # the line from the plan's first day knows this year's pace alone, and is exact here
    assert first.outcome.straight_line == pytest.approx(told(date(2023, 12, 31)))
    assert {each.target.code for each in found} == {"A", "C"}
    assert len([each for each in found if each.target.code == "A"]) == 11


def test_before_the_due_date_the_forecasts_are_held_against_today(plan: Any) -> None:
    with clock.at(datetime(2023, 8, 15, 4, tzinfo=UTC)):
        found = [each for each in backtest(plan) if each.target.code == "A"]
    assert [each.day.month for each in found] == [1, 2, 3, 4, 5, 6, 7]
    assert {each.outcome.goal.due_on for each in found} == {date(2023, 8, 15)}
    assert {each.outcome.value for each in found} == {told(date(2023, 8, 15))}


def test_the_command_prints_the_score(plan: Any) -> None:
    with clock.at(LATER):
        expected = score([each.outcome for each in backtest(plan)])
    text = printed("backtest", plan.slug, "--each")
    assert text.splitlines()[-6] == "14 forecasts compared with what came"
    assert f"Brier score: {expected.brier:.3f}; straight line: {expected.brier_straight_line:.3f}" in text
    assert f"95% interval: held {expected.coverage[95] * 100:.1f}%" in text
    assert len(text.splitlines()) == 14 + 6


def test_the_command_scores_simulated_histories_without_a_plan() -> None:
    text = printed("backtest", "--simulate", "10", "--seed", "3")
    assert text.startswith("10 forecasts compared with what came\n")
    assert "by place in the draws" in text


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["backtest", "nowhere"], "there is no plan nowhere"),
        (["backtest"], "no plan is loaded"),
        (["forecast"], "no plan is loaded"),
        (["backtest", "--simulate", "0"], "--simulate needs at least one history"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(words: list[str], line: str) -> None:
    with pytest.raises(CommandError, match=f"^{line}$"):
        printed(*words)


def test_a_plan_without_a_past_cannot_be_tested() -> None:
    with pytest.raises(CommandError, match="no forecast of this plan"):
        printed("backtest", PlanFactory().slug)


def test_the_forecast_of_a_day_is_printed_as_a_table(plan: Any) -> None:
    text = printed("forecast", plan.slug, "--as-of", "2023-06-30", "--why")
    heads, first, *rest = text.splitlines()
    assert heads.split() == ["target", "now", "goal", "80%", "chance", "50%", "by", "90%", "by", "outlook"]
    assert first.startswith("A Grows evenly")
    assert f"{told(date(2023, 6, 30)):,}" in first
    assert first.endswith("On track")
    assert "its pace so far goes on" in text
    assert any(line.startswith("B ") and line.endswith("No forecast") for line in rest)
