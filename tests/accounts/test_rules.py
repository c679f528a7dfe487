from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser

from pilotage.accounts import rules
from pilotage.accounts.enums import Role
from pilotage.registry.models import Enterprise
from tests.factories.accounts import cast, enterprise

pytestmark = pytest.mark.django_db

OFFICERS = (Role.DISTRICT_OFFICER, Role.CITY_OFFICER, Role.PROVINCE_OFFICER, Role.COMMUNICATIONS_OFFICER)


@pytest.mark.parametrize(
    ("name", "sees"),
    [
        ("district_officer", {"own"}),
        ("city_officer", {"own"}),
        ("province_officer", {"own", "nanjing"}),
        ("communications_officer", {"own", "nanjing"}),
        ("other_city_officer", {"weifang"}),
        ("other_province_officer", {"weifang"}),
        ("filer", set()),
        ("expert", set()),
        ("outsider", set()),
    ],
)
def test_territory_is_the_same_for_lists_and_for_one_object(name, sees):
    people = cast()
    firms = {"own": people.enterprise, "weifang": people.other_enterprise, "nanjing": enterprise("南京试验厂", "320100")}
    actor = getattr(people, name)

    listed = set(Enterprise.objects.filter(rules.in_territory(actor, *OFFICERS)))

    assert listed == {firms[key] for key in sees}
    assert {key for key, firm in firms.items() if rules.covers(actor, firm, *OFFICERS)} == sees


@pytest.mark.parametrize("actor", [None, AnonymousUser()])
def test_nobody_has_no_role_and_no_territory(actor):
    people = cast()

    assert rules.roles_of(actor) == set()
    assert rules.enterprise_ids(actor) == set()
    assert not rules.covers(actor, people.enterprise, *OFFICERS)
    assert not Enterprise.objects.filter(rules.in_territory(actor, *OFFICERS)).exists()


def test_a_filer_acts_for_the_own_enterprise():
    people = cast()

    assert rules.enterprise_ids(people.filer) == {people.enterprise.pk}
    assert rules.enterprise_ids(people.filer, Role.LEGAL_REPRESENTATIVE) == set()


def test_asking_for_roles_twice_is_one_query(django_assert_num_queries):
    people = cast()
    with django_assert_num_queries(1):
        rules.roles_of(people.city_officer)
        rules.covers(people.city_officer, people.enterprise, Role.CITY_OFFICER)
