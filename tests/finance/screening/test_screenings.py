"""Screenings of the register: kept with the rules' version, the same by database and walker, and told where an answer changed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pilotage.audit.models import AuditEvent
from pilotage.core.verdict import Invalid, Refused
from pilotage.finance.facts.rows import refresh_rows
from pilotage.finance.facts.selectors import attestations_of, facts_of
from pilotage.finance.models import Screening, ScreeningResult, VerdictChange
from pilotage.finance.rules import explain
from pilotage.finance.rules.compiler import LETTERS
from pilotage.finance.screening import indicators, selectors, services
from pilotage.finance.screening.enums import Answer
from tests.factories import finance

pytestmark = pytest.mark.django_db
TODAY = date(2025, 6, 30)


@pytest.fixture(autouse=True)
def _day(at: Any) -> None:
    at("2025-06-30 12:00")


def letters(screening: Screening) -> list[tuple[str, str]]:
    return list(screening.results.order_by("enterprise", "channel").values_list("enterprise__name_zh", "verdict"))


def words_for(made: list[Any]) -> None:
    for each in made:
        finance.attestation(each, "demo_channel_word")


def test_a_screening_keeps_the_answers_with_the_version_of_the_rules(cast: Any) -> None:
    channel = finance.channel()
    made = finance.screened(4)
    words_for(made[:3])
    refresh_rows()
    screening = services.begin(actor=cast.secretariat, rule_date=TODAY)
    assert (screening.state, screening.total) == ("done", 4)
    assert [letter for _name, letter in letters(screening)] == ["x", "x", "m", "a"]
    assert screening.counts == {"demo-channel": {"x": 2, "m": 1, "a": 1}}
    assert screening.rules["demo-channel"] == {
        "version": 1, "digest": channel.digest, "conditions": ["revenue_enough", "demo_channel_word"],
    }  # fmt: skip
    assert list(screening.results.order_by("enterprise").values_list("failed", "unknown")) == [(1, 0), (1, 0), (0, 0), (0, 2)]
    verbs = list(AuditEvent.objects.filter(object_type="finance.screening").order_by("number").values_list("verb", flat=True))
    assert verbs == ["finance.screening.begin", "finance.screening.start", "finance.screening.finish"]


def test_the_rules_of_an_earlier_day_let_more_in(cast: Any) -> None:
    finance.channel()
    words_for(finance.screened(4))
    earlier = services.begin(actor=cast.secretariat, rule_date=date(2024, 4, 29))
    later = services.begin(actor=cast.secretariat, rule_date=date(2024, 4, 30))
    assert ([letter for _name, letter in letters(earlier)], [letter for _name, letter in letters(later)]) == (list("mmmm"), list("xxmm"))


def test_database_and_walker_agree_on_every_channel_of_the_plan_and_mask(cast: Any) -> None:
    finance.model_channels()
    finance.screened(3, revenue_1=90_000_000, revenue_2=80_000_000, rd_expense=9_000_000, staff=100, rd_staff=20, net_profit=20_000_000)
    found = services.asked_on([each for each in finance.Channel.objects.order_by("position") if each.has_rule], TODAY)
    ids = list(finance.Enterprise.objects.filter(fact_row__isnull=False).order_by("pk").values_list("pk", flat=True))
    by_database = sorted(tuple(row) for row in services._by_database(found, ids, TODAY))
    assert by_database == [tuple(row) for row in services._by_walker(found, ids, TODAY)]


def test_facts_of_an_earlier_day_are_those_known_then(cast: Any) -> None:
    channel = finance.channel()
    made = finance.screened(1)
    words_for(made)
    finance.facts(made[0], revenue=900_000_000, known_from=date(2025, 1, 1))
    then = services.begin(actor=cast.secretariat, rule_date=TODAY, facts_on=date(2024, 6, 1))
    now = services.begin(actor=cast.secretariat, rule_date=TODAY)
    assert ([letter for _n, letter in letters(then)], [letter for _n, letter in letters(now)]) == (["x"], ["m"])
    facts = {**facts_of(made[0]), **attestations_of(made[0])}
    assert LETTERS[explain(channel.on(TODAY), facts).verdict] == "m"


def test_a_change_is_written_down_once_and_only_against_the_screening_before(cast: Any, at: Any) -> None:
    finance.channel()
    made = finance.screened(2)
    words_for(made)
    services.screen_today()
    assert services.screen_today() is None
    at("2025-07-01 09:00")
    finance.facts(made[0], revenue=500_000_000, known_from=date(2025, 7, 1))
    services.begin(actor=cast.secretariat, rule_date=date(2020, 6, 1))
    assert VerdictChange.objects.count() == 0
    services.screen_today()
    changes = VerdictChange.objects.values_list("enterprise", "channel__key", "before", "after")
    assert list(changes) == [(made[0].pk, "demo-channel", "x", "m")]
    assert AuditEvent.objects.filter(verb="finance.verdict.change").count() == 1
    assert selectors.latest_verdicts([made[0].pk, made[1].pk]) == {
        made[0].pk: {"demo-channel": Answer.MEETS}, made[1].pk: {"demo-channel": Answer.DOES_NOT_MEET},
    }  # fmt: skip


def test_rows_of_the_day_before_are_reckoned_first(cast: Any, at: Any) -> None:
    finance.channel()
    made = finance.screened(2)
    words_for(made)
    finance.facts(made[0], revenue=500_000_000, known_from=date(2025, 7, 1))
    refresh_rows()
    at("2025-07-01 00:01")
    screening = services.screen_today()
    assert screening is not None
    assert [letter for _name, letter in letters(screening)] == ["m", "x"]


def test_who_became_known_while_it_ran_is_among_all(cast: Any, monkeypatch: Any) -> None:
    finance.channel()
    made = finance.screened(3)
    late = made[1].fact_row
    late.delete()
    reckon = services._reckoned

    def after_somebody_acted(*given: Any) -> Any:
        refresh_rows([made[1].pk])
        return reckon(*given)

    monkeypatch.setattr(services, "_reckoned", after_somebody_acted)
    screening = services.begin(actor=cast.secretariat, rule_date=TODAY)
    assert (screening.total, screening.results.count()) == (3, 3)


def test_the_plan_counts_who_is_eligible_as_of_a_day(cast: Any) -> None:
    finance.channel()
    words_for(finance.screened(4))
    asked = {"channel": "demo-channel"}
    assert indicators.eligible(finance.plan(), asked, TODAY) is None
    services.screen_today()
    assert (indicators.eligible(finance.plan(), asked, TODAY), indicators.eligible(finance.plan(), asked, date(2025, 6, 29))) == (2, None)


def test_what_cannot_be_screened_is_refused(cast: Any) -> None:
    with pytest.raises(Invalid, match="尚未载入渠道"):
        services.begin(actor=cast.secretariat, rule_date=TODAY)
    finance.channel()
    for actor in (cast.filer, cast.finance_liaison, cast.auditor, cast.outsider):
        with pytest.raises(Refused):
            services.begin(actor=actor, rule_date=TODAY)
    with pytest.raises(Invalid):
        services.begin(actor=cast.secretariat, rule_date=TODAY, facts_on=date(2025, 7, 1))
    assert ScreeningResult.objects.count() == 0
