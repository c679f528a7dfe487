"""Making, changing, sharing and deleting dashboards."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from pilotage.audit.models import AuditEvent
from pilotage.core.verdict import Conflict, Invalid, Refused
from pilotage.reports.dashboards import services as dashboards
from pilotage.reports.dashboards.models import Dashboard, Sharing
from pilotage.reports.dashboards.rules import MAKERS, can_change, can_make, listed_for, own_bodies, visible_by_key
from pilotage.reports.dashboards.starting import TEMPLATES, offered
from tests.factories.dashboards import dashboard, shared, small_plan

pytestmark = pytest.mark.django_db
MAKING = {"secretariat", "second_secretariat", "auditor", "province_officer", "other_province_officer", "city_officer", "other_city_officer",
          "communications_officer", "unit_officer"}  # fmt: skip


def ids(made: Dashboard) -> list[str]:
    return [card["id"] for card in Dashboard.objects.get(pk=made.pk).cards]


def verbs(made: Dashboard) -> list[str]:
    return [
        event.verb.removeprefix("reports.dashboard.")
        for event in AuditEvent.objects.filter(object_id=str(made.pk), verb__startswith="reports.dashboard").order_by("number")
    ]


def test_who_makes_dashboards(cast: Any) -> None:
    assert {name for name, person in cast.people().items() if can_make(person)} == MAKING
    with pytest.raises(Refused, match="秘书处"):
        dashboards.create(actor=cast.filer, plan=small_plan(), title="看板")
    assert Dashboard.objects.count() == 0


def test_a_dashboard_is_made_changed_and_deleted_with_a_trace(cast: Any) -> None:
    made = dashboard(cast.secretariat, cards=2)
    dashboards.rename(actor=cast.secretariat, dashboard=made, title="  总览  看板 ", base_version=3)
    dashboards.move_card(actor=cast.secretariat, dashboard=made, card_id="2", to=1, base_version=4)
    dashboards.resize_card(actor=cast.secretariat, dashboard=made, card_id="2", width=3, base_version=5)
    dashboards.change_card(actor=cast.secretariat, dashboard=made, card_id="1", width=2, title="", options={"text": "新"}, base_version=6)

    kept = Dashboard.objects.get(pk=made.pk)
    assert (kept.title, kept.version) == ("总览 看板", 7)
    assert kept.cards == [
        {"id": "2", "kind": "text", "width": 3, "title": "说明2", "options": {"text": "内部意见"}},
        {"id": "1", "kind": "text", "width": 2, "title": "", "options": {"text": "新"}},
    ]
    dashboards.remove_card(actor=cast.secretariat, dashboard=made, card_id="2", base_version=7)
    assert ids(made) == ["1"]
    pk = made.pk
    assert verbs(made) == ["create", "change", "change", "rename", "change", "change", "change", "change"]
    dashboards.discard(actor=cast.secretariat, dashboard=made, base_version=8)
    assert Dashboard.objects.count() == 0
    assert AuditEvent.objects.filter(object_id=str(pk), verb="reports.dashboard.delete").count() == 1


@pytest.mark.parametrize(("to", "order"), [(1, ["3", "1", "2"]), (2, ["1", "3", "2"]), (9, ["1", "2", "3"]), (-4, ["3", "1", "2"])])
def test_a_card_moves_to_any_place(cast: Any, to: int, order: list[str]) -> None:
    made = dashboard(cast.secretariat, cards=3)

    dashboards.move_card(actor=cast.secretariat, dashboard=made, card_id="3", to=to, base_version=made.version)

    assert ids(made) == order


def test_the_number_of_a_removed_card_is_given_again_to_no_other_card_that_is_there(cast: Any) -> None:
    made = dashboard(cast.secretariat, cards=3)
    dashboards.remove_card(actor=cast.secretariat, dashboard=made, card_id="1", base_version=made.version)
    dashboards.add_card(
        actor=cast.secretariat, dashboard=made, kind="text", width=1, title="", options={"text": "x"}, base_version=made.version
    )

    assert ids(made) == ["2", "3", "4"]


def test_the_second_of_two_tabs_is_told_and_nothing_is_overwritten(cast: Any) -> None:
    made = dashboard(cast.secretariat, cards=1)
    other_tab = Dashboard.objects.get(pk=made.pk)
    base = made.version
    dashboards.rename(actor=cast.secretariat, dashboard=made, title="先改的", base_version=base)

    for change in (
        lambda: dashboards.rename(actor=cast.secretariat, dashboard=other_tab, title="后改的", base_version=base),
        lambda: dashboards.remove_card(actor=cast.secretariat, dashboard=other_tab, card_id="1", base_version=base),
        lambda: dashboards.share(actor=cast.secretariat, dashboard=other_tab, sharing="link", base_version=base),
        lambda: dashboards.discard(actor=cast.secretariat, dashboard=other_tab, base_version=base),
    ):
        with pytest.raises(Conflict, match="没有保存"):
            change()
    kept = Dashboard.objects.get(pk=made.pk)
    assert (kept.title, len(kept.cards), kept.sharing) == ("先改的", 1, "off")
    assert verbs(made) == ["create", "change", "rename"]


def test_only_its_owner_changes_a_dashboard(cast: Any) -> None:
    made = shared(dashboard(cast.secretariat, cards=1))

    for name, person in cast.people().items():
        assert bool(can_change(person, made)) is (name == "secretariat"), name
    with pytest.raises(Refused):
        dashboards.rename(actor=cast.second_secretariat, dashboard=made, title="别人的", base_version=made.version)
    with pytest.raises(Refused):
        dashboards.discard(actor=cast.outsider, dashboard=made, base_version=made.version)
    with pytest.raises(Refused):
        dashboards.add_card(
            actor=cast.auditor, dashboard=made, kind="text", width=1, title="", options={"text": "x"}, base_version=made.version
        )


def test_who_sees_which_dashboard(cast: Any) -> None:
    off = dashboard(cast.secretariat, title="只给自己")
    link = shared(dashboard(cast.secretariat, title="有链接"))
    body = shared(dashboard(cast.secretariat, title="全单位"), Sharing.ORGANISATION)

    def listed(person: Any) -> set[str]:
        return set(listed_for(person).values_list("title", flat=True))

    def opens(person: Any) -> set[str]:
        return set(visible_by_key(person).values_list("title", flat=True))

    assert (off.sharing, link.sharing, body.sharing) == ("off", "link", "organisation")
    assert listed(cast.secretariat) == opens(cast.secretariat) == {"只给自己", "有链接", "全单位"}
    assert (listed(cast.second_secretariat), opens(cast.second_secretariat)) == ({"全单位"}, {"有链接", "全单位"})
    assert (listed(cast.province_officer), opens(cast.province_officer)) == (set(), {"有链接"})
    assert (listed(cast.outsider), opens(cast.outsider)) == (set(), set())
    assert (listed(None), opens(None)) == (set(), set())


def test_a_key_is_not_to_be_guessed_and_ending_the_link_makes_a_new_one(cast: Any) -> None:
    made = shared(dashboard(cast.secretariat))
    key = made.key
    assert len(key) >= 22

    dashboards.share(actor=cast.secretariat, dashboard=made, sharing="off", base_version=made.version)

    assert Dashboard.objects.get(pk=made.pk).key != key
    assert key not in "".join(str(event.snapshot_digest) for event in AuditEvent.objects.all())


def test_sharing_with_an_organisation_takes_ones_own(cast: Any) -> None:
    made = dashboard(cast.secretariat)
    foreign = own_bodies(cast.province_officer)[0]

    for organisation in (None, foreign):
        with pytest.raises(Invalid) as refused:
            dashboards.share(actor=cast.secretariat, dashboard=made, sharing="organisation", organisation=organisation, base_version=1)
        assert set(refused.value.errors) == {"organisation"}
    with pytest.raises(Invalid):
        dashboards.share(actor=cast.secretariat, dashboard=made, sharing="everybody", base_version=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Dashboard.objects.filter(pk=made.pk).update(sharing="organisation")


@pytest.mark.parametrize(("title", "said"), [("", "标题"), ("   ", "标题"), ("长" * 121, "120")])
def test_a_title_is_needed_and_not_too_long(cast: Any, title: str, said: str) -> None:
    with pytest.raises(Invalid) as refused:
        dashboards.create(actor=cast.secretariat, plan=small_plan(), title=title)
    assert said in refused.value.errors["title"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"kind": "nonsense"}, "kind"),
        ({"width": 4}, "width"),
        ({"width": 0}, "width"),
        ({"title": "长" * 121}, "title"),
        ({"options": {}}, "text"),
        ({"options": {"text": "x" * 4001}}, "text"),
        ({"kind": "target", "options": {"target": "M99-1"}}, "target"),
        ({"kind": "number", "options": {"indicator": "drop table"}}, "indicator"),
    ],
)
def test_a_card_that_makes_no_sense_is_refused_with_the_field_named(cast: Any, wrong: dict[str, Any], field: str) -> None:
    made = dashboard(cast.secretariat)
    given = {"kind": "text", "width": 1, "title": "", "options": {"text": "x"}, **wrong}

    with pytest.raises(Invalid) as refused:
        dashboards.add_card(actor=cast.secretariat, dashboard=made, base_version=1, **given)
    assert set(refused.value.errors) == {field}
    assert ids(made) == []


def test_what_a_card_was_not_asked_for_is_not_kept(cast: Any) -> None:
    made = dashboard(cast.secretariat)
    dashboards.add_card(
        actor=cast.secretariat, dashboard=made, kind="text", width=1, title="", options={"text": "x", "more": "y"}, base_version=1
    )

    assert made.cards[0]["options"] == {"text": "x"}


def test_a_dashboard_holds_so_many_cards_and_no_more(cast: Any) -> None:
    made = dashboard(cast.secretariat, cards=dashboards.MOST_CARDS)

    with pytest.raises(Invalid, match="24"):
        dashboards.add_card(
            actor=cast.secretariat, dashboard=made, kind="text", width=1, title="", options={"text": "x"}, base_version=made.version
        )


@pytest.mark.parametrize("key", [each.key for each in TEMPLATES])
def test_every_template_lays_out_cards_that_can_be_saved_again(cast: Any, key: str) -> None:
    made = dashboards.create(actor=cast.secretariat, plan=small_plan(), title="起点", start_from=key)

    assert made.cards
    for card in list(made.cards):
        dashboards.change_card(
            actor=cast.secretariat, dashboard=made, card_id=card["id"], width=card["width"], title=card["title"],
            options=card["options"], base_version=made.version,
        )  # fmt: skip


def test_templates_for_ones_role_come_first(cast: Any) -> None:
    assert offered(cast.secretariat.roles())[0].key == "ministry"
    assert offered(cast.province_officer.roles())[0].key == "province"
    assert {each.key for each in offered(set())} == {each.key for each in TEMPLATES}
    assert {role for each in TEMPLATES for role in each.roles} <= MAKERS


def test_a_copy_is_ones_own_and_shared_with_nobody(cast: Any) -> None:
    made = shared(dashboard(cast.secretariat, cards=2))

    own = dashboards.copy(actor=cast.province_officer, dashboard=made)

    assert (own.owner, own.sharing, own.cards, own.title) == (cast.province_officer, "off", made.cards, "我的看板（副本）")
    assert own.key != made.key
