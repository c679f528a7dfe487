from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta, binom

from pilotage.plan.forecast import Arrivals, CannotForecast, Change, Goal, Pipeline, Place, Series, changed, forecast, levers
from pilotage.plan.forecast.arriving import to_come
from pilotage.plan.forecast.chance import LEVELS, at_quantiles, beta_levels, few_successes, learnt_share, normal, successes
from pilotage.plan.forecast.stated import YEARLY_DRIFT
from tests.plan.forecast.cases import CALL, FIRST_COME, TODAY, UNDATED, day, goal, pipelines, prior, step

FEW = 1_000
quick = settings(max_examples=12, deadline=None)
GRID = 0.02  # what rounding to the grid may move a chance by


def chance(pipeline: Pipeline, value: float, due: int = 150, draws: int = FEW) -> float:
    return forecast([(goal(value, due=due), pipeline)], draws=draws, seed=7)[0].chance


def yearly(first: float, *growths: float, months: int = 12) -> Series:
    values = np.cumsum([first, *growths])
    return Series(TODAY, tuple((TODAY - timedelta(days=30 * (len(values) - 1 - at)), float(v)) for at, v in enumerate(values)))


# --- what always holds -----------------------------------------------------------------------


@quick
@given(pipelines(), st.integers(0, 80), st.integers(1, 200))
def test_quantiles_are_ordered_and_a_path_never_falls(pipeline: Pipeline, value: int, due: int) -> None:
    found = forecast([(goal(value, due=due), pipeline)], draws=FEW, seed=3)[0]
    rows = [(b.q025, b.q10, b.q25, b.q50, b.q75, b.q90, b.q975) for b in found.path]

    assert all(list(row) == sorted(row) for row in rows)
    assert all(np.all(np.diff([row[at] for row in rows]) >= 0) for at in range(7))
    assert all(value == int(value) >= pipeline.counted for row in rows for value in row)
    assert len(rows) <= 16
    assert (found.path[0].day, found.path[-1].day) == (TODAY, day(due))
    assert 0 <= found.chance <= 1
    assert found.intervals[95][0] <= found.intervals[80][0] <= found.intervals[50][0] <= found.median <= found.intervals[50][1]
    half, nine = found.met_by[50], found.met_by[90]
    assert half is None or nine is None or half <= nine
    assert (half is not None and half <= day(due)) == (found.chance >= 0.5)


@quick
@given(pipelines(), st.integers(0, 60))
def test_the_same_seed_gives_the_same_forecast(pipeline: Pipeline, value: int) -> None:
    case = (goal(value), pipeline)
    assert forecast([case], draws=FEW, seed=1) == forecast([case], draws=FEW, seed=1)
    assert forecast([case, case], draws=FEW, seed=1)[1] == forecast([case], draws=FEW, seed=1)[0]


@quick
@given(pipelines(), st.integers(1, 60), st.integers(1, 40), st.integers(0, 3))
def test_more_records_never_lower_the_chance(pipeline: Pipeline, value: int, more: int, at: int) -> None:
    key = pipeline.steps[min(at, len(pipeline.steps) - 1)].key
    assert chance(changed(pipeline, [Change("arrivals", key, "", more)]), value) >= chance(pipeline, value) - GRID


@quick
@given(pipelines(), st.integers(1, 60), st.integers(1, 30))
def test_a_higher_limit_never_lowers_the_chance(pipeline: Pipeline, value: int, more: int) -> None:
    before = chance(pipeline, value)
    for each in pipeline.steps:
        if each.limit is not None:
            assert chance(changed(pipeline, [Change("limit", each.key, "", more)]), value) >= before - GRID


@quick
@given(pipelines(), st.integers(1, 60), st.floats(0.3, 0.95))
def test_shorter_days_never_lower_the_chance(pipeline: Pipeline, value: int, factor: float) -> None:
    before = chance(pipeline, value)
    for each in pipeline.steps:
        assert chance(changed(pipeline, [Change("days", each.key, "", factor)]), value) >= before - GRID


@quick
@given(pipelines(), st.integers(1, 60), st.floats(0.01, 0.2))
def test_a_larger_share_never_lowers_the_chance(pipeline: Pipeline, value: int, more: float) -> None:
    before = chance(pipeline, value)
    for each in pipeline.steps:
        assert chance(changed(pipeline, [Change("share", each.key, "", more)]), value) >= before - GRID


# --- parts -----------------------------------------------------------------------------------


@given(st.integers(1, 16), st.floats(0.01, 0.99))
def test_few_successes_are_the_exact_binomial(records: int, p: float) -> None:
    u = (np.arange(2_000) + 0.5) / 2_000
    assert list(few_successes(records, np.full(2_000, p), u)) == list(binom.ppf(u, records, p))


@given(st.integers(17, 5_000), st.floats(0.002, 0.998))
def test_many_successes_are_near_the_binomial(records: int, p: float) -> None:
    z = normal(1, "z", 2_000)
    found = successes(np.full(2_000, records * p), np.full(2_000, records * p * (1 - p)), records, z)
    true = binom.ppf((np.argsort(np.argsort(z)) + 0.5) / 2_000, records, p)
    assert abs(found.mean() - true.mean()) <= 0.15
    assert np.quantile(np.abs(found - true), 0.99) <= 1


@given(st.floats(0.5, 300), st.floats(0.5, 300))
def test_shares_follow_the_beta_distribution(going: float, ending: float) -> None:
    found = at_quantiles(beta_levels(going, ending), 1, "share", 2_000)
    assert abs(found.mean() - going / (going + ending)) < 0.003
    assert abs(np.quantile(found, 0.9) - beta.ppf(0.9, going, ending)) < 0.006
    assert len(LEVELS) == 145


@pytest.mark.parametrize("share", [0.5, 0.7, 0.9])
def test_no_share_is_known_better_than_years_are_alike(share: float) -> None:
    going, ending = learnt_share(0.5, 10, 1e6 * share, 1e6 * (1 - share))
    assert going / (going + ending) == pytest.approx(share, abs=0.001)
    drawn = beta.rvs(going, ending, size=20_000, random_state=1)
    assert np.log(drawn / (1 - drawn)).std() == pytest.approx(YEARLY_DRIFT, rel=0.06)
    assert learnt_share(0.5, 10, 9, 1) == (14, 6)


def test_the_range_the_operator_states_holds_nine_of_ten_before_the_call_opens() -> None:
    arrivals = Arrivals(0, day(10), day(40), (400, 900))
    found = to_come(arrivals, TODAY, day(180), normal(1, "arrivals", 10_000))
    assert ((found >= 400) & (found <= 900)).mean() == pytest.approx(0.9, abs=0.01)


def test_what_has_come_narrows_what_is_expected_and_nobody_comes_late() -> None:
    z = normal(1, "arrivals", 10_000)
    spread = [
        float((to_come(Arrivals(so_far, day(-gone), day(40 - gone), (400, 900)), TODAY, day(180), z) + so_far).std())
        for gone, so_far in ((1, 10), (20, 120), (39, 550))
    ]
    assert spread == sorted(spread, reverse=True)
    assert not to_come(Arrivals(300, day(-41), day(-1), (400, 900)), TODAY, day(180), z).any()


def test_one_who_comes_before_the_profile_begins_does_not_foretell_thousands() -> None:
    early = ((0.0, 0.0), (0.5, 0.0), (1.0, 1.0))
    z = normal(1, "arrivals", 10_000)
    assert np.median(to_come(Arrivals(1, day(-10), day(90), (400, 900), early), TODAY, day(180), z)) == pytest.approx(600, abs=10)
    assert 0 < np.median(to_come(Arrivals(3, day(-10), day(90), None, early), TODAY, day(180), z)) < 400


# --- whole forecasts -------------------------------------------------------------------------


def test_a_goal_that_is_reached_already_is_met_today() -> None:
    found = forecast([(goal(3), UNDATED)], seed=1)[0]
    assert (found.chance, found.met_by) == (1.0, {50: TODAY, 90: TODAY})


def test_nothing_can_pass_a_limit() -> None:
    found = forecast([(goal(26), CALL)], seed=1)[0]
    assert found.chance < 0.2  # four wait behind the selection already; at most 25 pass it, those four among them
    assert found.intervals[95][1] <= 25
    assert forecast([(goal(19), FIRST_COME)], seed=1)[0].chance == 0.0


def test_a_publication_planned_after_the_due_date_is_not_counted() -> None:
    found = forecast([(goal(5, due=140), CALL), (goal(5, due=180), CALL)], seed=1)
    assert found[0].chance == 0.0
    assert found[1].chance > 0.8
    assert found[0].met_by[50] == found[1].met_by[50]
    assert found[1].met_by[50] is not None
    assert found[1].met_by[50] >= day(150)


def test_a_publication_on_the_due_date_itself_is_in_time_half_the_times() -> None:
    published = step("publish", waiting=((3, 40),), prior=prior(share=1), closes_on=day(60), together=True)
    found = forecast([(goal(30, due=60), Pipeline(TODAY, 0, (published,)))], seed=1)[0]
    assert found.chance == pytest.approx(0.5, abs=0.011)
    assert found.met_by[50] == day(60)
    assert found.met_by[90] == day(74)  # slip_90


def test_limits_by_place_bind_where_the_whole_does_not() -> None:
    recommend = step("recommend", waiting=((3, 60),), prior=prior(share=0.9, weight=200), limit=50)
    free = Pipeline(TODAY, 0, (recommend,))
    places = (Place("32", (50,), limit=20, limit_step="recommend"), Place("33", (10,), limit=20, limit_step="recommend"))
    bound = replace(free, places=places)
    assert forecast([(goal(45), free)], seed=1)[0].median == 50
    found = forecast([(goal(25), bound)], seed=1)[0]
    assert 27 <= found.median <= 30
    more = changed(bound, [Change("limit", "recommend", "32", 10)])
    assert 37 <= forecast([(goal(25), more)], seed=1)[0].median <= 40


def test_records_beyond_every_wait_seen_wait_anew() -> None:
    old = step("check", waiting=((3_000, 40),), prior=prior(share=0.95))
    assert forecast([(goal(30), Pipeline(TODAY, 0, (old,)))], seed=1)[0].chance > 0.9


def test_each_kind_of_goal_is_judged_by_its_own_rule() -> None:
    settled = Pipeline(TODAY, 30, (step("check", prior=prior(share=0)),))
    kinds = [
        Goal("exact", 30, None, None, day(9)),
        Goal("exact", 29, None, None, day(9)),
        Goal("range", 25, 35, None, day(9)),
        Goal("range", 31, 35, None, day(9)),
        Goal("about", 32, None, None, day(9)),
        Goal("about", 32, None, 5, day(9)),
        Goal("deliverable", 1, None, None, day(9)),
        Goal("growth", 30, None, None, day(9)),
        Goal("rate", 30.5, None, None, day(9)),
    ]
    assert [found.chance for found in forecast([(each, settled) for each in kinds], seed=1)] == [1, 0, 1, 0, 1, 0, 1, 1, 0]


# --- series ----------------------------------------------------------------------------------


def test_a_reported_value_goes_on_at_its_pace() -> None:
    found = forecast([(goal(160, due=180), yearly(50, *[8, 9, 7, 8, 8, 9, 7, 8, 8, 8, 8]))], seed=1)[0]
    assert found.median == pytest.approx(138 + 6 * 8, rel=0.03)
    assert found.chance > 0.9
    assert found.path[0].q025 == found.path[0].q975 == 138


def test_a_value_that_may_fall_can_fall() -> None:
    series = replace(yearly(50, 3, -2, 4, -3, 2, 1, -2), never_falls=False)
    found = forecast([(goal(50, kind="rate", due=60), series)], seed=1)[0]
    assert found.intervals[80][0] < 53 < found.intervals[80][1]


def test_two_years_tell_the_months_apart() -> None:
    start = TODAY.replace(year=2021, month=1, day=1)
    grown = {11: 40.0, 12: 60.0}
    points, value, at = [], 0.0, start
    while at <= TODAY:
        points.append((at, value))
        value += grown.get(at.month, 1.0)
        at = (at + timedelta(days=32)).replace(day=1)
    found = forecast([(goal(1, due=60), Series(TODAY, tuple(points))), (goal(1, due=180), Series(TODAY, tuple(points)))], seed=1)
    summer, winter = (each.median - points[-1][1] for each in found)
    assert summer < 15
    assert winter > 60


# --- refusals --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ((Goal("qualitative", 1, None, None, day(9)), UNDATED), "kind"),
        ((Goal("range", 5, 3, None, day(9)), UNDATED), "goal"),
        ((goal(5, due=-1), UNDATED), "past"),
        ((goal(5), yearly(5, 1)), "short"),
        ((goal(5), yearly(5, 0, 0, 0)), "still"),
        ((goal(5), yearly(5, 3, -1, 2)), "series"),
        ((goal(5), replace(UNDATED, steps=(step("a"), step("a")))), "pipeline"),
        ((goal(5), replace(UNDATED, steps=(step("a", prior=prior(share=1.2)),))), "pipeline"),
        ((goal(5), replace(UNDATED, steps=(step("a", opens_on=day(9), closes_on=day(3)),))), "pipeline"),
        ((goal(5), replace(UNDATED, steps=(step("a", prior=prior(weight=0)),))), "pipeline"),
        ((goal(5), replace(UNDATED, arrivals=Arrivals(0, day(3), day(30), None))), "arrivals"),
        ((goal(5), replace(UNDATED, arrivals=Arrivals(0, day(3), day(30), (9, 3)))), "arrivals"),
        ((goal(5), replace(UNDATED, places=(Place("32", (1,)),))), "pipeline"),
    ],
)
def test_what_cannot_be_forecast_is_refused_with_its_reason(given: tuple, code: str) -> None:
    with pytest.raises(CannotForecast) as refused:
        forecast([given], seed=1)
    assert refused.value.code == code
    assert str(refused.value)


@pytest.mark.parametrize(
    "change",
    [
        Change("limit", "check", "", 5),
        Change("limit", "nowhere", "", 5),
        Change("arrivals", "check", "", -5),
        Change("arrivals", "check", "32", 5),
        Change("days", "check", "", 0),
        Change("date", "check", "", 5),
    ],
)
def test_a_change_of_what_is_not_there_is_refused(change: Change) -> None:
    with pytest.raises(CannotForecast) as refused:
        changed(UNDATED, [change])
    assert refused.value.code == "change"


def test_levers_come_with_the_most_helpful_first_and_each_helps() -> None:
    target = goal(22)
    found = levers(target, CALL, seed=1)
    before = forecast([(target, CALL)], draws=2_000, seed=1)[0].chance
    assert [each.chance for each in found] == sorted((each.chance for each in found), reverse=True)
    assert all(each.chance > before for each in found)
    assert {each.change.lever for each in found} >= {"arrivals"}
