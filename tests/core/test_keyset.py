from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pilotage.core.keyset import page
from pilotage.registry.models import Industry

pytestmark = pytest.mark.django_db

ORDERS = [("code",), ("-code",), ("short_zh", "code"), ("-short_zh", "code"), ("short_zh", "-code")]


def fill(groups: list[str]) -> None:
    Industry.objects.all().delete()
    Industry.objects.bulk_create(
        Industry(code=f"T{i:03d}", name_zh="业", short_zh=group, level="division") for i, group in enumerate(groups)
    )


def walk(order: tuple[str, ...], size: int) -> list[str]:
    codes, cursor = [], ""
    while True:
        found = page(Industry.objects.all(), order=order, after=cursor, size=size)
        codes += [row.code for row in found]
        if found.next is None:
            return codes
        cursor = found.next


@settings(max_examples=40)
@given(st.lists(st.sampled_from("abc"), max_size=14), st.sampled_from(ORDERS), st.integers(1, 6))
def test_turning_pages_gives_every_row_once_in_order(groups, order, size):
    fill(groups)

    assert walk(order, size) == [row.code for row in Industry.objects.order_by(*order)]


@settings(max_examples=25)
@given(st.lists(st.sampled_from("abc"), min_size=4, max_size=14), st.sampled_from(ORDERS))
def test_turning_back_shows_the_page_before(groups, order):
    fill(groups)
    first = page(Industry.objects.all(), order=order, size=3)
    second = page(Industry.objects.all(), order=order, after=first.next, size=3)

    back = page(Industry.objects.all(), order=order, after=second.previous, size=3)

    assert [row.code for row in back] == [row.code for row in first]
    assert back.next is not None
    assert back.previous is None


def test_a_row_inserted_before_the_cursor_is_not_repeated():
    fill(["b"] * 4)
    first = page(Industry.objects.all(), order=("short_zh", "code"), size=2)
    Industry.objects.create(code="A000", name_zh="业", short_zh="a", level="division")

    second = page(Industry.objects.all(), order=("short_zh", "code"), after=first.next, size=2)

    assert [row.code for row in second] == ["T002", "T003"]


@pytest.mark.parametrize("cursor", ["nonsense", "W10", "eyJhIjoxfQ", "WzAsW1s" + "x" * 40, "bnVsbA"])
def test_a_broken_cursor_gives_the_first_page(cursor):
    fill(["a"] * 3)

    assert [row.code for row in page(Industry.objects.all(), order=("code",), after=cursor, size=2)] == ["T000", "T001"]


def test_a_page_is_one_query(django_assert_num_queries):
    fill(["a"] * 5)
    with django_assert_num_queries(1):
        page(Industry.objects.all(), order=("code",), size=3)


def test_values_rows_can_be_paged_too():
    fill(["a"] * 3)

    found = page(Industry.objects.values("code"), order=("code",), size=2)

    assert found.rows == [{"code": "T000"}, {"code": "T001"}]
    assert page(Industry.objects.values("code"), order=("code",), after=found.next, size=2).rows == [{"code": "T002"}]
