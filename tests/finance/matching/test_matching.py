"""What the database lets through is what the kernel lets through; both sides read the same reasons."""

from __future__ import annotations

import random
from typing import Any

import pytest

from pilotage.accounts.models import EnterpriseConsent
from pilotage.accounts.services import withdraw_consent
from pilotage.core import clock
from pilotage.core.verdict import Conflict, Invalid
from pilotage.finance.matching import conditions, introductions, selectors, services
from pilotage.finance.matching.kernel import Fit
from pilotage.finance.matching.models import Need, Offer, packed
from pilotage.registry.models import Industry
from tests.factories import finance
from tests.factories import matching as make
from tests.factories.accounts import division
from tests.factories.registry import EnterpriseFactory

pytestmark = pytest.mark.django_db
PLACES = ((None, None), ("320000", None), ("320000", "320500"), ("320000", "320100"), ("370000", "370700"))
TRADES = (None, "C", "34", "65")


@pytest.fixture(autouse=True)
def _today() -> Any:
    with clock.at(make.NOW):
        yield


def industries() -> None:
    for code, parent in (("C", None), ("I", None), ("34", "C"), ("39", "C"), ("65", "I")):
        Industry.objects.get_or_create(
            code=code, defaults={"name_zh": f"行业{code}", "level": "section" if parent is None else "division", "parent_id": parent}
        )


def some_needs(rng: random.Random, count: int) -> None:
    """Straight into the table, with every field known or not."""
    for code in ("320500", "320100", "370700"):
        division(code)
    for number in range(count):
        province, city = rng.choice(PLACES)
        firm = EnterpriseFactory(province_id=province, prefecture_id=city, industry_id=rng.choice(TRADES))
        known = {
            "revenue": rng.choice([None, 10_000_000, 200_000_000]),
            "total_assets": rng.choice([None, 0, 100]),
            "total_liabilities": rng.choice([None, 60, 90]),
            "title_high_tech": rng.choice([None, True, False]),
        }
        stated = {name: value for name, value in known.items() if value is not None and name != "title_high_tech"}
        finance.facts(firm, **stated)
        if rng.random() < 0.9:
            firm.fact_row.title_high_tech = known["title_high_tech"]
            firm.fact_row.save()
        else:
            firm.fact_row.delete()
        Need.objects.create(
            number=f"T{number}",
            enterprise=firm,
            channel=rng.choice(make.CHANNELS[:2]),
            amount=rng.choice([1, 5, 10]),
            months=rng.choice([None, 6, 24]),
            purpose=rng.choice(["equipment", "research"]),
            collateral=packed(rng.choice([(), ("patents",), ("none",), ("equipment", "patents")])),
            stage=rng.choice(["", "seed", "growth"]),
            valid_until=make.END,
            state="open",
            created_at=make.NOW,
            updated_at=make.NOW,
            opened_at=make.NOW,
        )


ROWS = (
    {"metric": "revenue", "op": ">=", "value": 100_000_000},
    {"metric": "total_liabilities / total_assets", "op": "<=", "value": 7000},
    {"metric": "title_high_tech"},
)


def some_offer(rng: random.Random, organisation: Any) -> Offer:
    def some(*codes: str) -> list[str]:
        return [code for code in codes if rng.random() < 0.3]

    asked = {"need": rng.choice(["all", "any"]), "rows": [row for row in ROWS if rng.random() < 0.3]}
    return Offer(
        organisation=organisation,
        channel=rng.choice(make.CHANNELS[:2]),
        amount_from=rng.choice([None, 1, 5]),
        amount_to=rng.choice([None, 5, 10]),
        months_from=rng.choice([None, 6, 12]),
        months_to=rng.choice([None, 24]),
        purposes=some("equipment", "research"),
        collateral=some("patents", "equipment"),
        stages=some("seed", "growth"),
        regions=some("320000", "320500", "370700"),
        industries=some("C", "34", "65"),
        conditions=conditions.checked(asked),
    )


def test_database_and_kernel_let_the_same_through(cast: Any) -> None:
    rng = random.Random(20231120)
    make.channels()
    industries()
    some_needs(rng, 120)
    needs = list(Need.objects.select_related("enterprise__province", "enterprise__industry").order_by("pk"))
    facts = selectors.facts_by_enterprise(need.enterprise_id for need in needs)
    for _round in range(60):
        offer = some_offer(rng, make.bank_of(cast.finance_liaison))
        by_kernel = {need.number for need in needs if selectors.pair(need, offer, facts.get(need.enterprise_id, {})).match.fits}
        by_database = set(selectors.needs_fitting([offer]).values_list("number", flat=True))
        assert by_database == by_kernel, (offer.conditions, offer.regions, offer.industries)


def test_both_sides_read_the_same_reasons(cast: Any, django_assert_num_queries: Any) -> None:
    finance.facts(cast.enterprise, revenue=150_000_000)
    asked = {"need": "all", "rows": [ROWS[0], ROWS[1]]}
    offer, need = make.offer(cast.finance_liaison, conditions=asked), make.need(cast.enterprise, cast.filer)
    make.offer(cast.finance_liaison, name_zh="演示大额贷", amount_from=100_000_000, amount_to=None)
    need = Need.objects.select_related("enterprise__industry").get(pk=need.pk)
    with django_assert_num_queries(2):
        for_enterprise = selectors.offers_for(need)
    with django_assert_num_queries(2):
        for_bank = selectors.needs_for([offer])

    assert [(pair.offer.name_zh, pair.match.gaps, pair.match.unknowns) for pair in for_enterprise] == [
        ("演示知融贷", 0, 1),
        ("演示大额贷", 1, 0),
    ]
    assert for_bank[0].match == for_enterprise[0].match
    assert {each.key: each.fit for each in for_bank[0].match.criteria} == {
        "channel": Fit.FITS,
        "amount": Fit.FITS,
        "months": Fit.FITS,
        "purpose": Fit.FITS,
        "collateral": Fit.FITS,
        "region": Fit.FITS,
        "conditions": Fit.UNKNOWN,
    }
    told = for_enterprise[0].explanation.told
    assert [(each.truth, each.missing) for each in told] == [(True, ()), (None, ("total_liabilities", "total_assets"))]
    assert [conditions.limit_of(each) for each in told] == [100_000_000, 7000]


def test_the_number_of_needs_does_not_change_the_number_of_queries(cast: Any, django_assert_num_queries: Any) -> None:
    offer = make.offer(cast.finance_liaison, conditions={"need": "all", "rows": [ROWS[2]]})
    for count in (1, 3):
        while Need.objects.count() < count:
            make.need(cast.enterprise, cast.filer)
        with django_assert_num_queries(2):
            assert len(selectors.needs_for([offer])) == count


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([{"metric": "profits", "op": ">=", "value": 1}], "profits"),
        ([{"metric": "revenue + staff", "op": ">=", "value": 1}], "不能相加"),
        ([{"metric": "revenue", "op": "~", "value": 1}], "整数"),
        ([{"metric": "revenue", "op": ">=", "value": 1.5}], "整数"),
        ([{"metric": "ownership"}], "取值"),
        ([ROWS[2]] * 9, "8"),
    ],
)
def test_conditions_that_cannot_be_read_are_named(rows: list[Any], said: str) -> None:
    with pytest.raises(Invalid) as refused:
        conditions.checked({"need": "all", "rows": rows})

    assert said in refused.value.errors["conditions"]


def test_conditions_know_codes() -> None:
    asked = conditions.checked({"rows": [{"metric": "ownership", "codes": ["private", "foreign"]}]})

    assert asked == {"need": "all", "rows": [{"metric": "ownership", "codes": ["private", "foreign"]}]}
    assert conditions.truth(conditions.explained(asked, {"ownership": "private"})) is True
    assert conditions.truth(conditions.explained(asked, {"ownership": "central_soe"})) is False
    assert conditions.truth(conditions.explained(asked, {})) is None


def test_who_asked_about_a_withdrawn_need_is_declined(cast: Any) -> None:
    row = make.asked(cast)
    services.move_need(actor=cast.filer, need=row.need, verb="withdraw", reason="已另行安排")
    row.refresh_from_db()

    assert (row.state, row.reason) == ("declined", "已另行安排")


def test_a_need_in_talks_is_neither_changed_nor_withdrawn(cast: Any) -> None:
    row = make.introduced(cast)
    for verb in ("revise", "withdraw"):
        with pytest.raises(Invalid):
            services.move_need(actor=cast.filer, need=row.need, verb=verb, reason="已另行安排")


def test_consent_is_given_once_and_needed_for_diligence(cast: Any) -> None:
    make.consented(cast)
    row = make.introduced(cast)
    assert EnterpriseConsent.objects.count() == 1
    withdraw_consent(actor=cast.legal_representative, consent=row.consent)
    with pytest.raises(Invalid):
        introductions.step(actor=cast.finance_liaison, introduction=row, verb="begin_diligence")


def test_nobody_is_introduced_about_what_does_not_fit_or_is_closed(cast: Any) -> None:
    offer, large = make.offer(cast.finance_liaison), make.need(cast.enterprise, cast.filer, amount=900_000_000)
    small = make.need(cast.enterprise, cast.filer)
    with pytest.raises(Invalid):
        introductions.ask(actor=cast.finance_liaison, need=large, offer=offer)
    introductions.ask(actor=cast.finance_liaison, need=small, offer=offer)
    with pytest.raises(Conflict):
        introductions.ask(actor=cast.filer, need=small, offer=offer)
    services.move_offer(actor=cast.finance_liaison, offer=offer, verb="withdraw", reason="额度用尽")
    with pytest.raises(Invalid):
        introductions.introduce(actor=cast.legal_representative, need=make.need(cast.enterprise, cast.filer), offer=offer)
