"""Who sees which application: lists and single objects from one rule, and the same number of queries whatever the rows."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from pilotage.calls.enums import ApplicationState
from pilotage.calls.models import Call
from pilotage.calls.rules import can_view, visible_applications, visible_attachments
from pilotage.calls.selectors import (
    applications_for_list,
    building_by_province,
    desk_counts,
    enterprises_building,
    quota_status,
    state_for,
    summary_rows,
)
from pilotage.calls.services.recounting import recount
from pilotage.core.transitions import may
from pilotage.plan import indicators
from tests.factories import calls as make
from tests.factories.accounts import enterprise

EVER = set(ApplicationState.values) - {"draft"}
LISTED = {
    "shortlisted", "recommended", "accepted", "not_accepted", "under_review", "selected", "reserve", "not_selected", "in_notice",
    "excluded", "listed",
}  # fmt: skip
SEEN: dict[str, set[str]] = {
    "filer": EVER | {"draft"},
    "legal_representative": EVER | {"draft"},
    "district_officer": EVER,
    "city_officer": EVER,
    "province_officer": EVER,
    "communications_officer": LISTED,
    "secretariat": EVER,
    "second_secretariat": EVER,
    "auditor": EVER,
    "expert": set(),
    "finance_liaison": set(),
    "unit_officer": set(),
    "outsider": set(),
    "other_filer": set(),
    "other_city_officer": set(),
    "other_province_officer": set(),
    "anonymous": set(),
    "nobody": set(),
}


@pytest.fixture
def call(db: None, at: Any) -> Call:
    at(make.FILING)
    return make.call()


def test_lists_and_objects_answer_alike(call: Call, cast: Any) -> None:
    rows = [make.application(call, cast.filer, cast.enterprise, state) for state in ApplicationState.values]
    people = cast.people() | {"anonymous": AnonymousUser(), "nobody": None}
    listed = {name: set(visible_applications(person).values_list("state", flat=True)) for name, person in people.items()}
    single = {name: {row.state for row in rows if can_view(person, row)} for name, person in people.items()}
    assert listed == SEEN
    assert single == SEEN


def test_a_draft_withdrawn_was_never_seen_and_is_not_now(call: Call, cast: Any) -> None:
    application = make.application(call, cast.filer, cast.enterprise, "withdrawn", submitted_at=None)
    for person in (cast.city_officer, cast.secretariat, cast.auditor):
        assert (list(visible_applications(person)), bool(can_view(person, application))) == ([], False)
    assert list(visible_applications(cast.filer)) == [application]


def test_files_follow_their_application(call: Call, cast: Any) -> None:
    draft = make.application(call, cast.filer, cast.enterprise)
    file = make.attachment(draft, cast.filer)
    seen = {name: list(visible_attachments(person)) for name, person in cast.people().items()}
    assert {name for name, files in seen.items() if files == [file]} == {"filer", "legal_representative"}


def test_two_roles_of_one_person_do_not_mix(call: Call, cast: Any) -> None:
    """A communications officer of Shandong who is province officer of Jiangsu for another call sees neither more nor less."""
    from tests.factories.accounts import MembershipFactory, _body

    shandong = make.application(call, cast.other_filer, cast.other_enterprise, "submitted")
    jiangsu = make.application(call, cast.filer, cast.enterprise, "submitted")
    MembershipFactory(user=cast.outsider, organisation=_body("communications", "山东省通信管理局", "370000"), role="communications_officer")
    other = make.call(call="another-call")
    MembershipFactory(user=cast.outsider, organisation=_body("province", "江苏省工信厅二", "320000"), role="province_officer", call=other)
    person = type(cast.outsider).objects.get(pk=cast.outsider.pk)
    assert (list(visible_applications(person)), bool(can_view(person, jiangsu)), bool(can_view(person, shandong))) == ([], False, False)
    elsewhere = make.application(other, cast.filer, cast.enterprise, "submitted")
    assert list(visible_applications(person)) == [elsewhere]


@pytest.mark.parametrize(
    ("state", "before", "after"),
    [
        ("shortlisted", "checked", "shortlisted"),
        ("selected", "under_review", "selected"),
        ("reserve", "under_review", "reserve"),
        ("not_selected", "under_review", "not_selected"),
        ("accepted", "accepted", "accepted"),
    ],
)
def test_the_enterprise_learns_the_outcome_with_the_notice(state: str, before: str, after: str, call: Call, cast: Any) -> None:
    application = make.application(call, cast.filer, cast.enterprise, state)
    assert (state_for(cast.filer, application), state_for(cast.secretariat, application)) == (before, state)
    make.application(call, cast.filer, enterprise("公示中的企业"), "in_notice")
    application.refresh_from_db()
    application.call = Call.objects.get(pk=call.pk)
    assert state_for(cast.filer, application) == after


@pytest.mark.parametrize("count", [1, 3])
def test_a_list_costs_the_same_whatever_its_rows(count: int, call: Call, cast: Any, django_assert_num_queries: Any) -> None:
    for number in range(count):
        make.application(call, cast.filer, enterprise(f"甲{number}有限公司"), "shortlisted", rank=number + 1)
    from pilotage.calls.models import Recommender

    jiangsu = Recommender.objects.get(code="320000")
    assert cast.province_officer.active_memberships
    with django_assert_num_queries(4):
        rows = list(applications_for_list(cast.province_officer, call).order_by("-id"))
        shown = [
            (
                row.enterprise.name,
                row.province.name,
                row.prefecture.name,
                row.industry.name,
                bool(may(cast.province_officer, row, "unshortlist")),
            )
            for row in rows
        ]
    assert [each[4] for each in shown] == [True] * count
    with django_assert_num_queries(1):
        assert desk_counts(cast.province_officer, call)["shortlisted"] == count
    with django_assert_num_queries(2):
        assert quota_status(call, jiangsu).used == count
    with django_assert_num_queries(3):
        assert len(summary_rows(call, jiangsu)) == count


def test_enterprises_building_are_counted_once_and_for_their_province(call: Call, cast: Any) -> None:
    make.application(call, cast.filer, cast.enterprise, "submitted")
    make.application(call, cast.filer, cast.enterprise, "checked")
    make.application(call, cast.filer, enterprise("大连演示机床有限公司", "210200"), "recommended")
    make.application(call, cast.filer, enterprise("只有草稿"), "draft")
    make.application(call, cast.filer, enterprise("已撤回"), "withdrawn")
    recount()
    assert enterprises_building([call.slug]).count() == 2
    assert building_by_province([call]) == {"320000": 1, "210000": 1}
    indicator = indicators.get("calls.enterprises_building")
    assert indicator is not None
    day = make.moment(make.FILING).date()
    assert indicator.count(call.plan, {"call": call.slug}, day) == 2
    assert indicator.count(call.plan, {"call": call.slug}, day.replace(day=1)) == 0
    assert indicator.count(call.plan, {"call": "nosuch"}, day) == 0
