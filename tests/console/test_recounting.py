"""Only what stays different is a difference."""

from __future__ import annotations

from collections.abc import Iterator

from pilotage.console import recounting

LINE = "calls: flow 2023-08-01: kept 1, recounted 2"


def test_what_somebody_changed_meanwhile_is_no_difference(monkeypatch) -> None:
    answers = iter([[LINE], []])
    monkeypatch.setattr(recounting, "differences", lambda: iter(next(answers)))

    assert recounting.lasting_differences() == []


def test_what_stays_is_told_once_for_each_line(monkeypatch) -> None:
    def same() -> Iterator[str]:
        yield LINE

    monkeypatch.setattr(recounting, "differences", same)

    assert recounting.lasting_differences() == [LINE]
