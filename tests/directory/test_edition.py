from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from pilotage.audit import services as audit
from pilotage.calls.models import Application
from pilotage.core import clock
from pilotage.core.verdict import Conflict, Invalid, Refused
from pilotage.directory import services
from pilotage.directory.indicators import edition_published, labelled, listed, listed_url
from pilotage.directory.models import Entry, EntryCount
from pilotage.directory.selectors.history import history_of
from pilotage.registry.models import Title
from tests.factories import calls
from tests.factories import directory as make

pytestmark = pytest.mark.django_db


def counts(stage: Any) -> dict[tuple[str, str], int]:
    return {(c.dimension, c.code): c.count for c in EntryCount.objects.filter(edition=stage.edition, count__gt=0)}


def test_publication_numbers_by_province_and_name_and_moves_everything(cast: Any) -> None:
    stage = make.published(cast, count=3)
    assert [(e.number, e.enterprise_name, e.state, e.listed_on) for e in stage.entries] == [
        (f"5GF-2023-000{i}", f"苏州演示{i}号精密有限公司", "listed", date(2023, 11, 29)) for i in (1, 2, 3)
    ]
    assert set(Application.objects.filter(call=stage.call).values_list("state", flat=True)) == {"listed", "reserve"}
    assert counts(stage) == {
        ("total", ""): 3,
        ("province", "320000"): 3,
        ("industry", "34"): 3,
        ("scenario", "04"): 3,
        ("scenario", "06"): 3,
        ("city", "320500"): 3,
        ("level", "workshop"): 3,
        ("field:key_industry", "equipment"): 3,
        ("field:building_state", "built"): 3,
        ("field:network_mode", "virtual_private"): 3,
    }
    assert list(Title.objects.order_by("source").values_list("source", "name", "issuer", "granted_on")) == [
        (f"5GF-2023-000{i}", "5G工厂名录", "工业互联网专项工作组", date(2023, 11, 29)) for i in (1, 2, 3)
    ]
    assert stage.edition.is_fictional
    assert stage.entries[0].next_evaluation_on == date(2025, 11, 29)
    assert audit.verify() == []


def test_an_entry_holds_public_facts_only(cast: Any) -> None:
    entry = make.published(cast, count=1).entries[0]
    everything = json.dumps(entry.audit_snapshot(), ensure_ascii=False, default=str) + entry.bigrams
    for secret in (*make.SECRETS, "演示通信公司", "attachment", "main_revenue"):
        assert secret not in everything
    assert {f["key"] for f in entry.facts["fields"]} >= {"investment_total", "network_mode", "base_stations"}
    assert [e["key"] for e in entry.facts["effects"]] == [f"effect_{k}" for k in ("efficiency", "cost", "capacity", "carbon", "energy")]
    assert set(entry.facts["scenarios"]) == {"04", "06"}
    assert entry.level == "workshop"


def test_nothing_is_published_before_a_second_person_confirms(cast: Any) -> None:
    stage = make.edition_prepared(cast)
    assert set(stage.edition.entries.values_list("state", flat=True)) == {"prepared"}
    services.propose_publish(actor=cast.secretariat, edition=stage.edition)
    with pytest.raises(Refused):
        services.confirm_publish(actor=cast.secretariat, edition=stage.edition)
    assert not Title.objects.exists()
    assert set(stage.edition.entries.values_list("state", flat=True)) == {"prepared"}


def test_an_edition_is_prepared_once_and_after_the_notice(cast: Any) -> None:
    stage = make.opened(cast)
    with pytest.raises(Refused):
        services.prepare_edition(actor=cast.secretariat, call=stage.call)
    make.close(cast, stage.notice)
    services.prepare_edition(actor=cast.secretariat, call=stage.call)
    with pytest.raises(Conflict):
        services.prepare_edition(actor=cast.secretariat, call=stage.call)


@pytest.mark.parametrize("role", ["outsider", "filer", "province_officer", "expert", "auditor"])
def test_others_publish_nothing(cast: Any, role: str) -> None:
    stage = make.closed(cast)
    with pytest.raises(Refused):
        services.prepare_edition(actor=getattr(cast, role), call=stage.call)


# --- after publication ----------------------------------------------------------------------
def test_removal_takes_two_people_a_reason_and_the_title(cast: Any) -> None:
    stage = make.published(cast)
    entry = stage.entries[0]
    with clock.at(make.moment("2024-05-06 10:00")):
        with pytest.raises(Invalid):
            services.propose_remove(actor=cast.secretariat, entry=entry, reason="")
        services.propose_remove(actor=cast.secretariat, entry=entry, reason="停产")
        with pytest.raises(Refused):
            services.confirm_remove(actor=cast.secretariat, entry=entry)
        services.confirm_remove(actor=cast.second_secretariat, entry=entry)
    entry.refresh_from_db()
    assert (entry.state, entry.removed_on) == ("removed", date(2024, 5, 6))
    assert counts(stage)["total", ""] == 1
    assert Title.objects.get(source=entry.number).valid_until == date(2024, 5, 6)
    services.recount(stage.edition)
    assert counts(stage)["scenario", "04"] == 1


def test_rectify_restore_renew_and_expire(cast: Any) -> None:
    stage = make.published(cast)
    entry, other = stage.entries
    services.rectify(actor=cast.secretariat, entry=entry, reason="网络停用")
    assert entry.state == "rectifying"
    assert counts(stage)["total", ""] == 2
    services.restore(actor=cast.secretariat, entry=entry, reason="已恢复")
    with clock.at(make.moment("2025-11-30 10:00")):
        services.renew(actor=cast.secretariat, entry=entry, next_evaluation_on=date(2027, 11, 29), reason="复核通过")
        services.expire(actor=cast.secretariat, entry=other)
        with pytest.raises(Invalid):
            services.expire(actor=cast.secretariat, entry=entry)
    entry.refresh_from_db()
    assert (entry.state, entry.next_evaluation_on) == ("listed", date(2027, 11, 29))
    assert (other.state, counts(stage)["total", ""]) == ("expired", 1)


def test_a_label_is_counted_dated_and_audited(cast: Any) -> None:
    stage = make.published(cast)
    with clock.at(make.moment("2024-06-18 10:00")):
        services.set_label(actor=cast.secretariat, entry=stage.entries[0], label="benchmark", reason="第二批标杆")
    assert counts(stage)["label", "benchmark"] == 1
    plan = stage.call.plan
    assert (labelled(plan, {}, date(2024, 6, 17)), labelled(plan, {}, date(2024, 6, 18))) == (0, 1)
    with pytest.raises(Refused):
        services.set_label(actor=cast.auditor, entry=stage.entries[0], label="", reason="x")


def test_a_confirmed_update_brings_its_facts(cast: Any, django_capture_on_commit_callbacks: Any) -> None:
    stage = make.published(cast, count=1)
    entry, origin = stage.entries[0], stage.selected[0]
    data = {**make.answers("精密减速机5G工厂二期"), "scenarios": {"04": "柔性换线", "08": "厂区物流"}}
    update = calls.application(stage.call, cast.filer, origin.enterprise, "checked", kind="update", renews=origin, data=data)
    with clock.at(make.moment("2024-07-20 10:00")), django_capture_on_commit_callbacks(execute=True):
        audit.transition(update, "confirm_update", actor=cast.province_officer)
    entry.refresh_from_db()
    assert entry.project_title == "精密减速机5G工厂二期"
    assert counts(stage)["scenario", "08"] == 1
    assert ("scenario", "06") not in counts(stage)
    assert history_of(entry)[0].title == "年度更新已核"
    before = audit.head()
    services.refresh_from_update(actor=cast.province_officer, application=update)
    assert audit.head() == before


def test_history_names_days_and_bodies_but_no_person(cast: Any) -> None:
    entry = make.published(cast, count=1).entries[0]
    steps = history_of(entry)
    assert [step.at for step in steps] == sorted((step.at for step in steps), reverse=True)
    text = json.dumps([(s.title, s.detail) for s in steps], ensure_ascii=False)
    assert "列入名录" in text
    for person in cast.people().values():
        assert person.name not in text


# --- what the plan counts -------------------------------------------------------------------
def test_indicators_know_their_day_and_open_their_records(cast: Any) -> None:
    stage = make.published(cast)
    plan, options = stage.call.plan, {"directory": "5g-factory", "edition": 2023}
    services.record_history()
    assert (listed(plan, options, date(2023, 11, 28)), listed(plan, options, date(2023, 11, 29))) == (0, 2)
    assert (edition_published(plan, options, date(2023, 11, 28)), edition_published(plan, options, date(2023, 11, 30))) == (0, 1)
    with clock.at(make.moment("2024-05-06 10:00")):
        services.propose_remove(actor=cast.secretariat, entry=stage.entries[0], reason="停产")
        services.confirm_remove(actor=cast.second_secretariat, entry=stage.entries[0])
    assert (listed(plan, options, date(2024, 5, 5)), listed(plan, options, date(2024, 5, 6))) == (2, 1)
    assert listed_url(plan, options, None) == "/directory/5g-factory/?edition=2023-demo"


# --- what was published elsewhere -----------------------------------------------------------
def test_recorded_history_keeps_blanks_and_sources() -> None:
    from tests.factories.accounts import division

    for code in ("370700", "210200"):
        division(code)
    known = {edition.year: edition for edition in services.record_history()}
    services.record_history()
    assert Entry.objects.count() == 15
    assert [(y, e.declared_count, e.is_complete, e.is_fictional, e.entries.count()) for y, e in known.items()] == [
        (2023, 300, False, False, 3),
        (2024, 400, False, False, 12),
    ]
    assert not Entry.objects.filter(source="").exists()
    assert not Entry.objects.exclude(listed_on=None).exists()
    assert Entry.objects.filter(enterprise_name="").count() == 7
    assert Entry.objects.filter(project_title="").count() == 8
    assert set(Entry.objects.values_list("industry", "level", "scenario_count", "is_fictional")) == {(None, "", 0, False)}
    assert EntryCount.objects.get(edition=known[2024], dimension="province", code="370000").count == 8
