import pytest

from pilotage.audit import services as audit
from pilotage.audit.models import AuditEvent
from pilotage.calls.enums import ApplicationState
from pilotage.calls.models import Application
from pilotage.core.verdict import Conflict, Invalid, Refused
from pilotage.review import services
from pilotage.review.enums import AssignmentState
from pilotage.review.models import Assignment, ReviewSummary
from pilotage.review.selectors import expert_choices
from tests.factories import review as make
from tests.factories.accounts import MembershipFactory, OrganisationFactory, enterprise

pytestmark = pytest.mark.django_db


def test_a_final_run_fills_seats_and_moves_applications_under_review(call, cast):
    apps = [make.application(call, f"A-{i}") for i in range(4)]
    experts = [make.expert(f"E{i}") for i in range(5)]

    report = make.assigned(call, cast.secretariat)

    assert (len(report.created), report.unfilled) == (12, [])
    assert {new for _expert, _held, new in report.run.result["loads"]} <= {1, 2, 3}
    assert {app.state for app in Application.objects.filter(pk__in=[a.pk for a in apps])} == {ApplicationState.UNDER_REVIEW}
    assert list(ReviewSummary.objects.values_list("seat_count", "finished_count", "mean")) == [(3, 0, None)] * 4
    assert AuditEvent.objects.filter(verb="assignment.create").count() == 12
    assert AuditEvent.objects.filter(verb="application.start_review").count() == 4
    positions = [list(e.assignments.order_by("position").values_list("position", flat=True)) for e in experts]
    assert all(p == list(range(1, len(p) + 1)) for p in positions)
    assert audit.verify() == []


def test_a_second_run_finds_no_empty_seat(call, cast):
    make.application(call)
    for i in range(3):
        make.expert(f"E{i}")
    make.assigned(call, cast.secretariat)
    with pytest.raises(Invalid, match="席位"):
        make.assigned(call, cast.secretariat)
    assert Assignment.objects.count() == 3


def test_unfilled_seats_say_why_and_an_application_without_a_seat_stays_accepted(call, cast):
    app = make.application(call, province="320000")
    make.expert("E1", "320000")
    make.expert("E2", "320000")

    report = make.assigned(call, cast.secretariat)

    assert report.created == []
    assert [a for a, _why in report.unfilled] == [app]
    assert report.run.result["unfilled"][0]["barred_by"] == {"same_province": 2}
    app.refresh_from_db()
    assert app.state == ApplicationState.ACCEPTED


def test_recused_expert_is_not_asked_again_and_the_seat_is_filled_by_another(call, cast, me):
    app = make.application(call)
    assignment = services.assign(actor=cast.secretariat, application=app, expert=me)
    services.recuse(actor=cast.expert, assignment=assignment, reason="曾为该企业提供咨询")
    other = make.expert("E2")

    report = make.assigned(call, cast.secretariat)

    assert [a.expert for a in report.created] == [other]
    assert (report.run.result["unfilled"][0]["barred_by"], report.run.result["unfilled"][0]["missing"]) == ({"recused": 1}, 2)
    with pytest.raises(Refused, match="回避"):
        services.assign(actor=cast.secretariat, application=app, expert=me)


def test_cancelled_seat_can_be_given_again(call, cast, me):
    app = make.application(call)
    first = services.assign(actor=cast.secretariat, application=app, expert=me)
    services.cancel_assignment(actor=cast.secretariat, assignment=first, reason="时间冲突")
    assert ReviewSummary.objects.get(application=app).seat_count == 0
    second = services.assign(actor=cast.secretariat, application=app, expert=me)
    assert (second.state, ReviewSummary.objects.get(application=app).seat_count) == (AssignmentState.ASSIGNED, 1)


def _barred_experts(app):
    house = app.enterprise
    sister = enterprise("南京姊妹机械有限公司", "370700", group=house)
    filer = make.expert("F", "210000")
    company = OrganisationFactory(kind="enterprise", enterprise=house)
    MembershipFactory(user=filer.user, organisation=company, role="filer")
    return {
        "same_province": make.expert("P", "320000"),
        "same_enterprise": make.expert("H", "210000", employer=house),
        "named": make.expert("N", "210000", employer_name=house.name_zh),
        "filer": filer,
        "same_group": make.expert("G", "210000", employer=sister),
    }


@pytest.mark.parametrize("kind", ["same_province", "same_enterprise", "named", "filer", "same_group"])
def test_no_conflict_gets_a_seat_by_hand(call, cast, kind):
    app = make.application(call)
    experts = _barred_experts(app)

    with pytest.raises(Refused) as refusal:
        services.assign(actor=cast.secretariat, application=app, expert=experts[kind])

    assert str(refusal.value) != ""
    assert Assignment.objects.count() == 0


def test_no_conflict_gets_a_seat_by_a_run(call, cast):
    app = make.application(call)
    _barred_experts(app)
    free = make.expert("Z", "210000")
    report = make.assigned(call, cast.secretariat)
    assert [a.expert for a in report.created] == [free]
    assert report.run.result["unfilled"][0]["barred_by"] == {"same_enterprise": 3, "same_group": 1, "same_province": 1}


def test_province_rule_holds_only_where_the_call_lists_it(cast, at):
    at(make.IN_REVIEW)
    call = make.review_call("open-call", conflicts=["same_enterprise"])
    app = make.application(call)
    local = make.expert("P", "320000")
    assert services.assign(actor=cast.secretariat, application=app, expert=local).state == AssignmentState.ASSIGNED


def test_choices_show_every_expert_with_the_rule(call, cast):
    app = make.application(call)
    _barred_experts(app)
    free = make.expert("Z", "210000")
    choices = expert_choices(app)
    assert [(c.expert.number, c.rule) for c in choices] == [
        (free.number, None),
        ("F", "same_enterprise"),
        ("G", "same_group"),
        ("H", "same_enterprise"),
        ("N", "same_enterprise"),
        ("P", "same_province"),
    ]


def test_unavailable_expert_and_expert_without_the_role_get_no_seat(call, cast):
    app = make.application(call)
    away = make.expert("A", is_available=False)
    ended = make.expert("B")
    ended.user.memberships.update(ended_at=make.LONG_AGO)
    for who in (away, ended):
        with pytest.raises(Refused):
            services.assign(actor=cast.secretariat, application=app, expert=who)
    with pytest.raises(Invalid, match="专家"):
        make.assigned(call, cast.secretariat)


def test_only_accepted_applications_get_seats(call, cast, me):
    draft = make.application(call, state=ApplicationState.RECOMMENDED)
    with pytest.raises(Refused):
        services.assign(actor=cast.secretariat, application=draft, expert=me)


def test_a_second_seat_for_the_same_expert_is_refused(call, cast, me):
    app = make.application(call)
    services.assign(actor=cast.secretariat, application=app, expert=me)
    with pytest.raises(Refused):
        services.assign(actor=cast.secretariat, application=app, expert=me)
    with pytest.raises(Conflict):
        services._seat(cast.secretariat, app, me)
    assert Assignment.objects.count() == 1


@pytest.mark.parametrize("who", ["expert", "auditor", "province_officer", "filer", "outsider", "finance_liaison"])
def test_only_the_secretariat_assigns(call, cast, me, who):
    app = make.application(call)
    actor = getattr(cast, who)
    with pytest.raises(Refused):
        make.assigned(call, actor)
    with pytest.raises(Refused):
        services.assign(actor=actor, application=app, expert=me)
    assert Assignment.objects.count() == 0


def test_impossible_number_of_experts_is_refused(call, cast):
    with pytest.raises(Invalid):
        make.assigned(call, cast.secretariat, 0)


def test_nine_hundred_applications_in_a_bounded_number_of_queries(call, cast, django_assert_max_num_queries):
    template = make.application(call, "A-0000", "370000")
    provinces = ["320000", "370000"]
    for code in provinces:
        make.division(code)
    Application.objects.bulk_create(
        Application(
            **{
                f.attname: getattr(template, f.attname)
                for f in Application._meta.concrete_fields
                if f.attname not in {"id", "number", "project_title", "province_id"}
            },
            number=f"A-{i:04}",
            project_title=f"项目{i}",
            province_id=provinces[i % 2],
        )
        for i in range(1, 900)
    )
    for i in range(60):
        make.expert(f"E{i:02}", ["210000", "320000", "370000"][i % 3])
    with django_assert_max_num_queries(200):  # SQLite takes 999 values a statement, so bulk writes go in batches
        report = make.assigned(call, cast.secretariat)
    assert (len(report.created), sum(new for _expert, _held, new in report.run.result["loads"]), report.unfilled) == (2700, 2700, [])


def test_an_expert_whose_employer_lies_in_the_applicants_city_gets_no_seat_where_the_call_says_so(cast, at):
    at(make.IN_REVIEW)
    call = make.review_call("city-call", conflicts=["same_enterprise", "same_city"])
    app = make.application(call)
    neighbour = make.expert("E1", "320000", employer=enterprise("苏州演示研究院", "320505"))
    make.expert("E2", "320000", employer=enterprise("南京演示研究院", "320100"))

    report = make.assigned(call, cast.secretariat, 2)

    assert [seat.expert.number for seat in report.created] == ["E2"]
    assert report.run.result["unfilled"][0]["barred_by"] == {"same_city": 1}
    with pytest.raises(Refused, match="苏州市"):
        services.assign(actor=cast.secretariat, application=app, expert=neighbour)
