"""What is known of an enterprise on a day."""

from __future__ import annotations

from datetime import date

import pytest

from pilotage.core import clock
from pilotage.core.verdict import Invalid, Refused
from pilotage.finance.facts import rows, selectors, services
from pilotage.finance.facts.lines import Line
from pilotage.finance.facts.models import Fact, FactRow
from pilotage.registry.models import Title
from tests.conftest import moment
from tests.factories.accounts import cast
from tests.factories.finance import attestation, facts, tier_stay
from tests.factories.registry import EnterpriseFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _spring():
    with clock.at(moment("2024-06-01 09:00")):
        yield


def test_columns_count_back_from_the_last_year_with_revenue():
    own = EnterpriseFactory()
    facts(own, base_year=2022, revenue=300, revenue_1=200, revenue_2=100, rd_expense_1=7, staff=12)
    facts(own, base_year=2023, known_from=date(2024, 4, 30), revenue=400)
    assert selectors.facts_of(own, on=date(2024, 4, 29)) == {
        "revenue": 300, "revenue_1": 200, "revenue_2": 100, "rd_expense_1": 7, "staff": 12,
    }  # fmt: skip
    assert selectors.facts_of(own) == {"revenue": 400, "revenue_1": 300, "revenue_2": 200, "rd_expense_2": 7}
    assert selectors.base_year(own) == 2023
    assert selectors.base_year(own, date(2023, 1, 1)) is None


def test_a_restated_value_holds_from_the_day_it_was_published():
    own = EnterpriseFactory()
    facts(own, revenue=300)
    facts(own, known_from=date(2024, 1, 10), revenue=280)
    assert selectors.facts_of(own, on=date(2024, 1, 9))["revenue"] == 300
    told = selectors.told_of(own)["revenue", 2022]
    assert (told.value, told.is_restated, [each.value for each in told.earlier]) == (280, True, [300])
    before = selectors.told_of(own, date(2024, 1, 9))["revenue", 2022]
    assert ([each.value for each in before.later], before.is_restated) == ([280], False)


def test_what_is_stated_is_kept_with_its_row_and_an_event():
    people = cast()
    own = people.enterprise
    lines = [Line("revenue", 286_000_000, 2023), Line("invention_patents_main", 6), Line("operating_since", date(2010, 3, 5))]
    written = services.state(actor=people.filer, enterprise=own, lines=lines, source="2023年审计报告", is_audited=True)
    assert [each.value for each in written] == [286_000_000, 6, date(2010, 3, 5)]
    row = FactRow.objects.get(pk=own.pk)
    assert (row.revenue, row.invention_patents_main, row.months_in_operation, row.base_year) == (286_000_000, 6, 170, 2023)
    assert row.facts() == selectors.facts_of(own)
    # the same again says nothing new; audited where it was not does
    assert services.state(actor=people.filer, enterprise=own, lines=lines, source="再报", is_audited=True) == []
    services.state(actor=people.filer, enterprise=own, lines=[Line("invention_patents_main", None)], source="更正")
    assert "invention_patents_main" not in selectors.facts_of(own)
    assert FactRow.objects.get(pk=own.pk).invention_patents_main is None
    assert list(rows.differences()) == []


def test_rows_that_were_changed_by_hand_are_named():
    own = EnterpriseFactory()
    facts(own, revenue=300)
    FactRow.objects.filter(pk=own.pk).update(revenue=301)
    assert list(rows.differences()) == [f"factrow {own.pk}.revenue: kept 301, recounted 300"]
    rows.refresh_rows()
    assert list(rows.differences()) == []


@pytest.mark.parametrize(
    ("line", "word"),
    [
        (Line("revenues", 1, 2023), "revenues"),
        (Line("revenue", 1), "年度"),
        (Line("market_cap", 1, 2023), "年度"),
        (Line("staff", -1, 2023), "不能为负"),
        (Line("revenue", 10**15, 2023), "单位"),
        (Line("neeq_tier", "第一层"), "base"),
        (Line("operating_since", 3), "日期"),
        (Line("title_high_tech", True), "企业档案"),
        (Line("revenue", True, 2023), "整数"),
    ],
)
def test_what_cannot_be_stated_is_named(line, word):
    people = cast()
    with pytest.raises(Invalid) as error:
        services.state(actor=people.filer, enterprise=people.enterprise, lines=[Line("staff", 3, 2023), line], source="x")
    assert list(error.value.errors) == ["1"]
    assert word in error.value.errors["1"]
    assert Fact.objects.count() == 0


def test_who_states():
    people = cast()
    for person in (people.other_filer, people.finance_liaison, people.auditor, people.city_officer, people.outsider):
        with pytest.raises(Refused):
            services.state(actor=person, enterprise=people.enterprise, lines=[Line("staff", 3, 2023)], source="x")
    services.state(actor=people.secretariat, enterprise=people.enterprise, lines=[Line("staff", 3, 2023)], source="年报")


def test_titles_stays_and_attestations_of_a_day():
    own, people = EnterpriseFactory(ownership="private"), cast()
    Title.objects.create(enterprise=own, name="专精特新“小巨人”企业", granted_on=date(2021, 7, 1), valid_until=date(2024, 6, 30))
    Title.objects.create(enterprise=own, name="专精特新中小企业", granted_on=date(2020, 1, 1), valid_until=date(2023, 1, 1))
    tier_stay(own, date(2022, 5, 23))
    told = selectors.facts_of(own)
    assert told == {
        "ownership": "private", "neeq_tier": "innovation", "months_on_innovation_tier": 24, "title_little_giant": True, "title_srdi_sme": False,
    }  # fmt: skip
    assert selectors.facts_of(own, on=date(2024, 7, 1))["title_little_giant"] is False
    assert "title_little_giant" not in selectors.facts_of(own, on=date(2021, 6, 30))
    attestation(own, "leads", valid_until=date(2024, 5, 31))
    attestation(own, "clean", by=people.filer)
    assert selectors.attestations_of(own) == {"clean": True}
    assert selectors.attestations_of(own, date(2024, 5, 31)) == {"clean": True, "leads": True}


def test_many_are_read_in_as_many_queries_as_one(django_assert_max_num_queries):
    made = [EnterpriseFactory() for _ in range(4)]
    for each in made:
        facts(each, revenue=1)
    with django_assert_max_num_queries(9):
        assert {found["revenue"] for found in selectors.facts_of_many([each.pk for each in made]).values()} == {1}
