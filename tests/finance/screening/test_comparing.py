"""Before and after 30 April 2024: who drops out, by which condition; on the real listed companies, recounted here by hand."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from pilotage.finance.facts.listed import SEED, load_listed_companies
from pilotage.finance.screening import comparing
from pilotage.finance.screening.comparing import Group, Question, compare, walk
from pilotage.finance.screening.enums import Answer
from pilotage.registry.models import Enterprise
from tests.factories import finance

pytestmark = pytest.mark.django_db
DAYS = (date(2024, 4, 29), date(2024, 4, 30))
ALL_849 = Path(__file__).resolve().parents[4] / "shared" / "data" / "listed_companies_fy2019_2021.csv"
M, X, A, U = Answer.MEETS, Answer.DOES_NOT_MEET, Answer.NEEDS_ATTESTATION, Answer.CANNOT_DETERMINE


@pytest.fixture(autouse=True)
def _day(at: Any) -> None:
    at("2025-06-30 12:00")


def words_for(made: list[Any]) -> None:
    for each in made:
        finance.attestation(each, "demo_channel_word")


def ids(question: Question, group: str, condition: str = "", after: int = 0) -> list[int]:
    return [each.enterprise for each in walk(question, Group(group), condition, after=after)]


def test_who_drops_out_under_the_rules_of_2024() -> None:
    channel = finance.channel()
    made = finance.screened(4)
    words_for(made[:3])
    found = compare(Question(channel, DAYS))
    assert found.pairs == {(M, X): 2, (M, M): 1, (A, A): 1}
    assert (found.total, found.groups) == (4, {Group.OUT: 2, Group.ANY: 2})
    assert [(flip.condition.key, flip.lost, flip.gained) for flip in found.flips] == [("revenue_enough", 2, 0), ("demo_channel_word", 0, 0)]
    question, back = Question(channel, DAYS), Question(channel, DAYS[::-1])
    assert ids(question, "out") == ids(question, "lost", "revenue_enough") == ids(question, "any") == [made[0].pk, made[1].pk]
    assert ids(question, "out", after=made[0].pk) == [made[1].pk]
    assert ids(question, "in") == ids(question, "lost", "demo_channel_word") == ids(question, "gained", "revenue_enough") == []
    assert ids(back, "in") == ids(back, "gained", "revenue_enough") == [made[0].pk, made[1].pk]


def test_what_changes_without_meeting_is_named_too() -> None:
    """Without the word, the revenue decides on one day and not on the other: needs attestation, then does not meet."""
    channel = finance.channel()
    made = finance.screened(1)
    found = compare(Question(channel, DAYS))
    assert (found.pairs, found.groups) == ({(A, X): 1}, {Group.OTHER: 1, Group.ANY: 1})
    assert ids(Question(channel, DAYS), "other") == [made[0].pk]


def test_a_list_is_read_in_parts(monkeypatch: Any, django_assert_num_queries: Any) -> None:
    channel = finance.channel()
    made = finance.screened(5, revenue=200_000_000)
    monkeypatch.setattr(comparing, "CHUNK", 2)
    with django_assert_num_queries(3):
        assert ids(Question(channel, DAYS), "any") == [each.pk for each in made]
    with django_assert_num_queries(1):
        assert next(walk(Question(channel, DAYS), Group.ANY)).enterprise == made[0].pk


def test_with_another_threshold() -> None:
    channel = finance.channel()
    made = finance.screened(4)
    words_for(made)
    today = (DAYS[1], DAYS[1])
    found = compare(Question(channel, today, thresholds={"least_revenue": Fraction(150_000_000)}))
    assert (found.groups, found.pairs) == ({Group.IN: 1, Group.ANY: 1}, {(X, X): 1, (X, M): 1, (M, M): 2})
    assert found.flips[0].after is not None
    assert found.flips[0].after.number == 150_000_000


def test_only_those_one_may_see_are_counted() -> None:
    channel = finance.channel()
    made = finance.screened(3)
    words_for(made)
    seen = Enterprise.objects.filter(pk__in=[made[0].pk, made[2].pk])
    assert compare(Question(channel, DAYS, seen)).pairs == {(M, X): 1, (M, M): 1}
    assert ids(Question(channel, DAYS, seen), "out") == [made[0].pk]


def test_unknown_is_neither_lost_nor_gained() -> None:
    channel = finance.channel()
    finance.screened(1)
    finance.facts(Enterprise.objects.get(), revenue=None, known_from=date(2024, 1, 1))
    found = compare(Question(channel, DAYS))
    assert found.pairs == {(U, U): 1}
    assert {(flip.lost, flip.gained) for flip in found.flips} == {(0, 0)}


# --- the real listed companies --------------------------------------------------------------
YEARS = (2021, 2020, 2019)
FIGURES = {"revenue": "revenue_yuan", "rd_expense": "rd_expense_yuan", "staff": "employees", "rd_staff": "rd_employees"}

ALL_FIGURES = (*FIGURES.values(), "net_profit_yuan", "operating_cash_flow_yuan")


def recount(file: Path) -> dict[str, Any]:
    """From the file alone, with Decimals: how often each condition of the attributes holds, fails or is unknown on either day."""
    companies: dict[str, dict[int, dict[str, Decimal]]] = defaultdict(dict)
    stated: set[str] = set()
    with file.open(encoding="utf-8") as source:
        for row in csv.DictReader(source):
            told = {
                name: Decimal(row[column]).quantize(Decimal(1)) for name, column in FIGURES.items() if row[column] and Decimal(row[column])
            }
            companies[row["stock_code"]][int(row["fiscal_year"])] = told
            if any(row[column] for column in ALL_FIGURES):
                stated.add(row["stock_code"])
    found: dict[str, Any] = {"total": len(stated), "lost": defaultdict(int)}
    for years in companies.values():
        base = max((year for year, told in years.items() if "revenue" in told), default=None)
        if base is None:
            continue
        revenue = [years.get(base - back, {}).get("revenue") for back in range(3)]
        research = [years.get(base - back, {}).get("rd_expense") for back in range(3)]
        if None not in research:
            spent = sum(research)  # type: ignore[arg-type]
            found["lost"]["rd_sum"] += 60_000_000 <= spent < 80_000_000
        if revenue[0] is not None and revenue[2] is not None and revenue[2] > 0:
            grown = revenue[0] / revenue[2]
            found["lost"]["revenue_growth"] += Decimal("1.44") <= grown < Decimal("1.5625")
    return found


@pytest.mark.parametrize("file", [SEED, ALL_849], ids=["shipped", "all 849"])
def test_the_attributes_on_the_real_listed_companies_equal_a_recount(file: Path) -> None:
    if not file.exists():
        pytest.skip("the table of all companies is not at hand")
    load_listed_companies(file)
    channel = next(each for each in finance.model_channels() if each.key == "star-attribute")
    found, wanted = compare(Question(channel, DAYS)), recount(file)
    lost = {flip.condition.key: flip.lost for flip in found.flips if flip.lost}
    assert lost == {key: count for key, count in wanted["lost"].items() if count}
    assert found.total == wanted["total"]
    assert sum(lost.values()) > 0
    assert {flip.gained for flip in found.flips} == {0}
    # no patents stand in annual reports: nobody is called eligible by what is missing
    assert found.counts(0)[M] == found.counts(1)[M] == 0
