"""Members, invitations, keys, consents: who sees them, what they do, what they say."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.urls import reverse

from pilotage.accounts import services
from pilotage.accounts.enums import OrganisationKind, Role
from pilotage.accounts.models import ApiToken, EnterpriseConsent, Invitation, Membership, Organisation, User
from tests.factories.accounts import MembershipFactory, OrganisationFactory, UserFactory
from tests.web.pages import offences

MEMBERS = "/organisation/members/"
TOKENS = "/account/tokens/"
CONSENTS = "/organisation/consents/"
PASSWORD = "Segel-und-Anker-2023"


def body(response):
    return response.content.decode()


@pytest.fixture
def manager(cast):
    Membership.objects.filter(user=cast.province_officer).update(is_manager=True)
    return cast.province_officer


def own(user):
    return Organisation.objects.get(memberships__user=user)


# --- members ----------------------------------------------------------------------------------
def test_members_are_seen_by_their_own_organisation_only(client, cast, manager):
    client.force_login(manager)
    html = body(client.get(MEMBERS))
    assert "<h1>江苏省工业和信息化厅</h1>" in html
    assert manager.email in html
    assert cast.other_province_officer.email not in html
    assert client.get(MEMBERS, {"organisation": own(cast.other_province_officer).pk}).status_code == 404
    assert client.get(MEMBERS, {"organisation": "x"}).status_code == 404


def test_members_of_every_body_are_seen_by_secretariat_and_auditor(client, cast):
    for person in (cast.secretariat, cast.auditor):
        client.force_login(person)
        assert cast.filer.email in body(client.get(MEMBERS, {"organisation": own(cast.filer).pk}))


def test_an_outsider_finds_no_members(client, cast):
    client.force_login(cast.outsider)
    assert client.get(MEMBERS).status_code == 404
    assert client.get(MEMBERS, {"organisation": own(cast.filer).pk}).status_code == 404
    client.logout()
    assert client.get(MEMBERS)["Location"] == f"/accounts/login/?next={MEMBERS}"


def test_who_is_no_manager_reads_why_there_is_no_form(client, cast):
    client.force_login(cast.province_officer)
    response = client.get(MEMBERS)
    assert "仅本机构管理员可以变更成员。" in body(response)
    assert 'name="email"' not in body(response)
    refused = client.post(MEMBERS, {"organisation": own(cast.province_officer).pk, "email": "a@example.org", "role": Role.PROVINCE_OFFICER})
    assert (refused.status_code, Invitation.objects.count()) == (403, 0)


@pytest.mark.parametrize("rows", [1, 3])
def test_members_cost_the_same_whatever_their_number(client, manager, rows, django_assert_num_queries):
    for _ in range(rows - 1):
        MembershipFactory(organisation=own(manager), role=Role.PROVINCE_OFFICER)
    client.force_login(manager)
    with django_assert_num_queries(6):
        html = body(client.get(MEMBERS))
    assert html.count('<th scope="row">') == rows


def test_members_page_is_strict_and_bilingual(client, manager):
    client.force_login(manager)
    assert offences(client.get(MEMBERS)) == []
    client.cookies["django_language"] = "en"
    assert '<h2 class="card-title">Invite a person</h2>' in body(client.get(MEMBERS))


# --- invitations --------------------------------------------------------------------------------
def test_an_invitation_is_shown_once_and_sent(client, manager, django_capture_on_commit_callbacks):
    client.force_login(manager)
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(MEMBERS, {"organisation": own(manager).pk, "email": "neu@example.org", "role": Role.PROVINCE_OFFICER})
    address = re.search(r'id="invitation-address">([^<]+)<', body(response)).group(1)
    token = address.rsplit("/", 2)[1]
    assert Invitation.objects.get().token_digest == services.digest_of(token)
    assert "no-store" in response["Cache-Control"]
    assert [message.to for message in mail.outbox] == [["neu@example.org"]]
    assert token not in body(client.get(MEMBERS))


def test_a_wrong_address_is_said_at_the_field(client, manager):
    client.force_login(manager)
    response = client.post(MEMBERS, {"organisation": own(manager).pk, "email": "nobody", "role": Role.PROVINCE_OFFICER})
    assert (response.status_code, Invitation.objects.count()) == (422, 0)
    assert 'class="field is-invalid"' in body(response)


def test_an_invitation_is_revoked_by_its_managers_only(client, cast, manager):
    invitation, _token = services.invite(actor=manager, organisation=own(manager), email="a@example.org", role=Role.PROVINCE_OFFICER)
    address = reverse("accounts:invitation-revoke", args=[invitation.pk])
    for stranger in (cast.outsider, cast.other_province_officer):
        client.force_login(stranger)
        assert client.post(address).status_code == 404
    client.force_login(manager)
    assert client.post(address)["Location"] == f"{MEMBERS}?organisation={own(manager).pk}"
    assert client.post(address).status_code == 409
    invitation.refresh_from_db()
    assert invitation.revoked_at is not None


@pytest.fixture
def token(manager):
    return services.invite(actor=manager, organisation=own(manager), email="neu@example.org", role=Role.PROVINCE_OFFICER)[1]


def test_a_new_person_sets_name_and_password_and_is_signed_in(client, token):
    address = reverse("accounts:invitation-accept", args=[token])
    html = body(client.get(address))
    assert "江苏省工业和信息化厅" in html
    response = client.post(address, {"name": "新同事", "password": PASSWORD, "repeated": PASSWORD})
    assert response["Location"] == "/desk/"
    user = User.objects.get(email="neu@example.org")
    assert (user.name, user.roles(), user.check_password(PASSWORD)) == ("新同事", {Role.PROVINCE_OFFICER}, True)
    assert client.session["_auth_user_id"] == str(user.pk)
    assert client.get(address).status_code == 404


def test_who_came_by_invitation_need_not_confirm_the_address_again(client, token, settings):
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    client.post(reverse("accounts:invitation-accept", args=[token]), {"name": "新同事", "password": PASSWORD, "repeated": PASSWORD})
    assert list(EmailAddress.objects.values_list("email", "verified", "primary")) == [("neu@example.org", True, True)]
    client.logout()
    response = client.post("/accounts/login/", {"login": "neu@example.org", "password": PASSWORD})
    assert response["Location"] == "/desk/"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": "新同事", "password": PASSWORD, "repeated": "other"}, "id_repeated"),
        ({"name": "新同事", "password": "12345", "repeated": "12345"}, "id_password"),
        ({"name": "", "password": PASSWORD, "repeated": PASSWORD}, "id_name"),
    ],
)
def test_bad_input_creates_nobody(client, token, values, field):
    before = User.objects.count()
    response = client.post(reverse("accounts:invitation-accept", args=[token]), values)
    assert (response.status_code, User.objects.count()) == (422, before)
    assert f'<a href="#{field}">' in body(response)


def test_an_invitation_for_another_address_is_not_taken_up(client, cast, token):
    client.force_login(cast.outsider)
    address = reverse("accounts:invitation-accept", args=[token])
    assert 'class="note note-warn"' in body(client.get(address))
    assert client.post(address).status_code == 422
    assert cast.outsider.memberships.count() == 0


def test_somebody_with_an_account_signs_in_and_accepts(client, manager, cast):
    _invitation, token = services.invite(actor=manager, organisation=own(manager), email=cast.outsider.email, role=Role.PROVINCE_OFFICER)
    address = reverse("accounts:invitation-accept", args=[token])
    assert f'href="/accounts/login/?next={address}"' in body(client.get(address))
    client.force_login(cast.outsider)
    assert client.post(address)["Location"] == "/desk/"
    assert own(cast.outsider) == own(manager)


@pytest.mark.django_db
def test_a_closed_invitation_says_whom_to_ask(client):
    response = client.get(reverse("accounts:invitation-accept", args=["unknown"]))
    assert response.status_code == 404
    assert "<h1>邀请已失效</h1>" in body(response)


# --- the end of a membership --------------------------------------------------------------------
def test_a_membership_ends_with_a_reason(client, cast, manager):
    colleague = MembershipFactory(organisation=own(manager), role=Role.PROVINCE_OFFICER, user=UserFactory(name="离任者"))
    address = reverse("accounts:membership-end", args=[colleague.pk])
    client.force_login(cast.outsider)
    assert client.get(address).status_code == client.post(address, {"reason": "x"}).status_code == 404
    client.force_login(cast.auditor)
    assert client.post(address, {"reason": "x"}).status_code == 403
    client.force_login(manager)
    assert "离任者" in body(client.get(address))
    assert client.post(address, {"reason": " "}).status_code == 422
    assert client.post(address, {"reason": "调离"})["Location"] == f"{MEMBERS}?organisation={own(manager).pk}"
    colleague.refresh_from_db()
    assert colleague.ended_at is not None
    assert client.get(address).status_code == 404


# --- keys ---------------------------------------------------------------------------------------
def test_a_key_is_shown_in_one_answer_and_nowhere_else(client, cast):
    client.force_login(cast.filer)
    response = client.post(TOKENS, {"name": "周报"})
    key = re.search(r'id="new-key">([^<]+)<', body(response)).group(1)
    assert services.user_of_key(key) == cast.filer
    assert "no-store" in response["Cache-Control"]
    again = body(client.get(TOKENS))
    assert "周报" in again
    assert key not in again


def test_keys_belong_to_one_person(client, cast):
    token, _key = services.create_token(actor=cast.filer, name="周报导出")
    revoke = reverse("accounts:token-revoke", args=[token.pk])
    client.force_login(cast.outsider)
    assert "周报导出" not in body(client.get(TOKENS))
    assert client.post(revoke).status_code == 404
    client.force_login(cast.filer)
    assert "周报导出" in body(client.get(TOKENS))
    assert client.post(revoke)["Location"] == TOKENS
    assert client.post(revoke).status_code == 409
    assert ApiToken.objects.get().revoked_at is not None


def test_a_key_needs_a_name(client, cast):
    client.force_login(cast.filer)
    assert (client.post(TOKENS, {"name": " "}).status_code, ApiToken.objects.count()) == (422, 0)
    assert offences(client.get(TOKENS)) == []


# --- consents -----------------------------------------------------------------------------------
def test_the_legal_representative_gives_and_withdraws_consent(client, cast):
    bank = Organisation.objects.get(kind=OrganisationKind.FINANCE)
    client.force_login(cast.legal_representative)
    assert "演示银行" in body(client.get(CONSENTS))
    assert client.post(CONSENTS, {"organisation": bank.pk, "act": "give"})["Location"] == CONSENTS
    consent = EnterpriseConsent.objects.get()
    assert (consent.enterprise, consent.organisation, consent.withdrawn_at) == (cast.enterprise, bank, None)
    client.post(CONSENTS, {"organisation": bank.pk, "act": "withdraw"})
    consent.refresh_from_db()
    assert consent.withdrawn_at is not None


def test_the_filer_sees_consents_but_does_not_decide(client, cast):
    bank = Organisation.objects.get(kind=OrganisationKind.FINANCE)
    client.force_login(cast.filer)
    assert 'name="act"' not in body(client.get(CONSENTS))
    assert client.post(CONSENTS, {"organisation": bank.pk, "act": "give"}).status_code == 403
    assert EnterpriseConsent.objects.count() == 0


def test_consent_goes_to_financial_institutions_only(client, cast):
    client.force_login(cast.legal_representative)
    assert client.post(CONSENTS, {"organisation": own(cast.other_filer).pk, "act": "give"}).status_code == 404
    assert client.post(CONSENTS, {"organisation": "x", "act": "give"}).status_code == 404


def test_consents_of_others_are_not_shown(client, cast):
    services.give_consent(actor=cast.legal_representative, enterprise=cast.enterprise, organisation=own(cast.finance_liaison))
    client.force_login(cast.other_filer)
    html = body(client.get(CONSENTS))
    assert "沈砚" not in html
    assert "st-good" not in html.split("<tbody>")[1]
    for stranger in (cast.outsider, cast.finance_liaison, cast.city_officer):
        client.force_login(stranger)
        assert client.get(CONSENTS).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_consents_cost_the_same_whatever_their_number(client, cast, rows, django_assert_num_queries):
    for number in range(rows - 1):
        OrganisationFactory(kind=OrganisationKind.FINANCE, name_zh=f"银行{number}")
    client.force_login(cast.legal_representative)
    with django_assert_num_queries(6):
        assert body(client.get(CONSENTS)).count('<th scope="row">') == rows
