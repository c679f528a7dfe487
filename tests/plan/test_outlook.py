from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.utils.translation import override

from pilotage.audit.services import record
from pilotage.core.verdict import Invalid
from pilotage.plan import indicators, kept
from pilotage.plan.enums import Outlook, TargetStatus
from pilotage.plan.forecast import Arrivals, Change, Pipeline, Prior, Series, Step
from pilotage.plan.indicators import CannotCount, Indicator
from pilotage.plan.kept import forget
from pilotage.plan.models import Target
from pilotage.plan.outlook import by_chance, goal_of, in_words, levers, month_ends, outlook_of, outlooks, what_if
from pilotage.plan.progress import target_history, target_lines
from tests.factories.plan import AreaFactory, MeasureFactory, PlanFactory, TargetFactory

pytestmark = pytest.mark.django_db
MID, END, LATER = date(2023, 7, 1), date(2023, 12, 31), date(2024, 2, 1)
PRIOR = Prior(0.6, 20, 10, 25)
WAYS = Pipeline(
    MID,
    150,
    (
        Step("check", "Check", ((3, 200), (9, 100)), 400, 250, tuple((days, 5) for days in range(2, 30, 2)), PRIOR),
        Step("publish", "Publish", ((2, 40),), 0, 0, (), replace(PRIOR, share=0.99), None, date(2023, 11, 1), True, 400),
    ),
    Arrivals(300, date(2023, 3, 1), date(2023, 8, 1), (400, 700)),
)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Indicator ``tests.told``: value, pipeline and values by day as the test says; "asked" counts the questions."""
    said: dict[str, Any] = {"value": 150, "pipeline": None, "history": None, "asked": []}

    def count(plan: object, options: object, as_of: date) -> object:
        if isinstance(said["value"], Exception):
            raise said["value"]
        return said["value"]

    def history(plan: object, options: object, days: list[date]) -> list[Any]:
        said["asked"].append("history")
        return [said["history"](day) if said["history"] else None for day in days]

    def pipeline(plan: object, options: object, as_of: date) -> Pipeline | None:
        said["asked"].append("pipeline")
        return said["pipeline"] and replace(said["pipeline"], as_of=as_of)

    names = ("tests.told", "计数", "Counted", "家", "items", "数", "count")
    indicator = Indicator(*names, count, lambda *_: "/records/", dated=True, history=history, pipeline=pipeline)
    monkeypatch.setitem(indicators._indicators, "tests.told", indicator)
    return said


def one(target: Target, day: date = MID) -> Any:
    return outlooks(target.measure.area.plan, day, None)[0]


def test_records_on_their_way_are_forecast(told: dict) -> None:
    told["pipeline"] = WAYS
    line = one(TargetFactory(indicator="tests.told"))
    assert isinstance(line.inputs, Pipeline)
    assert line.forecast.due_on == END
    assert line.forecast.intervals[80][0] >= 150
    assert line.outlook == by_chance(line.forecast.chance) == Outlook.ON_TRACK
    assert line.why_none == ""


def test_without_records_on_their_way_the_value_goes_on_at_its_pace(told: dict) -> None:
    told["history"] = lambda day: max(0, (day - date(2023, 1, 1)).days)
    line = one(TargetFactory(indicator="tests.told"))
    assert isinstance(line.inputs, Series)
    assert line.inputs.never_falls
    assert line.forecast.median == pytest.approx(364, rel=0.05)
    assert line.outlook == Outlook.ON_TRACK
    assert [day for day, _value in line.trend] == month_ends(MID, 12)
    assert line.trend[-1] == (MID, Decimal(181))


def test_a_rate_may_fall(told: dict) -> None:
    told["value"], told["history"] = 31, lambda day: 30 + day.month % 3
    line = one(TargetFactory(indicator="tests.told", kind="rate", value=35, measure=MeasureFactory()))
    assert not line.inputs.never_falls
    assert line.forecast.chance < 0.5


@pytest.mark.parametrize(
    ("target", "measure", "value", "day", "outlook"),
    [
        ({}, {}, 300, MID, Outlook.MET),
        ({"kind": "about", "value": 150}, {}, 150, LATER, Outlook.MET),
        ({}, {}, 299, LATER, Outlook.MISSED),
        ({"kind": "qualitative", "value": None}, {}, 1, MID, Outlook.QUALITATIVE),
        ({}, {"carries_over_to": date(2024, 12, 31)}, 0, MID, Outlook.CARRIES_OVER),
        ({}, {}, 5, MID, Outlook.UNKNOWN),
        ({}, {}, None, MID, Outlook.UNKNOWN),
        ({}, {}, CannotCount("Nothing was reported to divide by."), MID, Outlook.UNKNOWN),
    ],
)
def test_what_is_settled_needs_no_forecast_and_says_why(
    told: dict, target: dict, measure: dict, value: Any, day: date, outlook: str
) -> None:
    told["value"] = value
    line = one(TargetFactory(indicator="tests.told", measure=MeasureFactory(**measure), **target), day)
    assert (line.outlook, line.forecast) == (outlook, None)
    assert line.why_none
    assert in_words(line) == [line.why_none]


def test_a_number_that_cannot_be_had_says_why(told: dict) -> None:
    told["value"] = CannotCount("Nothing was reported to divide by.")
    target = TargetFactory(indicator="tests.told", kind="rate", value=30)
    line = target_lines(target.measure.area.plan, LATER, None)[0]
    assert (line.value, line.status, line.why, line.records_url) == (
        None,
        TargetStatus.CANNOT_COUNT,
        "Nothing was reported to divide by.",
        f"/records/?as_of={LATER.isoformat()}",
    )
    assert one(target).why_none == "Nothing was reported to divide by."


def test_a_target_nobody_counts_says_so() -> None:
    line = one(TargetFactory(indicator=""))
    with override("en"):
        assert one(line.target).why_none == "No indicator counts this target."
    assert line.outlook == Outlook.UNKNOWN


@pytest.mark.parametrize(
    ("kind", "values", "met"),
    [
        ("minimum", {"value": 150}, True),
        ("exact", {"value": 150}, True),
        ("exact", {"value": 149}, False),
        ("range", {"value": 140, "value_max": 160}, True),
        ("about", {"value": 160}, True),
        ("about", {"value": 160, "tolerance": 5}, False),
        ("growth", {"value": 151}, False),
        ("rate", {"value": 150}, True),
        ("deliverable", {"value": None}, True),
    ],
)
def test_every_kind_is_forecast_by_its_own_rule(told: dict, kind: str, values: dict, met: bool) -> None:
    told["pipeline"] = Pipeline(MID, 150, (Step("check", "Check", (), 0, 0, (), replace(PRIOR, share=0.0)),))
    line = one(TargetFactory(indicator="tests.told", kind=kind, **values))
    chance = line.forecast.chance if line.forecast else float(line.outlook == Outlook.MET)
    assert chance == float(met)


def test_a_number_that_is_right_today_may_yet_pass_by(told: dict) -> None:
    told["pipeline"] = WAYS
    line = one(TargetFactory(indicator="tests.told", kind="exact", value=150))
    assert line.line.status == TargetStatus.MET
    assert line.forecast.chance < 0.05
    assert line.outlook == Outlook.UNLIKELY


def test_a_measure_that_runs_on_is_forecast_for_the_later_day_once_the_first_is_over(told: dict) -> None:
    told["pipeline"] = WAYS
    target = TargetFactory(indicator="tests.told", value=600, measure=MeasureFactory(carries_over_to=date(2024, 12, 31)))
    assert goal_of(target, MID).due_on == END
    assert goal_of(target, LATER).due_on == date(2024, 12, 31)
    assert one(target).outlook == Outlook.CARRIES_OVER
    assert outlook_of(target, TargetStatus.CARRIES_OVER, replace(one(target).forecast, chance=0.7)) == Outlook.ON_TRACK


def test_thresholds() -> None:
    assert [by_chance(chance) for chance in (1, 0.6, 0.59, 0.05, 0.049, 0)] == [
        Outlook.ON_TRACK,
        Outlook.ON_TRACK,
        Outlook.AT_RISK,
        Outlook.AT_RISK,
        Outlook.UNLIKELY,
        Outlook.UNLIKELY,
    ]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_same_indicator_is_asked_once_and_lines_cost_one_query(told: dict, django_assert_num_queries: Any, rows: int) -> None:
    told["pipeline"] = WAYS
    area = AreaFactory()
    TargetFactory.create_batch(rows, measure__area=area, indicator="tests.told")
    with django_assert_num_queries(2):
        assert len(outlooks(area.plan, MID, None)) == rows
    assert told["asked"] == ["pipeline", "history"]


def test_an_indicator_is_asked_again_only_when_somebody_has_acted(told: dict) -> None:
    target = TargetFactory(indicator="tests.told")
    plan = target.measure.area.plan
    for _time in range(2):
        outlooks(plan, MID, None)
    assert told["asked"] == ["pipeline", "history"]
    with transaction.atomic():
        record(plan, "tests.act", actor=None)
    outlooks(plan, MID, None)
    assert told["asked"] == ["pipeline", "history"] * 2


def test_the_same_inputs_are_forecast_once(told: dict, monkeypatch: pytest.MonkeyPatch) -> None:
    told["pipeline"] = replace(WAYS, counted=151)
    target = TargetFactory(indicator="tests.told")
    before = one(target).forecast
    monkeypatch.setattr(kept.kernel, "forecast", lambda *_a, **_k: pytest.fail("reckoned again"))
    assert one(target).forecast == before
    titled = replace(WAYS.steps[0], title="另一种语言")
    assert kept.digest(goal_of(target, MID), WAYS, 1) == kept.digest(goal_of(target, MID), replace(WAYS, steps=(titled, WAYS.steps[1])), 1)
    assert kept.digest(goal_of(target, MID), WAYS, 1) != kept.digest(goal_of(target, MID), replace(WAYS, counted=152), 1)


def test_what_if_and_levers(told: dict) -> None:
    told["pipeline"] = WAYS
    target = TargetFactory(indicator="tests.told", value=420)
    found = what_if(target.measure.area.plan, target, MID, None, [Change("limit", "publish", "", 50), Change("arrivals", "check", "", 100)])
    assert found.after.chance > found.before.chance
    assert found.before == one(target).forecast
    with override("en"):
        best = levers(one(target))
        assert best
        assert [each.chance for each in best] == sorted((each.chance for each in best), reverse=True)
        assert "“Publish” lets 40 more pass" in [each.words for each in best]


def test_a_change_of_what_is_not_there_is_refused_in_words(told: dict) -> None:
    told["pipeline"] = WAYS
    target = TargetFactory(indicator="tests.told", value=420)
    with pytest.raises(Invalid) as refused:
        what_if(target.measure.area.plan, target, MID, None, [Change("limit", "check", "", 5)])
    assert list(refused.value.errors) == ["changes"]
    told["pipeline"] = None
    forget()
    with pytest.raises(Invalid):
        what_if(target.measure.area.plan, target, MID, None, [Change("limit", "publish", "", 5)])


def test_the_words_name_what_was_learnt_what_is_stated_and_what_is_ours(told: dict) -> None:
    told["pipeline"] = WAYS
    line = one(TargetFactory(indicator="tests.told"))
    with override("en"):
        text = " ".join(in_words(line))
        assert "61% are taken to go on: 400 of 650 did so far" in text
        assert "half waited at most 14 days" in text
        assert "300 have come so far; the organiser expects 400 to 700 in all" in text
        assert "All pass on one day, planned for 1 November 2023; one time of ten it is more than 14 days late." in text
        assert "At most 400 pass in all." in text
        assert "assumptions of ours, unverified" in text
    with override("zh-hans"):
        text = "".join(in_words(line))
        assert "目前650项中通过400项" in text
        assert "2023年11月1日" in text
        assert "我们的假设" in text


def test_the_words_of_a_reported_value_name_its_pace(told: dict) -> None:
    told["history"] = lambda day: max(0, (day - date(2023, 1, 1)).days)
    with override("en"):
        assert "30.3 a month" in " ".join(in_words(one(TargetFactory(indicator="tests.told"))))


def test_the_past_of_a_target(told: dict) -> None:
    told["history"] = lambda day: day.month
    target = TargetFactory(indicator="tests.told")
    days = [date(2023, 3, 31), date(2023, 4, 30)]
    assert target_history(target.measure.area.plan, target, days) == [(days[0], Decimal(3)), (days[1], Decimal(4))]
    assert target_history(PlanFactory(), TargetFactory(indicator="tests.nobody"), days) == []


def test_month_ends() -> None:
    assert month_ends(date(2023, 3, 15), 2) == [date(2023, 1, 31), date(2023, 2, 28), date(2023, 3, 15)]
    assert month_ends(date(2023, 3, 31), 1) == [date(2023, 2, 28), date(2023, 3, 31)]
    assert len(month_ends(MID, 30)) == 31
    assert month_ends(MID, 30)[0] == date(2021, 1, 31)
