"""Public pages, the applicant's pages and the dossier: each with the roles that may and may not see them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.utils.translation import override

from pilotage.calls import services
from pilotage.calls.enums import ApplicationState as S
from pilotage.calls.models import Application, Quota, Recommender
from pilotage.review.dossier import open_dossier
from tests.factories import calls as factory

pytestmark = pytest.mark.django_db
SECRET = "砚舟机密项目"
CONCERNED = {
    "filer",
    "legal_representative",
    "city_officer",
    "district_officer",
    "province_officer",
    "secretariat",
    "second_secretariat",
    "auditor",
}


@pytest.fixture
def call(at: Any) -> Any:
    at("2023-08-28 10:00")
    return factory.call()


@pytest.fixture
def draft(cast: Any, call: Any) -> Application:
    cast.enterprise.uscc = "91320505MA1XD00000"
    cast.enterprise.save()
    return services.start_application(actor=cast.filer, call=call, enterprise=cast.enterprise)


def fill(draft: Application, cast: Any, **changes: Any) -> None:
    result = services.save_draft(actor=cast.filer, application=draft, values=factory.answers(**changes), base_version=draft.draft_version)
    assert result.errors == {}
    factory.attachment(draft, cast.filer)


def post_values(application: Application, **values: str) -> dict[str, Any]:
    """A form post of some fields as drawn at the present version and changed since."""
    return {"has": [f"{key}:{application.draft_version}:" for key in values], **{f"f.{key}": value for key, value in values.items()}}


def text(response: Any) -> str:
    return str(response.content.decode())


# --- public ---------------------------------------------------------------------------------
def test_calls_are_listed_by_what_one_can_do_now(call: Any, client_for: Any, at: Any) -> None:
    page = text(client_for().get("/calls/"))
    assert "2023年8月31日17:00" in page
    assert "还有3天" in page
    assert page.index("正在征集") < page.index("2023年5G工厂名录")
    at("2023-10-10 10:00")
    page = text(client_for().get("/calls/"))
    assert "已截止" in page
    assert "目前：专家评审" in page
    assert "还有" not in page


def test_a_call_shows_conditions_stages_rubric_and_that_no_quota_is_known(call: Any, client_for: Any, cast: Any) -> None:
    page = text(client_for(cast.outsider).get(f"/calls/{call.slug}/"))
    assert "资料中未见5G工厂名录的推荐名额" in page
    assert "网络基础设施" in page
    assert "权重" in page
    assert "时间待核实" in page
    assert f"/calls/{call.slug}/start/" not in page


@pytest.mark.parametrize(
    ("when", "running"),
    [("2023-08-28 10:00", "省级推荐"), ("2023-09-20 17:01", "受理"), ("2023-09-28 17:01", ""), ("2023-10-08 09:00", "专家评审")],
)
def test_a_stage_without_an_opening_runs_once_the_one_before_has_closed(
    when: str, running: str, call: Any, client_for: Any, at: Any
) -> None:
    at(when)
    stages = text(client_for().get(f"/calls/{call.slug}/")).split('class="timeline"')[1].split("</ol>")[0]
    current = [line.split('timeline-title">')[1].split("<")[0] for line in stages.split("<li ") if "is-current" in line]
    assert (current[-1] if current else "") == running


def test_sources_are_folded_and_quotas_stand_in_two_columns(call: Any, client_for: Any) -> None:
    for code, limit in (("320000", 97), ("370000", 40), ("210200", 10)):
        Quota.objects.update_or_create(call=call, recommender=Recommender.objects.get(code=code), defaults={"limit": limit})
    page = text(client_for().get(f"/calls/{call.slug}/"))
    before, folded = page.split("来源与说明")
    assert 'rel="nofollow noopener"' not in before
    assert "recommend together" in folded
    rows = before.split('class="quota-table"')[1].split("<tbody>")[1].split("</tbody>")[0].split("<tr>")[1:]
    assert [re.findall(r">([^<>]+)</t[hd]>", row) for row in rows] == [["大连", "10", "山东", "40"], ["江苏", "97"]]


@pytest.mark.parametrize(("language", "month"), [("zh-hans", "2021年3月"), ("en", "March 2021")])
def test_months_are_written_out_wherever_answers_are_read(language: str, month: str, call: Any, client_for: Any, cast: Any) -> None:
    filed = factory.application(call, cast.filer, cast.enterprise, S.SUBMITTED)
    client = client_for(cast.secretariat)
    client.cookies["django_language"] = language
    page = text(client.get(f"/applications/{filed.number}/"))
    assert (month in page, "2021-03" in page) == (True, False)
    with override(language):
        facts = [fact.text for part in open_dossier(filed).parts for fact in part.facts]
    assert (month in facts, "2021-03" in facts) == (True, False)


def test_the_start_button_carries_the_rules_reason_after_the_deadline(call: Any, client_for: Any, cast: Any, at: Any) -> None:
    assert "disabled" not in text(client_for(cast.filer).get(f"/calls/{call.slug}/")).split("开始申报")[0].rsplit("<button", 1)[1]
    at("2023-09-02 10:00")
    page = text(client_for(cast.filer).get(f"/calls/{call.slug}/"))
    assert "disabled" in page.split("开始申报")[0].rsplit("<button", 1)[1]
    assert "“企业申报”已于2023年8月31日17:00截止" in page or "2023年8月31日" in page


def test_call_pages_in_english(call: Any, client_for: Any) -> None:
    client = client_for()
    client.cookies["django_language"] = "en"
    page = text(client.get(f"/calls/{call.slug}/"))
    assert "5G factory directory 2023" in page
    assert "How it is judged" in page
    assert "31 August 2023, 17:00</time> · 3 days left" in page


# --- start and list -------------------------------------------------------------------------
def test_a_filer_starts_an_application_and_finds_it_in_the_list(call: Any, client_for: Any, cast: Any) -> None:
    client = client_for(cast.filer)
    response = client.post(f"/calls/{call.slug}/start/", {"enterprise": cast.enterprise.pk})
    made = Application.objects.get()
    assert response.status_code == 302
    assert made.enterprise == cast.enterprise
    assert made.state == S.DRAFT
    page = text(client.get("/my/"))
    assert made.number in page
    assert "填写并提交" in page
    assert "继续填报" in page


def test_nobody_starts_an_application_for_another_enterprise(call: Any, client_for: Any, cast: Any) -> None:
    for user in (cast.other_filer, cast.outsider, cast.city_officer):
        response = client_for(user).post(f"/calls/{call.slug}/start/", {"enterprise": cast.enterprise.pk})
        assert response.status_code == 403
    assert Application.objects.count() == 0


def test_my_list_costs_the_same_for_one_and_three(call: Any, client_for: Any, cast: Any, django_assert_num_queries: Any) -> None:
    client = client_for(cast.filer)
    factory.application(call, cast.filer, cast.enterprise, S.SUBMITTED)
    client.get("/my/")
    with django_assert_num_queries(12):
        client.get("/my/")
    for _index in range(2):
        factory.application(call, cast.filer, cast.enterprise, S.SUBMITTED)
    with django_assert_num_queries(12):
        page = text(client.get("/my/"))
    assert page.count("等待市级核查") == 3


def test_the_list_holds_only_the_own_enterprises_applications(call: Any, client_for: Any, cast: Any) -> None:
    factory.application(call, cast.filer, cast.enterprise, S.SUBMITTED, project_title=SECRET)
    for user in (cast.other_filer, cast.outsider):
        assert SECRET not in text(client_for(user).get("/my/"))
    assert SECRET in text(client_for(cast.filer).get("/my/"))


# --- the form -------------------------------------------------------------------------------
def test_each_section_has_its_address_and_every_field_its_inputs(draft: Application, client_for: Any, cast: Any) -> None:
    client = client_for(cast.filer)
    expected = {
        "enterprise": ("苏州砚舟精密传动有限公司", 'name="f.main_revenue"', 'name="f.awards.0.name"'),
        "project": ('name="f.project_title"', 'name="f.industry"', 'name="f.site_division"', 'type="radio" name="f.level"'),
        "scenarios": ('name="f.scenarios"', "虚拟现场服务", 'name="f.scenarios.20"'),
        "effects": ('name="f.effect_carbon.before"', "千克/件"),
        "investment": ('name="f.partners.0.role"', 'value="add-row:partners"'),
        "evidence": ('name="file.evidence_network"', 'value="upload:evidence_network"'),
        "truth": ("本单位承诺",),
    }
    for section, parts in expected.items():
        page = text(client.get(f"/my/{draft.number}/?section={section}"))
        for part in parts:
            assert part in page, (section, part)


def test_an_untouched_form_shows_no_error(draft: Application, client_for: Any, cast: Any) -> None:
    page = text(client_for(cast.filer).get(f"/my/{draft.number}/?section=project"))
    assert "处需要处理" not in page
    assert "is-invalid" not in page
    page = text(client_for(cast.filer).get(f"/my/{draft.number}/?section=project&show=problems"))
    assert "处需要处理" in page
    assert 'href="#f-overview"' in page
    assert "is-invalid" in page


def test_saving_without_script_keeps_what_was_typed(draft: Application, client_for: Any, cast: Any) -> None:
    client = client_for(cast.filer)
    response = client.post(
        f"/my/{draft.number}/?section=project", {**post_values(draft, project_title="减速机5G工厂"), "do": "goto:network"}
    )
    assert response.status_code == 302
    assert response["Location"].endswith("?section=network")
    draft.refresh_from_db()
    assert draft.project_title == "减速机5G工厂"


def test_a_whole_section_posted_unchanged_changes_nothing(draft: Application, client_for: Any, cast: Any) -> None:
    fill(draft, cast)
    client = client_for(cast.filer)
    form = client.get(f"/my/{draft.number}/?section=network").context["fields"]
    values: dict[str, Any] = {"has": [field.marker for field in form], "do": "save"}
    for field in form:
        values[field.name] = field.value if isinstance(field.value, list) else "true" if field.value is True else field.text
    version = draft.draft_version
    assert client.post(f"/my/{draft.number}/?section=network", values).status_code == 302
    draft.refresh_from_db()
    assert draft.draft_version == version


def test_a_wrong_value_comes_back_with_its_sentence_and_nothing_else_is_lost(draft: Application, client_for: Any, cast: Any) -> None:
    values = {**post_values(draft, base_stations="twelve", network_mode="public"), "do": "save"}
    response = client_for(cast.filer).post(f"/my/{draft.number}/?section=network", values)
    page = text(response)
    assert response.status_code == 422
    assert 'value="twelve"' in page
    assert "应为整数" in page
    assert 'href="#f-base_stations"' in page
    draft.refresh_from_db()
    assert draft.data.get("network_mode") == "public"
    assert "base_stations" not in draft.data


def test_an_unknown_field_is_refused_and_the_known_ones_are_saved(draft: Application, client_for: Any, cast: Any) -> None:
    values = {**post_values(draft, project_title="减速机"), "do": "save"}
    values["has"].append("invented:0:")
    response = client_for(cast.filer).post(f"/my/{draft.number}/?section=project", values)
    draft.refresh_from_db()
    assert response.status_code == 422
    assert draft.project_title == "减速机"


def test_scenarios_tables_and_figures_are_read_from_the_post(draft: Application, client_for: Any, cast: Any) -> None:
    client = client_for(cast.filer)
    values = {"has": ["scenarios:0:"], "f.scenarios": ["04", "06"], "f.scenarios.04": "换线", "f.scenarios.05": "未勾选", "do": "save"}
    assert client.post(f"/my/{draft.number}/?section=scenarios", values).status_code == 302
    values = {"has": ["effect_cost:0:"], "f.effect_cost.before": "1,200", "f.effect_cost.after": "900", "do": "save"}
    assert client.post(f"/my/{draft.number}/?section=effects", values).status_code == 302
    rows = {
        "rows.partners": "2",
        "f.partners.0.name": "甲",
        "f.partners.0.role": "operator",
        "f.partners.1.name": "",
        "f.partners.1.role": "",
    }
    response = client.post(f"/my/{draft.number}/?section=investment", {"has": ["partners:0:"], **rows, "do": "add-row:partners"})
    assert "rows.partners=3" in response["Location"]
    draft.refresh_from_db()
    assert draft.data["scenarios"] == {"04": "换线", "06": ""}
    assert draft.data["effect_cost"] == {"before": "1200", "after": "900"}
    assert [row["name"] for row in draft.data["partners"]] == ["甲"]
    assert text(client.get(response["Location"])).count('.role" aria-label') == 3
    removed = {"has": [f"partners:{draft.draft_version}:"], **rows, "do": "remove-row:partners:0"}
    assert client.post(f"/my/{draft.number}/?section=investment", removed).status_code == 302
    draft.refresh_from_db()
    assert "partners" not in draft.data


def test_autosave_answers_with_the_time_and_the_new_version(draft: Application, client_for: Any, cast: Any) -> None:
    values = {**post_values(draft, project_title="减速机5G工厂"), "do": "autosave"}
    response = client_for(cast.filer).post(f"/my/{draft.number}/?section=project", values, headers={"HX-Request": "true"})
    page = text(response)
    assert "已保存 10:00:00" in page
    assert 'hx-swap-oob="true"' in page
    assert "<html" not in page
    assert '"version": 1' in response["HX-Trigger"]
    assert "project_title" in response["HX-Trigger"]


def test_two_tabs_on_one_field_end_in_a_comparison(draft: Application, client_for: Any, cast: Any) -> None:
    client, second = client_for(cast.filer), client_for(cast.legal_representative)
    url = f"/my/{draft.number}/?section=project"
    stale = post_values(draft, project_title="第二页写的", site_address="演示路2号")
    client.post(url, {**post_values(draft, project_title="第一页写的"), "do": "save"})
    response = second.post(url, {**stale, "do": "save"})
    page = text(response)
    draft.refresh_from_db()
    assert response.status_code == 409
    assert "第一页写的" in page
    assert "第二页写的" in page
    assert "没有覆盖任何内容" in page
    assert (draft.project_title, draft.data["site_address"]) == ("第一页写的", "演示路2号")
    answer = {"do": "resolve", "base_version": draft.draft_version, "keep.project_title": "mine", "mine.project_title": '"第二页写的"'}
    assert second.post(url, answer).status_code == 302
    draft.refresh_from_db()
    assert draft.project_title == "第二页写的"
    assert second.post(url, {**answer, "mine.project_title": "{broken"}).status_code == 400


def test_the_form_is_a_404_for_everybody_else(draft: Application, client_for: Any, cast: Any) -> None:
    for name, user in cast.people().items():
        if name in {"filer", "legal_representative"}:
            continue
        client = client_for(user)
        for path in ("", "check/", "receipt/", "changes/", "withdraw/"):
            assert client.get(f"/my/{draft.number}/{path}").status_code == 404, (name, path)
        assert client.post(f"/my/{draft.number}/", post_values(draft, project_title="x")).status_code == 404
    draft.refresh_from_db()
    assert draft.project_title == ""


# --- submission -----------------------------------------------------------------------------
def test_the_check_page_lists_every_problem_with_its_link(draft: Application, client_for: Any, cast: Any) -> None:
    page = text(client_for(cast.filer).get(f"/my/{draft.number}/check/"))
    assert f"/my/{draft.number}/?section=project&amp;show=problems#f-overview" in page or "show=problems#f-overview" in page
    assert "disabled" in page.split("提交申报")[0].rsplit("<button", 1)[1]


def test_submitting_needs_the_statement_and_ends_with_a_receipt(draft: Application, client_for: Any, cast: Any) -> None:
    fill(draft, cast, truth_statement=None)
    client = client_for(cast.filer)
    response = client.post(f"/my/{draft.number}/submit/")
    assert response.status_code == 422
    assert "未提交。草稿已保留。" in text(response)
    response = client.post(f"/my/{draft.number}/submit/", {"statement": "true"}, follow=True)
    page = text(response)
    draft.refresh_from_db()
    revision = draft.revisions.get()
    assert draft.state == S.SUBMITTED
    assert revision.data["truth_statement"]["agreed"] is True
    assert draft.number in page
    assert revision.digest in page
    assert "2023年8月28日10:00" in page
    assert "等待市级核查" in page
    assert client.get(f"/my/{draft.number}/")["Location"] == f"/applications/{_quoted(draft.number)}/"


def _quoted(number: str) -> str:
    from urllib.parse import quote

    return quote(number)


def test_a_late_submission_is_refused_in_words_and_the_draft_is_kept(draft: Application, client_for: Any, cast: Any, at: Any) -> None:
    fill(draft, cast)
    at("2023-08-31 17:00")
    client = client_for(cast.filer)
    response = client.post(f"/my/{draft.number}/submit/", {"statement": "true"})
    page = text(response)
    draft.refresh_from_db()
    assert response.status_code == 403
    assert "2023年8月31日" in page
    assert "草稿" in page
    assert draft.state == S.DRAFT
    assert draft.data["project_title"] == "精密减速机5G工厂"
    assert "disabled" in text(client.get(f"/my/{draft.number}/check/")).split("提交申报")[0].rsplit("<button", 1)[1]


def test_a_returned_application_shows_the_reason_and_only_what_changed(draft: Application, client_for: Any, cast: Any) -> None:
    fill(draft, cast)
    services.submit(actor=cast.filer, application=draft)
    services.return_for_correction(actor=cast.city_officer, application=draft, reason="基站数量与合同不一致")
    client = client_for(cast.filer)
    page = text(client.get(f"/my/{draft.number}/?section=network"))
    assert "基站数量与合同不一致" in page
    assert "2023年9月8日17:00" in page
    draft.refresh_from_db()
    client.post(f"/my/{draft.number}/?section=network", {**post_values(draft, base_stations="15"), "do": "save"})
    page = text(client.get(f"/my/{draft.number}/changes/"))
    assert "改动1项" in page
    assert "15个" in page
    assert "12个" in page
    assert "项目概述" not in page
    assert client.post(f"/my/{draft.number}/submit/").status_code == 302
    draft.refresh_from_db()
    assert (draft.state, draft.revisions.count()) == (S.RESUBMITTED, 2)
    officer = text(client_for(cast.city_officer).get(f"/applications/{draft.number}/revisions/2/"))
    assert "与第1版相比" in officer
    assert "15个" in officer


def test_withdrawing_needs_a_reason(draft: Application, client_for: Any, cast: Any) -> None:
    client = client_for(cast.filer)
    assert client.post(f"/my/{draft.number}/withdraw/", {"reason": " "}).status_code == 422
    assert client.post(f"/my/{draft.number}/withdraw/", {"reason": "项目调整"}).status_code == 302
    draft.refresh_from_db()
    assert draft.state == S.WITHDRAWN


# --- files ----------------------------------------------------------------------------------
def test_a_file_is_uploaded_listed_with_its_digest_and_removed(draft: Application, client_for: Any, cast: Any) -> None:
    client = client_for(cast.filer)
    url = f"/my/{draft.number}/?section=evidence"
    response = client.post(url, {"do": "upload:evidence_network", "file.evidence_network": factory.pdf()})
    assert response.status_code == 302
    attachment = draft.attachments.get()
    page = text(client.get(url))
    assert "合同.pdf" in page
    assert attachment.sha256[:12] in page
    client.post(url, {"do": f"remove-file:{attachment.pk}"})
    attachment.refresh_from_db()
    assert attachment.removed_at is not None
    assert "合同.pdf" not in text(client.get(url))


def test_a_disguised_file_is_refused_with_a_sentence(draft: Application, client_for: Any, cast: Any) -> None:
    upload = factory.pdf(name="合同.pdf", content=b"MZ not a pdf")
    response = client_for(cast.filer).post(
        f"/my/{draft.number}/?section=evidence", {"do": "upload:evidence_network", "file.evidence_network": upload}
    )
    assert response.status_code == 422
    assert "合同.pdf" in text(response)
    assert draft.attachments.count() == 0


def test_files_of_others_are_a_404_and_leave_with_safe_headers(draft: Application, client_for: Any, cast: Any) -> None:
    fill(draft, cast)
    services.submit(actor=cast.filer, application=draft)
    url = f"/applications/{draft.number}/files/{draft.attachments.get().pk}/"
    allowed = {
        "filer",
        "legal_representative",
        "city_officer",
        "district_officer",
        "province_officer",
        "secretariat",
        "second_secretariat",
        "auditor",
    }
    for name, user in cast.people().items():
        assert client_for(user).get(url).status_code == (200 if name in allowed else 404), name
    response = client_for(cast.city_officer).get(url)
    assert b"".join(response.streaming_content) == b"%PDF-1.7 demo"
    assert response["Content-Disposition"].startswith("attachment;")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert "no-store" in response["Cache-Control"]


# --- the dossier ----------------------------------------------------------------------------
def test_the_dossier_is_for_those_whom_it_concerns(call: Any, client_for: Any, cast: Any) -> None:
    application = factory.application(call, cast.filer, cast.enterprise, S.SUBMITTED, project_title=SECRET)
    allowed = {
        "filer",
        "legal_representative",
        "city_officer",
        "district_officer",
        "province_officer",
        "secretariat",
        "second_secretariat",
        "auditor",
    }
    for name, user in cast.people().items():
        response = client_for(user).get(f"/applications/{application.number}/")
        assert response.status_code == (200 if name in allowed else 404), name
        assert (SECRET in text(response)) == (name in allowed)


def test_officers_names_stay_inside(draft: Application, client_for: Any, cast: Any) -> None:
    fill(draft, cast)
    services.submit(actor=cast.filer, application=draft)
    services.return_for_correction(actor=cast.city_officer, application=draft, reason="请补正")
    own = text(client_for(cast.filer).get(f"/applications/{draft.number}/"))
    assert "请补正" in own
    assert "苏州市工业和信息化局" in own
    assert "顾城" not in own
    assert "顾城" in text(client_for(cast.province_officer).get(f"/applications/{draft.number}/"))


def test_acts_on_the_dossier_follow_the_rule_and_say_why_not(call: Any, client_for: Any, cast: Any) -> None:
    application = factory.application(call, cast.filer, cast.enterprise, S.SUBMITTED)
    url = f"/applications/{application.number}/"
    page = text(client_for(cast.province_officer).get(url))
    assert 'value="check"' not in page
    assert "初审通过" in page
    city = client_for(cast.city_officer)
    assert 'value="check"' in text(city.get(url))
    assert city.post(f"{url}act/", {"verb": "return", "reason": ""}).status_code == 422
    assert client_for(cast.auditor).post(f"{url}act/", {"verb": "check"}).status_code == 403
    assert client_for(cast.other_city_officer).post(f"{url}act/", {"verb": "check"}).status_code == 404
    assert city.post(f"{url}act/", {"verb": "check", "reservation": "1", "reason": "能耗口径待核"}).status_code == 302
    application.refresh_from_db()
    assert (application.state, application.check_result) == (S.CHECKED, "reservation")
    assert city.post(f"{url}act/", {"verb": "check"}).status_code == 409
