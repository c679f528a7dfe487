from datetime import date, datetime
from decimal import Decimal

import pytest
from django.utils.translation import override

from pilotage.core import clock
from pilotage.web import formats
from tests.conftest import moment

DEADLINE = moment("2023-08-31 17:00")


@pytest.mark.parametrize(
    ("language", "day", "short", "minute"),
    [
        ("zh-hans", "2023年8月31日", "8月31日", "2023年8月31日17:00"),
        ("en", "31 August 2023", "31 Aug", "31 August 2023, 17:00"),
    ],
)
def test_dates_are_written_as_the_language_writes_them(language, day, short, minute, at):
    at("2023-08-22 09:00")
    with override(language):
        assert formats.day(date(2023, 8, 31)) == day
        assert formats.day(DEADLINE) == day
        assert formats.short_day(DEADLINE) == short
        assert formats.moment(DEADLINE) == minute


def test_short_day_names_another_year(at):
    at("2024-01-02 09:00")
    assert formats.short_day(date(2023, 8, 31)) == "2023年8月31日"
    with override("en"):
        assert formats.short_day(date(2023, 8, 31)) == "31 Aug 2023"


@pytest.mark.parametrize(
    ("now", "zh", "en"),
    [
        ("2023-08-22 09:00", "还有9天", "9 days left"),
        ("2023-08-30 16:00", "还有1天", "1 day left"),
        ("2023-08-31 14:30", "还有2小时", "2 hours left"),
        ("2023-08-31 16:59", "还有1分钟", "1 minute left"),
        ("2023-08-31 17:00", "已截止", "closed"),
    ],
)
def test_time_left_gets_finer_towards_the_deadline(now, zh, en):
    with clock.at(moment(now)):
        assert formats.left(DEADLINE) == zh
        with override("en"):
            assert formats.left(DEADLINE) == en


def test_a_date_ends_with_its_day():
    with clock.at(moment("2023-08-31 23:00")):
        assert formats.left(date(2023, 8, 31)) == "还有1小时"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (2864, "2,864"),
        (Decimal("-1234.50"), "\u22121,234.50"),
        ("5.10", "5.10"),
        (0, "0"),
        (None, "–"),
        ("", "–"),
        ("not a number", "not a number"),
        ("NaN", "NaN"),
    ],
)
def test_numbers_have_commas_and_a_real_minus(value, written):
    assert formats.number(value) == written


def test_number_with_fixed_places():
    assert formats.number("79.9", 2) == "79.90"


@pytest.mark.parametrize(
    ("ten_thousands", "zh", "en"),
    [
        ("3240", "3,240万元", "CNY 32.4 million"),
        ("28600", "2.86亿元", "CNY 286 million"),
        ("12.5", "12.5万元", "CNY 125,000"),
        ("150000", "15亿元", "CNY 1.5 billion"),
        ("589782", "58.9782亿元", "CNY 5,897.82 million"),
        ("-1760", "\u22121,760万元", "CNY \u221217.6 million"),
        (None, "–", "–"),
        ("", "–", "–"),
    ],
)
def test_money_counts_in_ten_thousands(ten_thousands, zh, en):
    assert formats.money(ten_thousands) == zh
    with override("en"):
        assert formats.money(ten_thousands) == en


def test_naive_moments_are_read_as_local():
    with clock.at(moment("2023-08-31 16:00")):
        assert formats.left(datetime.fromisoformat("2023-08-31 18:30")) == "还有2小时"
