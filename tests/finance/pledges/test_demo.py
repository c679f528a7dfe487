"""The fictional pledges of the demonstration: one of each story, by the people whose steps they are."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from pilotage.accounts.enums import OrganisationKind, Role
from pilotage.accounts.models import Organisation
from pilotage.audit.models import AuditEvent
from pilotage.audit.services import verify
from pilotage.console.demo.finance import pledges
from pilotage.console.demo.people import Offices, file_for
from pilotage.core import clock
from pilotage.finance.channels.selectors import current_plan
from pilotage.finance.pledges import selectors
from pilotage.finance.pledges.models import Pledge
from tests.conftest import moment
from tests.factories.accounts import MembershipFactory, UserFactory, division
from tests.factories.registry import EnterpriseFactory

pytestmark = pytest.mark.django_db


def test_the_demonstration_follows_pledges_to_their_ends(cast: Any) -> None:
    division("320500")
    file_for(EnterpriseFactory(province_id="320000", prefecture_id="320500"), "演示", signs_in=True)
    body = Organisation.objects.create(kind=OrganisationKind.FINANCE, name_zh="演示银行科技金融部", is_fictional=True)
    MembershipFactory(user=UserFactory(email="bank@demo.example"), organisation=body, role=Role.FINANCE_LIAISON)

    pledges.build(Offices(secretariat=[cast.secretariat, cast.second_secretariat]), current_plan())

    assert Counter(Pledge.objects.values_list("state", flat=True)) == dict.fromkeys(
        ("cancelled", "disbursed", "refused", "claimed", "contracted"), 1
    )
    with clock.at(moment("2024-01-08 09:00")):
        running = Pledge.objects.get(state="disbursed")
        assert [flag.kind for flag in running.flags.filter(cleared_on__isnull=True)] == ["fee_due"]
        checks = selectors.checks_of(Pledge.objects.get(state="contracted"), clock.today())
    assert "fee" in {check.ground for check in checks if check.answer == "refuses"}
    claimed = Pledge.objects.get(state="claimed")
    assert (claimed.loss, claimed.claim) == (3_000_000, 1_200_000)
    told = AuditEvent.objects.filter(verb__startswith="finance.pledge.", object_id=str(Pledge.objects.get(state="cancelled").pk))
    verbs = [verb.removeprefix("finance.pledge.") for verb in told.order_by("number").values_list("verb", flat=True)]
    assert verbs == [
        "offer", "contract", "add_file", "add_file", "fill_file", "file", "note_defect", "cure", "register", "publish",
        "disburse.propose", "disburse", "change", "repay", "cancel.propose", "cancel",
    ]  # fmt: skip
    assert verify() == []


def test_without_the_bank_there_is_no_pledge(cast: Any) -> None:
    pledges.build(Offices(secretariat=[cast.secretariat]), current_plan())

    assert not Pledge.objects.exists()
