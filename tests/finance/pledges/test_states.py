"""Every state, verb and role of a pledge: who may say what when, and what two people do."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from pilotage.audit.models import AuditEvent
from pilotage.audit.services import verify
from pilotage.core import clock
from pilotage.core.transitions import may
from pilotage.core.verdict import Conflict, Invalid, Refused
from pilotage.finance.pledges import services
from pilotage.finance.pledges.enums import Paper, PledgeState
from pilotage.finance.pledges.models import IpEvent, Pledge, PledgeChange
from pilotage.finance.pledges.transitions import PLEDGE
from tests.factories import matching
from tests.factories import pledges as make

pytestmark = pytest.mark.django_db
OWN = {"filer", "legal_representative"}
BANK = {"finance_liaison", "second_liaison"}
S = PledgeState
ALLOWED: dict[str, tuple[set[str], set[str], str]] = {
    "contract": ({S.OFFERED}, BANK, S.CONTRACTED),
    "file": ({S.CONTRACTED}, OWN | BANK, S.FILED),
    "note_defect": ({S.FILED}, OWN | BANK, S.DEFECT),
    "cure": ({S.DEFECT}, OWN | BANK, S.FILED),
    "refuse": ({S.FILED, S.DEFECT}, OWN | BANK, S.REFUSED),
    "register": ({S.FILED}, OWN | BANK, S.REGISTERED),
    "publish": ({S.REGISTERED}, OWN | BANK, S.PUBLISHED),
    "disburse": ({S.REGISTERED, S.PUBLISHED}, BANK, S.DISBURSED),
    "default": ({S.DISBURSED}, BANK, S.IN_DEFAULT),
    "claim": ({S.IN_DEFAULT}, BANK, S.CLAIMED),
    "dispose": ({S.IN_DEFAULT, S.CLAIMED}, BANK, S.DISPOSED),
    "repay": ({S.DISBURSED, S.IN_DEFAULT}, BANK, S.REPAID),
    "cancel": ({S.REGISTERED, S.PUBLISHED, S.REPAID, S.DISPOSED}, BANK, S.CANCELLED),
    "withdraw": ({S.OFFERED, S.CONTRACTED, S.FILED, S.DEFECT}, OWN | BANK, S.WITHDRAWN),
}


@pytest.fixture(autouse=True)
def _today() -> Any:
    with clock.at(make.NOW):
        yield


def test_every_state_verb_and_role(cast: Any) -> None:
    people = {
        **cast.people(),
        "second_liaison": make.colleague(cast.finance_liaison),
        "other_bank": matching.liaison(),
        "nobody": None,
    }
    pledge = make.unsaved(cast)
    found = {}
    for state in PLEDGE.states:
        pledge.state = state
        for row in PLEDGE.rows:
            found[state, row.verb] = {name for name, person in people.items() if may(person, pledge, row.verb)}

    assert set(ALLOWED) == set(PLEDGE.by_verb)
    assert found == {
        (state, verb): who if state in sources else set() for verb, (sources, who, _target) in ALLOWED.items() for state in PLEDGE.states
    }
    assert {row.verb: row.target for row in PLEDGE.rows} == {verb: target for verb, (*_rest, target) in ALLOWED.items()}
    assert {row.verb for row in PLEDGE.rows if row.two_person} == {"disburse", "cancel"}
    assert {row.verb for row in PLEDGE.rows if row.needs_reason} == {"note_defect", "refuse", "default", "dispose", "withdraw"}


def test_from_the_offer_to_the_cancellation(cast: Any) -> None:
    pledge = make.registered(cast)
    bank, second = cast.finance_liaison, make.colleague(cast.finance_liaison)
    services.publish(actor=cast.filer, pledge=pledge, on=make.TODAY)
    services.propose(actor=bank, pledge=pledge, verb="disburse", reason="登记证明已核对")
    with pytest.raises(Refused):
        services.confirm(actor=bank, pledge=pledge, verb="disburse")
    services.confirm(actor=second, pledge=pledge, verb="disburse")
    services.step(actor=bank, pledge=pledge, verb="repay")
    services.propose(actor=second, pledge=pledge, verb="cancel")
    services.confirm(actor=bank, pledge=pledge, verb="cancel")
    pledge.refresh_from_db()

    assert (pledge.state, pledge.disbursed_on, pledge.ended_on) == ("cancelled", make.TODAY, make.TODAY)
    assert list(IpEvent.objects.exclude(code="looked_up").values_list("code", "pledge_id")) == [("PE01", pledge.pk), ("PC01", pledge.pk)]
    verbs = [each.verb.removeprefix("finance.pledge.") for each in AuditEvent.objects.filter(object_id=str(pledge.pk)).order_by("number")]
    assert [verb for verb in verbs if verb in {*ALLOWED, "offer", "fill_file", "disburse.propose", "cancel.propose"}] == [
        "offer", "contract", "fill_file", "file", "register", "publish", "disburse.propose", "disburse", "repay", "cancel.propose", "cancel",
    ]  # fmt: skip
    assert verify() == []


def test_one_person_alone_and_a_stranger_do_neither(cast: Any) -> None:
    pledge = make.registered(cast)
    with pytest.raises(Refused):
        services.propose(actor=matching.liaison(), pledge=pledge, verb="disburse")
    with pytest.raises(Conflict):
        services.confirm(actor=cast.finance_liaison, pledge=pledge, verb="disburse")
    services.propose(actor=cast.finance_liaison, pledge=pledge, verb="disburse")
    with pytest.raises(Refused):
        services.confirm(actor=cast.filer, pledge=pledge, verb="disburse")
    services.take_back(actor=cast.finance_liaison, pledge=pledge, verb="disburse")
    assert services.proposals(pledge) == {}


def test_a_defect_is_cured(cast: Any) -> None:
    pledge = make.filled(cast)
    services.step(actor=cast.filer, pledge=pledge, verb="file")
    services.step(actor=cast.filer, pledge=pledge, verb="note_defect", reason="合同缺页")
    pledge = services.fill_file(actor=cast.filer, pledge=pledge, papers={"contract": "missing"}, told={})
    with pytest.raises(Invalid, match=str(Paper.CONTRACT.label)):
        services.step(actor=cast.filer, pledge=pledge, verb="cure")
    pledge = services.fill_file(actor=cast.filer, pledge=pledge, papers={"contract": "there"}, told={})
    services.step(actor=cast.filer, pledge=pledge, verb="cure")
    assert pledge.state == S.FILED


def test_a_change_keeps_what_was_before(cast: Any) -> None:
    pledge = make.disbursed(cast)
    services.change(actor=cast.finance_liaison, pledge=pledge, agreement="补-1", on=make.TODAY, terms=make.terms(amount=8_000_000))
    made = PledgeChange.objects.get()

    assert (made.before, made.after) == ({"amount": 10_000_000}, {"amount": 8_000_000})
    assert Pledge.objects.get().amount == 8_000_000
    assert IpEvent.objects.filter(code="PM01", pledge=pledge).count() == 1
    with pytest.raises(Invalid):
        services.change(actor=cast.finance_liaison, pledge=pledge, agreement="补-2", on=make.TODAY, terms=make.terms(amount=8_000_000))
    with pytest.raises(TypeError):
        made.save()
    with pytest.raises(Refused):
        services.change(actor=cast.filer, pledge=pledge, agreement="补-3", on=make.TODAY, terms=make.terms())


def test_the_database_refuses_to_change_what_only_grows(cast: Any) -> None:
    pledge = make.disbursed(cast)
    make.valued(cast, pledge.assets.get())
    for table in ("finance_ipevent", "finance_valuation"):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table}")


def test_outsiders_do_nothing(cast: Any) -> None:
    asset, pledge = make.right(cast, "ZL2"), make.offered(cast)
    for person in (cast.outsider, cast.other_filer, cast.secretariat, cast.auditor, matching.liaison(), None):
        with pytest.raises(Refused):
            services.contract(actor=person, pledge=pledge, number="1", on=make.TODAY, terms=make.terms())
        with pytest.raises(Refused):
            services.offer(
                actor=person, enterprise=cast.enterprise, organisation=make.bank_of(cast.finance_liaison), assets=[asset], amount=1
            )
        with pytest.raises(Refused):
            services.fill_file(actor=person, pledge=pledge, papers={}, told={})
