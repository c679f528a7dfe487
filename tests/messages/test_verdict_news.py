"""An answer of a channel that has changed is told to the enterprise and the institutions it has consented to, to nobody else."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pilotage.accounts.models import EnterpriseConsent
from pilotage.core import clock
from pilotage.finance.screening import services
from pilotage.messages.models import Message
from pilotage.messages.tasks import tick
from tests.factories import finance

pytestmark = pytest.mark.django_db


def test_who_is_told(cast: Any, at: Any) -> None:
    at("2025-06-30 12:00")
    finance.channel()
    for each in (cast.enterprise, cast.other_enterprise):
        finance.attestation(each, "demo_channel_word")
        finance.facts(each, revenue=100_000_000)
    bank = cast.finance_liaison.active_memberships[0].organisation
    EnterpriseConsent.objects.create(
        enterprise=cast.enterprise, organisation=bank, given_by=cast.legal_representative, given_at=clock.now()
    )
    services.screen_today()
    tick()
    Message.objects.all().delete()
    at("2025-07-01 09:00")
    for each in (cast.enterprise, cast.other_enterprise):
        finance.facts(each, revenue=500_000_000, known_from=date(2025, 7, 1))
    services.screen_today()
    tick()
    told = Message.objects.filter(text__startswith="verdict.").order_by("recipient")
    assert {message.recipient for message in told} == {cast.filer, cast.legal_representative, cast.finance_liaison, cast.other_filer}
    assert told.filter(recipient=cast.finance_liaison).count() == 1
    assert told.get(recipient=cast.filer).params["after"] == {"zh": "符合", "en": "Meets"}
