"""Pipelines to forecast: some written down, some drawn by hypothesis."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import strategies as st

from pilotage.plan.forecast import Arrivals, Goal, Pipeline, Prior, Step

TODAY = date(2023, 7, 1)


def day(ahead: int) -> date:
    return TODAY + timedelta(days=ahead)


def prior(**given: float) -> Prior:
    return Prior(**{"share": 0.6, "weight": 20, "days": 10, "days_90": 25, "slip_90": 14, **given})


def step(key: str, **given: object) -> Step:
    return Step(**{"key": key, "title": key, "waiting": (), "passed": 0, "left": 0, "waits": (), "prior": prior(), **given})  # type: ignore[arg-type]


def goal(value: float = 20, kind: str = "minimum", due: int = 180, **given: float) -> Goal:
    return Goal(kind, value, given.get("value_max"), given.get("tolerance"), day(due))


WAITS = tuple((days, 5) for days in range(2, 30, 2))
CHECKED = step("check", waiting=((2, 12), (9, 10)), passed=400, left=250, waits=WAITS)
DATED = step("recommend", waiting=((5, 12), (9, 10)), passed=300, left=200, waits=WAITS, opens_on=day(10), closes_on=day(70))
SELECTED = step("select", prior=prior(share=0.8), closes_on=day(125), together=True, limit=25)
PUBLISHED = step("publish", waiting=((3, 4),), prior=prior(share=0.99, weight=100), closes_on=day(150), together=True)
TO_COME = Arrivals(25, day(-40), day(30), (40, 80))

UNDATED = Pipeline(TODAY, 3, (CHECKED, step("accept", waiting=((1, 5),), passed=300, left=5)), TO_COME)
CALL = Pipeline(TODAY, 0, (CHECKED, DATED, SELECTED, PUBLISHED), TO_COME)
FIRST_COME = Pipeline(
    TODAY, 2, (CHECKED, step("accept", limit=18, waiting=((1, 5),)), step("list", prior=prior(share=0.9, days=5, days_90=9))), None
)


@st.composite
def steps(draw: st.DrawFn, key: str) -> Step:
    opens = draw(st.none() | st.integers(-20, 60))
    closes = draw(st.none() | st.integers(max(opens or 0, 1), 150))
    days = draw(st.floats(1, 40))
    return step(
        key,
        waiting=tuple(draw(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 30)), max_size=3))),
        passed=draw(st.integers(0, 500)),
        left=draw(st.integers(0, 500)),
        waits=tuple(draw(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 30)), max_size=3))),
        prior=prior(share=draw(st.floats(0.05, 0.95)), weight=draw(st.floats(1, 50)), days=days, days_90=days * draw(st.floats(1.2, 4))),
        opens_on=None if opens is None else day(opens),
        closes_on=None if closes is None else day(closes),
        together=draw(st.booleans()),
        limit=draw(st.none() | st.integers(1, 60)),
    )


@st.composite
def pipelines(draw: st.DrawFn) -> Pipeline:
    made = tuple(draw(steps(f"step{at}")) for at in range(draw(st.integers(1, 4))))
    low = draw(st.integers(5, 60))
    arrivals = draw(st.none() | st.just(Arrivals(draw(st.integers(0, 30)), day(-30), day(draw(st.integers(1, 90))), (low, low * 2))))
    return Pipeline(TODAY, draw(st.integers(0, 10)), made, arrivals)
