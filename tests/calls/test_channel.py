"""Who puts an application forward: the applicant's choice where the call leaves one, and each body's own reach."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from pilotage.accounts import services as accounts
from pilotage.accounts.models import Organisation
from pilotage.calls import rules, services
from pilotage.calls.models import Application, Recommender
from pilotage.calls.selectors import quota_status, recommender_choices, recommenders_of
from pilotage.core.verdict import Invalid, Refused
from tests.factories import calls as make
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
KINDS = ["province", "planned_city", "communications", "central_enterprise"]


@pytest.fixture
def call(at: Any) -> Any:
    at(make.FILING)
    call = make.call()
    make.change(call, recommended_by=KINDS)
    return call


@pytest.fixture
def group(cast: Any) -> Any:
    """A fictional central enterprise that owns the applicant, with its recommending officer."""
    head = type(cast.enterprise).objects.create(
        name_zh="演示集团有限公司", is_fictional=True, created_at=cast.enterprise.created_at, updated_at=cast.enterprise.updated_at
    )
    cast.enterprise.group = head
    cast.enterprise.save()
    body = Organisation.objects.create(kind="recommender", name_zh="演示集团有限公司科技部", enterprise=head)
    officer = UserFactory(name="荐办", email="group@example.org")
    accounts.give_role(actor=cast.secretariat, user=officer, organisation=body, role="recommending_officer")
    recommender = Recommender.objects.create(code="CE-1", kind="central_enterprise", name_zh="演示集团有限公司")
    services.link_recommender(actor=cast.secretariat, recommender=recommender, organisation=body)
    return officer, recommender


def test_the_usual_recommender_comes_first_and_the_others_are_offered(call, cast, group):
    assert [each.code for each in recommender_choices(call, cast.enterprise)] == ["320000", "320000-CA", "CE-1"]
    application = services.start_application(actor=cast.filer, call=call, enterprise=cast.enterprise)
    assert application.recommender.code == "320000"


def test_a_draft_goes_where_the_applicant_says_and_a_filed_one_stays(call, cast, group):
    _officer, recommender = group
    application = make.application(call, cast.filer, cast.enterprise, "draft")
    services.choose_recommender(actor=cast.filer, application=application, recommender=recommender)
    application.refresh_from_db()
    assert application.recommender == recommender
    with pytest.raises(Invalid):
        services.choose_recommender(actor=cast.filer, application=application, recommender=Recommender.objects.get(code="370000"))
    filed = make.application(call, cast.filer, cast.enterprise, "submitted")
    Application.objects.filter(pk=filed.pk).update(state="returned")
    filed.refresh_from_db()
    with pytest.raises(Refused):
        services.choose_recommender(actor=cast.filer, application=filed, recommender=recommender)


def test_a_body_without_territory_checks_and_recommends_its_own_and_sees_nothing_else(call, cast, group, at):
    officer, recommender = group
    own = make.application(call, cast.filer, cast.enterprise, "submitted", recommender=recommender)
    other = make.application(call, cast.filer, cast.enterprise, "submitted")

    assert [each.code for each in recommenders_of(officer)] == ["CE-1"]
    assert list(rules.visible_applications(officer)) == [own]
    assert (bool(rules.can_view(officer, own)), bool(rules.can_view(officer, other))) == (True, False)
    assert bool(rules.may_check(cast.city_officer, own)) is False
    services.check(actor=officer, application=own, result="pass", opinion="同意")
    at("2023-09-12 10:00")
    services.shortlist_many(actor=officer, applications=[own])
    sent = services.send_list(actor=officer, call=call, recommender=recommender, opinion="同意推荐")
    assert ([row["number"] for row in sent.ranking], quota_status(call, recommender).recommended) == ([own.number], 1)


def test_only_the_secretariat_says_who_acts_for_a_body(call, cast, group):
    with pytest.raises(Refused):
        services.link_recommender(actor=cast.province_officer, recommender=group[1], organisation=Organisation.objects.first())


def test_the_page_offers_the_choice_and_keeps_it(call, cast, group, client_for):
    application = make.application(call, cast.filer, cast.enterprise, "draft")
    check, channel = (reverse(f"calls:application-{name}", args=[application.number]) for name in ("check", "channel"))
    client = client_for(cast.filer)

    assert client.get(check).content.decode().count('name="recommender"') == 3
    client.post(channel, {"recommender": "CE-1"})
    application.refresh_from_db()
    assert application.recommender.code == "CE-1"
    client.post(channel, {"recommender": "370000"})
    application.refresh_from_db()
    assert application.recommender.code == "CE-1"
    assert client_for(cast.outsider).post(channel, {"recommender": "320000"}).status_code == 404


def test_the_secretariat_enters_a_central_enterprise_and_its_quota_follows(call, cast, client_for):
    other = type(cast.enterprise).objects.create(
        name_zh="演示航天集团有限公司",
        uscc="91320505MA1XD00000",
        is_fictional=True,
        created_at=cast.enterprise.created_at,
        updated_at=cast.enterprise.updated_at,
    )
    client = client_for(cast.secretariat)
    wrong = client.post("/work/recommenders/", {"kind": "central_enterprise", "name_zh": "演示航天集团", "uscc": "nonsense"})
    bare = client.post("/work/recommenders/", {"kind": "central_enterprise", "name_zh": "演示航天集团"})
    right = client.post("/work/recommenders/", {"kind": "central_enterprise", "name_zh": "演示航天集团", "uscc": other.uscc})
    again = client.post("/work/recommenders/", {"kind": "bureau", "name_zh": "演示航天集团"})

    assert [each.status_code for each in (wrong, bare, right, again)] == [422, 422, 302, 422]
    recommender = Recommender.objects.get(name_zh="演示航天集团")
    assert (recommender.organisation.enterprise, call.quotas.filter(recommender=recommender).count()) == (other, 1)
    assert "演示航天集团" in client.get("/work/recommenders/").content.decode()
    assert client_for(cast.outsider).get("/work/recommenders/").status_code == 403
    assert client_for(cast.province_officer).post("/work/recommenders/", {"kind": "bureau", "name_zh": "司局"}).status_code == 403
    assert not Recommender.objects.filter(name_zh="司局").exists()
