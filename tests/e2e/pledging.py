"""A bank of two people, an enterprise that consents to it, and its rights. ``build()`` and ``lend()`` run inside the installation."""

from __future__ import annotations

from datetime import date
from typing import Any

NOW = "2023-11-20T10:00"
RIGHT, SECOND, EXPIRED, SOLD = "ZL201810000001.1", "ZL201920000002.X", "ZL200310000003.4", "ZL201810000004.5"
ATTESTED = ("ip_pledge_term", "ip_pledge_contract", "ip_pledge_co_owners", "ip_pledge_same_day", "ip_pledge_nothing_else")
FIELDS: dict[str, dict[str, Any]] = {
    RIGHT: {"title": "一种精密传动装置", "fee_due_on": date(2024, 1, 5)},
    SECOND: {"kind": "utility_model", "title": "减速机壳体夹具", "expires_on": date(2029, 2, 28)},
    EXPIRED: {"title": "一种老式齿轮", "filed_on": date(2003, 3, 1), "granted_on": date(2005, 6, 1), "expires_on": date(2023, 2, 28)},
    SOLD: {"title": "一种已转让的轴承"},
}


def build() -> None:
    from datetime import datetime

    from django.db import transaction

    from pilotage.core import clock
    from tests.e2e.scene import BEIJING

    with clock.at(datetime.fromisoformat(NOW).replace(tzinfo=BEIJING)), transaction.atomic():
        filer = _user("filer")
        _second_person()
        _consents(filer)
        _rights(filer)


def _user(who: str) -> Any:
    from pilotage.accounts.models import User
    from tests.e2e.scene import address

    return User.objects.get(email=address(who))


def _second_person() -> None:
    from tests.e2e.scene import _person

    _person("bank2", "柜复核", _user("bank").memberships.get().organisation, "finance_liaison")


def _consents(filer: Any) -> None:
    from pilotage.accounts.models import EnterpriseConsent
    from pilotage.core import clock

    bank = _user("bank").memberships.get().organisation
    EnterpriseConsent.objects.create(enterprise=_own(filer), organisation=bank, given_by=filer, given_at=clock.now())


def _own(filer: Any) -> Any:
    return filer.memberships.get().organisation.enterprise


def _rights(filer: Any) -> None:
    from pilotage.finance.facts.services import attest
    from pilotage.finance.pledges import assets
    from tests.factories.pledges import right_values

    own = _own(filer)
    for number, fields in FIELDS.items():
        made = assets.enter(actor=filer, enterprise=own, values=right_values(own, number, **fields))
        if number == RIGHT:
            assets.record_event(actor=filer, asset=made, code="looked_up", on=date(2023, 11, 20))
        if number == SOLD:
            assets.record_event(actor=filer, asset=made, code="TR01", on=date(2023, 11, 1), owners=["受让演示有限公司"])
    for condition in ATTESTED:
        attest(actor=filer, enterprise=own, channel="ip-pledge", condition=condition, holds=True, ground="演示：已核对")


def lend() -> None:
    """A loan of CNY 10 million that is paid out against the first right."""
    from datetime import datetime

    from django.db import transaction

    from pilotage.core import clock
    from pilotage.finance.pledges import services
    from pilotage.finance.pledges.enums import Paper
    from tests.e2e.scene import BEIJING
    from tests.factories import pledges as make

    filer, bank, second = _user("filer"), _user("bank"), _user("bank2")
    with clock.at(datetime.fromisoformat(NOW).replace(tzinfo=BEIJING)), transaction.atomic():
        own = _own(filer)
        assets = list(own.ip_assets.filter(number=RIGHT))
        pledge = services.offer(actor=filer, enterprise=own, organisation=make.bank_of(bank), assets=assets, amount=10_000_000)
        services.contract(actor=bank, pledge=pledge, number="演质2023-09", on=make.TODAY, terms=make.terms())
        pledge = services.fill_file(actor=bank, pledge=pledge, papers=dict.fromkeys(Paper.values, "there"), told=make.TOLD)
        services.step(actor=bank, pledge=pledge, verb="file")
        services.register(actor=bank, pledge=pledge, number="Y2023000009", on=make.TODAY)
        services.propose(actor=bank, pledge=pledge, verb="disburse")
        services.confirm(actor=second, pledge=pledge, verb="disburse")
