"""Periods, what a figure must be, and what is unusual: without a database."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from statistics import fmean, median

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from pilotage.core.verdict import Invalid
from pilotage.statistics.definition import Definition, shown
from pilotage.statistics.outliers import LIMIT, modified_z, oddities
from pilotage.statistics.spans import MONTHS, span_at, span_of, spans
from tests.factories.statistics import content

DAYS = st.dates(min_value=date(1990, 1, 1), max_value=date(2090, 12, 31))
D = Decimal


@pytest.fixture(autouse=True)
def _in_english() -> object:
    with translation.override("en"):
        yield


@given(DAYS, st.sampled_from(sorted(MONTHS)))
def test_periods_follow_each_other_and_are_found_by_their_key(day: date, kind: str) -> None:
    span = span_at(day, kind)
    assert span.starts_on <= day <= span.ends_on
    assert span_of(span.key) == span
    assert span.moved(1).starts_on == span.ends_on + timedelta(days=1)
    assert span.moved(1).moved(-1) == span
    assert span.moved(12 // MONTHS[kind]).starts_on == span.starts_on.replace(year=span.starts_on.year + 1)


@pytest.mark.parametrize("key", ["2023-13", "2023-1", "2023Q5", "23", "", "2023-06-01", "0000"])
def test_a_key_that_names_no_period(key: str) -> None:
    with pytest.raises(ValueError, match="no period"):
        span_of(key)


def test_periods_up_to_a_day() -> None:
    found = [span.key for span in spans("quarter", date(2022, 11, 5), date(2023, 4, 1))]
    assert found == ["2022Q4", "2023Q1", "2023Q2"]
    definition = Definition(content(starts="2023-01-01", ends="2023-03-31"))
    assert [span.key for span in definition.spans(date(2023, 3, 1))] == ["2023-01", "2023-02"]
    assert [span.key for span in definition.spans(date(2024, 3, 1))] == ["2023-01", "2023-02", "2023-03"]


@pytest.mark.parametrize(
    ("code", "typed", "figure"),
    [
        ("building", "1,234", D(1234)),
        ("building", " 7 ", D(7)),
        ("building", 7.0, D(7)),
        ("building", "", None),
        ("building", None, None),
        ("added", "3.25", D("3.25")),
        ("share", "100", D(100)),
    ],
)
def test_a_figure_that_fits(code: str, typed: object, figure: Decimal | None) -> None:
    assert Definition(content()).elements[code].clean(typed) == figure


@pytest.mark.parametrize(
    ("code", "typed", "expected"),
    [
        ("building", "-1", "a whole number, at least 0"),
        ("building", "1.5", "a whole number, at least 0"),
        ("building", "many", "a whole number, at least 0"),
        ("building", "1e20", "a whole number, at least 0"),
        ("building", True, "a whole number, at least 0"),
        ("added", "3.255", "a number with at most 2 decimals, at least 0"),
        ("share", "101", "a number with at most 2 decimals from 0 to 100"),
        ("share", "NaN", "a number with at most 2 decimals from 0 to 100"),
        ("whole", "Infinity", "a whole number"),
    ],
)
def test_a_figure_that_does_not_fit_says_what_was_expected(code: str, typed: object, expected: str) -> None:
    with pytest.raises(Invalid) as refused:
        Definition(content()).elements[code].clean(typed)
    assert refused.value.errors == {code: f"“{typed}” does not fit. Expected: {expected}."}


def test_what_does_not_agree_is_refused() -> None:
    definition = Definition(content())
    figures = {"building": D(3), "built": D(4), "whole": D(7)}
    assert definition.faults(figures, {}, {}) == {}
    assert definition.faults({**figures, "whole": D(8)}, {}, {}) == {"whole": "Being built + Built make 7, not 8."}
    assert definition.faults(figures, {"built": D(5)}, {}) == {"built": "This figure never falls, but it was 5 in the period before."}
    assert definition.faults(figures, {}, {"built": D(3)}) == {"built": "This figure never falls, but it is 3 in the period after."}
    assert definition.faults({"building": D(0), "built": D(4)}, {}, {}) == {"built": "Too many built"}
    assert definition.faults({"building": D(1000)}, {}, {}) == {}
    assert [check.key for check in definition.warnings({"building": D(1000)}, {})] == ["many"]
    assert definition.missing({"building": D(0)}) == ["built"]


def test_a_figure_is_shown_as_people_write_it() -> None:
    assert [shown(D(text)) for text in ("1200.000000", "0.500000", "0", "1E+3")] == ["1200", "0.5", "0", "1000"]
    assert shown(None) == ""


SAMPLES = st.lists(st.floats(min_value=-1e6, max_value=1e6, width=32), min_size=5, max_size=30)


@given(SAMPLES, st.floats(min_value=-1e6, max_value=1e6, width=32))
def test_the_score_is_that_of_the_paper(sample: list[float], value: float) -> None:
    """Against the formula written out: 0.6745 (x - median) / MAD, else (x - median) / (1.253314 mean deviation)."""
    middle = median(sample)
    mad = median(abs(each - middle) for each in sample)
    mean = fmean(abs(each - middle) for each in sample)
    found = modified_z(value, sample)
    if mad:
        assert found == pytest.approx(0.6745 * (value - middle) / mad)
    elif mean:
        assert found == pytest.approx((value - middle) / (1.253314 * mean))
    else:
        assert found in (None, float("inf"), float("-inf"))


def test_few_figures_say_nothing() -> None:
    assert modified_z(100.0, [1.0, 1.0, 1.0, 1.0]) is None
    assert modified_z(100.0, [1.0] * 5) == float("inf")
    assert modified_z(1.0, [1.0] * 5) is None


def _screens(value: str, before: str | None, past: list[int], peers: list[tuple[int, int]], *, is_stock: bool = True) -> list[str]:
    before_ = None if before is None else D(before)
    found = oddities(D(value), before_, [D(each) for each in past], [(D(a), D(b)) for a, b in peers], is_stock=is_stock)
    return [each.screen for each in found]


def test_a_stock_is_judged_by_how_it_changes() -> None:
    steady = [100, 110, 121, 129, 141, 150]
    assert _screens("160", "150", steady, []) == []
    assert _screens("190", "150", steady, []) == ["history"]
    assert _screens("240", "150", steady, []) == ["history", "change"]
    assert _screens("95", "150", steady, []) == ["history", "change"]


def test_a_flow_is_judged_by_itself() -> None:
    assert _screens("12", "11", [10, 12, 9, 11, 13, 11], [], is_stock=False) == []
    assert _screens("60", "11", [10, 12, 9, 11, 13, 11], [], is_stock=False) == ["history", "change"]


def test_one_is_judged_by_how_the_others_change() -> None:
    peers = [(105, 100), (53, 50), (1030, 1000), (21, 20), (208, 200), (310, 300)]
    assert _screens("104", "100", [100], peers) == []
    assert _screens("140", "100", [100], peers) == ["peers"]
    assert _screens("140", "100", [100], peers[:4]) == []


def test_what_differs_by_next_to_nothing_is_not_asked_about() -> None:
    assert _screens("1391", "1390", [1385, 1386, 1387, 1388, 1389, 1390], [(1000, 1000)] * 8) == []
    assert _screens("1500", "1390", [1385, 1386, 1387, 1388, 1389, 1390], [(1000, 1000)] * 8) == ["history", "peers"]


def test_small_numbers_are_no_sudden_change() -> None:
    assert _screens("9", "2", [2], []) == []
    assert _screens("20", "5", [5], []) == ["change"]
    assert _screens("20", None, [], []) == []
    assert LIMIT == 3.5
