"""The pages of work reports: who sees what, both languages, edits beside the figures, clash, signing, files, schedule."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.test import override_settings
from django.urls import reverse
from django.utils import translation

from pilotage.messages.models import OutboxMail
from pilotage.reports.papers import sending, services
from pilotage.reports.papers.enums import WorkReportState as W
from pilotage.reports.papers.models import ReportSending, WorkReport, WorkSchedule
from tests.factories import work_reports as make
from tests.web.pages import offences

pytestmark = pytest.mark.django_db
SEES_ALL = {"secretariat", "second_secretariat", "auditor"}


@pytest.fixture(autouse=True)
def _today(at: Any) -> None:
    at(make.TODAY)


def test_the_list_shows_each_only_what_is_theirs(cast: Any, client_for: Any) -> None:
    report = make.signed(cast)
    sending.send_report(actor=cast.secretariat, report=report, to=[cast.province_officer])
    seen = set()
    for name, person in cast.people().items():
        page = client_for(person).get(reverse("reports:list"))
        assert (page.status_code, offences(page)) == (200, [])
        if report.title in page.content.decode():
            seen.add(name)
    assert seen == SEES_ALL | {"province_officer"}
    assert client_for(None).get(reverse("reports:list")).status_code == 302


def test_the_list_costs_the_same_whatever_its_length(cast: Any, client_for: Any, django_assert_num_queries: Any) -> None:
    template = make.template()
    make.report(cast, template, "2023Q1")
    client = client_for(cast.auditor)
    client.get(reverse("reports:list"))
    for periods in ((), ("2023Q2", "2023Q3")):
        for period in periods:
            make.report(cast, template, period)
        with django_assert_num_queries(4):
            client.get(reverse("reports:list"))


def test_a_report_is_drafted_from_the_list(cast: Any, client_for: Any) -> None:
    template = make.template()
    client = client_for(cast.secretariat)
    page = client.post(reverse("reports:list"), {"which": f"{template.pk}:2023Q2"})
    assert page.headers["Location"] == reverse("reports:detail", args=[WorkReport.objects.get().pk])
    again = client.post(reverse("reports:list"), {"which": f"{template.pk}:2023Q2"})
    assert (again.status_code, "该报告期已有报告。" in again.content.decode()) == (422, True)
    wrong = client.post(reverse("reports:list"), {"which": "7:x"})
    assert (wrong.status_code, "请选择报告及报告期。" in wrong.content.decode()) == (422, True)
    assert client_for(cast.auditor).post(reverse("reports:list"), {"which": f"{template.pk}:2023Q1"}).status_code == 403


def test_the_page_shows_texts_and_figures_in_both_languages(cast: Any, client_for: Any) -> None:
    report = make.report(cast)
    client = client_for(cast.secretariat)
    page = client.get(reverse("reports:detail", args=[report.pk]))
    html = page.content.decode()
    assert offences(page) == []
    for words in ("工作季报（2023年第二季度）", "截至2023年6月30日，目标2项。", "不少于300家", "二、目标进展", "提交审核"):
        assert words in html
    english = client.get(reverse("reports:detail", args=[report.pk]) + "?language=en").content.decode()
    assert "By 30 June 2023, 2 targets." in english
    assert "at least 300 factories" in english


@pytest.mark.parametrize("who", ["outsider", "province_officer", "filer", "expert", "unit_officer"])
def test_a_report_not_sent_is_not_there(cast: Any, client_for: Any, who: str) -> None:
    report = make.signed(cast)
    client = client_for(getattr(cast, who))
    kept = report.files.first()
    for url in (
        reverse("reports:detail", args=[report.pk]),
        reverse("reports:file", args=[kept.pk]),
        reverse("reports:preview", args=[report.pk, "zh-hans", "pdf"]),
    ):
        assert client.get(url).status_code == 404, url
    assert client.post(reverse("reports:act", args=[report.pk, "archive"])).status_code == 404
    assert client.get(reverse("reports:schedule")).status_code == 403


def test_a_reader_gets_the_signed_files_and_nothing_else(cast: Any, client_for: Any) -> None:
    report = make.signed(cast)
    sending.send_report(actor=cast.secretariat, report=report, to=[cast.province_officer])
    services.reopen_report(actor=cast.secretariat, report=report, reason="数字有误")
    services.edit_text(actor=cast.secretariat, report=report, key="summary", language="zh-hans", text="还未公布的更正", base_version=0)
    client = client_for(cast.province_officer)
    page = client.get(reverse("reports:detail", args=[report.pk])).content.decode()
    kept = report.files.get(kind="pdf", language="zh-hans")
    assert kept.digest in page
    for hidden in ("还未公布的更正", "提交审核", "目标进展", "重新计数"):
        assert hidden not in page
    answer = client.get(reverse("reports:file", args=[kept.pk]))
    assert (answer.content, answer.headers["Content-Type"]) == (bytes(kept.content), "application/pdf")
    assert client.get(reverse("reports:preview", args=[report.pk, "zh-hans", "pdf"])).status_code == 403


def test_two_tabs_see_each_others_text(cast: Any, client_for: Any) -> None:
    report = make.report(cast)
    url = reverse("reports:text", args=[report.pk, "zh-hans", "summary"])
    first = client_for(cast.secretariat).post(url, {"text": "第一稿", "base": "0"})
    assert first.status_code == 302
    second = client_for(cast.second_secretariat).post(url, {"text": "第二稿", "base": "0"})
    html = second.content.decode()
    assert (second.status_code, report.texts.get(language="zh-hans").text) == (409, "第一稿")
    assert "此段文字已在别处修改，您的修改未保存。" in html
    assert html.count("第一稿") >= 1
    assert ">第二稿</textarea>" in html
    assert 'name="base" value="1"' in html
    wrong = client_for(cast.secretariat).post(url, {"text": "{nothing}", "base": "1"})
    assert (wrong.status_code, "字段{nothing}不存在" in wrong.content.decode()) == (422, True)
    assert client_for(cast.auditor).post(url, {"text": "x", "base": "1"}).status_code == 403


def test_from_draft_to_signed_in_the_browser(cast: Any, client_for: Any) -> None:
    report = make.report(cast)
    one, two = client_for(cast.secretariat), client_for(cast.second_secretariat)

    def act(client: Any, verb: str, **data: str) -> int:
        return client.post(reverse("reports:act", args=[report.pk, verb]), data).status_code

    assert act(one, "regenerate", as_of="2023-06-01") == 302
    assert "2023年6月1日" in one.get(reverse("reports:detail", args=[report.pk])).content.decode()
    assert act(one, "regenerate", as_of="x") == 422
    assert act(one, "submit") == 302
    assert act(one, "return", reason="") == 422
    assert act(one, "propose") == 302
    page = one.get(reverse("reports:detail", args=[report.pk])).content.decode()
    assert "提请人不能自行确认。" in page
    assert act(one, "confirm") == 403
    assert act(two, "confirm") == 302
    report.refresh_from_db()
    assert (report.state, report.files.count()) == (W.SIGNED, 6)
    assert act(one, "send", emails=cast.province_officer.email) == 302
    assert act(one, "send", emails="nobody@example.org") == 422
    assert ReportSending.objects.get().person == cast.province_officer
    assert act(one, "archive") == 302
    assert act(one, "no-such-verb") == 404


def test_old_figures_are_shown_again(cast: Any, client_for: Any) -> None:
    report = make.report(cast)
    services.edit_text(actor=cast.secretariat, report=report, key="summary", language="zh-hans", text="共{targets}项", base_version=0)
    from pilotage.plan.models import Target

    Target.objects.filter(code="M03-2").delete()
    services.regenerate(actor=cast.secretariat, report=report)
    client = client_for(cast.auditor)
    newest = client.get(reverse("reports:detail", args=[report.pk])).content.decode()
    older = client.get(reverse("reports:detail", args=[report.pk]) + "?figures=1").content.decode()
    assert ("共1项" in newest, "共2项" in newest) == (True, False)
    assert ("共1项" in older, "共2项" in older, "这是" in older) == (False, True, True)
    assert "M03-2" in newest, "what the last count changed"


def test_previews_are_files_of_their_kind(cast: Any, client_for: Any) -> None:
    report = make.report(cast)
    client = client_for(cast.auditor)
    begins = {"pdf": b"%PDF-", "docx": b"PK", "xlsx": b"PK"}
    for kind, start in begins.items():
        answer = client.get(reverse("reports:preview", args=[report.pk, "en", kind]))
        assert (answer.status_code, answer.content[: len(start)]) == (200, start)
    assert client.get(reverse("reports:preview", args=[report.pk, "fr", "pdf"])).status_code == 404
    assert client.get(reverse("reports:preview", args=[report.pk, "en", "odt"])).status_code == 404


# --- schedule -------------------------------------------------------------------------------
def test_the_schedule_drafts_on_its_day_and_sends_what_is_signed(cast: Any, at: Any) -> None:
    template = make.template()
    names = sending.clean_recipients(["province_officer"], [], [cast.expert.email])
    at("2023-07-01 09:00")
    sending.save_schedule(actor=cast.secretariat, template=template, day=5, names=names, is_enabled=True)
    at("2023-07-04 09:00")
    assert sending.tend_reports() == 0
    at("2023-07-05 09:00")
    assert sending.tend_reports() == 1
    assert sending.tend_reports() == 0
    report = WorkReport.objects.get()
    assert (report.period, report.created_by, report.state) == ("2023Q2", None, W.DRAFT)
    services.submit_report(actor=cast.secretariat, report=report)
    services.propose_signing(actor=cast.secretariat, report=report)
    services.confirm_signing(actor=cast.second_secretariat, report=report)
    with override_settings(EMAIL_BACKEND="pilotage.messages.backend.OutboxBackend"):
        assert sending.tend_reports() == 3
        assert sending.tend_reports() == 0
    people = {cast.expert.email, cast.province_officer.email, cast.other_province_officer.email}
    assert set(OutboxMail.objects.values_list("to", flat=True)) == people
    assert f"/work/plan-reports/{report.pk}/" in OutboxMail.objects.first().body


def test_the_schedule_page(cast: Any, client_for: Any) -> None:
    template = make.template()
    client = client_for(cast.secretariat)
    data = {"template": template.pk, "day": "7", "roles": ["auditor"], "emails": cast.expert.email, "is_enabled": "1"}
    assert client.post(reverse("reports:schedule"), data).status_code == 302
    kept = WorkSchedule.objects.get()
    assert (kept.day, kept.is_enabled, kept.recipients) == (7, True, ["role:auditor", f"person:{cast.expert.pk}"])
    for wrong, words in (
        ({"day": "90"}, "第1至60天"),
        ({"emails": "nobody@example.org"}, "不是成员的邮箱"),
        ({"roles": ["king"]}, "没有这个角色"),
    ):
        page = client.post(reverse("reports:schedule"), {**data, **wrong})
        assert (page.status_code, words in page.content.decode()) == (422, True)
    with translation.override("en"):
        assert client_for(cast.auditor).post(reverse("reports:schedule"), data).status_code == 403
    assert mail.outbox == []
