"""Rights and pledges around the cast: its enterprise, its bank, and a second person of the bank."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.files.uploadedfile import SimpleUploadedFile

from pilotage.accounts.enums import Role
from pilotage.accounts.models import Organisation, User
from pilotage.core import clock
from pilotage.finance.pledges import assets, services
from pilotage.finance.pledges.enums import Paper, PledgeState
from pilotage.finance.pledges.models import IpAsset, Pledge, Valuation
from pilotage.registry.models import Enterprise
from tests.factories.accounts import MembershipFactory, UserFactory

NOW = datetime(2023, 11, 20, 10, tzinfo=ZoneInfo("Asia/Shanghai"))  # read inside an installation too, so without the tests' settings
TODAY = date(2023, 11, 20)
PDF = b"%PDF-1.7 scan"
DEBT_ENDS = date(2026, 11, 1)
TOLD = {"consents": None, "is_complete": True, "is_free": True, "knows_pair": None, "knows_contest": None}


def bank_of(user: User) -> Organisation:
    return user.active_memberships[0].organisation


def colleague(user: User) -> User:
    """A second liaison of the same bank."""
    made = UserFactory()
    MembershipFactory(user=made, organisation=bank_of(user), role=Role.FINANCE_LIAISON)
    return made


def right_values(enterprise: Enterprise, number: str = "ZL201810000001.1", **changes: Any) -> dict[str, Any]:
    return {
        "kind": "patent",
        "number": number,
        "title": "一种精密传动装置",
        "owners": [enterprise.name_zh],
        "filed_on": date(2018, 3, 1),
        "granted_on": date(2020, 6, 1),
        "expires_on": date(2038, 2, 28),
        "fee_due_on": date(2024, 3, 1),
        "has_pair": False,
        "source": "演示登记簿副本",
        **changes,
    }


def right(cast: Any, number: str = "ZL201810000001.1", *, looked_up: bool = True, **changes: Any) -> IpAsset:
    with clock.at(NOW):
        made = assets.enter(actor=cast.filer, enterprise=cast.enterprise, values=right_values(cast.enterprise, number, **changes))
        if looked_up:
            assets.record_event(actor=cast.filer, asset=made, code="looked_up", on=TODAY)
    return made


def valued(cast: Any, asset: IpAsset, amount: int = 26_000_000, *, sure: bool = False) -> Valuation:
    with clock.at(NOW):
        return assets.value(
            actor=cast.filer, asset=asset, method="income", valuer="演示评估", valued_on=TODAY, amount=amount, valid_until=date(2024, 11, 19), sure=sure
        )  # fmt: skip


def scan(name: str = "合同.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def terms(**changes: Any) -> dict[str, Any]:
    return {"amount": 10_000_000, "months": 36, "rate": 395, "debt_ends_on": DEBT_ENDS, **changes}


def offered(cast: Any, *rights: IpAsset) -> Pledge:
    with clock.at(NOW):
        found = rights or (right(cast),)
        return services.offer(
            actor=cast.filer, enterprise=cast.enterprise, organisation=bank_of(cast.finance_liaison), assets=found, amount=10_000_000
        )


def contracted(cast: Any, *rights: IpAsset, **changes: Any) -> Pledge:
    made = offered(cast, *rights)
    with clock.at(NOW):
        return services.contract(actor=cast.finance_liaison, pledge=made, number="演质2023-01", on=TODAY, terms=terms(**changes))


def filled(cast: Any, *rights: IpAsset, told: dict[str, bool | None] | None = None, **changes: Any) -> Pledge:
    made = contracted(cast, *rights, **changes)
    papers = dict.fromkeys(Paper.values, "there")
    with clock.at(NOW):
        return services.fill_file(actor=cast.filer, pledge=made, papers=papers, told={**TOLD, **(told or {})})


def registered(cast: Any, *rights: IpAsset) -> Pledge:
    made = filled(cast, *rights)
    with clock.at(NOW):
        services.step(actor=cast.filer, pledge=made, verb="file")
        return services.register(actor=cast.finance_liaison, pledge=made, number="Y2023000001", on=TODAY)


def disbursed(cast: Any, *rights: IpAsset, second: User | None = None) -> Pledge:
    made = registered(cast, *rights)
    with clock.at(NOW):
        services.propose(actor=cast.finance_liaison, pledge=made, verb="disburse")
        return services.confirm(actor=second or colleague(cast.finance_liaison), pledge=made, verb="disburse")


def defaulted(cast: Any) -> Pledge:
    made = disbursed(cast)
    with clock.at(NOW):
        return services.default(actor=cast.finance_liaison, pledge=made, on=TODAY, reason="逾期九十天")


def unsaved(cast: Any, state: str = PledgeState.OFFERED) -> Pledge:
    return Pledge(enterprise=cast.enterprise, organisation=bank_of(cast.finance_liaison), state=state, amount=1)
