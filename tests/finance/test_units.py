"""A figure with its unit, in both languages; beside a threshold with as many digits as it takes."""

from __future__ import annotations

from fractions import Fraction

import pytest
from django.utils import translation

from pilotage.web import units

AMOUNTS = [
    (286_000_000, "yuan", "2.86亿元", "CNY 286 million"),
    (32_400_000, "million_yuan", "3,240万元", "CNY 32.4 million"),
    (-725, "basis_points", "−7.25%", "−7.25%"),
    (Fraction(1, 4), "percent", "25%", "25%"),
    (1, "months", "1个月", "1 month"),
    (1_000_000, "shares", "1,000,000股", "1,000,000 shares"),
    (7, "count", "7", "7"),
    (Fraction(7, 2), "yuan_per_share", "3.5元", "CNY 3.5"),
    (None, "yuan", "–", "–"),
]


@pytest.mark.parametrize(("value", "unit", "zh", "en"), AMOUNTS)
def test_amounts_in_both_languages(value: object, unit: str, zh: str, en: str) -> None:
    for language, text in (("zh-hans", zh), ("en", en)):
        with translation.override(language):
            assert units.amount(value, unit) == text  # type: ignore[arg-type]


BESIDE = [
    (62_400_000, 80_000_000, "yuan", ("6,240万元", "8,000万元", "−1,760万元")),
    (1_234_567_890, 300_000_000, "million_yuan", ("12.35亿元", "3亿元", "+9.35亿元")),
    # one yuan short is never shown as the threshold itself
    (79_999_999, 80_000_000, "million_yuan", ("7,999.9999万元", "8,000万元", "−0.0001万元")),
    (Fraction(4999, 100_000), Fraction(5, 100), "percent", ("4.999%", "5%", "−0.001个百分点")),
    (Fraction(68, 1000), Fraction(5, 100), "percent", ("6.8%", "5%", "+1.8个百分点")),
    (600, 600, "basis_points", ("6%", "6%", "+0个百分点")),
    (Fraction(7, 2), 1, "yuan_per_share", ("3.5元", "1元", "+2.5元")),
    (6, 7, "count", ("6", "7", "−1")),
]


@pytest.mark.parametrize(("own", "edge", "unit", "wanted"), BESIDE)
def test_which_is_larger_can_be_seen(own: int, edge: int, unit: str, wanted: tuple[str, str, str]) -> None:
    with translation.override("zh-hans"):
        told = units.beside(own, edge, unit)
    assert (told.own, told.edge, told.margin) == wanted


def test_what_is_typed_is_counted_as_the_field_says() -> None:
    assert [units.typed(value, unit) for value, unit in ((60_000_000, "million_yuan"), (Fraction(1, 4), "percent"), (2500, "basis_points"))] == [
        "6000", "25", "25",
    ]  # fmt: skip
