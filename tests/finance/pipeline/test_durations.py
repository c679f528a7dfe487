"""How long stages take with open cases; the funnel; who stood where on a day; the plan's indicators."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotage.core import clock
from pilotage.finance.pipeline import amending, indicators, rules
from pilotage.finance.pipeline.durations import Duration, Spell, Way, duration, median, spells
from pilotage.finance.pipeline.history import effective, rounds
from pilotage.finance.pipeline.models import ListingProject
from pilotage.finance.pipeline.selectors import Filter, History, filtered, funnel, histories, rounds_told, stages_on
from pilotage.plan.indicators import get
from tests.factories import listings as make
from tests.factories.accounts import enterprise
from tests.factories.finance import plan

SPELLS = st.lists(st.builds(Spell, st.integers(0, 30), st.booleans()), max_size=25)


def slow_median(rows: list[Spell]) -> int | None:
    """The same said day by day: of those who waited at least so long, who got through?"""
    share = Fraction(1)
    for day in range(31):
        waiting = [row for row in rows if row.days >= day]
        through = [row for row in waiting if row.days == day and row.through]
        if through:
            share *= Fraction(len(waiting) - len(through), len(waiting))
            if share * 2 <= 1:
                return day
    return None


@given(SPELLS)
def test_median_equals_the_slow_reference(rows: list[Spell]) -> None:
    assert median(rows) == slow_median(rows)


@given(st.lists(st.integers(0, 400), min_size=1, max_size=25))
def test_with_nothing_open_it_is_the_lower_middle(days: list[int]) -> None:
    assert median([Spell(each, True) for each in days]) == sorted(days)[(len(days) - 1) // 2]


@given(SPELLS, st.integers(0, 30))
def test_one_more_who_waits_never_makes_it_faster(rows: list[Spell], days: int) -> None:
    before, after = median(rows), median([*rows, Spell(days, False)])
    assert after is None or (before is not None and after >= before)


def test_open_cases_count_as_longer() -> None:
    first, line = date(2023, 1, 1), ("a", "b")
    ways = [
        Way(line, {"a": first, "b": first + timedelta(days=10)}),
        Way(line, {"a": first, "b": first + timedelta(days=40)}),
        Way(line, {"a": first}),
        Way(line, {"a": first}, first + timedelta(days=5)),
        Way(("a", "c", "b"), {"a": first, "c": first}),
        Way(line, {"a": first + timedelta(days=90)}),
    ]
    rows = spells(ways, "a", "b", first + timedelta(days=60))

    assert rows == [Spell(10, True), Spell(40, True), Spell(60, False), Spell(5, False)]
    # of four two got through, 10 and 40 days; those who left after 5 or still wait say only "longer"
    assert duration(rows) == Duration(40, 2, 2)
    assert duration([]) == Duration(None, 0, 0)


def told_rows(kinds: list[tuple[str, int]]) -> list[Any]:
    """Rows as the history keeps them, of the steps that a review takes around its inquiry."""
    on, rows = date(2023, 1, 1), []
    for pk, (kind, gap) in enumerate(kinds, 1):
        on += timedelta(days=gap)
        stage, of = ("inquiry", "answered") if kind == "answer" else (kind, "entered")
        rows.append(SimpleNamespace(pk=pk, stage=stage, on=on, kind=of, corrects_id=None, takes_back_id=None))
    return rows


AROUND = st.sampled_from(["inquiry", "answer", "suspended", "committee", "withdrawn"])


@given(st.lists(st.tuples(AROUND, st.integers(0, 40)), max_size=14))
def test_rounds_are_numbered_closed_in_turn_and_counted_once(kinds: list[tuple[str, int]]) -> None:
    steps = effective(told_rows(kinds))
    found = rounds(steps)
    begun = [step for step in steps if step.stage == "inquiry" and not step.is_answer]
    resumed = sum(before.stage == "suspended" and step.stage == "inquiry" and not step.is_answer for before, step in pairwise(steps))
    assert [each.number for each in found] == list(range(1, len(begun) - resumed + 1))
    assert not any(each.is_open for each in found[:-1])
    for each in found:
        assert each.answered_on is None or each.answered_on >= each.asked_on
        assert each.left_on is None or each.left_on >= each.asked_on
        assert not (each.answered_on and each.left_to)
    history = History(1, "star", "", [], found)
    for row in rounds_told([history, history], date(2025, 1, 1)):
        assert row.asked == row.untold + row.to_answer.through + row.to_answer.waiting == 2


@pytest.fixture
def listings(cast: Any) -> list[ListingProject]:
    """Listed after 240 days, in tutoring, withdrawn from tutoring; and one on the NEEQ."""
    by = cast.secretariat
    third = enterprise("苏州演示三号有限公司")
    return [
        make.project(by, cast.enterprise, verbs=make.WAY),
        make.project(by, cast.other_enterprise, verbs=("file_tutoring",), on=date(2023, 1, 10)),
        make.project(by, third, verbs=("file_tutoring", "withdraw"), on=date(2022, 6, 1)),
        make.project(by, third, market="neeq-base", verbs=("accept",)),
    ]


@pytest.mark.django_db
def test_the_funnel_opens_its_records(cast: Any, listings: list[Any], django_assert_num_queries: Any) -> None:
    exchanges = filtered(ListingProject.objects.all(), Filter(market="exchanges"))
    with django_assert_num_queries(3):
        rows = funnel(exchanges, histories(exchanges), "exchanges", make.TODAY)

    told = {row.stage: (row.reached, row.now, row.left) for row in rows}
    assert told["cultivation"] == (3, 0, 0)
    assert told["tutoring_filed"] == (3, 1, 1)
    assert told["tutoring_accepted"] == (1, 0, 0)
    assert told["listed"] == (1, 1, 0)
    assert rows[0].to_next == Duration(30, 3, 0)
    assert rows[1].to_next == Duration(None, 1, 2) or rows[1].to_next == Duration(30, 1, 2)
    for row in rows:
        assert filtered(exchanges, Filter.read({"paused": row.stage})).count() == row.suspended
        for name in ("reached", "left"):
            assert filtered(exchanges, Filter.read({name: row.stage})).count() == getattr(row, name), (row.stage, name)
        assert filtered(exchanges, Filter.read({"stage": row.stage})).count() == row.now
    base = ListingProject.objects.filter(market="neeq-base")
    assert [row.stage for row in funnel(base, histories(base), "neeq-base", make.TODAY)] == [
        "cultivation",
        "application_accepted",
        "inquiry",
        "registered",
        "listed",
    ]


@pytest.mark.django_db
def test_filters(cast: Any, listings: list[Any]) -> None:
    def found(**asked: str) -> list[int]:
        return [listings.index(each) for each in filtered(rules.visible_projects(cast.secretariat), Filter.read(asked)).order_by("id")]

    assert found(market="neeq-base") == [3]
    assert found(stage="tutoring") == [1]
    assert found(province="370000") == [1]
    assert found(q="三号") == [2, 3]
    assert found(owner=str(cast.secretariat.pk)) == [0, 1, 2, 3]
    assert found(owner=str(cast.second_secretariat.pk)) == []
    assert found(round="1") == [0]
    assert found(q=listings[0].number) == [0]
    assert found(stage="cultivation", as_of="2022-03-15") == [0, 3]
    assert found(stage="listed", since="2023-01-01") == []
    assert found(stage="nonsense", market="moon", as_of="x", province="x") == [0, 1, 2, 3]


@pytest.mark.django_db
def test_indicators_know_every_day(cast: Any, listings: list[Any], django_assert_num_queries: Any) -> None:
    owner = plan()
    owner.starts_on = date(2022, 6, 1)
    days = [date(2022, 2, 28), date(2022, 3, 1), date(2022, 4, 1), date(2022, 7, 15), date(2022, 10, 27), date(2023, 2, 10)]
    expected = {
        "pipeline.cultivation": [0, 2, 0, 0, 0, 0],
        "pipeline.tutoring": [0, 0, 1, 1, 0, 1],
        "pipeline.listed": [0, 0, 0, 0, 1, 1],
    }
    for key, values in expected.items():
        indicator = get(key)
        assert indicator is not None
        assert indicator.history is not None
        with django_assert_num_queries(2):
            assert indicator.history(owner, {}, days) == values, key
        assert [indicator.count(owner, {}, day) for day in days] == values
    assert indicators.by_place("tutoring", owner, {}, days[-1]) == {"370000": 1}
    assert indicators.count("tutoring", owner, {"market": "bse"}, days[-1]) == 0
    assert indicators.records_url("tutoring", owner, {}, cast.outsider) is None


@pytest.mark.django_db
def test_a_correction_moves_the_day_everywhere(cast: Any, listings: list[Any]) -> None:
    rows = ListingProject.objects.filter(pk=listings[1].pk)
    assert stages_on(rows, date(2023, 2, 1)) == {listings[1].pk: "cultivation"}
    step = listings[1].steps.get(stage="tutoring_filed")
    with clock.at(make.NOW):
        amending.correct(actor=cast.secretariat, step=step, on=date(2023, 1, 20), reason="演示更正")
    assert stages_on(rows, date(2023, 2, 1)) == {listings[1].pk: "tutoring_filed"}
