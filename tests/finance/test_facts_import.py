"""Files of statements: all or nothing, every bad cell named; listed companies from their annual reports."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.utils import translation

from pilotage.audit.models import AuditEvent
from pilotage.core import clock
from pilotage.core.tables import Unreadable
from pilotage.core.verdict import Refused
from pilotage.finance.facts import listed, rows, selectors, services
from pilotage.finance.facts.models import Fact, FactRow
from pilotage.finance.facts.sheet import BadSheet
from pilotage.registry.models import Enterprise
from tests.conftest import moment
from tests.factories.accounts import Cast, cast
from tests.factories.finance import facts
from tests.factories.registry import write_csv, write_xlsx

pytestmark = pytest.mark.django_db
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "listed_companies_fy2019_2021.csv"
HEADS = ["企业名称", "年度", "营业收入（万元）", "研发投入（万元）", "职工人数", "研发人员（人）", "加权平均净资产收益率（%）"]


@pytest.fixture(autouse=True)
def _spring():
    with clock.at(moment("2024-06-01 09:00")), translation.override("en"):
        yield


@pytest.fixture
def people() -> Cast:
    return cast()


def good(people: Cast) -> list[list[str]]:
    name = people.enterprise.name_zh
    return [[name, "2023", "28,600.5", "1944.8", "420", "60", "8.5"], [name, "2022", "22000", "", "400", "52", "-7.25"]]


def test_a_table_is_taken_whole(people: Cast, tmp_path: Path):
    path = write_xlsx(tmp_path / "a.xlsx", good(people), HEADS)
    done = services.import_file(actor=people.filer, path=path, source="审计报告", known_from=date(2024, 4, 20), is_audited=True)
    assert (done.rows, done.enterprises, done.facts) == (2, 1, 9)
    told = selectors.facts_of(people.enterprise)
    assert told == {
        "revenue": 286_005_000, "revenue_1": 220_000_000, "rd_expense": 19_448_000, "staff": 420, "rd_staff": 60, "roe": 850, "roe_1": -725,
    }  # fmt: skip
    assert AuditEvent.objects.filter(verb="facts.state").count() == 1
    again = services.import_file(actor=people.filer, path=path, source="审计报告", known_from=date(2024, 4, 20), is_audited=True)
    assert again.facts == 0


# what is changed in the good table: (row, column, new text) or (column, new head); the cell named; a piece of the sentence; whether a doubt
FAULTS = {
    "-1 for missing": ((0, 2, "-1"), "C2", "mark for “missing”", False),
    "-1.0 of a rate": ((0, 6, "-1.0"), "G2", "mark for “missing”", False),
    "0 for missing revenue": ((0, 2, "0"), "C2", "0 cannot be true", False),
    "0 for missing staff": ((0, 4, "0"), "E2", "0 cannot be true", False),
    "0 after more": ((0, 5, "0"), "F2", "0, after 52", True),
    "thousands in place of yuan": ((0, 2, "28.6"), "C2", "thousands or 万元", True),
    "a thousand times": ((0, 2, "28600500"), "C2", "Far from the year before", True),
    "another currency at the head": ((2, "营业收入（万美元）"), "C1", "Another currency", False),
    "another currency in a cell": ((0, 2, "USD 400"), "C2", "Another currency", False),
    "a unit in a cell": ((0, 2, "2.86亿"), "C2", "unit of its own", False),
    "no unit at the head": ((2, "营业收入"), "C1", "The unit is missing", False),
    "a wrong unit at the head": ((2, "营业收入（人）"), "C1", "“人” is no unit", False),
    "an unknown metric": ((2, "营业收人（万元）"), "C1", "no metric “营业收人（万元）”", False),
    "a metric twice": ((3, "营业收入（元）"), "D1", "stands twice", False),
    "no number": ((0, 2, "约三"), "C2", "no number", False),
    "half a person": ((0, 4, "420.5"), "E2", "whole number", False),
    "more R&D staff than staff": ((0, 5, "421"), "F2", "More than the whole", False),
    "below zero": ((0, 4, "-12"), "E2", "below zero", False),
    "no year": ((0, 1, ""), "B2", "A year such as 2023", False),
    "the same year twice": ((1, 1, "2023"), "3", "stand in row 2", False),
    "somebody else's": ((0, 0, "潍坊岚桥机械有限公司"), "A2", "no such enterprise", False),
}  # fmt: skip


@pytest.mark.parametrize("case", FAULTS)
def test_every_bad_cell_is_named_and_nothing_written(people: Cast, tmp_path: Path, case: str):
    change, place, piece, is_doubt = FAULTS[case]
    heads, table = list(HEADS), good(people)
    if len(change) == 2:
        heads[change[0]] = change[1]
    else:
        table[change[0]][change[1]] = change[2]
    path = write_csv(tmp_path / "a.csv", table, heads=heads)
    with pytest.raises(BadSheet) as error:
        services.import_file(actor=people.filer, path=path, source="审计报告")
    named = {f"{cell.column}{cell.row}": cell for cell in error.value.cells}
    assert piece in named[place].message
    assert named[place].is_doubt is is_doubt
    assert Fact.objects.count() == 0
    if is_doubt and error.value.only_doubts:
        assert services.import_file(actor=people.filer, path=path, source="审计报告", sure=True).facts == 9


def test_a_figure_is_held_against_what_is_known_already(people: Cast, tmp_path: Path):
    facts(people.enterprise, base_year=2022, revenue=220_000_000_000)
    path = write_csv(tmp_path / "a.csv", [good(people)[0]], heads=HEADS)
    with pytest.raises(BadSheet) as error:
        services.import_file(actor=people.filer, path=path, source="审计报告")
    assert [(cell.row, cell.column) for cell in error.value.cells] == [(2, "C")]


def test_other_currencies_by_row(people: Cast, tmp_path: Path):
    path = write_csv(tmp_path / "a.csv", [[*row, "USD", "元"] for row in good(people)], heads=[*HEADS, "币种", "单位"])
    with pytest.raises(BadSheet) as error:
        services.import_file(actor=people.filer, path=path, source="审计报告")
    assert [(cell.row, cell.column) for cell in error.value.cells] == [(2, "H"), (2, "I"), (3, "H"), (3, "I")]


def test_what_is_no_table_is_said(people: Cast, tmp_path: Path):
    with pytest.raises(Unreadable):
        services.import_file(actor=people.filer, path=write_csv(tmp_path / "a.csv", [["1", "2"]], heads=["甲", "乙"]), source="x")
    for person in (people.auditor, people.finance_liaison, people.city_officer, people.outsider):
        with pytest.raises(Refused):
            services.import_file(actor=person, path=tmp_path / "a.csv", source="x")


def test_the_seed_loads_with_its_source():
    lines = listed.SEED.read_text(encoding="utf-8").splitlines()
    assert len(lines) - 1 <= 300
    loaded = services.load_listed_companies()
    assert (loaded.companies, loaded.left_out) == (100, [])
    assert Fact.objects.exclude(source=listed.SOURCE).count() == 0
    assert FactRow.objects.filter(is_public=True, base_year=2021).count() == 100
    assert services.load_listed_companies().facts == 0
    assert list(rows.differences()) == []


@pytest.mark.skipif(not SHARED.exists(), reason="the listed companies are not at hand")
def test_all_listed_companies_load_and_what_is_doubtful_is_left_out():
    loaded = services.load_listed_companies(SHARED)
    assert loaded.companies == Enterprise.objects.count() == 849
    named = {(code, year, metric) for code, year, metric, _why in loaded.left_out}
    # statements in thousands or 万元, and heads in hundreds
    assert {("300750", 2021, "revenue"), ("300750", 2021, "rd_expense"), ("688578", 2019, "revenue"), ("603993", 2021, "staff")} & named
    catl = Enterprise.objects.get(identifiers__value="300750")
    assert selectors.facts_of(catl).get("revenue", 10**10) >= 10**10
    assert FactRow.objects.filter(revenue=0).count() == 0
