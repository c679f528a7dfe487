"""Periods of reports: windows that come again, stages that run, and what always holds of both."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pilotage.core.periods import QUARTER, YEAR, Period, Rhythm, key_of, parts_of, schedule

ZONE = ZoneInfo("Asia/Shanghai")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def lines(rhythm: Rhythm, up_to: str) -> list[tuple[str, str, str, str]]:
    def words(moment: datetime | None) -> str:
        return f"{moment:%Y-%m-%d %H:%M}" if moment else "-"

    return [(p.key, words(p.opens_at), words(p.due_at), words(p.until)) for p in schedule(rhythm, at(up_to))]


def test_a_yearly_window_comes_again_each_year() -> None:
    rhythm = Rhythm(YEAR, at("2024-07-01T09:00"), at("2024-07-26T17:00"), late_days=60)
    assert lines(rhythm, "2025-08-01T00:00") == [
        ("2024", "2024-07-01 09:00", "2024-07-26 17:00", "2024-09-24 17:00"),
        ("2025", "2025-07-01 09:00", "2025-07-26 17:00", "2025-09-24 17:00"),
        ("2026", "2026-07-01 09:00", "2026-07-26 17:00", "2026-09-24 17:00"),
    ]


def test_a_running_stage_asks_after_each_quarter() -> None:
    rhythm = Rhythm(QUARTER, at("2023-10-01T09:00"), at("2024-12-31T17:00"), due_days=15)
    assert lines(rhythm, "2024-12-30T00:00") == [
        ("2023Q3", "2023-10-01 09:00", "2023-10-15 17:00", "2024-12-31 17:00"),
        ("2023Q4", "2024-01-01 00:00", "2024-01-15 17:00", "2024-12-31 17:00"),
        ("2024Q1", "2024-04-01 00:00", "2024-04-15 17:00", "2024-12-31 17:00"),
        ("2024Q2", "2024-07-01 00:00", "2024-07-15 17:00", "2024-12-31 17:00"),
        ("2024Q3", "2024-10-01 00:00", "2024-10-15 17:00", "2024-12-31 17:00"),
    ]


def test_a_stage_without_a_close_goes_on_until_its_last_period() -> None:
    rhythm = Rhythm(YEAR, at("2024-02-10T09:00"), None, last="2025")
    assert lines(rhythm, "2030-01-01T00:00") == [
        ("2023", "2024-02-10 09:00", "2024-02-10 10:00", "-"),  # opened after the usual days were over: an hour is left
        ("2024", "2025-01-01 00:00", "2025-01-30 17:00", "-"),
        ("2025", "2026-01-01 00:00", "2026-01-30 17:00", "-"),
    ]


def test_a_window_on_the_last_of_february_keeps_to_the_month() -> None:
    rhythm = Rhythm(YEAR, at("2024-02-29T09:00"), at("2024-03-31T17:00"))
    assert [p.opens_at.date() for p in schedule(rhythm, at("2025-06-01T00:00"))][:2] == [date(2024, 2, 29), date(2025, 2, 28)]


def test_before_anything_has_opened_the_next_period_is_told() -> None:
    rhythm = Rhythm(QUARTER, at("2024-02-05T09:00"), at("2024-02-20T17:00"))
    assert [p.key for p in schedule(rhythm, at("2023-01-01T00:00"))] == ["2024Q1"]


@pytest.mark.parametrize(("key", "parts"), [("2024", (2024, None)), ("2024Q4", (2024, 4))])
def test_keys_name_year_and_quarter(key: str, parts: Any) -> None:
    assert parts_of(key) == parts


@pytest.mark.parametrize("key", ["", "24", "2024Q5", "2024-1", "2024Q1 "])
def test_what_names_no_period_is_refused(key: str) -> None:
    with pytest.raises(ValueError):
        parts_of(key)


moments = st.datetimes(datetime(2020, 1, 1), datetime(2030, 12, 31)).map(lambda each: each.replace(tzinfo=ZONE, second=0, microsecond=0))  # noqa: DTZ001
rhythms = st.builds(
    lambda every, opens, length, due, late: Rhythm(every, opens, opens + length if length else None, due, late),
    st.sampled_from([QUARTER, YEAR]),
    moments,
    st.none() | st.timedeltas(timedelta(hours=1), timedelta(days=1500)),
    st.integers(1, 90),
    st.none() | st.integers(0, 60),
)


@settings(max_examples=200, deadline=None)
@given(rhythm=rhythms, earlier=moments, later=moments)
def test_keys_rise_times_are_in_order_and_the_past_stays_as_it_was(rhythm: Rhythm, earlier: datetime, later: datetime) -> None:
    earlier, later = min(earlier, later), max(earlier, later)
    known, more = schedule(rhythm, earlier), schedule(rhythm, later)
    assert more[: len(known)] == known
    assert [p.key for p in more] == sorted({p.key for p in more})
    assert all(p.opens_at < p.due_at and (p.until is None or p.due_at <= p.until) for p in more)
    assert sum(p.opens_at > later for p in more) <= 1


@settings(max_examples=100, deadline=None)
@given(opens=moments, now=moments, every=st.sampled_from([QUARTER, YEAR]))
def test_a_running_stage_misses_no_period(opens: datetime, now: datetime, every: str) -> None:
    """Against the slow way: walk day by day and note each period that has ended since the stage opened."""
    found = [p.key for p in schedule(Rhythm(every, opens), now) if p.opens_at <= now]
    day, ended = opens.date(), []
    first = day
    while key_of(first, every) == key_of(day, every):
        first -= timedelta(days=1)
    if opens <= now:
        ended.append(key_of(first, every))
    while day < now.date():
        before, day = day, day + timedelta(days=1)
        if key_of(before, every) != key_of(day, every):
            ended.append(key_of(before, every))
    assert found == ended


def test_what_takes_a_report_now() -> None:
    period = Period("2024", at("2024-07-01T09:00"), at("2024-07-26T17:00"), at("2024-08-26T17:00"))
    asked = ["2024-07-01T08:59", "2024-07-01T09:00", "2024-07-26T17:00", "2024-08-26T17:00"]
    assert [(period.takes(at(each)), period.is_overdue(at(each))) for each in asked] == [
        (False, False), (True, False), (True, True), (False, True),
    ]  # fmt: skip
