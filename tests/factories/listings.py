"""Projects on their way to a market, moved by the secretariat of the cast."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from pilotage.accounts.enums import OrganisationKind, Role
from pilotage.accounts.models import Organisation, User
from pilotage.core import clock
from pilotage.finance.pipeline import batches, consents, services
from pilotage.finance.pipeline.models import ListingProject
from pilotage.finance.screening.models import Screening, ScreeningResult
from pilotage.registry.models import Enterprise
from tests.conftest import moment
from tests.factories import finance
from tests.factories.accounts import MembershipFactory, OrganisationFactory, UserFactory
from tests.factories.matching import bank_of

NOW = moment("2023-11-20 10:00")
TODAY = date(2023, 11, 20)
BEGIN = date(2022, 3, 1)
WAY = ("file_tutoring", "accept_tutoring", "accept", "inquire", "hear", "submit", "register", "list")


def project(by: Any, enterprise: Enterprise, *, market: str = "star", verbs: tuple[str, ...] = (), on: date = BEGIN) -> ListingProject:
    """Put on the list ``on``; each further step thirty days later."""
    with clock.at(NOW):
        made = services.enter(actor=by, enterprise=enterprise, market=market, on=on)
        for count, verb in enumerate(verbs, 1):
            cause = "financials_expired" if verb == "suspend" else ""
            services.move(actor=by, project=made, verb=verb, on=on + timedelta(days=30 * count), reason="演示原因", cause=cause)
    return made


# --- recommendations -------------------------------------------------------------------------
WORDS = {"title_zh": "演示推荐名单", "purpose": "纳入交易所重点服务企业库（演示）"}


def legal_of(enterprise: Enterprise) -> Any:
    """Who signs for the enterprise; appointed where nobody does."""
    found = User.objects.filter(memberships__role=Role.LEGAL_REPRESENTATIVE, memberships__organisation__enterprise=enterprise).first()
    if found is None:
        body = Organisation.objects.filter(enterprise=enterprise).first() or OrganisationFactory(
            kind=OrganisationKind.ENTERPRISE, name_zh=enterprise.name_zh, enterprise=enterprise
        )
        found = UserFactory(name=f"法定代表人{enterprise.pk}")
        MembershipFactory(user=found, organisation=body, role=Role.LEGAL_REPRESENTATIVE)
    return User.objects.get(pk=found.pk)


def composed(cast: Any, *enterprises: Enterprise, receiver: Any = None) -> Any:
    """A draft with the cast's two enterprises, or those that are named."""
    firms = enterprises or (cast.enterprise, cast.other_enterprise)
    rows = [project(cast.secretariat, firm).pk for firm in firms]
    return batches.compose(
        actor=cast.secretariat, receiver=receiver or bank_of(cast.finance_liaison), market="star", projects=rows, **WORDS
    )


def asked(cast: Any, *enterprises: Enterprise, batch: Any = None) -> Any:
    made = batch or composed(cast, *enterprises)
    batches.ask(actor=cast.secretariat, batch=made)
    return made


def agreed(cast: Any, *enterprises: Enterprise, batch: Any = None) -> Any:
    """Everybody on the list has consented."""
    made = asked(cast, *enterprises, batch=batch)
    for line in made.lines.filter(state="asked").select_related("project__enterprise"):
        consents.consent(actor=legal_of(line.project.enterprise), line=line)
    return made


def signed(cast: Any, batch: Any = None) -> Any:
    """By both people of the secretariat, with the cast's enterprise on it."""
    made = agreed(cast, cast.enterprise, batch=batch)
    batches.propose(actor=cast.secretariat, batch=made)
    return batches.confirm(actor=cast.second_secretariat, batch=made)


def screened(answers: dict[Enterprise, str], channel: str = "star-listing") -> Any:
    """A stored screening of today that gave these letters for the channel."""
    found = finance.channel(channel)
    made = Screening.objects.create(plan=found.plan, rule_date=TODAY, facts_on=TODAY, state="done", made_at=NOW, updated_at=NOW)
    rows = [ScreeningResult(screening=made, enterprise=firm, channel=channel, verdict=letter) for firm, letter in answers.items()]
    ScreeningResult.objects.bulk_create(rows)
    return made


def projects_of(by: Any, enterprises: list[Enterprise], market: str = "star") -> None:
    """Many on the cultivation list at once."""
    with clock.at(NOW):
        services.enter_many(actor=by, news=[services.New(firm, market, BEGIN) for firm in enterprises])
