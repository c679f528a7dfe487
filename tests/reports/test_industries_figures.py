from __future__ import annotations

import math
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotage.reports.industries.figures import Fault, expected, improvement, spread, spread_of_counts, white

NUMBERS = st.floats(-1e6, 1e6, allow_nan=False)


@given(st.lists(NUMBERS, min_size=5, max_size=60))
def test_the_five_numbers_are_those_of_the_standard_library(values):
    found = spread(values)
    q1, median, q3 = statistics.quantiles(values, n=4, method="inclusive")
    for ours, theirs in ((found.q1, q1), (found.median, median), (found.q3, q3)):
        assert math.isclose(ours, theirs, rel_tol=1e-9, abs_tol=1e-6)
    assert min(values) == found.low <= found.q1 <= found.median <= found.q3 <= found.high == max(values)
    assert found.count == len(values)


def test_few_values_have_no_spread():
    assert spread([1.0, 2.0, 3.0, 4.0]) is None
    assert spread([1.0, 2.0, 3.0, 4.0, 5.0]).median == 3.0
    assert spread([], fewest=0) is None


@given(st.dictionaries(st.integers(0, 20), st.integers(0, 6), max_size=8))
def test_counted_values_are_summarised_as_if_written_out(counts):
    values = [value for value, times in counts.items() for _each in range(times)]
    assert spread_of_counts(counts) == spread([float(value) for value in values], fewest=1)


@given(st.floats(0.01, 1e6), st.floats(-0.99, 10))
def test_what_got_better_is_positive_either_way(before, share):
    after = before * (1 + share)
    higher, lower = improvement(before, after, "higher"), improvement(before, after, "lower")
    assert math.isclose(higher, share * 100, abs_tol=1e-6)
    assert math.isclose(lower, -higher, abs_tol=1e-9)


@pytest.mark.parametrize(
    ("before", "after", "better", "found"),
    [
        ("40", "50", "higher", 25.0),
        ("40", "30", "lower", 25.0),
        ("40.0", "40.0", "lower", 0.0),
        ("-10", "-5", "higher", 50.0),
        ("0", "5", "higher", Fault.FROM_ZERO),
        ("0.0", "0", "lower", Fault.FROM_ZERO),
        ("", "5", "higher", Fault.MISSING),
        ("5", None, "higher", Fault.MISSING),
        ("ca. 5", "6", "higher", Fault.NOT_A_NUMBER),
        ("nan", "6", "higher", Fault.NOT_A_NUMBER),
        ("1", "inf", "higher", Fault.NOT_A_NUMBER),
    ],
)
def test_a_figure_that_cannot_be_used_says_why(before, after, better, found):
    assert improvement(before, after, better) == found


def test_white_spots_are_pairs_one_would_expect():
    rows = {"34": 10, "39": 10, "17": 2}
    pairs = {("34", "01"): 10, ("39", "02"): 4, ("34", "02"): 4}
    assert white(pairs, rows, ["01", "02", "03"], likely=3.0) == {("39", "01"): pytest.approx(100 / 22)}
    assert white({}, {}, ["01"]) == {}


@given(st.dictionaries(st.tuples(st.sampled_from("ABC"), st.sampled_from("123")), st.integers(0, 50)))
def test_expected_counts_add_up_to_the_counts(pairs):
    rows = {"A": 50, "B": 70, "C": 90}
    assert math.isclose(sum(expected(pairs, rows, list("123")).values()), sum(pairs.values()), abs_tol=1e-6)
