"""What a forecast is told of a call: only what was known by the day, and every record of it once."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from pilotage.audit import services as audit
from pilotage.calls.flow.pipeline import STATED, Way, building_pipeline, profile, publication_pipeline
from pilotage.calls.models import Application, Call
from pilotage.core import clock
from pilotage.plan.forecast.model import Prior
from tests.factories import calls as make
from tests.factories.accounts import enterprise

pytestmark = pytest.mark.django_db
WAYS = {
    "selected": ["submit", "check", "shortlist", "recommend", "accept", "start_review", "select"],
    "reviewed": ["submit", "check", "shortlist", "recommend", "accept", "start_review", "not_select"],
    "accepted": ["submit", "check", "shortlist", "recommend", "accept"],
    "waiting": ["submit", "check"],
    "returned": ["submit", "check", "return"],
    "declined": ["submit", "check", "decline"],
    "withdrawn": ["submit", "withdraw"],
    "elsewhere": ["submit"],
}
FIRST = make.moment("2023-08-20T10:00")
STAGES = make.call_document()["stages"]


@pytest.fixture(autouse=True)
def anybody_may(monkeypatch: Any) -> None:
    monkeypatch.setattr(audit, "_check", lambda *_: None)


def walk(call: Call, cast: Any, ways: dict[str, list[str]] = WAYS, first: Any = FIRST, every: int = 3) -> dict[str, Application]:
    """One application for each way; the acts of one follow each other every three days."""
    made = {}
    for name, verbs in ways.items():
        place = "210200" if name == "elsewhere" else "320505"
        made[name] = row = make.application(call, cast.filer, enterprise(f"演示{name}{call.year}", place), number=f"{call.year}-{name}")
        for later, verb in enumerate(verbs):
            with clock.at(first + timedelta(days=every * later)):
                audit.transition(row, verb, actor=None, reason="试", changes={"submitted_at": first} if verb == "submit" else {})
    return made


@pytest.fixture
def call(cast: Any, at: Any) -> Call:
    at("2023-12-31T09:00")
    return make.call()


def earlier_call(cast: Any) -> Call:
    """The same directory a year before, every date of it a year earlier."""
    stages = [
        {key: str(value).replace("2023", "2022") if key in {"opens", "closes"} else value for key, value in stage.items()}
        for stage in STAGES
        if stage["kind"] not in {"update", "re_evaluate"}
    ]
    stages = [{**stage, "edition": 2022} if stage["kind"] == "publish" else stage for stage in stages]
    found = make.call(call="5g-factory-directory-2022", year=2022, stages=stages)
    walk(found, cast, first=make.moment("2022-08-20T10:00"))
    return found


def way(call: Call, day: date, **changes: Any) -> Any:
    return Way(call, day, **{"counted": 0, "places": {}, "is_published": False, **changes}).pipeline()


def test_what_waits_before_each_step_with_its_days(call: Call, cast: Any) -> None:
    walk(call, cast)
    pipeline = way(call, date(2023, 8, 28))
    assert [(step.key, step.title) for step in pipeline.steps] == [
        ("check", "市级初审"), ("recommend", "省级推荐"), ("accept", "受理"), ("select", "择优确定"), ("publish", "名录发布"),
    ]  # fmt: skip
    # 28 August: three acts done by the longest; the day a step was entered counts, not the last change within it
    assert {step.key: step.waiting for step in pipeline.steps} == {
        "check": ((2, 1), (8, 1)), "recommend": ((5, 4),), "accept": (), "select": (), "publish": (),
    }  # fmt: skip
    assert [(step.key, step.passed, step.left) for step in pipeline.steps] == [
        ("check", 5, 1), ("recommend", 0, 1), ("accept", 0, 0), ("select", 0, 0), ("publish", 0, 0),
    ]  # fmt: skip
    assert pipeline.steps[0].waits == ((3, 6),)
    assert [(place.code, place.waiting, place.limit, place.limit_step) for place in pipeline.places] == [
        ("210000", (1, 0, 0, 0, 0), 40, "publish"), ("320000", (1, 4, 0, 0, 0), 97, "publish"),
    ]  # fmt: skip
    assert pipeline.arrivals is not None
    assert (pipeline.arrivals.so_far, pipeline.arrivals.expected, pipeline.arrivals.closes_on) == (8, (700, 1500), date(2023, 8, 31))


def test_nothing_later_than_the_day_is_known(call: Call, cast: Any) -> None:
    before = way(call, date(2023, 8, 28))
    assert sum(number for step in before.steps for _days, number in step.waiting) == 0
    walk(call, cast)
    then = way(call, date(2023, 8, 28))
    walk(call, cast, {f"late {name}": verbs for name, verbs in WAYS.items()}, first=make.moment("2023-08-29T08:00"))
    assert way(call, date(2023, 8, 28)) == then


def test_the_selection_is_made_together_under_its_limit(call: Call, cast: Any) -> None:
    walk(call, cast, every=12)
    chosen, published = way(call, date(2023, 10, 10)).steps[3:]
    # a reserve stands by, so that the seats are filled again when somebody drops out of the notice
    assert (chosen.key, chosen.together, chosen.limit, chosen.passed, chosen.left, chosen.waits) == ("select", True, None, 0, 0, ())
    assert (published.key, published.limit) == ("publish", 300)
    assert (chosen.opens_on, chosen.closes_on, chosen.waiting) == (date(2023, 11, 4), date(2023, 11, 11), ((3, 3),))
    assert chosen.prior == Prior(0.9, 20, 30, 40, 14)
    # once it is made, nothing before it goes on
    after = way(call, date(2023, 11, 12))
    assert [sum(number for _days, number in step.waiting) for step in after.steps] == [0, 0, 0, 0, 1]
    assert (after.arrivals, after.steps[4].opens_on, after.steps[4].together) == (None, date(2023, 11, 29), True)
    published = way(call, date(2023, 12, 1), counted=1, places={"320000": 1}, is_published=True)
    assert published.counted == 1
    assert {step.waiting for step in published.steps} == {()}
    assert [(place.code, place.counted, sum(place.waiting)) for place in published.places] == [("210000", 0, 0), ("320000", 1, 0)]


def test_without_a_reserve_the_selection_itself_is_limited(call: Call, cast: Any) -> None:
    stage = call.stage("select")
    stage.options["reserve"] = 0
    stage.save()
    walk(call, cast, every=12)
    pipeline = way(Call.objects.get(pk=call.pk), date(2023, 10, 10))
    assert [(step.key, step.limit) for step in pipeline.steps[3:]] == [("select", 300), ("publish", None)]
    assert {place.limit_step for place in pipeline.places} == {"select"}


def test_the_reserve_waits_with_those_selected(call: Call, cast: Any) -> None:
    walk(call, cast, {"selected": WAYS["selected"], "next in line": [*WAYS["selected"][:-1], "reserve"]}, every=12)
    last = way(call, date(2023, 11, 12)).steps[4]
    assert (last.key, last.limit, sum(number for _days, number in last.waiting)) == ("publish", 300, 2)


def test_earlier_calls_of_the_directory_are_learnt_from(call: Call, cast: Any) -> None:
    earlier_call(cast)
    pipeline = way(call, date(2023, 8, 10))
    assert [(step.key, step.passed, step.left) for step in pipeline.steps] == [
        ("check", 5, 1), ("recommend", 3, 1), ("accept", 3, 0), ("select", 0, 0), ("publish", 0, 0),
    ]  # fmt: skip
    assert pipeline.steps[1].waits == ((6, 3),)
    assert pipeline.arrivals is not None
    # all eight were handed in on the 20th of August, 19 of the 30 days gone
    assert pipeline.arrivals.profile == ((0.0, 0.0), (0.1, 0.0), (0.25, 0.0), (0.5, 0.0), (0.75, 1.0), (0.9, 1.0), (1.0, 1.0))
    # on a day on which that call's window was open it said nothing of a whole window
    assert profile([Call.objects.get(year=2022)], date(2022, 8, 25)) == ()


def test_enterprises_building_come_from_what_is_filed(call: Call, cast: Any) -> None:
    walk(call, cast)
    pipeline = building_pipeline(call, date(2023, 8, 25))
    (step,) = pipeline.steps
    assert (pipeline.counted, step.waiting, step.passed, step.left, step.waits) == (7, (), 7, 1, ((0, 7),))
    assert step.prior == Prior(0.85, 20, 1, 2)
    assert pipeline.arrivals is not None
    assert (pipeline.arrivals.so_far, pipeline.arrivals.opens_on) == (8, date(2023, 8, 1))
    assert [(place.code, place.counted) for place in pipeline.places] == [("210000", 1), ("320000", 6)]
    assert building_pipeline(call, date(2023, 8, 31)).arrivals is None


def test_a_call_that_says_nothing_is_told_our_figures(call: Call, cast: Any) -> None:
    make.change(call, forecast={})
    pipeline = way(Call.objects.get(pk=call.pk), date(2023, 8, 10))
    keys = ["check", "recommend", "accept", "select_of_a_total", "publish"]
    assert [step.prior for step in pipeline.steps] == [STATED[key] for key in keys]
    assert pipeline.arrivals is not None
    assert pipeline.arrivals.expected is None


def test_a_call_without_a_check_passes_it_with_the_recommendation(cast: Any, at: Any) -> None:
    at("2023-12-31T09:00")
    call = make.call(stages=[stage for stage in STAGES if stage["kind"] not in {"check", "accept"}])
    walk(call, cast)
    pipeline = way(call, date(2023, 8, 25))
    assert [(step.key, step.waiting) for step in pipeline.steps] == [("recommend", ((2, 6), (5, 1))), ("select", ()), ("publish", ())]


def test_an_edition_waits_for_the_days_of_its_call(call: Call, cast: Any) -> None:
    walk(call, cast, every=12)
    before = publication_pipeline(call, date(2023, 10, 10), is_published=False)
    assert [(step.key, step.waiting, step.together) for step in before.steps] == [("select", ((0, 1),), True), ("publish", (), True)]
    after = publication_pipeline(call, date(2023, 11, 12), is_published=False)
    assert [(step.key, step.waiting) for step in after.steps] == [("publish", ((0, 1),))]
    done = publication_pipeline(call, date(2023, 12, 1), is_published=True)
    assert (done.counted, [step.waiting for step in done.steps]) == (1, [()])


def test_the_cost_does_not_grow_with_the_applications(call: Call, cast: Any, django_assert_num_queries: Any) -> None:
    walk(call, cast, {"elsewhere": ["submit"]})
    way(call, date(2023, 8, 28))
    with django_assert_num_queries(4):
        way(call, date(2023, 8, 28))
    walk(call, cast, {name: verbs for name, verbs in WAYS.items() if name != "elsewhere"})
    with django_assert_num_queries(4):
        way(call, date(2023, 8, 28))
