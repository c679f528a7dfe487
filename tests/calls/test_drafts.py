from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection
from django.utils import translation

from pilotage.audit.models import AuditEvent
from pilotage.calls.enums import ApplicationKind, ApplicationState
from pilotage.calls.models import Application, Call
from pilotage.calls.services import FieldConflict, save_draft, start_application
from pilotage.core.verdict import Invalid, Refused
from tests.factories import calls as make
from tests.factories.accounts import enterprise


@pytest.fixture
def call(db: None) -> Call:
    return make.call()


@pytest.fixture
def draft(call: Call, cast: Any, at: Any) -> Application:
    at(make.FILING)
    return start_application(actor=cast.filer, call=call, enterprise=cast.enterprise)


def known(cast: Any) -> dict[str, Any]:
    """What a form begins with: whoever begins it is the contact."""
    return {"contact_name": "陆闻舟", "contact_email": cast.filer.email}


def own_answers() -> dict[str, Any]:
    """What was answered beyond that."""
    return {key: value for key, value in Application.objects.get().data.items() if key not in {"contact_name", "contact_email"}}


def test_a_start_is_numbered_placed_and_filled_from_the_register(call: Call, cast: Any, at: Any) -> None:
    at(make.FILING)
    cast.enterprise.industry = make.industry("34")
    cast.enterprise.save()
    application = start_application(actor=cast.filer, call=call, enterprise=cast.enterprise)
    assert (application.number, application.state, application.recommender.code) == ("5GF-2023-苏-0001", "draft", "320000")
    assert (application.province_id, application.prefecture_id, application.county_id) == ("320000", "320500", "320505")
    assert (application.data, application.industry_id) == (known(cast) | {"industry": "34"}, "34")
    assert application.version == call.current
    assert [e.verb for e in AuditEvent.objects.all()] == ["call.load", "application.start"]


@pytest.mark.parametrize(
    ("who", "instant", "reason"),
    [
        ("other_filer", make.FILING, "Only a filer of the enterprise can start an application."),
        ("outsider", make.FILING, "Only a filer of the enterprise can start an application."),
        ("secretariat", make.FILING, "Only a filer of the enterprise can start an application."),
        ("filer", "2023-07-31T10:00", "“Application” opens on 1 August 2023, 09:00."),
        ("filer", "2023-08-31T17:00", "“Application” closed on 31 August 2023, 17:00."),
    ],
)
def test_who_may_not_start_reads_why(who: str, instant: str, reason: str, call: Call, cast: Any, at: Any) -> None:
    at(instant)
    with translation.override("en"), pytest.raises(Refused) as refused:
        start_application(actor=getattr(cast, who), call=call, enterprise=cast.enterprise)
    assert str(refused.value) == reason
    assert Application.objects.count() == 0


def test_other_industries_and_places_unknown_are_refused_at_the_start(call: Call, cast: Any, at: Any) -> None:
    at(make.FILING)
    cast.enterprise.industry = make.industry("65", "I")
    with pytest.raises(Refused) as refused:
        start_application(actor=cast.filer, call=call, enterprise=cast.enterprise)
    assert str(refused.value) == "本次申报面向行业门类B、C、D、G的企业。"
    cast.enterprise.industry, cast.enterprise.province = None, None
    with pytest.raises(Refused) as refused:
        start_application(actor=cast.filer, call=call, enterprise=cast.enterprise)
    assert str(refused.value) == "请先在企业档案中填写注册地，由此确定由谁初审。"


def test_a_draft_is_merged_field_by_field(draft: Application, cast: Any) -> None:
    first = save_draft(actor=cast.filer, application=draft, values={"project_title": "甲", "base_stations": "12"}, base_version=0)
    assert (first.version, first.saved, first.errors, first.conflicts) == (1, ["project_title", "base_stations"], {}, {})
    row = Application.objects.get()
    assert row.data == known(cast) | {"project_title": "甲", "base_stations": 12}
    assert (row.project_title, row.field_versions) == ("甲", {"project_title": 1, "base_stations": 1})
    again = save_draft(actor=cast.filer, application=draft, values={"project_title": "甲"}, base_version=1)
    assert (again.version, again.saved) == (1, ["project_title"])
    cleared = save_draft(actor=cast.filer, application=draft, values={"base_stations": ""}, base_version=1)
    assert (cleared.version, own_answers()) == (2, {"project_title": "甲"})
    assert [e.verb for e in AuditEvent.objects.order_by("number")] == ["call.load", "application.start", *["application.save_draft"] * 2]


def test_two_tabs_overwrite_nothing(draft: Application, cast: Any) -> None:
    tab_a, tab_b = Application.objects.get(), Application.objects.get()
    save_draft(actor=cast.filer, application=tab_a, values={"project_title": "甲", "site_address": "一号"}, base_version=0)
    late = save_draft(
        actor=cast.legal_representative, application=tab_b, values={"project_title": "乙", "contact_name": "沈砚"}, base_version=0
    )
    assert late.conflicts == {"project_title": FieldConflict(yours="乙", theirs="甲")}
    assert (late.saved, late.theirs, late.version) == (["contact_name"], {"site_address": "一号"}, 2)
    assert Application.objects.get().data == known(cast) | {"project_title": "甲", "site_address": "一号", "contact_name": "沈砚"}
    chosen = save_draft(actor=cast.legal_representative, application=tab_b, values={"project_title": "乙"}, base_version=late.version)
    assert (chosen.saved, chosen.conflicts) == (["project_title"], {})
    same = save_draft(actor=cast.filer, application=tab_a, values={"project_title": "乙"}, base_version=1)
    assert (same.saved, same.conflicts) == (["project_title"], {})


def test_unknown_and_faulty_fields_are_reported_and_the_rest_is_kept(draft: Application, cast: Any) -> None:
    values = {"nosuch": 1, "state": "listed", "base_stations": "many", "industry": "99", "site_division": "999999", "level": "line"}
    result = save_draft(actor=cast.filer, application=draft, values=values, base_version=0)
    assert result.saved == ["level"]
    assert list(result.errors) == ["nosuch", "state", "base_stations", "industry", "site_division"]
    assert result.errors["state"] == "本表单没有字段“state”。"
    row = Application.objects.get()
    assert (own_answers(), row.state, row.level) == ({"level": "line"}, "draft", "line")


def test_a_statement_keeps_who_made_it_whatever_the_browser_says(draft: Application, cast: Any) -> None:
    forged = {"agreed": True, "by": "法定代表人", "at": "2020-01-01"}
    save_draft(actor=cast.filer, application=draft, values={"truth_statement": forged}, base_version=0)
    made = {"agreed": True, "by": "陆闻舟", "at": "2023-08-28T10:00:00+08:00"}
    assert own_answers() == {"truth_statement": made}
    save_draft(actor=cast.legal_representative, application=draft, values={"truth_statement": True}, base_version=1)
    assert own_answers() == {"truth_statement": made}
    save_draft(actor=cast.filer, application=draft, values={"truth_statement": "false"}, base_version=1)
    assert own_answers() == {}


@pytest.mark.parametrize("who", ["other_filer", "city_officer", "province_officer", "secretariat", "auditor", "outsider"])
def test_nobody_else_changes_a_draft(who: str, draft: Application, cast: Any) -> None:
    with pytest.raises(Refused):
        save_draft(actor=getattr(cast, who), application=draft, values={"project_title": "x"}, base_version=0)
    assert own_answers() == {}


@pytest.mark.parametrize("state", sorted(set(ApplicationState.values) - {"draft", "returned"}))
def test_what_is_submitted_cannot_be_changed(state: str, call: Call, cast: Any) -> None:
    application = make.application(call, cast.filer, cast.enterprise, state)
    before = Application.objects.get().data
    with pytest.raises(Refused) as refused:
        save_draft(actor=cast.filer, application=application, values={"project_title": "x"}, base_version=0)
    assert str(refused.value) == "申报已提交；被退回后才能再修改。"
    assert Application.objects.get().data == before


def test_what_is_typed_after_the_deadline_is_kept(draft: Application, cast: Any, at: Any) -> None:
    at("2023-08-31T17:00")
    result = save_draft(actor=cast.filer, application=draft, values={"project_title": "迟"}, base_version=0)
    assert (result.saved, Application.objects.get().project_title) == (["project_title"], "迟")


def test_an_update_starts_from_what_was_listed(call: Call, cast: Any, at: Any) -> None:
    listed = make.application(call, cast.filer, cast.enterprise, "listed")
    other = make.application(call, cast.filer, enterprise("别家有限公司"), "listed")
    at("2024-07-10T10:00")
    start = {"actor": cast.filer, "call": call, "enterprise": cast.enterprise, "kind": ApplicationKind.UPDATE}
    for renews, sentence in ((None, "年度更新须对应一个在册项目。"), (other, "上年申报属于另一家企业。")):
        with pytest.raises(Invalid) as refused:
            start_application(**start, renews=renews)
        assert refused.value.errors == {"renews": sentence}
    update = start_application(**start, renews=listed)
    assert update.data == {key: value for key, value in listed.data.items() if key != "truth_statement"}
    assert (update.project_title, update.renews) == (listed.project_title, listed)
    with pytest.raises(Invalid) as refused:
        start_application(**start, renews=listed)
    assert refused.value.errors == {"renews": "该项目的更新已经开始。"}


def at_once(*jobs: Any) -> list[Any]:
    """Run the jobs in threads of their own and give back what each returned or raised."""
    results: list[Any] = [None] * len(jobs)
    gate = threading.Barrier(len(jobs))

    def run(index: int) -> None:
        try:
            gate.wait()
            results[index] = jobs[index]()
        except Exception as error:  # the test judges it
            results[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
def test_numbers_stay_unique_when_asked_for_at_once() -> None:
    from pilotage.core import clock
    from tests.factories.accounts import cast as build

    cast, call = build(), make.call()

    def start() -> str:
        with clock.at(make.moment(make.FILING)):
            return start_application(actor=cast.filer, call=call, enterprise=cast.enterprise).number

    assert sorted(at_once(*[start] * 4)) == [f"5GF-2023-苏-{n:04d}" for n in range(1, 5)]


@pytest.mark.django_db(transaction=True)
def test_drafts_saved_at_once_all_arrive() -> None:
    from tests.factories.accounts import cast as build

    cast, call = build(), make.call()
    draft = make.application(call, cast.filer, cast.enterprise, data={"project_title": "始"})
    keys = ["site_address", "contact_name", "contact_phone", "effects_period"]

    def save(key: str) -> Any:
        return lambda: save_draft(actor=cast.filer, application=Application.objects.get(), values={key: key}, base_version=0).saved

    assert at_once(*[save(key) for key in keys]) == [[key] for key in keys]
    draft.refresh_from_db()
    assert draft.data == {"project_title": "始"} | {key: key for key in keys}
    assert draft.draft_version == 4
