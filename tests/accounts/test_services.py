from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils.translation import override

from pilotage.accounts import rules, services
from pilotage.accounts.enums import Role
from pilotage.accounts.models import Invitation, Membership, Organisation, User
from pilotage.audit.models import AuditEvent
from pilotage.core import clock
from pilotage.core.verdict import Conflict, Invalid, Refused
from pilotage.registry.models import Enterprise
from tests.factories.accounts import MembershipFactory, UserFactory, cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


@pytest.fixture
def in_english():
    with override("en"):
        yield


@pytest.fixture
def people():
    return cast()


def province_department() -> Organisation:
    return Organisation.objects.get(name_zh="江苏省工业和信息化厅")


def test_secretariat_invites_and_the_new_person_joins(people, mailoutbox, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        invitation, token = services.invite(
            actor=people.secretariat, organisation=province_department(), email="New@Example.org", role=Role.PROVINCE_OFFICER
        )

    membership = services.accept_invitation(token=token, name="新官员", password="correct horse 9")

    assert membership.user.email == "new@example.org"
    assert membership.role == Role.PROVINCE_OFFICER
    assert membership.user.check_password("correct horse 9")
    assert [message.to for message in mailoutbox] == [["new@example.org"]]
    assert token in mailoutbox[0].body
    assert invitation.token_digest != token
    assert list(AuditEvent.objects.order_by("number").values_list("verb", flat=True)) == [
        "invitation.send",
        "user.create",
        "membership.begin",
        "invitation.accept",
    ]


def test_an_invitation_works_once(people):
    _, token = services.invite(
        actor=people.secretariat, organisation=province_department(), email="a@example.org", role=Role.PROVINCE_OFFICER
    )
    services.accept_invitation(token=token, name="甲", password="correct horse 9")

    with pytest.raises(Invalid, match="not valid any more"):
        services.accept_invitation(token=token, name="乙", password="correct horse 9")

    assert User.objects.filter(email="a@example.org").count() == 1


def test_an_invitation_runs_out(people):
    _, token = services.invite(
        actor=people.secretariat, organisation=province_department(), email="a@example.org", role=Role.PROVINCE_OFFICER
    )
    with clock.at(clock.now() + timedelta(days=15)):
        assert services.open_invitation(token) is None


def test_an_invitation_cannot_be_taken_by_another_account(people):
    _, token = services.invite(
        actor=people.secretariat, organisation=province_department(), email="a@example.org", role=Role.PROVINCE_OFFICER
    )

    with pytest.raises(Invalid, match="another address"):
        services.accept_invitation(token=token, actor=people.outsider)

    assert people.outsider.memberships.count() == 0


def test_a_weak_password_is_refused_and_the_invitation_stays_open(people):
    _, token = services.invite(
        actor=people.secretariat, organisation=province_department(), email="a@example.org", role=Role.PROVINCE_OFFICER
    )

    with pytest.raises(Invalid) as refused:
        services.accept_invitation(token=token, name="", password="1234")

    assert set(refused.value.errors) == {"name", "password"}
    assert services.open_invitation(token) is not None


@pytest.mark.parametrize("name", ["outsider", "filer", "province_officer", "auditor", "expert"])
def test_only_a_manager_or_the_secretariat_invites(people, name):
    with pytest.raises(Refused, match="Only a manager"):
        services.invite(actor=getattr(people, name), organisation=province_department(), email="a@example.org", role=Role.PROVINCE_OFFICER)

    assert Invitation.objects.count() == 0


def test_a_manager_invites_into_the_own_organisation_only(people):
    manager = UserFactory()
    MembershipFactory(user=manager, organisation=province_department(), role=Role.PROVINCE_OFFICER, is_manager=True)

    services.invite(actor=manager, organisation=province_department(), email="a@example.org", role=Role.PROVINCE_OFFICER)
    with pytest.raises(Refused):
        services.invite(
            actor=manager,
            organisation=Organisation.objects.get(name_zh="山东省工业和信息化厅"),
            email="b@example.org",
            role=Role.PROVINCE_OFFICER,
        )


def test_an_organisation_gives_only_its_own_roles(people):
    with pytest.raises(Refused, match="does not give this role"):
        services.invite(actor=people.secretariat, organisation=province_department(), email="a@example.org", role=Role.SECRETARIAT)


def test_ending_a_membership_takes_the_scope_away(people):
    membership = people.province_officer.memberships.get()

    services.end_membership(actor=people.secretariat, membership=membership, reason="调离")

    again = User.objects.get(pk=people.province_officer.pk)
    assert rules.roles_of(again) == set()
    assert Enterprise.objects.filter(rules.in_territory(again, Role.PROVINCE_OFFICER)).count() == 0
    with pytest.raises(Conflict):
        services.end_membership(actor=people.secretariat, membership=membership, reason="再次")


def test_ending_a_membership_needs_a_reason(people):
    with pytest.raises(Invalid, match="Give a reason"):
        services.end_membership(actor=people.secretariat, membership=people.expert.memberships.get(), reason=" ")


def test_a_person_has_a_role_in_a_body_once(people):
    membership = people.auditor.memberships.get()

    with pytest.raises(Conflict):
        services.give_role(actor=people.secretariat, user=people.auditor, organisation=membership.organisation, role=Role.AUDITOR)

    assert Membership.objects.filter(user=people.auditor).count() == 1


def test_a_key_speaks_for_its_owner_until_revoked(people):
    token, key = services.create_token(actor=people.auditor, name="报表程序")

    assert services.user_of_key(key) == people.auditor
    assert key not in str(vars(token))

    services.revoke_token(actor=people.auditor, token=token)
    assert services.user_of_key(key) is None


def test_nobody_revokes_another_persons_key(people):
    token, _ = services.create_token(actor=people.auditor, name="报表程序")

    with pytest.raises(Refused):
        services.revoke_token(actor=people.secretariat, token=token)


def test_a_closed_account_has_neither_key_nor_role(people):
    _, key = services.create_token(actor=people.auditor, name="报表程序")
    User.objects.filter(pk=people.auditor.pk).update(is_active=False)

    assert services.user_of_key(key) is None
    assert rules.roles_of(User.objects.get(pk=people.auditor.pk)) == set()


def test_a_bank_sees_an_enterprise_only_while_it_consents(people):
    bank = people.finance_liaison.memberships.get().organisation

    assert list(rules.consented_enterprise_ids(people.finance_liaison)) == []
    consent = services.give_consent(actor=people.legal_representative, enterprise=people.enterprise, organisation=bank)
    assert list(rules.consented_enterprise_ids(people.finance_liaison)) == [{"enterprise_id": people.enterprise.pk}]

    services.withdraw_consent(actor=people.legal_representative, consent=consent)
    assert list(rules.consented_enterprise_ids(people.finance_liaison)) == []


def test_only_the_legal_representative_consents(people):
    bank = people.finance_liaison.memberships.get().organisation

    for actor in (people.filer, people.other_filer, people.secretariat, people.outsider):
        with pytest.raises(Refused, match="legal representative"):
            services.give_consent(actor=actor, enterprise=people.enterprise, organisation=bank)
