"""The fictional market of the demonstration: an introduction in every state, a note, a list signed off."""

from __future__ import annotations

from typing import Any

import pytest

from pilotage.accounts.enums import OrganisationKind, Role
from pilotage.accounts.models import Organisation, User
from pilotage.audit.services import verify
from pilotage.console.demo.finance import matching
from pilotage.console.demo.people import Offices, file_for
from pilotage.core import clock
from pilotage.finance.channels.selectors import current_plan
from pilotage.finance.matching.enums import IntroductionState
from pilotage.finance.matching.models import Introduction, Need
from pilotage.finance.matching.paper_models import BondNote, RelendingBatch
from pilotage.registry.models import Industry
from tests.conftest import moment
from tests.factories import matching as make
from tests.factories.accounts import MembershipFactory, UserFactory, division
from tests.factories.directory import edition, entry
from tests.factories.registry import EnterpriseFactory

pytestmark = pytest.mark.django_db


def people(cast: Any, firms: int) -> Offices:
    division("320500")
    for code in "CI":
        Industry.objects.create(code=code, name_zh=f"门类{code}", level="section")
    for number in range(firms):
        file_for(EnterpriseFactory(province_id="320000", prefecture_id="320500"), f"演示{number}", signs_in=number == 0)
    body = Organisation.objects.create(kind=OrganisationKind.FINANCE, name_zh="演示银行科技金融部", is_fictional=True)
    MembershipFactory(user=UserFactory(email="bank@demo.example"), organisation=body, role=Role.FINANCE_LIAISON)
    return Offices(secretariat=[cast.secretariat, cast.second_secretariat])


@pytest.mark.parametrize("firms", [1, 8])
def test_the_market_holds_one_of_each(cast: Any, firms: int) -> None:
    make.channels()
    offices = people(cast, firms)
    entry(edition(slug=matching.DIRECTORY), enterprise=cast.enterprise, listed_on=make.TODAY)
    with clock.at(moment("2024-01-08 09:00")):
        matching.build(offices, current_plan())

    assert set(Introduction.objects.values_list("state", flat=True)) == set(IntroductionState.values)
    assert {"draft", "open", "met"} <= set(Need.objects.values_list("state", flat=True))
    assert set(BondNote.objects.values_list("state", flat=True)) == {"issued", "planned"}
    assert sorted(RelendingBatch.objects.values_list("state", flat=True)) == ["draft", "frozen"]
    assert User.objects.filter(email="fund@demo.example").exists()
    assert verify() == []


def test_without_channels_there_is_no_market(cast: Any) -> None:
    matching.build(people(cast, 1), make.PlanFactory())

    assert not Need.objects.exists()
