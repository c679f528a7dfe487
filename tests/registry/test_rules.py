"""Who sees which enterprise, and who may change or import."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser

from pilotage.accounts import services as accounts
from pilotage.accounts.enums import Role
from pilotage.accounts.models import Organisation
from pilotage.calls.models import Recommender
from pilotage.core.search import bigrams
from pilotage.registry import rules
from tests.factories import calls
from tests.factories.accounts import UserFactory

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
    "unit_officer": set(),
    "auditor": {OWN, OTHER},
    "outsider": set(),
    "other_filer": {OTHER},
    "other_city_officer": {OTHER},
    "other_province_officer": {OTHER},
}


def names(actor):
    return set(rules.visible_enterprises(actor).order_by("id").values_list("name_zh", flat=True))


def test_the_roles_named_here_are_those_of_the_accounts_room():
    assert {*rules.OWN, *rules.TERRITORIAL, *rules.EVERYTHING, rules.WITHOUT_TERRITORY, "finance_liaison", "expert", "unit_officer"} == set(
        Role.values
    )


def test_everybody_sees_their_scope_and_no_more(cast):
    assert {name: names(person) for name, person in cast.people().items()} == SEES
    assert names(AnonymousUser()) == names(None) == set()


def test_a_finance_liaison_sees_an_enterprise_from_consent_to_withdrawal(cast):
    bank = cast.finance_liaison.active_memberships[0].organisation
    consent = accounts.give_consent(actor=cast.legal_representative, enterprise=cast.enterprise, organisation=bank)
    assert names(cast.finance_liaison) == {OWN}
    accounts.withdraw_consent(actor=cast.legal_representative, consent=consent)
    assert names(cast.finance_liaison) == set()


@pytest.fixture
def bodies(cast, at):
    """Two bodies without a territory, each with its officer and its recommender."""
    at(calls.FILING)
    found = []
    for code in ("CE-1", "CE-2"):
        organisation = Organisation.objects.create(kind="recommender", name_zh=f"演示机构{code}")
        officer = UserFactory(name=f"荐办{code}", email=f"{code}@example.org")
        accounts.give_role(actor=cast.secretariat, user=officer, organisation=organisation, role=Role.RECOMMENDING_OFFICER)
        body = Recommender.objects.create(code=code, kind="central_enterprise", name_zh=f"演示机构{code}", organisation=organisation)
        found.append((officer, body))
    return found


def test_a_body_without_territory_sees_who_filed_through_it_and_nobody_else(cast, bodies):
    (officer, body), (other_officer, other_body) = bodies
    call = calls.call()
    draft = calls.application(call, cast.filer, cast.enterprise, "draft", recommender=body)
    calls.application(call, cast.other_filer, cast.other_enterprise, "submitted", recommender=other_body)
    assert names(officer) == set()
    type(draft).objects.filter(pk=draft.pk).update(submitted_at=calls.moment(calls.FILING), state="submitted")
    assert (names(officer), names(other_officer)) == ({OWN}, {OTHER})
    calls.application(call, cast.filer, cast.enterprise, "submitted", recommender=body)
    assert rules.visible_enterprises(officer).count() == 1
    assert not rules.can_edit_enterprise(officer, cast.enterprise)


def test_list_search_detail_and_export_follow_the_same_rule(cast, bodies, client_for):
    (officer, body), _other = bodies
    calls.application(calls.call(), cast.filer, cast.enterprise, "submitted", recommender=body)
    client = client_for(officer)
    for enterprise in (cast.enterprise, cast.other_enterprise):
        type(enterprise).objects.filter(pk=enterprise.pk).update(bigrams=bigrams(enterprise.name_zh))
    for address in ("/enterprises/", "/enterprises/?q=有限公司"):
        page = client.get(address).content.decode()
        assert (OWN in page, OTHER in page) == (True, False)
    assert client.get(f"/enterprises/{cast.enterprise.pk}/").status_code == 200
    assert client.get(f"/enterprises/{cast.other_enterprise.pk}/").status_code == 404
    rows = b"".join(client.get("/enterprises/export/csv/").streaming_content).decode()
    assert (OWN in rows, OTHER in rows) == (True, False)
    assert client_for(cast.outsider).get("/enterprises/").status_code == 403
    assert client_for(cast.outsider).get(f"/enterprises/{cast.enterprise.pk}/").status_code == 404


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
