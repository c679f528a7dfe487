"""Who sees which enterprise, and who may change or import."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser

from pilotage.accounts import services as accounts
from pilotage.accounts.enums import Role
from pilotage.registry import rules

OWN, OTHER = "苏州砚舟精密传动有限公司", "潍坊岚桥机械有限公司"
SEES = {
    "filer": {OWN},
    "legal_representative": {OWN},
    "district_officer": {OWN},
    "city_officer": {OWN},
    "province_officer": {OWN},
    "communications_officer": {OWN},
    "secretariat": {OWN, OTHER},
    "second_secretariat": {OWN, OTHER},
    "expert": set(),
    "finance_liaison": set(),
    "auditor": {OWN, OTHER},
    "outsider": set(),
    "other_filer": {OTHER},
    "other_city_officer": {OTHER},
    "other_province_officer": {OTHER},
}


def names(actor):
    return set(rules.visible_enterprises(actor).order_by("id").values_list("name_zh", flat=True))


def test_the_roles_named_here_are_those_of_the_accounts_room():
    assert {*rules.OWN, *rules.TERRITORIAL, *rules.EVERYTHING, "finance_liaison", "expert", "recommending_officer"} == set(Role.values)


def test_everybody_sees_their_scope_and_no_more(cast):
    assert {name: names(person) for name, person in cast.people().items()} == SEES
    assert names(AnonymousUser()) == names(None) == set()


def test_a_finance_liaison_sees_an_enterprise_from_consent_to_withdrawal(cast):
    bank = cast.finance_liaison.active_memberships[0].organisation
    consent = accounts.give_consent(actor=cast.legal_representative, enterprise=cast.enterprise, organisation=bank)
    assert names(cast.finance_liaison) == {OWN}
    accounts.withdraw_consent(actor=cast.legal_representative, consent=consent)
    assert names(cast.finance_liaison) == set()


def test_an_account_that_was_closed_sees_nothing(cast):
    cast.secretariat.is_active = False
    assert names(cast.secretariat) == set()


@pytest.mark.parametrize(
    ("rule", "people"),
    [
        (rules.can_edit_enterprise, {"filer", "legal_representative", "province_officer", "secretariat", "second_secretariat"}),
        (rules.can_edit_identity, {"province_officer", "secretariat", "second_secretariat"}),
    ],
)
def test_who_may_change_the_enterprise(cast, rule, people):
    assert {name for name, person in cast.people().items() if rule(person, cast.enterprise)} == people
    assert not rule(AnonymousUser(), cast.enterprise)


def test_who_may_import_and_where(cast):
    allowed = {name for name, person in cast.people().items() if rules.can_import(person)}
    assert allowed == {"province_officer", "other_province_officer", "secretariat", "second_secretariat"}
    assert rules.import_territory(cast.province_officer) == {"320000"}
    assert rules.import_territory(cast.secretariat) is None
    assert rules.import_territory(cast.filer) == frozenset()
    assert rules.can_create_enterprise(cast.province_officer, "320000")
    assert not rules.can_create_enterprise(cast.province_officer, "370000")
    assert not rules.can_create_enterprise(cast.filer, "320000")
