"""The same rows whatever plan answers, in Chinese, Latin and mixed, from one character up."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pilotage.directory.models import Edition
from pilotage.directory.selectors import entries as plans
from pilotage.directory.selectors import facets
from pilotage.directory.selectors.entries import EntrySearch, Total
from pilotage.directory.selectors.facets import facet_counts
from pilotage.directory.selectors.filters import EntryFilter
from pilotage.directory.services import recount
from tests.factories import directory as make

pytestmark = pytest.mark.django_db
ROWS = (
    ("精密减速机5G工厂", "苏州砚舟精密传动有限公司", "320000", ("04", "06")),
    ("海工装备总装5G工厂", "南通澜汀海洋装备有限公司", "320000", ("04",)),
    ("Bohai Port 5G Terminal", "大连渤海港务有限公司", "210000", ("08",)),
    ("特钢冷轧5G工厂", "潍坊炬原特钢有限公司", "370000", ()),
    ("半导体ABC封测线", "苏州曦屿光电有限公司", "320000", ("06", "08")),
)


@pytest.fixture
def edition(db: None) -> Edition:
    made = make.edition()
    for code in ("320500", "320600", "210200", "370700"):
        make.division(code)
    for title, name, province, scenarios in ROWS:
        city = "320600" if name.startswith("南通") else {"320000": "320500", "210000": "210200", "370000": "370700"}[province]
        make.entry(made, title, name, scenarios, province_id=province, prefecture_id=city, label="benchmark" if "ABC" in title else "")
    recount(made)
    return made


@pytest.fixture(params=["gathered", "walked"])
def plan(request: Any, monkeypatch: Any) -> str:
    """Run each search as a small directory would and as one with a million entries would."""
    if request.param == "walked":
        monkeypatch.setattr(plans, "CAP", 0)
        monkeypatch.setattr(plans, "FACET_CAP", 0)
    return str(request.param)


def found(edition: Edition, **filters: Any) -> list[str]:
    return [row.number[-1] for row in EntrySearch(EntryFilter(**filters), [edition]).page("", 50)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "12345"),
        ("海", "23"),
        ("密", "1"),
        ("苏州", "15"),
        ("减速机", "1"),
        ("苏州砚舟精密传动有限公司", "1"),
        ("州苏", ""),
        ("5g", "12345"),  # the number begins with it too
        ("5", ""),  # one digit is a word, not the beginning of one
        ("5G工厂", "124"),
        ("bohai", "3"),
        ("BOHAI term", "3"),
        ("boh term", ""),  # only the word still being typed may be unfinished
        ("abc", "5"),
        ("ABC封测", "5"),
        ("苏州 封测", "5"),
        ("有限公司 港务", "3"),
        ("5GF-2023-0004", "4"),
        ("…", ""),
        ("100%", ""),
        ('"OR NEAR(', ""),
    ],
)
def test_text(edition: Edition, plan: str, text: str, expected: str) -> None:
    assert "".join(found(edition, q=text)) == expected


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"province": ("320000",)}, "125"),
        ({"province": ("320000", "370000")}, "1245"),
        ({"province": ("320000",), "q": "苏州"}, "15"),
        ({"province": ("320000",), "city": ("320500",)}, "15"),
        ({"province": ("320000",), "city": ("320500", "320600")}, "125"),
        ({"province": ("210000",), "city": ("320500",)}, ""),
        ({"level": ("factory",), "industry": ("34",)}, "12345"),
        ({"level": ("line",)}, ""),
        ({"scenario": ("06",)}, "15"),
        ({"scenario": ("06", "08"), "province": ("320000",)}, "15"),
        ({"label": ("benchmark",)}, "5"),
        ({"industry": ("34",), "q": "装备"}, "2"),
        ({"industry": ("65",)}, ""),
        ({"state": ("removed",)}, ""),
        ({"state": ("listed",)}, "12345"),
    ],
)
def test_filters(edition: Edition, plan: str, filters: dict[str, Any], expected: str) -> None:
    assert "".join(found(edition, **filters)) == expected


def test_walking_and_gathering_share_their_cursors(edition: Edition, monkeypatch: Any) -> None:
    search = EntrySearch(EntryFilter(q="有限公司"), [edition])
    first = search.page("", 2)
    monkeypatch.setattr(plans, "CAP", 0)
    monkeypatch.setattr(plans, "FACET_CAP", 0)
    second = EntrySearch(EntryFilter(q="有限公司"), [edition]).page(first.next, 2)
    assert [r.number[-1] for r in [*first, *second]] == ["1", "2", "3", "4"]
    back = EntrySearch(EntryFilter(q="有限公司"), [edition]).page(second.previous, 2)
    assert [r.number for r in back] == [r.number for r in first]


def test_removed_entries_are_found_only_when_asked_for(edition: Edition) -> None:
    entry = edition.entries.get(number__endswith="1")
    type(entry).objects.filter(pk=entry.pk).update(state="removed", removed_on="2024-01-02")
    recount(edition)
    assert "".join(found(edition)) == "2345"
    assert "".join(found(edition, state=("removed",))) == "1"
    assert "".join(found(edition, as_of=date(2024, 1, 1))) == "12345"
    assert "".join(found(edition, as_of=date(2024, 1, 2))) == "2345"


def test_several_editions_stand_in_order_of_number(edition: Edition) -> None:
    older = make.edition(2022)
    make.entry(older, "港口5G工厂", "宁波演示港务有限公司")
    recount(older)
    search = EntrySearch(EntryFilter(q="港务"), [older, edition])
    assert [row.number for row in search.page("", 10)] == ["5GF-2022-0001", "5GF-2023-0003"]
    assert search.total() == Total(2)


def test_totals(edition: Edition, monkeypatch: Any) -> None:
    def total(**filters: Any) -> Total:
        return EntrySearch(EntryFilter(**filters), [edition]).total()

    assert (total(), total(province=("320000",)), total(q="苏州")) == (Total(5), Total(3), Total(2))
    monkeypatch.setattr(plans, "CAP", 1)
    monkeypatch.setattr(plans, "FACET_CAP", 0)
    assert total(q="苏州") == Total(1, True)
    assert total(q="苏州", province=("320000",)) == Total(None)
    assert total(province=("320000",)) == Total(3)


def test_facets_count_under_the_other_filters(edition: Edition) -> None:
    counts = facet_counts(EntrySearch(EntryFilter(province=("320000",)), [edition]))
    assert {name: c.by_code for name, c in counts.items()} == {
        "province": {"320000": 3, "210000": 1, "370000": 1},
        "industry": {"34": 3},
        "label": {"benchmark": 1},
        "scenario": {"04": 2, "06": 2, "08": 1},
    }


def test_facets_of_many_rows_are_left_out(edition: Edition, monkeypatch: Any) -> None:
    monkeypatch.setattr(facets, "FACET_CAP", 2)
    counts = facet_counts(EntrySearch(EntryFilter(q="有限公司"), [edition]))
    assert {c.by_code for c in counts.values()} == {None}
