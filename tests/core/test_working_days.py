"""Working days by the published arrangements of holidays; weekends alone where none is known."""

from datetime import date, timedelta

import pytest

from pilotage.core import working_days


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2023, 10, 2), False),  # National Day
        (date(2023, 10, 7), True),  # a Saturday worked in exchange
        (date(2023, 11, 11), False),  # an ordinary Saturday
        (date(2023, 11, 13), True),
        (date(2024, 2, 10), False),  # Spring Festival
    ],
)
def test_the_state_council_s_arrangement_decides(day, expected):
    assert working_days.is_working(day) is expected


def test_days_are_counted_and_added_over_holidays():
    assert working_days.count(date(2023, 11, 12), date(2023, 11, 17)) == 5
    assert working_days.count(date(2023, 9, 29), date(2023, 10, 6)) == 0
    assert working_days.add(date(2023, 9, 28), 1) == date(2023, 10, 7)


@pytest.mark.parametrize("days", [1, 5, 10])
def test_between_a_day_and_the_nth_working_day_after_it_lie_n(days):
    start = date(2023, 9, 20)
    for shift in range(20):
        day = start + timedelta(days=shift)
        end = working_days.add(day, days)
        assert working_days.is_working(end)
        assert working_days.count(day + timedelta(days=1), end) == days


def test_holidays_have_names_in_both_languages_and_are_cut_to_the_period():
    found = working_days.holidays(date(2023, 10, 1), date(2023, 12, 20))

    assert [(each.zh, each.en, each.first, each.last) for each in found] == [
        ("国庆节", "National Day", date(2023, 10, 1), date(2023, 10, 6)),
    ]


def test_a_year_not_known_has_weekends_only_and_says_so():
    far = date(2090, 10, 2)  # a Monday

    assert working_days.is_working(far)
    assert not working_days.is_working(date(2090, 9, 30))
    assert working_days.holidays(far, far) == []
    assert "2090" in working_days.problem(far, far)
    assert working_days.problem(date(2023, 1, 1), date(2024, 12, 31)) == ""
