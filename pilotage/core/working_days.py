"""Which days are working days in mainland China?

Data: the yearly arrangements of public holidays of the State Council's General Office, as the package ``chinesecalendar`` keeps them,
with the weekends that are worked in exchange.
Algorithm: a day is looked up; in a year whose arrangement the package does not hold yet, Saturdays and Sundays are free and nothing else.
Invariants: ``add(day, n)`` is a working day for n > 0, and between ``day`` and it lie n working days, itself included.
Refuses: nothing; ``is_known`` says whether a year's holidays are known, so that pages can say so where they are not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import chinese_calendar
from django.utils.translation import gettext as _

SOURCE = "https://www.gov.cn/zhengce/"
_NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "National Day": "国庆节",
    "Mid-autumn Festival": "中秋节",
    "Anti-Fascist 70th Day": "抗战胜利70周年纪念日",
}
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Holiday:
    """Consecutive free days of one name."""

    zh: str
    en: str
    first: date
    last: date


def is_known(year: int) -> bool:
    try:
        chinese_calendar.is_workday(date(year, 7, 1))
    except NotImplementedError:
        return False
    return True


def is_working(day: date) -> bool:
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


def count(first: date, last: date) -> int:
    """Working days from ``first`` to ``last``, both included."""
    return sum(is_working(first + _DAY * number) for number in range((last - first).days + 1))


def add(day: date, days: int) -> date:
    """The ``days``-th working day after ``day``."""
    while days > 0:
        day += _DAY
        days -= is_working(day)
    return day


def holidays(first: date, last: date) -> list[Holiday]:
    """Named holidays that touch the days from ``first`` to ``last``, cut to them. Ordinary weekends have no name."""
    found: list[Holiday] = []
    for number in range((last - first).days + 1):
        day = first + _DAY * number
        name = _name(day)
        if not name:
            continue
        before = found[-1] if found else None
        if before and before.en == name and before.last == day - _DAY:
            found[-1] = Holiday(before.zh, name, before.first, day)
        else:
            found.append(Holiday(_NAMES.get(name, name), name, day, day))
    return found


def _name(day: date) -> str:
    try:
        is_free, name = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:
        return ""
    return str(name) if is_free and name else ""


def problem(first: date, last: date) -> str:
    """A sentence for whoever sets dates: holidays not known for a year of the period; '' when all are."""
    unknown = [year for year in range(first.year, last.year + 1) if not is_known(year)]
    if not unknown:
        return ""
    return _("The public holidays of %(year)s are not known here yet; only weekends are taken as free.") % {"year": unknown[0]}
