"""A new application begins with what the platform knows; every answer says where it came from; nothing acknowledged is lost."""

from __future__ import annotations

import copy
from datetime import date
from typing import Any

import pytest
from django.utils import translation

from pilotage.calls import prefill, services
from pilotage.calls.joint import selectors as joint
from pilotage.calls.models import Application, Call, FieldChange
from pilotage.calls.selectors import form_of
from pilotage.calls.services.filing import submission_problems
from pilotage.core.verdict import Refused
from pilotage.registry.models import Title
from tests.factories import calls as make


@pytest.fixture
def call(db: None, at: Any) -> Call:
    at(make.FILING)
    return make.call()


def start(cast: Any, call: Call, **options: Any) -> Application:
    return services.start_application(actor=cast.filer, call=call, enterprise=cast.enterprise, **options)


def origin_of(application: Application, key: str) -> str:
    return prefill.origin_words(application.origins.get(key))


def confirming(*keys: str) -> dict[str, Any]:
    """The form of the call with fields that want a brought-in answer confirmed."""
    form = copy.deepcopy(make.call_document()["form"])
    for section in form["sections"]:
        for field in section["fields"]:
            if field["key"] in keys:
                field["confirm"] = True
    return form


def test_register_account_and_titles_fill_what_they_know(call: Call, cast: Any) -> None:
    cast.enterprise.industry = make.industry("34")
    cast.enterprise.save()
    given = [
        ("国家级绿色工厂", "工业和信息化部", date(2022, 5, 1), None),
        ("省级智能车间", "江苏省工业和信息化厅", date(2021, 11, 3), date(2025, 1, 1)),
        ("过期称号", "苏州市工业和信息化局", date(2018, 1, 1), date(2020, 1, 1)),
    ]
    for name, issuer, granted, until in given:
        Title.objects.create(enterprise=cast.enterprise, name=name, issuer=issuer, granted_on=granted, valid_until=until)
    application = start(cast, call)
    assert application.data["awards"] == [
        {"name": "国家级绿色工厂", "award_level": "national", "awarded_on": "2022-05"},
        {"name": "省级智能车间", "award_level": "provincial", "awarded_on": "2021-11"},
    ]
    assert [origin_of(application, key) for key in ("industry", "awards", "contact_name", "overview")] == [
        "企业档案",
        "已获称号",
        "本人账号",
        "",
    ]


def test_the_newest_application_to_any_call_is_the_beginning_but_for_the_title(call: Call, cast: Any) -> None:
    earlier = make.application(call, cast.filer, cast.enterprise, "not_selected")
    make.application(call, cast.filer, cast.enterprise, "withdrawn", data=make.answers(overview="撤回的"))
    later = make.call(call="5g-factory-directory-2024", year=2024)
    application = start(cast, later)
    carried = {key: value for key, value in earlier.data.items() if key not in {"truth_statement", "project_title"}}
    assert {key: application.data[key] for key in carried} == carried
    assert "project_title" not in application.data
    assert origin_of(application, "overview") == "2023年5G工厂名录"
    with translation.override("en"):
        assert origin_of(application, "overview") == "5G factory directory 2023"


def test_of_another_enterprise_nothing_is_brought(call: Call, cast: Any) -> None:
    make.application(call, cast.other_filer, cast.other_enterprise, "listed")
    assert set(start(cast, call).data) == {"contact_name", "contact_email"}


def test_titles_granted_since_stand_below_last_years(call: Call, cast: Any, at: Any) -> None:
    told = [{"name": "旧称号", "award_level": "city", "awarded_on": "2020-01"}]
    listed = make.application(call, cast.filer, cast.enterprise, "listed", data=make.answers(awards=told))
    Title.objects.create(enterprise=cast.enterprise, name="新称号", issuer="江苏省工业和信息化厅", granted_on=date(2024, 2, 1))
    at("2024-07-10T10:00")
    update = start(cast, call, kind="update", renews=listed)
    assert [row["name"] for row in update.data["awards"]] == ["旧称号", "新称号"]
    assert origin_of(update, "overview") == "上年的值"


def test_what_has_to_be_confirmed_stands_against_submission_until_confirmed_or_changed(cast: Any, at: Any) -> None:
    at(make.FILING)
    call = make.call(form=confirming("main_revenue", "coverage"))
    listed = make.application(call, cast.filer, cast.enterprise, "listed")
    at("2024-07-10T10:00")
    update = start(cast, call, kind="update", renews=listed)
    wanted = {"main_revenue", "coverage"}
    assert wanted <= set(submission_problems(update))
    with translation.override("en"):
        assert submission_problems(update)["coverage"] == "5G coverage: brought in (last year's value); confirm it or change it."
    services.save_draft(actor=cast.filer, application=update, values={"coverage": "97"}, base_version=0)
    assert wanted & set(submission_problems(update)) == {"main_revenue"}
    assert services.confirm_answers(actor=cast.filer, application=update, keys=["main_revenue", "nosuch"]) == ["main_revenue"]
    assert wanted & set(submission_problems(Application.objects.get(pk=update.pk))) == set()


def test_only_the_enterprise_confirms(call: Call, cast: Any) -> None:
    draft = start(cast, call)
    for who in (cast.other_filer, cast.secretariat, cast.outsider):
        with pytest.raises(Refused):
            services.confirm_answers(actor=who, application=draft, keys=["contact_name"])
    assert "confirmed" not in Application.objects.get().origins["contact_name"]


def test_every_acknowledged_value_stays_in_the_history(call: Call, cast: Any, django_assert_num_queries: Any) -> None:
    draft = start(cast, call)
    for text in ("甲", "乙", "", "丙"):
        services.save_draft(actor=cast.filer, application=draft, values={"site_address": text}, base_version=draft.draft_version)
    with django_assert_num_queries(1):
        history = joint.field_history(draft, "site_address")
        assert [(change.value, str(change.by)) for change in history] == [
            ("丙", "陆闻舟"),
            (None, "陆闻舟"),
            ("乙", "陆闻舟"),
            ("甲", "陆闻舟"),
        ]
    assert FieldChange.objects.get(key="contact_name").version == 0


def test_the_field_history_is_the_enterprises_own(call: Call, cast: Any, client_for: Any) -> None:
    draft = start(cast, call)
    services.save_draft(actor=cast.filer, application=draft, values={"site_address": "演示路一号"}, base_version=0)
    address = f"/my/{draft.number}/history/site_address/"
    page = client_for(cast.filer).get(address)
    assert "演示路一号" in page.content.decode()
    Application.objects.update(state="submitted", submitted_at=make.moment(make.FILING))
    for who in (cast.city_officer, cast.secretariat, cast.outsider, cast.other_filer):
        assert client_for(who).get(address).status_code == 404
    assert client_for(cast.filer).get(f"/my/{draft.number}/history/nosuch/").status_code == 404


def test_what_is_left_out_does_not_fit(call: Call, cast: Any) -> None:
    """An answer of an earlier form that the new form refuses is asked again."""
    earlier = make.application(call, cast.filer, cast.enterprise, "listed", data=make.answers(level="galaxy"))
    assert "level" not in form_of(call.current).carried_over(earlier.data, form_of(earlier.version))
    assert "level" not in start(cast, make.call(call="other-call", year=2024)).data
