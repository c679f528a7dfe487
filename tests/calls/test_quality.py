"""Marks on unlikely figures: what is marked, what never is, and the same by a slower way."""

from __future__ import annotations

import math
from decimal import Decimal as D
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pilotage.calls.quality.flags import Rule, Settings, by_history, by_peers, marks

USUAL = Settings()
TEN = [D(n) for n in (90, 95, 100, 100, 105, 110, 98, 102, 97, 120)]


def test_a_figure_like_before_or_like_the_others_is_not_marked() -> None:
    assert marks({"devices": D(120)}, {"devices": [D(100)]}, {"devices": TEN}, USUAL) == []


@pytest.mark.parametrize(
    ("value", "slip"), [(1000, 1), (10_000, 2), (100_000, 3), (1_000_000, 4), (10, -1), (D("0.01"), -4), (400, 0), (30, 0), (10**7, 0)]
)
def test_a_slip_of_the_unit_against_the_last_figure_is_named(value: Any, slip: int) -> None:
    mark = by_history("output", D(value), [D(100)], USUAL)
    assert mark is not None
    assert (mark.rule, mark.slip, mark.reference, mark.compared) == (Rule.HISTORY, slip, D(100), 1)
    assert (round(mark.low, 2), mark.high) == (D("33.33"), D(300))


def test_what_varied_before_may_vary_again() -> None:
    assert by_history("output", D(1500), [D(10), D(1000), D(200)], USUAL) is None
    assert by_history("output", D(1500), [D(100), D(110)], USUAL) is not None


def test_only_the_last_eight_figures_count() -> None:
    assert by_history("output", D(5000), [D(4000), *[D(100)] * 8], USUAL) is not None


def test_nothing_can_be_said_after_zeros_alone() -> None:
    assert by_history("output", D(5), [D(0), D(0)], USUAL) is None
    assert by_peers("output", D(5), [D(0)] * 20, USUAL) is None


def test_a_loss_is_judged_like_a_gain() -> None:
    assert by_history("profit", D(-250), [D(-100)], USUAL) is None
    mark = by_history("profit", D(-1000), [D(-100)], USUAL)
    assert mark is not None
    assert (mark.low, mark.slip) == (D(-300), 1)
    assert by_history("profit", D(100), [D(-100)], USUAL) is not None


def test_too_few_others_are_no_measure() -> None:
    assert by_peers("output", D(10**6), TEN[:7], USUAL) is None
    assert by_peers("output", D(10**6), TEN[:7], Settings(peers=7)) is not None


def test_an_outlier_among_others_is_marked_with_the_range_and_the_slip() -> None:
    mark = by_peers("output", D(1_000_000), TEN, USUAL)
    assert mark is not None
    assert (mark.rule, mark.reference, mark.compared, mark.slip) == (Rule.PEERS, D(100), 10, 4)
    assert mark.low < D(100) < mark.high < D(1_000_000)


def test_others_that_differ_much_among_themselves_leave_room() -> None:
    wide = [D(10) ** n for n in range(-3, 7)]
    assert by_peers("output", D(10) ** 9, wide, USUAL) is None
    assert by_peers("output", D(10) ** 9, TEN, USUAL) is not None


def test_with_a_zero_among_the_others_the_plain_scale_is_used() -> None:
    others = [D(n) for n in (0, 2, 4, 5, 5, 6, 8, 10)]
    assert by_peers("share", D(16), others, USUAL) is None
    mark = by_peers("share", D(60), others, USUAL)
    assert mark is not None
    assert mark.high == D(5) + D(4 * 1.4826) * D("2.0")


def test_a_call_can_be_strict_lenient_or_silent() -> None:
    filed, history = {"devices": D(250), "effect.after": D(9)}, {"devices": [D(100)], "effect.after": [D(1)]}
    assert [mark.path for mark in marks(filed, history, {}, Settings.of(None))] == ["effect.after"]
    assert [mark.path for mark in marks(filed, history, {}, Settings.of({"factor": 2}))] == ["devices", "effect.after"]
    assert marks(filed, history, {}, Settings.of({"factor": 2, "skip": ["effect"]}))[0].path == "devices"
    assert marks(filed, history, {}, Settings.of(False)) == []


# --- what always holds ----------------------------------------------------------------------
numbers = st.integers(-(10**9), 10**9).map(lambda n: D(n).scaleb(-3))
above_zero = st.integers(1, 10**9).map(lambda n: D(n).scaleb(-3))


@settings(max_examples=300, deadline=None)
@given(value=numbers, earlier=st.lists(numbers, min_size=1, max_size=12))
def test_what_is_marked_lies_outside_and_the_last_figure_never_is(value: D, earlier: list[D]) -> None:
    assert by_history("x", earlier[-1], earlier, USUAL) is None
    mark = by_history("x", value, earlier, USUAL)
    if mark:
        assert not mark.low <= value <= mark.high
        assert all(mark.low <= each <= mark.high for each in earlier[-8:])
        assert not mark.slip or abs(math.log10(abs(value / mark.reference)) - mark.slip) < 0.12


@settings(max_examples=300, deadline=None)
@given(value=numbers, others=st.lists(numbers, min_size=8, max_size=40), data=st.data())
def test_the_order_of_the_others_does_not_matter_and_their_median_is_usual(value: D, others: list[D], data: Any) -> None:
    mark = by_peers("x", value, others, USUAL)
    assert by_peers("x", value, data.draw(st.permutations(others)), USUAL) == mark
    if len(others) % 2:
        assert by_peers("x", sorted(others)[len(others) // 2], others, USUAL) is None
    if mark:
        assert not mark.low <= value <= mark.high
        assert mark.low <= mark.reference <= mark.high


@settings(max_examples=200, deadline=None)
@given(value=above_zero, earlier=st.lists(above_zero, min_size=1, max_size=6), power=st.integers(1, 5))
def test_another_unit_throughout_changes_no_mark_by_history(value: D, earlier: list[D], power: int) -> None:
    here = by_history("x", value, earlier, USUAL)
    there = by_history("x", value.scaleb(power), [each.scaleb(power) for each in earlier], USUAL)
    assert (here and (here.slip, here.compared)) == (there and (there.slip, there.compared))


def _slowly(value: D, others: list[D]) -> bool:
    """The definition word for word, in floats: sort, take the middle, sort the distances, take the middle."""

    def middle(values: list[float]) -> float:
        ranked, half = sorted(values), len(values) // 2
        return ranked[half] if len(ranked) % 2 else (ranked[half - 1] + ranked[half]) / 2

    plain = [float(each) for each in others]
    centre = middle(plain)
    bounds = sorted([centre / 3, centre * 3])
    if min(plain) > 0:
        apart = math.exp(min(60, 4 * 1.4826 * middle([abs(math.log(each) - math.log(centre)) for each in plain])))
        bounds += [centre / apart, centre * apart]
    else:
        apart = 4 * 1.4826 * middle([abs(each - centre) for each in plain])
        bounds += [centre - apart, centre + apart]
    assume(all(abs(float(value) - bound) > 1e-6 * (1 + abs(bound)) for bound in bounds))  # on the very bound, floats may differ
    return any(plain) and not min(bounds) <= float(value) <= max(bounds)


@settings(max_examples=400, deadline=None)
@given(value=above_zero, others=st.lists(above_zero, min_size=8, max_size=30))
def test_the_same_by_a_slower_way_on_the_logarithmic_scale(value: D, others: list[D]) -> None:
    assert (by_peers("x", value, others, USUAL) is not None) == _slowly(value, others)


@settings(max_examples=400, deadline=None)
@given(value=numbers, others=st.lists(numbers, min_size=8, max_size=30))
def test_the_same_by_a_slower_way_on_any_scale(value: D, others: list[D]) -> None:
    assert (by_peers("x", value, others, USUAL) is not None) == _slowly(value, others)
