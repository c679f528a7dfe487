from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotage.review import scoring
from pilotage.review.scoring import Rubric, RubricError

PICTURE = {
    "scale": 10,
    "criteria": [
        {"key": key, "weight": weight, "anchors": {"3": {"zh": "局部", "en": "in part"}}}
        for key, weight in zip("abcdefg", (15, 15, 25, 10, 10, 15, 10), strict=True)
    ],
}


@st.composite
def reviews(draw):
    cuts = sorted(draw(st.sets(st.integers(1, 99), max_size=6)))
    weights = [b - a for a, b in zip([0, *cuts], [*cuts, 100], strict=True)]
    rubric = Rubric.parse({"scale": 10, "criteria": [{"key": f"c{i}", "weight": w} for i, w in enumerate(weights)]})
    values = {key: draw(st.none() | st.integers(0, 10).map(Decimal)) for key in rubric.keys}
    return rubric, values


def slow_half_even(value: Fraction) -> Decimal:
    thousandths = value * 1000
    whole, rest = divmod(thousandths, 1)
    if rest > Fraction(1, 2) or (rest == Fraction(1, 2) and whole % 2):
        whole += 1
    return Decimal(int(whole)) / 1000


@given(reviews())
def test_running_figure_agrees_with_fractions(review):
    rubric, values = review
    scored = {c.key: c for c in rubric.criteria if values[c.key] is not None}
    share = sum((Fraction(c.weight) for c in scored.values()), Fraction(0))
    found = scoring.running(rubric, values)
    assert (found.scored, Fraction(found.share)) == (len(scored), share)
    if scored:
        points = sum(Fraction(c.weight) * Fraction(values[key]) for key, c in scored.items())
        assert found.value == slow_half_even(points * 100 / (share * 10))
    else:
        assert found.value is None


@given(reviews())
def test_total_exists_only_when_complete_and_equals_the_running_figure(review):
    rubric, values = review
    complete = not scoring.missing(rubric, values)
    assert scoring.total(rubric, values) == (scoring.running(rubric, values).value if complete else None)


@given(st.lists(st.decimals(0, 100, places=3), max_size=6))
def test_mean_and_spread(totals):
    if totals:
        assert scoring.mean(totals) == slow_half_even(sum(map(Fraction, totals), Fraction(0)) / len(totals))
        assert min(totals) <= scoring.mean(totals) <= max(totals)
    else:
        assert scoring.mean(totals) is None
    assert scoring.spread(totals) == (max(totals) - min(totals) if len(totals) > 1 else None)


def test_the_figures_of_the_reference_picture():
    rubric = Rubric.parse(PICTURE)
    found = scoring.running(rubric, dict(zip("abcde", map(Decimal, (6, 8, 8, 7, 8)), strict=True)))
    assert (found.value, found.scored, found.share) == (Decimal("74.667"), 5, Decimal(75))


def test_a_tie_goes_to_the_even_digit():
    assert scoring.mean([Decimal("70.000"), Decimal("70.001")]) == Decimal("70.000")
    assert scoring.mean([Decimal("70.001"), Decimal("70.002")]) == Decimal("70.002")


@pytest.mark.parametrize("value", ["11", "-1", "7.5", "NaN", "Infinity", "sieben"])
def test_values_off_the_scale_are_refused(value):
    with pytest.raises(RubricError):
        Rubric.parse(PICTURE).clean(value)


def test_blank_is_no_score_and_ten_is_one():
    rubric = Rubric.parse(PICTURE)
    assert (rubric.clean(""), rubric.clean("10"), rubric.clean("0")) == (None, Decimal(10), Decimal(0))


def test_weights_must_sum_to_a_hundred_and_keys_be_single():
    with pytest.raises(RubricError, match="100"):
        Rubric.parse({"criteria": [{"key": "a", "weight": 99}]})
    with pytest.raises(RubricError, match="twice"):
        Rubric.parse({"criteria": [{"key": "a", "weight": 50}, {"key": "a", "weight": 50}]})


def test_an_unknown_criterion_is_refused():
    with pytest.raises(RubricError, match="z"):
        scoring.total(Rubric.parse(PICTURE), {"z": Decimal(1)})
