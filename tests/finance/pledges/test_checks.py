"""The twelve grounds by table, the paper file, and every bad input by its name."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pilotage.core import clock
from pilotage.core.verdict import Invalid
from pilotage.finance.facts.models import FactRow
from pilotage.finance.pledges import assets, checklist, checks, selectors, services
from pilotage.finance.pledges.enums import Answer, Ground, Paper, PaperState
from pilotage.finance.pledges.models import IpAsset, IpEvent
from pilotage.finance.pledges.status import status_of
from tests.factories import pledges as make

pytestmark = pytest.mark.django_db
G, A = Ground, Answer


@pytest.fixture(autouse=True)
def _today() -> Any:
    with clock.at(make.NOW):
        yield


def answers(pledge: Any) -> dict[str, str]:
    return {check.ground: check.answer for check in selectors.checks_of(pledge, clock.today())}


def test_a_sound_pledge_is_let_through(cast: Any) -> None:
    pledge = make.filled(cast)

    assert answers(pledge) == dict.fromkeys(Ground, A.CLEAR)
    services.step(actor=cast.filer, pledge=pledge, verb="file")


# (what differs at the right, events, what is said) -> the grounds that are not clear
CASES: list[tuple[dict[str, Any], list[dict[str, Any]], dict[str, Any], dict[str, str]]] = [
    ({"owners": []}, [], {}, {G.OWNER: A.UNKNOWN, G.CO_OWNERS: A.UNKNOWN}),
    ({}, [{"code": "TR01", "owners": ["受让公司"]}], {"consents": True}, {G.OWNER: A.REFUSES}),
    ({}, [{"code": "TR01", "owners": ["受让公司"]}, {"code": "TR01", "owners": "own"}], {}, {}),
    ({}, [{"code": "IW01"}], {}, {G.ENDED: A.REFUSES}),
    ({}, [{"code": "ceased"}], {}, {G.ENDED: A.REFUSES}),
    ({}, [{"code": "ceased"}, {"code": "restored"}], {}, {}),
    ({"expires_on": None}, [], {}, {G.ENDED: A.UNKNOWN, G.LIFE: A.UNKNOWN}),
    ({"granted_on": None}, [], {}, {G.UNGRANTED: A.UNKNOWN, G.CONTRACT: A.UNKNOWN}),
    ({"filed_on": None}, [], {}, {G.CONTRACT: A.UNKNOWN}),
    ({"fee_due_on": None}, [], {}, {G.FEE: A.UNKNOWN}),
    ({"fee_due_on": date(2023, 11, 19)}, [], {}, {G.FEE: A.REFUSES}),
    ({"fee_due_on": date(2023, 11, 20)}, [], {}, {}),
    ({"fee_due_on": date(2023, 11, 1)}, [{"code": "fee_paid", "until": date(2024, 11, 1)}], {}, {}),
    ({"kind": "trademark", "fee_due_on": None, "has_pair": None}, [], {}, {}),
    ({}, [{"code": "PP01"}], {}, {G.DISPUTE: A.REFUSES}),
    ({}, [{"code": "PP01"}, {"code": "PD01"}], {}, {}),
    ({}, [{"code": "dispute"}], {}, {G.DISPUTE: A.REFUSES}),
    ({"owners": "both"}, [], {}, {G.CO_OWNERS: A.UNKNOWN}),
    ({"owners": "both"}, [], {"consents": False}, {G.CO_OWNERS: A.REFUSES}),
    ({"owners": "both"}, [], {"consents": True}, {}),
    ({}, [{"code": "PE01"}], {}, {G.PLEDGED: A.REFUSES}),
    ({}, [{"code": "PE01"}, {"code": "PC01"}], {}, {}),
    ({"has_pair": None}, [], {}, {G.PAIR: A.UNKNOWN}),
    ({"has_pair": True, "pair_number": "ZL201820000001.1"}, [], {}, {G.PAIR: A.REFUSES}),
    ({"has_pair": True}, [], {"knows_pair": True}, {G.PAIR: A.ACKNOWLEDGED}),
    ({}, [{"code": "contested"}], {}, {G.CONTESTED: A.REFUSES}),
    ({}, [{"code": "contested"}], {"knows_contest": True}, {G.CONTESTED: A.ACKNOWLEDGED}),
    ({}, [{"code": "contested"}, {"code": "upheld"}], {}, {}),
    ({}, [], {"is_complete": None}, {G.CONTRACT: A.UNKNOWN}),
    ({}, [], {"is_complete": False}, {G.CONTRACT: A.REFUSES}),
    ({}, [], {"is_free": None}, {G.OTHER: A.UNKNOWN}),
    ({}, [], {"is_free": False}, {G.OTHER: A.REFUSES}),
]


@pytest.mark.parametrize(("fields", "events", "told", "expected"), CASES)
def test_grounds(cast: Any, fields: dict[str, Any], events: list[dict[str, Any]], told: dict[str, Any], expected: dict[str, str]) -> None:
    if fields.get("owners") == "both":
        fields = {**fields, "owners": [cast.enterprise.name_zh, "合作高校"]}
    asset = make.right(cast, **fields)
    pledge = make.filled(cast, asset, told=told)
    for event in events:
        back = {"owners": [cast.enterprise.name_zh]} if event.get("owners") == "own" else {}
        assets.record_event(actor=cast.filer, asset=asset, on=make.TODAY, **{**event, **back})

    assert {ground: answer for ground, answer in answers(pledge).items() if answer != A.CLEAR} == expected
    found = selectors.checks_of(pledge, clock.today())
    assert checks.may_file(found) == (set(expected.values()) <= {A.ACKNOWLEDGED})
    assert [check for check in found if not check.lets_through and not all(each.todo for each in check.findings)] == []


@pytest.mark.parametrize("answer", ["refuses", "unknown"])
def test_nothing_is_filed_while_a_ground_refuses_or_is_unknown(cast: Any, answer: str) -> None:
    pledge = make.filled(cast, told={"is_free": False if answer == "refuses" else None})
    with pytest.raises(Invalid, match=str(G.OTHER.label)):
        services.step(actor=cast.filer, pledge=pledge, verb="file")
    pledge.refresh_from_db()
    assert pledge.state == "contracted"


def test_only_two_grounds_can_be_accepted_by_both_sides(cast: Any) -> None:
    asset = make.right(cast, fee_due_on=date(2023, 1, 1))
    pledge = make.filled(cast, asset, told={"knows_pair": True, "knows_contest": True, "consents": True})
    assets.record_event(actor=cast.filer, asset=asset, code="TR01", on=make.TODAY, owners=["别家公司"])

    assert {ground for ground, answer in answers(pledge).items() if answer == A.REFUSES} == {G.OWNER, G.FEE}


def test_a_right_never_looked_up_or_long_ago_is_not_let_through(cast: Any) -> None:
    pledge = make.filled(cast, make.right(cast, looked_up=False))
    unsure = {G.OWNER, G.ENDED, G.DISPUTE, G.PLEDGED, G.CONTESTED}
    assert {ground for ground, answer in answers(pledge).items() if answer == A.UNKNOWN} == unsure
    for asset in pledge.assets.all():
        assets.record_event(actor=cast.finance_liaison, asset=asset, code="looked_up", on=date(2023, 10, 20))
    assert {ground for ground, answer in answers(pledge).items() if answer == A.UNKNOWN} == unsure
    for asset in pledge.assets.all():
        assets.record_event(actor=cast.finance_liaison, asset=asset, code="looked_up", on=date(2023, 10, 21))
    assert set(answers(pledge).values()) == {A.CLEAR}


def test_the_worst_of_several_rights_decides(cast: Any) -> None:
    pledge = make.filled(
        cast, make.right(cast), make.right(cast, "ZL2", fee_due_on=date(2023, 1, 1)), make.right(cast, "ZL3", fee_due_on=None)
    )
    fee = {check.ground: check for check in selectors.checks_of(pledge, clock.today())}[G.FEE]

    assert fee.answer == A.REFUSES
    assert sorted(each.why.count("ZL2") + 2 * each.why.count("ZL3") for each in fee.findings) == [1, 2]


def test_papers(cast: Any) -> None:
    pledge = make.filled(cast)
    pledge = services.fill_file(actor=cast.filer, pledge=pledge, papers={Paper.AGENT: "not_needed", Paper.CONTRACT: "not_needed"}, told={})
    lines = {line.paper: line for line in selectors.standing(pledge, clock.today())[1]}

    assert (lines[Paper.AGENT].is_settled, lines[Paper.CONTRACT].is_settled) == (True, False)
    assert {line.state for line in checklist.lines({}, [], shared=True)} == {PaperState.MISSING}
    with pytest.raises(Invalid, match=str(Paper.CONTRACT.label)):
        services.step(actor=cast.filer, pledge=pledge, verb="file")


@pytest.mark.parametrize("paper", Paper.values)
def test_a_missing_paper_leaves_its_ground_open(cast: Any, paper: str) -> None:
    """Each paper proves one ground; the consent is asked for only where others own the right too."""
    pledge = make.filled(cast, make.right(cast, owners=[cast.enterprise.name_zh, "合作高校"]), told={"consents": True})
    assert checks.may_file(selectors.checks_of(pledge, clock.today()))
    pledge = services.fill_file(actor=cast.finance_liaison, pledge=pledge, papers={paper: "missing"}, told={})

    found = selectors.checks_of(pledge, clock.today())
    open_now = [check for check in found if not check.lets_through]
    assert [(check.ground, check.answer) for check in open_now] == [(checklist.PROVES[paper], A.UNKNOWN)]
    assert str(Paper(paper).label) in open_now[0].findings[-1].why
    assert str(Paper(paper).label) in checks.obstacles(found)[0]


def test_the_consent_is_not_asked_of_a_sole_owner(cast: Any) -> None:
    assert Paper.CONSENT not in {line.paper for line in selectors.standing(make.contracted(cast), clock.today())[1]}


def test_no_right_no_pledge(cast: Any) -> None:
    assert {check.answer for check in checks.grounds([], [])} == {A.UNKNOWN}


def test_an_expired_right_is_not_offered(cast: Any) -> None:
    asset = make.right(cast, expires_on=date(2023, 11, 19))
    with pytest.raises(Invalid) as problem:
        make.offered(cast, asset)
    assert ("ZL201810000001.1" in problem.value.errors["assets"], "2023年11月19日" in problem.value.errors["assets"]) == (True, True)


def test_a_transferred_right_is_not_offered(cast: Any) -> None:
    asset = make.right(cast)
    assets.record_event(actor=cast.filer, asset=asset, code="TR01", on=make.TODAY, owners=["受让公司"])
    with pytest.raises(Invalid) as problem:
        make.offered(cast, asset)
    assert ("ZL201810000001.1" in problem.value.errors["assets"], "受让公司" in problem.value.errors["assets"]) == (True, True)


def test_rights_of_two_enterprises_are_not_offered_together(cast: Any) -> None:
    other = IpAsset.objects.create(
        **{**make.right_values(cast.other_enterprise, "ZL8"), "enterprise": cast.other_enterprise, "entered_at": clock.now()}
    )
    with pytest.raises(Invalid) as problem:
        make.offered(cast, make.right(cast), other)
    assert set(problem.value.errors) == {"assets"}


@pytest.mark.parametrize("amount", [-1, 0, 1_000, 26_000_000_000])
def test_an_amount_in_another_unit_is_named(cast: Any, amount: int) -> None:
    """-1 and 0 as "missing", thousands or yuan in place of 万元: at the valuation, the offer, the contract and the change."""
    asset = make.right(cast)
    make.valued(cast, asset)
    say = {"organisation": make.bank_of(cast.finance_liaison), "assets": [asset], "enterprise": cast.enterprise}
    contracted = make.contracted(cast, make.right(cast, "ZL5"))
    registered = make.registered(cast, make.right(cast, "ZL6"))
    acts = [
        lambda sure: make.valued(cast, asset, amount, sure=sure),
        lambda sure: services.offer(actor=cast.filer, amount=amount, sure=sure, **say),
        lambda sure: services.contract(
            actor=cast.finance_liaison, pledge=contracted, number="1", on=make.TODAY, terms=make.terms(amount=amount), sure=sure
        ),
        lambda sure: services.change(
            actor=cast.finance_liaison, pledge=registered, agreement="1", on=make.TODAY, terms=make.terms(amount=amount), sure=sure
        ),
    ]
    for act in acts:
        with pytest.raises(Invalid) as problem:
            act(False)
        assert set(problem.value.errors) == ({"amount", "sure"} if amount > 0 else {"amount"})
    if amount > 0:
        assert acts[0](True).value == acts[1](True).amount == amount
    else:
        with pytest.raises(Invalid):
            acts[0](True)


def test_a_term_beyond_the_life_of_the_right_is_not_contracted(cast: Any) -> None:
    asset = make.right(cast, expires_on=date(2026, 10, 31))
    with pytest.raises(Invalid) as problem:
        make.contracted(cast, asset)
    assert "2026年10月31日" in problem.value.errors["debt_ends_on"]
    assert make.contracted(cast, make.right(cast, "ZL9", expires_on=date(2026, 11, 1))).state == "contracted"


def test_a_right_is_pledged_once(cast: Any) -> None:
    asset = make.right(cast)
    first, second = make.filled(cast, asset), make.filled(cast, asset)
    services.step(actor=cast.filer, pledge=first, verb="file")
    assert answers(second)[G.PLEDGED] == A.REFUSES
    with pytest.raises(Invalid):
        services.step(actor=cast.filer, pledge=second, verb="file")
    services.register(actor=cast.filer, pledge=first, number="Y1", on=make.TODAY)
    with pytest.raises(Invalid) as problem:
        make.offered(cast, asset)
    assert asset.number in problem.value.errors["assets"]


def test_two_registrations_of_one_right(cast: Any) -> None:
    """Should both have been filed, the second is not entered."""
    asset = make.right(cast)
    first, second = make.filled(cast, asset), make.filled(cast, asset)
    for pledge in (first, second):
        type(pledge).objects.filter(pk=pledge.pk).update(state="filed", filed_on=make.TODAY)
        pledge.refresh_from_db()
    services.register(actor=cast.filer, pledge=first, number="Y1", on=make.TODAY)
    with pytest.raises(Invalid, match=asset.number):
        services.register(actor=cast.filer, pledge=second, number="Y2", on=make.TODAY)
    assert IpEvent.objects.filter(code="PE01").count() == 1


TOMORROW = date(2023, 11, 21)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"filed_on": TOMORROW, "granted_on": None, "expires_on": None}, "filed_on"),
        ({"granted_on": TOMORROW}, "granted_on"),
        ({"granted_on": date(2018, 2, 28)}, "granted_on"),
        ({"expires_on": date(2018, 3, 1)}, "expires_on"),
        ({"number": " "}, "number"),
        ({"kind": "sofa"}, "kind"),
        ({"source": ""}, "source"),
    ],
)
def test_bad_rights(cast: Any, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as problem:
        make.right(cast, **changes)
    assert set(problem.value.errors) == {field}


def test_a_right_is_entered_once(cast: Any) -> None:
    make.right(cast)
    with pytest.raises(Invalid) as problem:
        make.right(cast)
    assert set(problem.value.errors) == {"number"}


@pytest.mark.parametrize(
    ("event", "field"),
    [
        ({"code": "PE01", "on": TOMORROW}, "on"),
        ({"code": "PE01", "on": None}, "on"),
        ({"code": "PM01", "on": make.TODAY}, "code"),
        ({"code": "TR01", "on": make.TODAY}, "owners"),
        ({"code": "fee_paid", "on": make.TODAY}, "until"),
        ({"code": "fee_paid", "on": make.TODAY, "until": make.TODAY}, "until"),
    ],
)
def test_bad_events(cast: Any, event: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as problem:
        assets.record_event(actor=cast.filer, asset=make.right(cast), **event)
    assert set(problem.value.errors) == {field}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"valued_on": TOMORROW}, "valued_on"),
        ({"valid_until": date(2023, 10, 31)}, "valid_until"),
        ({"amount": 0}, "amount"),
        ({"amount": 1.5}, "amount"),
        ({"valuer": ""}, "valuer"),
        ({"method": "guess"}, "method"),
    ],
)
def test_bad_valuations(cast: Any, changes: dict[str, Any], field: str) -> None:
    good = {
        "method": "income",
        "valuer": "演示评估",
        "valued_on": date(2023, 11, 1),
        "amount": 20_000_000,
        "valid_until": date(2024, 10, 31),
    }
    with pytest.raises(Invalid) as problem:
        assets.value(actor=cast.filer, asset=make.right(cast), **{**good, **changes})
    assert set(problem.value.errors) == {field}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount": 0}, "amount"),
        ({"rate": 10_001}, "rate"),
        ({"months": 0}, "months"),
        ({"debt_ends_on": None}, "debt_ends_on"),
        ({"debt_ends_on": make.TODAY}, "debt_ends_on"),
    ],
)
def test_bad_terms(cast: Any, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as problem:
        make.contracted(cast, **changes)
    assert set(problem.value.errors) == {field}


def test_days_of_steps(cast: Any) -> None:
    pledge = make.filled(cast)
    with pytest.raises(Invalid):
        services.contract(
            actor=cast.finance_liaison, pledge=make.offered(cast, make.right(cast, "ZL2")), number="1", on=TOMORROW, terms=make.terms()
        )
    services.step(actor=cast.filer, pledge=pledge, verb="file")
    for day in (TOMORROW, date(2023, 11, 19), None):
        with pytest.raises(Invalid) as problem:
            services.register(actor=cast.filer, pledge=pledge, number="Y1", on=day)
        assert set(problem.value.errors) == {"on"}


def test_the_status_of_a_day_does_not_know_what_came_later(cast: Any) -> None:
    asset = make.right(cast, looked_up=False)
    assets.record_event(actor=cast.filer, asset=asset, code="IW01", on=date(2023, 11, 10))
    events = list(asset.events.all())

    words = [status_of(asset, events, day).word for day in (date(2020, 5, 31), date(2020, 6, 1), date(2023, 11, 9), date(2023, 11, 10))]
    assert words == ["ungranted", "in_force", "in_force", "ended"]
    assert status_of(asset, [], date(2038, 3, 1)).ended_on == date(2038, 2, 28)


def test_patents_that_can_be_pledged_are_counted(cast: Any) -> None:
    make.right(cast)
    make.right(cast, "ZL2", fee_due_on=date(2023, 1, 1))
    make.right(cast, "M1", kind="trademark")
    ids = [cast.enterprise.pk, cast.other_enterprise.pk]

    assert selectors.pledgeable_patents(ids, make.TODAY) == {cast.enterprise.pk: 1}
    assert FactRow.objects.get(enterprise=cast.enterprise).pledgeable_patents == 1
    assert selectors.pledgeable_patents(ids, date(2024, 2, 1)) == {}  # nobody has looked since
    assets.record_event(actor=cast.filer, asset=cast.enterprise.ip_assets.get(number="ZL201810000001.1"), code="PE01", on=make.TODAY)
    assert selectors.pledgeable_patents(ids, make.TODAY) == {cast.enterprise.pk: 0}
    assert FactRow.objects.get(enterprise=cast.enterprise).pledgeable_patents == 0
