"""Conflicts between real rows: groups, partners, ties, own applications, declarations, and seats given before they were known."""

from datetime import date

import pytest

from pilotage.audit.models import AuditEvent
from pilotage.calls.models import Partner
from pilotage.core.verdict import Conflict, Invalid, Refused
from pilotage.registry.models import Enterprise
from pilotage.review import services
from pilotage.review.enums import AssignmentState, RelationKind, RelationSource
from pilotage.review.experts import profiles as experts
from pilotage.review.experts import relations
from pilotage.review.experts.screening import Screener, roots_of
from pilotage.review.experts.taking_part import screening_of, seats_in_conflict
from pilotage.review.models import Assignment, DeclaredConflict, ExpertProfile, Relation
from pilotage.review.selection import selections
from pilotage.review.selectors import expert_choices
from tests.factories import review as make
from tests.factories.accounts import MembershipFactory, OrganisationFactory, UserFactory, enterprise

pytestmark = pytest.mark.django_db


def rule(call, who, app):
    who = ExpertProfile.objects.select_related("user", "employer").get(pk=who.pk)
    return Screener(call, [who], [app]).find(who.pk, app.pk)


# --- groups ---------------------------------------------------------------------------------
def test_a_group_is_its_whole_tree_upwards_and_downwards(call):
    top = enterprise("集团总公司", "210200")
    middle = enterprise("集团华东公司", "370700", group=top)
    plant = enterprise("集团苏州工厂", "320505", group=middle)
    sister = enterprise("集团大连工厂", "210200", group=top)
    app = make.application(call, enterprise=plant)
    barred = {house.name_zh: rule(call, make.expert(f"E{house.pk}", employer=house), app) for house in (top, middle, plant, sister)}
    assert barred == {
        "集团总公司": "same_group",
        "集团华东公司": "same_group",
        "集团苏州工厂": "same_enterprise",
        "集团大连工厂": "same_group",
    }
    assert rule(call, make.expert("E0", employer=enterprise("旁人有限公司", "210200")), app) is None


def test_a_group_that_contains_itself_ends(db):
    one, two = enterprise("甲", "210200"), enterprise("乙", "210200")
    Enterprise.objects.filter(pk=one.pk).update(group=two)
    Enterprise.objects.filter(pk=two.pk).update(group=one)
    rows = list(Enterprise.objects.order_by("pk"))
    assert roots_of(rows)[0] == {one.pk: one.pk, two.pk: one.pk}


def test_a_deep_group_costs_one_query_a_level_whatever_its_width(db, django_assert_num_queries):
    top = enterprise("顶", "210200")
    middles = [enterprise(f"中{i}", "210200", group=top) for i in range(3)]
    leaves = [enterprise(f"叶{i}", "210200", group=middles[i % 3]) for i in range(9)]
    with django_assert_num_queries(2):
        assert set(roots_of(leaves)[0].values()) == {top.pk}


# --- ties -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("ends_on", "barred"), [(None, "relation"), (date(2020, 10, 8), "relation"), (date(2020, 10, 7), None), (date(2030, 1, 1), "relation")]
)
def test_a_tie_counts_from_the_opening_of_the_review_three_years_back(call, cast, me, ends_on, barred):
    app = make.application(call)
    make.tie(me, app.enterprise, cast.secretariat, starts_on=date(2015, 1, 1), ends_on=ends_on)
    assert rule(call, me, app) == barred


def test_a_tie_to_an_enterprise_outside_the_register_is_found_by_name(call, cast, me):
    app = make.application(call, name="无锡演示（传动）有限公司")
    make.tie(me, "无锡演示(传动) 有限公司", cast.secretariat)
    assert rule(call, me, app) == "relation"


def test_a_struck_tie_bars_no_more(call, cast, me):
    app = make.application(call)
    tie = make.tie(me, app.enterprise, cast.secretariat)
    relations.strike_relation(actor=cast.secretariat, relation=tie, reason="同名误录")
    assert rule(call, me, app) is None
    with pytest.raises(Conflict):
        relations.strike_relation(actor=cast.secretariat, relation=tie, reason="再次")


def test_an_expert_enters_and_ends_ties_but_strikes_none(call, cast, me):
    app = make.application(call)
    tie = relations.add_relation(actor=cast.expert, expert=me, kind="consultancy", enterprise=app.enterprise, starts_on=date(2022, 1, 1))
    assert (tie.source, AuditEvent.objects.filter(verb="relation.add").count()) == (RelationSource.EXPERT, 1)
    with pytest.raises(Refused):
        relations.strike_relation(actor=cast.expert, relation=tie, reason="误录")
    for day in (None, date(2021, 12, 31), date(2023, 10, 21)):
        with pytest.raises(Invalid):
            relations.end_relation(actor=cast.expert, relation=tie, ends_on=day)
    relations.end_relation(actor=cast.expert, relation=tie, ends_on=date(2023, 10, 1))
    assert rule(call, me, app) == "relation"
    with pytest.raises(Refused):
        relations.add_relation(actor=cast.filer, expert=me, kind="consultancy", enterprise=app.enterprise)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"kind": "friend", "enterprise_name": "某公司"}, "kind"),
        ({"kind": "shares", "enterprise_name": "  "}, "enterprise_name"),
        ({"kind": "shares", "enterprise_name": "某公司", "starts_on": date(2023, 2, 1), "ends_on": date(2023, 1, 1)}, "ends_on"),
    ],
)
def test_an_impossible_tie_is_refused_at_its_field(call, cast, me, facts, field):
    with pytest.raises(Invalid) as problem:
        relations.add_relation(actor=cast.expert, expert=me, **facts)
    assert (list(problem.value.errors), Relation.objects.count()) == ([field], 0)


# --- own application ------------------------------------------------------------------------
def test_who_files_in_the_call_reviews_nothing_in_it(call, cast):
    app, other = make.application(call), make.application(call, "A-0002", "370000")
    filer, contact, officer = make.expert("F"), make.expert("C"), make.expert("O")
    other.data["contact_email"] = contact.user.email.upper()
    other.save()
    app.created_by = filer.user
    app.save()
    MembershipFactory(user=officer.user, organisation=OrganisationFactory(kind="enterprise", enterprise=other.enterprise), role="filer")
    assert {who.number: (rule(call, who, app), rule(call, who, other)) for who in (filer, contact, officer)} == {
        "F": ("own_application", "own_application"),
        "C": ("own_application", "own_application"),
        "O": ("own_application", "same_enterprise"),
    }
    assert rule(make.review_call("next-year"), filer, make.application(make.review_call("year-after"), "B-1", "370000")) is None


def test_the_employers_application_bars_the_whole_call_only_where_the_call_says_so(cast, at):
    at(make.IN_REVIEW)
    strict, lenient = make.review_call("strict", conflicts=["employer_applies"]), make.review_call("lenient", conflicts=[])
    for call in (strict, lenient):
        own = make.application(call, f"{call.slug}-1")
        other = make.application(call, f"{call.slug}-2", "370000")
        who = make.expert(call.slug, employer=own.enterprise)
        assert (rule(call, who, own), rule(call, who, other)) == ("same_enterprise", "employer_applies" if call == strict else None)


def test_partners_of_a_consortium_are_applicants(call, cast):
    app = make.application(call)
    member = enterprise("潍坊演示协作有限公司", "370700")
    state = {"invited_by": cast.filer, "invited_at": make.LONG_AGO, "updated_at": make.LONG_AGO}
    partner = Partner.objects.create(application=app, enterprise=member, state="consented", **state)
    inside = make.expert("E1", employer=member)
    neighbour = make.expert("E2", "370000")
    filer = make.expert("E3")
    MembershipFactory(user=filer.user, organisation=OrganisationFactory(kind="enterprise", enterprise=member), role="legal_representative")
    assert [rule(call, who, app) for who in (inside, neighbour)] == ["same_enterprise", "same_province"]
    assert rule(call, filer, make.application(call, "A-0002", "320000")) == "own_application"
    Partner.objects.filter(pk=partner.pk).update(state="withdrawn")
    assert [rule(call, who, app) for who in (inside, neighbour)] == [None, None]


# --- explained ------------------------------------------------------------------------------
def test_every_rule_of_a_pair_is_told_with_names_and_dates(call, cast):
    app = make.application(call)
    who = make.expert("E1", "320000", employer=app.enterprise)
    make.tie(who, app.enterprise, cast.secretariat, starts_on=date(2021, 3, 1), ends_on=date(2022, 5, 31))
    choice = next(c for c in expert_choices(app) if c.expert == who)
    assert choice.rule == "same_enterprise"
    assert len(choice.reasons) == 3
    assert app.enterprise.name_zh in choice.reasons[0]
    assert "2021年3月1日" in choice.reasons[1]
    assert "2022年5月31日" in choice.reasons[1]
    with pytest.raises(Refused, match="2022年5月31日"):
        services.assign(actor=cast.secretariat, application=app, expert=who)


def test_facts_are_told_by_place_and_numbers_and_day(call, cast):
    app = make.application(call)
    local, filer, told = make.expert("E1", "320000"), make.expert("E2"), make.expert("E3")
    app.created_by = filer.user
    app.save()
    relations.record_conflict(actor=cast.secretariat, expert=told, application=app, kind="family", note="配偶任职")
    reasons = {choice.expert.number: choice.reasons for choice in expert_choices(app)}
    assert [len(each) for each in reasons.values()] == [1, 1, 1]
    assert "江苏" in reasons[local.number][0]
    assert app.number in reasons[filer.number][0]
    assert "亲属" in reasons[told.number][0]
    assert "2023年10月20日" in reasons[told.number][0]


def test_all_pairs_are_screened_without_a_query_for_each(call, cast, django_assert_num_queries):
    def measured(rows):
        for i in rows:
            app = make.application(call, f"A-{i}", "320000" if i % 2 else "370000")
            make.tie(make.expert(f"E{i}", "320000"), app.enterprise, cast.secretariat)
        with django_assert_num_queries(7):
            return screening_of(call)

    screening_of(call)  # reads the stages of the call once
    assert measured([1]).by_rule["relation"] == 1
    barred = measured([2, 3, 4])
    assert (barred.experts, barred.applications, barred.pairs) == (4, 4, 16)
    assert (barred.by_rule["relation"], barred.by_rule["same_province"]) == (4, 6)
    assert sum(count for _expert, count in barred.by_expert) == 10


# --- found later ----------------------------------------------------------------------------
def test_a_tie_entered_later_marks_the_seat_and_stops_the_selection(call, cast, me, at):
    app = make.application(call)
    seat = make.seat(app, me, cast.secretariat, AssignmentState.FINISHED, 8)
    relations.add_relation(actor=cast.expert, expert=me, kind="cooperation", enterprise=app.enterprise, starts_on=date(2023, 1, 1))
    seat.refresh_from_db()
    assert seat.conflict == "relation"
    assert AuditEvent.objects.filter(verb="assignment.conflict_found").count() == 1
    (line,) = seats_in_conflict(call)
    assert (line.seat, line.is_finished, [found.rule for found in line.found]) == (seat, True, ["relation"])
    at(make.AFTER_REVIEW)
    draft = selections.build_selection(actor=cast.secretariat, call=call, parameters={"total": 1, "required_reviews": 1})
    with pytest.raises(Refused, match="1"):
        selections.propose_selection(actor=cast.secretariat, selection=draft)
    services.reopen_review(actor=cast.secretariat, assignment=seat, reason="事后发现合作关系")
    services.cancel_assignment(actor=cast.secretariat, assignment=seat, reason="事后发现合作关系")
    assert seats_in_conflict(call) == []


def test_a_new_employer_marks_seats_and_a_correction_clears_them(call, cast, me):
    app = make.application(call)
    seat = make.seat(app, me, cast.secretariat)
    experts.update_expert(actor=cast.expert, expert=me, employer=app.enterprise)
    assert Assignment.objects.get(pk=seat.pk).conflict == "same_enterprise"
    experts.update_expert(actor=cast.secretariat, expert=me, employer=None)
    assert Assignment.objects.get(pk=seat.pk).conflict == ""
    assert AuditEvent.objects.filter(verb="assignment.conflict_gone").count() == 1


def test_a_change_in_the_register_is_found_by_checking_the_call_again(call, cast):
    app = make.application(call)
    house = enterprise("收购方有限公司", "210200")
    seat = make.seat(app, make.expert("E1", employer=house), cast.secretariat)
    free = make.seat(app, make.expert("E2"), cast.secretariat)
    Enterprise.objects.filter(pk=app.enterprise_id).update(group=house)
    assert relations.recheck_call(actor=cast.secretariat, call=call) == [seat]
    assert relations.recheck_call(actor=cast.secretariat, call=call) == []
    free.refresh_from_db()
    assert free.conflict == ""
    with pytest.raises(Refused):
        relations.recheck_call(actor=cast.auditor, call=call)


def test_what_the_secretariat_records_of_one_application_bars_and_marks(call, cast, me):
    app, other = make.application(call), make.application(call, "A-0002", "370000")
    seat = make.seat(app, me, cast.secretariat)
    relations.record_conflict(actor=cast.secretariat, expert=me, application=app, kind="family", note="配偶任职")
    seat.refresh_from_db()
    assert (seat.conflict, rule(call, me, app), rule(call, me, other)) == ("declared", "declared", None)
    with pytest.raises(Invalid):
        relations.record_conflict(actor=cast.secretariat, expert=me, application=other, kind="other", note=" ")
    with pytest.raises(Refused):
        relations.record_conflict(actor=cast.expert, expert=me, application=other, kind="family")


# --- declared before the review ---------------------------------------------------------------
def test_a_declared_conflict_recuses_and_stays_a_fact_where_the_expert_says_so(call, cast, me):
    apps = [make.application(call, f"A-{i}", code) for i, code in enumerate(["320000", "370000"])]
    seats = [make.seat(app, me, cast.secretariat, AssignmentState.ASSIGNED) for app in apps]
    services.recuse(actor=cast.expert, assignment=seats[0], kind="consultancy", keep=True)
    services.recuse(actor=cast.expert, assignment=seats[1], kind="other", reason="师生关系")
    assert list(DeclaredConflict.objects.order_by("id").values_list("application", "kind")) == [
        (apps[0].pk, "consultancy"),
        (apps[1].pk, "other"),
    ]
    (relation,) = Relation.objects.all()
    assert (relation.enterprise, relation.application, relation.source) == (apps[0].enterprise, apps[0], RelationSource.REVIEW)
    later = make.review_call("next-year")
    again = [make.application(later, f"B-{i}", enterprise=app.enterprise, project_title=f"二期{i}") for i, app in enumerate(apps)]
    assert [rule(later, me, app) for app in again] == ["relation", None]


def test_a_kind_is_needed_and_other_needs_words(call, cast, me):
    seat = make.seat(make.application(call), me, cast.secretariat, AssignmentState.ASSIGNED)
    for kind, reason in (("friend", ""), (RelationKind.OTHER, " ")):
        with pytest.raises(Invalid):
            services.recuse(actor=cast.expert, assignment=seat, kind=kind, reason=reason, keep=True)
    seat.refresh_from_db()
    assert (seat.state, DeclaredConflict.objects.count(), Relation.objects.count()) == (AssignmentState.ASSIGNED, 0, 0)


def test_a_user_who_is_no_expert_is_no_self(call, cast, me):
    with pytest.raises(Refused):
        relations.add_relation(actor=UserFactory(), expert=me, kind="shares", enterprise_name="某公司")
