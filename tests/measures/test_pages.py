"""The pages of the measures: what each role sees and may do, and what an outsider does not."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from pilotage.core.tables import read_rows
from pilotage.plan.models import Deliverable, Measure, Milestone, ProgressReport, WorkFile, WorkReminder
from pilotage.plan.work import services as work_services
from pilotage.plan.work.enums import DeliverableState, ReportState
from tests.factories import work as make
from tests.factories.accounts import UNIT
from tests.factories.plan import TargetFactory
from tests.web.pages import offences

SECRET = "涉密进展内容"
DESK = "/work/measures/"


@pytest.fixture
def measure(cast: Any, at: Any) -> Measure:
    at(make.OVERDUE)
    return make.measure(code="M01", title_zh="制定升级版方案", title_en="Draw up the plan")


def body(response: Any, status: int = 200) -> str:
    assert response.status_code == status, response.content.decode()[:2000]
    assert offences(response) == []
    return response.content.decode()


def page_of(measure: Measure) -> str:
    return reverse("measures:detail", args=[measure.area.plan.slug, measure.code])


def form_of(measure: Measure, unit: str = UNIT, period: str = "2023Q2") -> str:
    return reverse("measures:report-edit", args=[measure.area.plan.slug, measure.code, unit, period])


# --- the public page --------------------------------------------------------------------------
def test_everybody_reads_light_targets_and_milestones_and_no_report(client_for: Any, cast: Any, measure: Measure) -> None:
    make.milestone(cast.unit_officer, measure, date(2023, 9, 30), title_zh="印发方案")
    report = make.accepted(cast.unit_officer, cast.secretariat, measure, done=SECRET)
    for actor in (None, cast.outsider, cast.filer, cast.expert):
        client = client_for(actor)
        told = body(client.get(page_of(measure)))
        assert "制定升级版方案" in told
        assert "报告逾期96天。" in told
        assert "依次判断，以最先符合的一条为准" in told
        assert "印发方案" in told
        assert "进展报告" not in told
        assert "调整进展灯" not in told
        assert client.get(reverse("measures:report", args=[report.pk])).status_code == 404
    client = client_for(cast.outsider)
    assert client.get(DESK).status_code == 403
    assert client.get(form_of(measure)).status_code == 404
    assert client_for(None).get(DESK).status_code == 302


def test_a_plan_may_publish_the_texts(client_for: Any, cast: Any, measure: Measure) -> None:
    report = make.accepted(cast.unit_officer, cast.secretariat, measure, done=SECRET)
    plan = measure.area.plan
    plan.reporting = {"public_texts": True}
    plan.save()
    told = body(client_for(None).get(reverse("measures:report", args=[report.pk])))
    assert SECRET in told
    assert "办理经过" not in told
    assert "2023年第2季度" in body(client_for(None).get(page_of(measure)))


def test_a_measure_of_another_plan_is_not_there(client_for: Any, measure: Measure) -> None:
    assert client_for(None).get(f"/plans/{measure.area.plan.slug}/measures/M99/").status_code == 404


def test_english_reads_as_english(client_for: Any, cast: Any, measure: Measure) -> None:
    client = client_for(cast.unit_officer, headers={"accept-language": "en"})
    told = body(client.get(page_of(measure)))
    assert "Draw up the plan" in told
    assert "The report is overdue by 96 days." in told
    assert "Reports to write" in body(client.get(DESK))


# --- writing ----------------------------------------------------------------------------------
def test_a_report_is_written_saved_and_handed_in(client_for: Any, cast: Any, measure: Measure) -> None:
    client = client_for(cast.unit_officer)
    assert form_of(measure) in body(client.get(DESK))
    body(client.get(form_of(measure)))
    assert not ProgressReport.objects.exists()
    upload = SimpleUploadedFile("方案.pdf", b"%PDF-1.4 x")
    answer = client.post(form_of(measure), make.WORDS | {"version": "0", "do": "save", "file": upload})
    assert (answer.status_code, answer["Location"]) == (302, form_of(measure))
    told = body(client.get(form_of(measure)))
    assert "方案.pdf" in told
    assert make.WORDS["done"] in told
    answer = client.post(form_of(measure), make.WORDS | {"version": "1", "do": "submit"})
    row = ProgressReport.objects.get()
    assert (row.state, answer["Location"]) == (ReportState.SUBMITTED, reverse("measures:report", args=[row.pk]))
    assert client.get(form_of(measure))["Location"] == answer["Location"]
    file = client.get(reverse("measures:file", args=[WorkFile.objects.get().pk]))
    assert b"".join(file.streaming_content) == b"%PDF-1.4 x"
    assert client_for(cast.outsider).get(reverse("measures:file", args=[WorkFile.objects.get().pk])).status_code == 404


def test_nothing_typed_is_lost_on_an_error(client_for: Any, cast: Any, measure: Measure) -> None:
    client = client_for(cast.unit_officer)
    told = body(client.post(form_of(measure), make.WORDS | {"version": "0", "do": "submit", "progress": "abc", "done": SECRET}), 422)
    assert SECRET in told
    assert 'value="abc"' in told
    assert '<a href="#progress">请填写进度百分比，0至100。</a>' in told
    told = body(client.post(form_of(measure), make.WORDS | {"version": "0", "file": SimpleUploadedFile("a.pdf", b"MZ")}), 422)
    assert "程序" in told
    assert '<input type="hidden" name="version" value="1">' in told


def test_two_windows_do_not_overwrite_each_other(client_for: Any, cast: Any, measure: Measure) -> None:
    client = client_for(cast.unit_officer)
    client.post(form_of(measure), make.WORDS | {"version": "0", "done": "甲窗口"})
    told = body(client.post(form_of(measure), make.WORDS | {"version": "0", "done": "乙窗口"}), 409)
    assert "甲窗口" in told
    assert "乙窗口" in told
    assert ProgressReport.objects.get().done == "甲窗口"
    assert '<input type="hidden" name="version" value="1">' in told


def test_another_unit_has_no_form_here(client_for: Any, cast: Any, measure: Measure) -> None:
    for actor in (make.officer("unit-c"), make.officer(), cast.secretariat, cast.auditor):
        client = client_for(actor)
        assert client.get(form_of(measure)).status_code == 404
        assert client.post(form_of(measure), make.WORDS | {"version": "0"}).status_code == 404
    assert client_for(cast.unit_officer).get(form_of(measure, period="2023Q3")).status_code == 404
    assert not ProgressReport.objects.exists()


# --- reviewing --------------------------------------------------------------------------------
def test_the_secretariat_returns_with_a_reason_and_accepts(client_for: Any, cast: Any, measure: Measure) -> None:
    report = make.submitted(cast.unit_officer, measure, done=SECRET)
    client, page = client_for(cast.secretariat), reverse("measures:report", args=[report.pk])
    assert page in body(client.get(DESK))
    assert SECRET in body(client.get(page))
    assert "须写明理由" in body(client.post(page, {"do": "return", "reason": ""}), 422)
    client.post(page, {"do": "return", "reason": "缺少数据"})
    told = body(client_for(cast.unit_officer).get(DESK))
    assert "缺少数据" in told
    officer = client_for(cast.unit_officer)
    assert "缺少数据" in body(officer.get(form_of(measure)))
    officer.post(form_of(measure), make.WORDS | {"version": "1", "do": "submit"})
    client.post(page, {"do": "accept"})
    report.refresh_from_db()
    assert report.state == ReportState.ACCEPTED
    assert client_for(cast.unit_officer).post(page, {"do": "return", "reason": "x"}).status_code == 403
    assert client_for(cast.auditor).get(page).status_code == 200
    assert client_for(cast.outsider).post(page, {"do": "return", "reason": "x"}).status_code == 404


def test_the_light_is_overridden_with_a_public_reason(client_for: Any, cast: Any, measure: Measure) -> None:
    page = reverse("measures:light", args=[measure.area.plan.slug, measure.code])
    client = client_for(cast.secretariat)
    told = body(client.post(page, {"light": "green", "reason": ""}), 422)
    assert "须写明理由" in told
    client.post(page, {"light": "green", "reason": "报告已函告，系统补录"})
    told = body(client_for(None).get(page_of(measure)))
    assert "报告已函告，系统补录" in told
    assert "按规则为：进展滞后。" in told
    client.post(page, {"do": "end", "reason": "已补报"})
    assert "报告已函告" not in body(client_for(None).get(page_of(measure)))
    assert client_for(cast.unit_officer).post(page, {"light": "green", "reason": "x"}).status_code == 403


def test_milestones_are_added_reached_and_dropped(client_for: Any, cast: Any, measure: Measure) -> None:
    client = client_for(cast.unit_officer)
    add = reverse("measures:milestones", args=[measure.area.plan.slug, measure.code])
    assert "请填写节点名称" in body(client.post(add, {"title_zh": "", "due_on": "2023-08-01"}), 422)
    client.post(add, {"title_zh": "召开推进会", "due_on": "2023-07-01", "weight": "2"})
    row = Milestone.objects.get()
    told = body(client_for(None).get(page_of(measure)))
    assert "召开推进会" in told
    assert "逾期19天" in told
    change = reverse("measures:milestone", args=[row.pk])
    assert "不得晚于今天" in body(client.post(change, {"do": "complete", "done_on": "2024-01-01"}), 422)
    client.post(change, {"do": "complete", "done_on": "2023-07-02"})
    assert "达成</span>" in body(client_for(None).get(page_of(measure)))
    assert client_for(cast.outsider).post(change, {"do": "reopen", "reason": "x"}).status_code == 403


def test_a_document_is_handed_over_accepted_and_counted(client_for: Any, cast: Any, measure: Measure) -> None:
    options = {"target": "M01-1"}
    TargetFactory(measure=measure, code="M01-1", kind="deliverable", value=1, indicator="plan.deliverables", indicator_options=options)
    new = reverse("measures:deliverable-new", args=[measure.area.plan.slug, measure.code])
    client = client_for(cast.unit_officer)
    values = {"target": "M01-1", "title_zh": "交付文本甲", "delivered_on": "2023-07-18"}
    assert "请填写交付日期" in body(client.post(new, values | {"delivered_on": ""}), 422)
    client.post(new, values | {"file": SimpleUploadedFile("方案.pdf", b"%PDF-1.4 y")})
    row = Deliverable.objects.get()
    page = reverse("measures:deliverable", args=[row.pk])
    assert client_for(None).get(page).status_code == 404
    assert "交付文本甲" not in body(client_for(None).get(page_of(measure)))
    assert page in body(client_for(cast.secretariat).get(DESK))
    client_for(cast.secretariat).post(page, {"do": "accept"})
    assert Deliverable.objects.get().state == DeliverableState.ACCEPTED
    told = body(client_for(None).get(page_of(measure) + "?target=M01-1"))
    assert "交付文本甲" in told
    public = body(client_for(None).get(page))
    assert "方案.pdf" not in public
    assert "方案.pdf" in body(client.get(page))
    assert client.post(page, {"do": "revoke", "reason": "x"}).status_code == 403
    assert client_for(cast.outsider).get(new).status_code == 403
    target = body(client_for(None).get(reverse("plan:target", args=[measure.area.plan.slug, "M01-1"])))
    assert f"{page_of(measure)}?target=M01-1" in target


# --- the desk ---------------------------------------------------------------------------------
def test_the_secretariat_filters_exports_and_reminds(client_for: Any, cast: Any, measure: Measure, tmp_path: Any) -> None:
    other = make.measure(measure.area.plan, code="M02", lead="unit-x", title_zh="另一项措施")
    make.milestone(cast.secretariat, other, date(2023, 12, 1))
    client = client_for(cast.secretariat)
    assert "另一项措施" in body(client.get(DESK))
    for query in ("?overdue=1", "?light=red", f"?unit={UNIT}"):
        told = body(client.get(DESK + query))
        assert "制定升级版方案" in told
        assert "另一项措施" not in told
    assert "没有符合筛选条件的措施。" in body(client.get(DESK + "?light=done"))
    answer = client.get(reverse("measures:export") + "?overdue=1")
    exported = tmp_path / "measures.xlsx"
    exported.write_bytes(answer.content)
    rows = list(read_rows(exported))
    assert sum("M01" in str(row) for row in rows) == 1
    assert sum("M02" in str(row) for row in rows) == 0
    client.post(DESK)
    assert sorted(WorkReminder.objects.values_list("measure_code", "period", "to_manager")) == [
        ("M01", "2023Q1", True),
        ("M01", "2023Q2", False),
    ]
    client.post(DESK)
    assert WorkReminder.objects.count() == 2
    assert client_for(cast.unit_officer).post(DESK).status_code == 403


def test_a_unit_sees_its_own_measures_only(client_for: Any, cast: Any, measure: Measure) -> None:
    make.measure(measure.area.plan, code="M02", lead="unit-x", cooperating="", title_zh="另一项措施")
    told = body(client_for(cast.unit_officer).get(DESK))
    assert "制定升级版方案" in told
    assert "另一项措施" not in told
    stranger = body(client_for(make.officer("unit-c")).get(DESK))
    assert "规划没有列出由贵单位负责的措施" in stranger
    assert client_for(cast.auditor).post(DESK).status_code == 403


def test_a_lead_reviews_the_part_of_a_partner(client_for: Any, cast: Any, measure: Measure) -> None:
    report = make.submitted(make.officer(), measure, unit_code=make.PARTNER)
    page = reverse("measures:report", args=[report.pk])
    assert page in body(client_for(cast.unit_officer).get(DESK))
    client_for(cast.unit_officer).post(page, {"do": "accept"})
    assert ProgressReport.objects.get().state == ReportState.ACCEPTED


@pytest.mark.parametrize("who", ["secretariat", "unit_officer"])
def test_the_desk_costs_the_same_for_one_and_for_three(client_for: Any, cast: Any, measure: Measure, who: str) -> None:
    client = client_for(getattr(cast, who))
    make.submitted(cast.unit_officer, measure)
    client.get(DESK)
    with CaptureQueriesContext(connection) as one:
        client.get(DESK)
    for code in ("M02", "M03"):
        make.submitted(cast.unit_officer, make.measure(measure.area.plan, code=code))
    with CaptureQueriesContext(connection) as three:
        client.get(DESK)
    assert len(one) == len(three)


def test_units_come_onto_the_platform(client_for: Any, cast: Any, measure: Measure) -> None:
    page = reverse("measures:units")
    client = client_for(cast.secretariat)
    told = body(client.get(page))
    assert "单位unit-b" in told
    assert "1名工作人员" in told
    client.post(page, {"unit": make.unit(measure.area.plan, make.PARTNER).pk})
    assert "0名工作人员" in body(client.get(page))
    assert client_for(cast.unit_officer).get(page).status_code == 403


def test_without_a_plan_the_desk_says_what_to_do(client_for: Any, cast: Any) -> None:
    assert "pilotage plan load" in body(client_for(cast.secretariat).get(DESK))


def test_the_review_of_an_accepted_report_opens_it_again(client_for: Any, cast: Any, measure: Measure) -> None:
    report = make.accepted(cast.unit_officer, cast.secretariat, measure)
    page = reverse("measures:report", args=[report.pk])
    assert "重新打开补正" in body(client_for(cast.secretariat).get(page))
    client_for(cast.secretariat).post(page, {"do": "return", "reason": "数据更正"})
    report.refresh_from_db()
    assert report.state == ReportState.RETURNED
    work_services.save_report(
        actor=cast.unit_officer, plan=report.plan, measure=measure, unit_code=UNIT, period="2023Q2", values=make.WORDS, base_version=1
    )
