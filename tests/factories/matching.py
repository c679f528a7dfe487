"""Needs, offers and introductions around the cast: its enterprise, its bank, and a fund."""

from __future__ import annotations

from datetime import date
from typing import Any

from pilotage.accounts.enums import OrganisationKind, Role
from pilotage.accounts.models import Organisation, User
from pilotage.accounts.services import give_consent
from pilotage.core import clock
from pilotage.finance.channels.models import Channel
from pilotage.finance.matching import introductions, services
from pilotage.finance.matching.models import Introduction, Need, Offer
from pilotage.registry.models import Enterprise
from tests.conftest import moment
from tests.factories import finance
from tests.factories.accounts import MembershipFactory, OrganisationFactory, UserFactory, division
from tests.factories.plan import PlanFactory

NOW = moment("2023-11-20 10:00")
TODAY = date(2023, 11, 20)
END = date(2024, 6, 30)
CHANNELS = ("ip-pledge", "sci-tech-relending", "sci-tech-bond", "pe-vc")


def channels() -> None:
    """The keys that needs and offers name; each has the rule of the factory."""
    if not Channel.objects.exists():
        plan = PlanFactory(slug="finance-plan")
        for key in CHANNELS:
            finance.channel(key, in_plan=plan, title={"zh": f"渠道{key}", "en": f"Channel {key}"})


def need_values(**changes: Any) -> dict[str, Any]:
    return {
        "channel": "ip-pledge",
        "amount": 20_000_000,
        "months": 24,
        "purpose": "equipment",
        "purpose_text": "砚舟二期产线改造",
        "collateral": ["patents"],
        "valid_until": END,
        **changes,
    }


def offer_values(**changes: Any) -> dict[str, Any]:
    return {
        "kind": "product",
        "channel": "ip-pledge",
        "name_zh": "演示知融贷",
        "name_en": "Demo IP loan",
        "amount_from": 5_000_000,
        "amount_to": 50_000_000,
        "months_from": 12,
        "months_to": 36,
        "rate_from": 345,
        "rate_to": 420,
        "purposes": ["equipment", "working_capital"],
        "collateral": ["patents", "trademarks"],
        "regions": ["320000"],
        "valid_from": date(2023, 1, 1),
        "valid_until": END,
        **changes,
    }


def need(enterprise: Enterprise, by: User, *, opened: bool = True, **changes: Any) -> Need:
    channels()
    with clock.at(NOW):
        made = services.state_need(actor=by, enterprise=enterprise, values=need_values(**changes))
        return services.move_need(actor=by, need=made, verb="open") if opened else made


def bank_of(user: User) -> Organisation:
    return user.active_memberships[0].organisation


def offer(by: User, *, opened: bool = True, **changes: Any) -> Offer:
    channels()
    division("320500")
    with clock.at(NOW):
        made = services.make_offer(actor=by, organisation=bank_of(by), values=offer_values(**changes))
        return services.move_offer(actor=by, offer=made, verb="open") if opened else made


def liaison(name: str = "另一家演示银行") -> User:
    """Of another institution."""
    body = OrganisationFactory(kind=OrganisationKind.FINANCE, name_zh=name, name_en="")
    user = UserFactory()
    MembershipFactory(user=user, organisation=body, role=Role.FINANCE_LIAISON)
    return user


def asked(cast: Any) -> Introduction:
    """The bank has asked; the enterprise has not answered."""
    with clock.at(NOW):
        return introductions.ask(actor=cast.finance_liaison, need=need(cast.enterprise, cast.filer), offer=offer(cast.finance_liaison))


def introduced(cast: Any) -> Introduction:
    found = asked(cast)
    with clock.at(NOW):
        return introductions.agree(actor=cast.legal_representative, introduction=found)


def consented(cast: Any, enterprise: Enterprise | None = None) -> None:
    give_consent(actor=cast.legal_representative, enterprise=enterprise or cast.enterprise, organisation=bank_of(cast.finance_liaison))
