from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from pilotage.core import clock


def test_the_clock_can_stand_still_and_is_let_go():
    outer = datetime(2023, 8, 31, 8, 59, tzinfo=UTC)
    inner = datetime(2023, 9, 1, tzinfo=UTC)

    with clock.at(outer):
        with clock.at(inner):
            assert clock.now() == inner
        assert clock.now() == outer

    assert abs(clock.now() - timezone.now()) < timedelta(seconds=5)


def test_today_is_the_day_in_beijing():
    with clock.at(datetime(2023, 8, 31, 16, 30, tzinfo=UTC)):
        assert clock.today() == date(2023, 9, 1)


def test_a_naive_moment_is_refused():
    with pytest.raises(ValueError, match="takes an aware datetime"), clock.at(datetime(2023, 1, 1)):  # noqa: DTZ001  the fault meant
        pass


def test_the_demonstration_lives_in_its_own_year(settings):
    settings.CLOCK_OFFSET_SECONDS = -86_400 * 365.0
    assert abs(clock.now() - (timezone.now() - timedelta(days=365))) < timedelta(seconds=5)


def test_a_pinned_clock_belongs_to_its_own_thread():
    from concurrent.futures import ThreadPoolExecutor

    with clock.at(datetime(2023, 1, 1, tzinfo=UTC)), ThreadPoolExecutor(1) as pool:
        assert pool.submit(clock.now).result().year >= 2026
