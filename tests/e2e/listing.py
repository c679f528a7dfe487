"""An exchange with its liaison, enterprises on the cultivation list and a stored screening of them. ``build()`` runs inside the installation."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

NOW = "2023-11-20T10:00"
EXCHANGE = "演示证券交易所上市服务部"
PURPOSE = "纳入交易所重点服务企业库，开展上市辅导对接（演示）"


def build() -> None:
    from django.db import transaction

    from pilotage.core import clock
    from tests.e2e.scene import BEIJING, _body, _person

    with clock.at(datetime.fromisoformat(NOW).replace(tzinfo=BEIJING)), transaction.atomic():
        _person("exchange", "申交", _body("finance", EXCHANGE), "finance_liaison")
        firms = {who: _firm(who) for who in ("filer", "filer2", "outsider")}
        for who, name in (("filer", "沈砚"), ("filer2", "秋法人")):
            _person(f"legal-{who}", name, firms[who].organisation, "legal_representative")
        _on_the_list(list(firms.values()))
        _screened({firms["filer"]: "m", firms["filer2"]: "u", firms["outsider"]: "x"})


def _user(who: str) -> Any:
    from pilotage.accounts.models import User
    from tests.e2e.scene import address

    return User.objects.get(email=address(who))


def _firm(who: str) -> Any:
    return _user(who).memberships.get().organisation.enterprise


def _on_the_list(firms: list[Any]) -> None:
    from pilotage.finance.pipeline import services

    news = [services.New(firm, "star", date(2023, 3, 13)) for firm in firms]
    services.enter_many(actor=_user("secretariat"), news=news)


def _screened(letters: dict[Any, str]) -> None:
    from pilotage.core import clock
    from pilotage.finance.channels.selectors import current_plan
    from pilotage.finance.screening.models import Screening, ScreeningResult

    now, day = clock.now(), clock.today()
    made = Screening.objects.create(plan=current_plan(), rule_date=day, facts_on=day, state="done", made_at=now, updated_at=now)
    ScreeningResult.objects.bulk_create(
        ScreeningResult(screening=made, enterprise=firm, channel="star-listing", verdict=letter) for firm, letter in letters.items()
    )
