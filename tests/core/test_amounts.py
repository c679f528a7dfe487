"""Money in English: exact, whatever the unit of the form."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotage.core.amounts import cny, in_cny


@pytest.mark.parametrize(
    ("figure", "unit", "words"),
    [
        ("589782", "CNY 10,000", "CNY 5,897.82 million"),
        ("150000.00", "CNY 10,000", "CNY 1.5 billion"),
        ("12.5", "CNY 10,000", "CNY 125,000"),
        ("3.2", "CNY 100 million", "CNY 320 million"),
        ("0", "CNY 10,000", "CNY 0"),
        ("-1760", "CNY 10,000", "CNY \u221217.6 million"),
        ("1.1", "CNY 10,000 per device", "CNY 11,000 per device"),
        ("12.50", "CNY per piece", "CNY 12.5 per piece"),
        ("40", "devices", ""),
        ("about 5", "CNY 10,000", ""),
        ("", "CNY", ""),
    ],
)
def test_a_figure_and_its_unit_make_a_sum(figure, unit, words):
    assert in_cny(figure, unit) == words


@given(st.decimals(min_value=0, max_value=10**15, places=6))
def test_no_digit_is_lost(yuan):
    said = cny(yuan).removeprefix("CNY ").replace(",", "")
    number, _, scale = said.partition(" ")
    assert Decimal(number) * {"": 1, "million": 10**6, "billion": 10**9}[scale] == yuan
