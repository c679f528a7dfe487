from __future__ import annotations

import math
import random
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotage.reports.regions import figures

COUNTS = st.lists(st.integers(0, 10_000), min_size=1, max_size=40)
SOME = COUNTS.filter(any)
PAIRS = st.dictionaries(st.tuples(st.sampled_from("ABCDE"), st.sampled_from("1234")), st.integers(0, 500))


def naive_gini(counts: list[int]) -> float:
    """Half the mean absolute difference between any two places, over the mean."""
    number, mean = len(counts), sum(counts) / len(counts)
    return sum(abs(one - other) for one in counts for other in counts) / (2 * number * number * mean)


@given(SOME)
def test_gini_is_the_mean_difference(counts):
    assert math.isclose(figures.gini(counts), naive_gini(counts), abs_tol=1e-9)
    assert 0 <= figures.gini(counts) <= (len(counts) - 1) / len(counts) + 1e-9


@given(SOME, st.integers(1, 9))
def test_shares_keep_their_bounds_and_ignore_order_and_scale(counts, factor):
    shuffled = random.Random(1).sample(counts, len(counts))
    for function in (figures.gini, figures.herfindahl, figures.top_share):
        value = function(counts)
        assert 0 <= value <= 1
        assert math.isclose(value, function(shuffled), abs_tol=1e-9)
        assert math.isclose(value, function([count * factor for count in counts]), abs_tol=1e-9)
    assert figures.herfindahl(counts) >= 1 / len(counts) - 1e-9
    assert figures.top_share(counts, len(counts)) == 1


@pytest.mark.parametrize(
    ("counts", "top", "hhi", "gini"),
    [
        ([10], 1.0, 1.0, 0.0),
        ([5, 5, 5, 5], 1.0, 0.25, 0.0),
        ([0, 0, 0, 8], 1.0, 1.0, 0.75),
        ([1, 1, 1, 1, 1, 5], 0.9, 0.3, 1 / 3),
    ],
)
def test_known_spreads(counts, top, hhi, gini):
    found = figures.concentration(counts)
    assert (found.total, found.places, found.occupied) == (sum(counts), len(counts), sum(1 for count in counts if count))
    assert found.top == pytest.approx(top)
    assert found.hhi == pytest.approx(hhi)
    assert found.gini == pytest.approx(gini)


def test_nothing_to_share_out_is_blank_and_not_zero():
    for counts in ([], [0, 0, 0]):
        found = figures.concentration(counts)
        assert (found.total, found.top, found.hhi, found.gini) == (0, None, None, None)


@given(PAIRS)
def test_quotients_weighted_by_the_place_give_one(counts):
    quotients = figures.location_quotients(counts)
    total = sum(counts.values())
    kinds = {kind for _place, kind in counts}
    for kind in kinds:
        if not any(counts.get((place, kind)) for place in "ABCDE"):
            continue
        weighted = 0.0
        for place in "ABCDE":
            of_place = sum(count for (where, _kind), count in counts.items() if where == place)
            weighted += of_place / total * quotients.get((place, kind), 0.0)
        assert math.isclose(weighted, 1.0, rel_tol=1e-9)


def test_quotient_of_a_place_like_the_whole_is_one():
    assert figures.location_quotient(3, 10, 30, 100) == 1.0
    assert figures.location_quotient(6, 10, 30, 100) == 2.0
    assert figures.location_quotient(0, 10, 30, 100) == 0.0


@pytest.mark.parametrize(("of_place", "of_kind", "total"), [(0, 1, 1), (1, 0, 1), (1, 1, 0)])
def test_quotient_without_a_base_is_blank(of_place, of_kind, total):
    assert figures.location_quotient(0, of_place, of_kind, total) is None


def test_density_is_per_thousand_and_blank_without_a_base():
    assert figures.density(97, Decimal(48_500)) == 2.0
    assert figures.density(0, 10) == 0.0
    assert [figures.density(1, base) for base in (None, 0, Decimal(0), -3)] == [None] * 4
    assert figures.density(None, 10) is None
