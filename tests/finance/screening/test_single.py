"""One enterprise against all channels: answers, groups, the nearest way, older numbers."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pilotage.finance.rules import Attested
from pilotage.finance.screening import single
from pilotage.finance.screening.enums import Answer
from tests.factories import finance as make
from tests.factories.registry import EnterpriseFactory

pytestmark = pytest.mark.django_db
WAN = 10_000
BEFORE, AFTER = date(2024, 4, 29), date(2024, 4, 30)


@pytest.fixture
def firm(at: Any) -> Any:
    """As in the picture of the screen: enough for the numbers of 2020, not for those of April 2024."""
    at("2024-06-30 10:00")
    found = EnterpriseFactory()
    make.facts(
        found, revenue=28_600 * WAN, revenue_1=22_466 * WAN, revenue_2=17_648 * WAN, rd_expense=2_240 * WAN, rd_expense_1=2_070 * WAN,
        rd_expense_2=1_930 * WAN, staff=500, rd_staff=71, invention_patents_main=6,
    )  # fmt: skip
    return found


def attribute(firm: Any, on: date) -> single.Screened:
    channels = [each for each in make.model_channels() if each.key == "star-attribute"]
    return single.screen(firm, channels, on=on).screened[0]


def test_the_numbers_of_the_day_decide(firm: Any) -> None:
    assert (attribute(firm, BEFORE).answer, attribute(firm, AFTER).answer) == (Answer.MEETS, Answer.DOES_NOT_MEET)


def test_a_day_before_the_rule_says_nothing(firm: Any) -> None:
    found = attribute(firm, date(2019, 1, 1))
    assert (found.answer, found.rows(), found.told) == (None, [], ())


def test_groups_carry_their_own_answer_and_what_is_not_needed_is_spare(firm: Any) -> None:
    rows = attribute(firm, AFTER).rows()
    groups = [(row.node.en, row.answer) for row in rows if row.told is None]
    assert groups == [
        ("", Answer.DOES_NOT_MEET),
        ("R&D expenditure, either of two", Answer.MEETS),
        ("R&D staff", Answer.MEETS),
        ("Invention patents", Answer.DOES_NOT_MEET),
        ("Revenue, either of two", Answer.MEETS),
    ]
    by_key = {row.told.condition.key: row for row in rows if row.told}
    assert (by_key["rd_sum"].answer, by_key["rd_sum"].is_spare) == (Answer.DOES_NOT_MEET, True)
    assert (by_key["patents_main"].answer, by_key["patents_main"].is_spare) == (Answer.DOES_NOT_MEET, False)
    assert by_key["star_attribute_industrialised"].answer == Answer.NEEDS_ATTESTATION


def test_what_carries_a_verdict_is_named_once_for_each_part(firm: Any) -> None:
    held = attribute(firm, BEFORE)
    assert held.parts() == [True] * len(held.parts())
    assert [told.condition.key for told in held.carrying()] == ["rd_share", "rd_sum", "rd_staff_share", "patents_main", "revenue_growth"]
    short = attribute(firm, AFTER)
    assert (short.parts().count(True), len(short.parts())) == (3, 4)
    assert (attribute(firm, date(2019, 1, 1)).parts(), attribute(firm, date(2019, 1, 1)).carrying()) == ([], [])


def test_of_ways_that_are_groups_the_first_that_holds_speaks(firm: Any) -> None:
    make.facts(firm, net_profit=41 * 1_000_000, net_profit_1=33 * 1_000_000, market_cap=2_000_000_000)
    channels = [each for each in make.model_channels() if each.key == "chinext"]
    found = single.screen(firm, channels, on=BEFORE).screened[0]
    assert [told.condition.key for told in found.carrying()] == ["profit_last", "profit_before", "profits"]


def test_the_nearest_way_names_what_is_open(firm: Any) -> None:
    explanation = attribute(firm, AFTER).explanation
    assert explanation is not None
    assert {told.condition.key for told in explanation.nearest or ()} == {"patents_main", "star_attribute_industrialised"}


def test_an_attested_word_counts_until_it_runs_out(firm: Any) -> None:
    make.facts(firm, invention_patents_main=7, known_from=date(2024, 5, 2))
    assert attribute(firm, AFTER).answer == Answer.NEEDS_ATTESTATION
    make.attestation(firm, "star_attribute_industrialised", channel="star-attribute", valid_until=date(2024, 7, 1))
    assert attribute(firm, AFTER).answer == Answer.MEETS


def test_older_numbers_are_told_with_what_they_would_have_said(firm: Any) -> None:
    found = attribute(firm, AFTER)
    patents = next(told for told in found.told if told.condition.key == "patents_main")
    facts = {"invention_patents_main": 6}
    assert [(row.value.number, row.truth) for row in single.threshold_history(found, patents, facts)] == [(5, True), (7, False)]
    word = next(told for told in found.told if isinstance(told.condition, Attested))
    assert single.threshold_history(found, word, facts) == []


def test_missing_figures_are_named_and_never_taken_for_zero(at: Any) -> None:
    at("2024-06-30 10:00")
    empty = EnterpriseFactory()
    standing = single.screen(empty, make.model_channels(), on=AFTER)
    answers = {each.channel.key: each.answer for each in standing.screened}
    assert Answer.MEETS not in answers.values()
    assert answers["star-attribute"] == Answer.CANNOT_DETERMINE
    assert {"revenue", "revenue_2", "invention_patents_main"} <= set(standing.missing())
    assert sum(standing.counts().values()) + sum(answer is None for answer in answers.values()) == len(answers)


def test_what_is_open_comes_first(firm: Any) -> None:
    ordered = [each.answer for each in single.screen(firm, make.model_channels(), on=BEFORE).by_nearness()]
    assert ordered[0] == Answer.MEETS
    assert ordered[-1] is None  # described only


def test_any_number_of_channels_costs_the_same_queries(firm: Any, django_assert_num_queries: Any) -> None:
    channels = make.model_channels()
    single.screen(firm, channels, on=AFTER)
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as one:
        single.screen(firm, channels[:1], on=AFTER)
    with django_assert_num_queries(len(one)):
        single.screen(firm, channels, on=AFTER)


def test_over_the_years_each_day_has_its_rules_and_its_figures(firm: Any) -> None:
    make.facts(firm, base_year=2023, revenue=40_000 * WAN, known_from=date(2024, 5, 20))
    channels = [each for each in make.model_channels() if each.key == "star-attribute"]
    told = [(day, screened[0].answer) for day, screened in single.over_years(firm, channels)]
    assert [day for day, _answer in told] == [date(2023, 5, 1), date(2024, 5, 20), date(2024, 6, 30)]
    assert told[0][1] == Answer.MEETS
