"""The kernel alone: whatever is altered in a chain is found, and the event is named."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotage.audit import chain

START = datetime(2023, 8, 1, 9, 0, 0, 123456, tzinfo=UTC)
TEXT_FIELDS = ("actor_label", "verb", "object_type", "object_id", "object_label", "reason", "snapshot_digest", "previous")
Row = tuple[chain.Link, str, bytes | None]


def build(length: int, algorithm: str = "sha256") -> list[Row]:
    rows: list[Row] = []
    previous = chain.GENESIS
    for number in range(1, length + 1):
        body = chain.canonical({"state": "submitted", "rank": number, "name": "砚舟"})
        link = chain.Link(
            number, START + timedelta(minutes=number), number % 3 or None, "陆闻舟, 砚舟", "application.submit", "calls.application",
            str(number), f"5GF-{number}", "理由" if number % 2 else "", chain.digest(body, algorithm), previous,
        )  # fmt: skip
        previous = link.digest(algorithm)
        rows.append((link, previous, body))
    return rows


def head_of(rows: list[Row]) -> tuple[int, str]:
    return (rows[-1][0].number, rows[-1][1]) if rows else (0, chain.GENESIS)


def found(rows: list[Row], head: tuple[int, str]) -> set[int]:
    return {broken.number for broken in chain.verify(rows, head)}


def change_one_character(text: str, position: int) -> str:
    if not text:
        return "x"
    position %= len(text)
    return text[:position] + chr(ord(text[position]) ^ 1) + text[position + 1 :]


@pytest.mark.parametrize("algorithm", ["sha256", "sm3"])
@pytest.mark.parametrize("length", [0, 1, 7])
def test_an_untouched_chain_is_unbroken(length, algorithm):
    rows = build(length, algorithm)

    assert list(chain.verify(rows, head_of(rows))) == []


def test_a_chain_may_change_its_algorithm_once():
    rows = build(3)
    body = chain.canonical({"now": "sm3"})
    link = replace(rows[-1][0], number=4, previous=rows[-1][1], snapshot_digest=chain.digest(body, "sm3"))
    rows.append((link, link.digest("sm3"), body))

    assert list(chain.verify(rows, head_of(rows))) == []


@given(st.integers(1, 6), st.sampled_from(TEXT_FIELDS), st.integers(0, 100))
def test_any_character_of_any_text_field_is_guarded(number, field, position):
    rows = build(6)
    link, stored, body = rows[number - 1]
    rows[number - 1] = (replace(link, **{field: change_one_character(getattr(link, field), position)}), stored, body)

    assert number in found(rows, head_of(build(6)))


@given(st.integers(1, 6), st.integers(1, 10**9), st.sampled_from(["at", "actor_id"]))
def test_time_and_actor_are_guarded_to_the_microsecond(number, amount, field):
    rows = build(6)
    link, stored, body = rows[number - 1]
    changed = link.at + timedelta(microseconds=amount) if field == "at" else (link.actor_id or 0) + amount
    rows[number - 1] = (replace(link, **{field: changed}), stored, body)

    assert found(rows, head_of(build(6))) == {number}


@given(st.integers(1, 6), st.integers(0, 200), st.integers(0, 7))
def test_any_bit_of_a_snapshot_is_guarded(number, position, bit):
    rows = build(6)
    link, stored, body = rows[number - 1]
    assert body
    data = bytearray(body)
    data[position % len(data)] ^= 1 << bit
    rows[number - 1] = (link, stored, bytes(data))

    assert found(rows, head_of(build(6))) == {number}


@given(st.integers(1, 6), st.integers(0, 70))
def test_any_character_of_a_digest_is_guarded(number, position):
    rows = build(6)
    link, stored, body = rows[number - 1]
    rows[number - 1] = (link, change_one_character(stored, position), body)

    assert number in found(rows, head_of(build(6)))


@given(st.integers(1, 6))
def test_a_removed_event_is_missed(number):
    rows = build(6)
    del rows[number - 1]

    breaks = list(chain.verify(rows, head_of(build(6))))

    if number == 6:
        assert breaks == [chain.Break(6, "the chain ends at event 5, the head says 6")]
    else:
        assert breaks[0] == chain.Break(number + 1, f"event {number} is missing")


@given(st.permutations(range(5)))
def test_another_order_is_noticed(order):
    rows = [build(5)[index] for index in order]

    assert bool(found(rows, head_of(build(5)))) == (list(order) != sorted(order))


def test_a_missing_snapshot_and_an_unknown_algorithm_are_named():
    rows = build(3)
    rows[1] = (rows[1][0], rows[1][1], None)
    rows[2] = (rows[2][0], "md5:0", rows[2][2])

    assert list(chain.verify(rows, (3, "md5:0"))) == [
        chain.Break(2, "its snapshot is missing"),
        chain.Break(3, "its fields were changed after it was written"),
    ]


def test_a_whole_chain_rewritten_is_caught_by_the_head_kept_elsewhere():
    forged = [(replace(link, reason=""), stored, body) for link, stored, body in build(3)]
    previous, rewritten = chain.GENESIS, []
    for link, _stored, body in forged:
        link = replace(link, previous=previous)
        previous = link.digest("sha256")
        rewritten.append((link, previous, body))

    assert list(chain.verify(rewritten, head_of(rewritten))) == []
    assert found(rewritten, head_of(build(3))) == {3}
