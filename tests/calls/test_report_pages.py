"""The pages of reports: what an enterprise owes, what the officers see by period, marks beside the figures."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from pilotage.calls import services
from pilotage.calls.enums import ApplicationState as S
from pilotage.calls.models import Application, QualityFlag, ReportReminder
from tests.factories import reports as factory

pytestmark = pytest.mark.django_db
DESK = "/work/reports/"


@pytest.fixture
def call(at: Any) -> Any:
    at(factory.FILING)
    return factory.quarterly_call()


@pytest.fixture
def project(call: Any, cast: Any) -> Application:
    cast.enterprise.uscc = "91320505MA1XD00000"
    cast.enterprise.save()
    return factory.listed(call, cast.filer, cast.enterprise, project_title="齿轮5G工厂")


def text(response: Any) -> str:
    return str(response.content.decode())


def english(client: Any) -> Any:
    client.cookies["django_language"] = "en"
    return client


# --- the enterprise -------------------------------------------------------------------------
def test_my_list_shows_what_is_due_when_and_begins_it(project: Application, client_for: Any, cast: Any) -> None:
    filer = client_for(cast.filer)
    card = text(filer.get("/my/")).split('id="owed-title"')[1].split("</section>")[0]
    assert [words in card for words in ("2023年第4季度", "已逾期", "2024年第1季度", "还有12天", "2024年第2季度")] == [True] * 5
    assert card.count("开始填报") == 2
    response = filer.post(f"/my/{project.number}/renew/", {"kind": "update", "call": project.call.slug, "period": "2023Q4"})
    report = Application.objects.get(renews=project)
    assert (report.period, response.url) == ("2023Q4", reverse("calls:application-edit", args=[report.number]))
    after = text(filer.get("/my/"))
    assert "2023年第4季度" not in after.split('id="owed-title"')[1].split("</section>")[0]
    assert "2023年第4季度" in after.split('id="todo-title"')[1].split("</section>")[0]
    assert "Quarter 4 of 2023".lower() in text(english(filer).get("/my/")).lower()


def test_the_form_of_a_report_has_its_sections_only(project: Application, client_for: Any, cast: Any) -> None:
    report = factory.report(project, cast.filer)
    page = text(client_for(cast.filer).get(f"/my/{report.number}/"))
    assert "2024年第1季度" in page
    assert "devices_connected" in page
    assert "main_revenue" not in page
    check = client_for(cast.filer).get(f"/my/{report.number}/check/")
    assert check.status_code == 200
    assert client_for(cast.filer).post(f"/my/{report.number}/submit/").url == reverse("calls:application-receipt", args=[report.number])


@pytest.mark.parametrize("period", ["2022Q1", "2024Q2", "x", "2024Q1'--"])
def test_a_period_that_is_not_asked_for_is_refused_in_words(project: Application, client_for: Any, cast: Any, period: str) -> None:
    response = client_for(cast.filer).post(f"/my/{project.number}/renew/", {"kind": "update", "call": project.call.slug, "period": period})
    assert response.status_code == 403
    assert ("不要求报送" in text(response)) or ("开始" in text(response))


# --- the officers ---------------------------------------------------------------------------
def test_the_officer_sees_each_period_with_counts_and_who_is_missing(project: Application, client_for: Any, cast: Any, call: Any) -> None:
    other = factory.listed(call, cast.filer, cast.enterprise, project_title="轴承5G工厂")
    factory.listed(call, cast.other_filer, cast.other_enterprise, project_title="山东5G工厂")
    factory.filed(other, cast.filer)
    page = text(client_for(cast.city_officer).get(DESK))
    assert "山东5G工厂" not in page
    rows = page.split("<tbody>")[1].split("</tbody>")[0]
    assert rows.index("2024年第1季度") < rows.index("2023年第4季度")
    assert "逾期" in rows.split("2023年第4季度")[1]
    listed = page.split("<tbody>")[2]
    assert "齿轮5G工厂" in listed
    assert "轴承5G工厂" not in listed
    filed = text(client_for(cast.city_officer).get(f"{DESK}?call={call.slug}&period=2024Q1&tab=to_check"))
    assert "轴承5G工厂" in filed.split("<tbody>")[2]
    assert "齿轮5G工厂" not in filed.split("<tbody>")[2]
    assert "Remind" in text(english(client_for(cast.city_officer)).get(DESK))


def test_only_officers_come_in_and_each_sees_its_own(project: Application, client_for: Any, cast: Any) -> None:
    for who in (cast.filer, cast.outsider, cast.expert):
        assert client_for(who).get(DESK).status_code == 403
    assert client_for(None).get(DESK).status_code == 302
    elsewhere = text(client_for(cast.other_province_officer).get(DESK))
    assert "齿轮5G工厂" not in elsewhere
    assert "齿轮5G工厂" in text(client_for(cast.secretariat).get(DESK))
    auditor = text(client_for(cast.auditor).get(DESK))
    assert "齿轮5G工厂" in auditor
    assert 'value="remind"' not in auditor


def test_a_draft_is_not_told_to_the_officers(project: Application, client_for: Any, cast: Any) -> None:
    report = factory.report(project, cast.filer)
    page = text(client_for(cast.city_officer).get(DESK))
    assert report.number not in page
    assert "未报送" in page.split("<tbody>")[2]


def test_reminding_the_ticked_and_reminding_all(project: Application, client_for: Any, cast: Any, call: Any) -> None:
    second = factory.listed(call, cast.filer, cast.enterprise)
    officer, base = client_for(cast.city_officer), {"call": call.slug, "period": "2024Q1", "tab": "missing"}
    nothing = officer.post(DESK, base | {"do": "remind"})
    assert (nothing.status_code, "请至少选择一家企业。" in text(nothing)) == (422, True)
    done = officer.post(DESK, base | {"do": "remind", "ids": [project.pk]}, follow=True)
    assert "已催报1家企业。" in text(done)
    assert "已催报1家企业。其中" not in text(done)
    every = officer.post(DESK, base | {"do": "all"}, follow=True)
    assert "已催报1家企业。" in text(every)
    assert "1家今天已催报过。" in text(every)
    assert set(ReportReminder.objects.values_list("project", "by")) == {
        (project.pk, cast.city_officer.pk),
        (second.pk, cast.city_officer.pk),
    }
    assert client_for(cast.other_province_officer).post(DESK, base | {"do": "remind", "ids": [project.pk]}).status_code == 404
    assert client_for(cast.auditor).post(DESK, base | {"do": "remind", "ids": [project.pk]}).status_code == 403


@pytest.mark.parametrize("query", ["?call=none", "?period=2030", "?period=2024Q2"])
def test_what_does_not_exist_is_not_found(project: Application, client_for: Any, cast: Any, query: str) -> None:
    assert client_for(cast.city_officer).get(f"{DESK}{query}").status_code == 404


def test_without_a_call_that_asks_for_reports_the_page_says_so(client_for: Any, cast: Any) -> None:
    page = client_for(cast.city_officer).get(DESK)
    assert page.status_code == 200
    assert "报告" in text(page)


def test_the_page_costs_the_same_for_one_and_three(call: Any, cast: Any, client_for: Any, django_assert_num_queries: Any) -> None:
    officer = client_for(cast.city_officer)
    for number in (1, 3):
        while Application.objects.filter(state=S.LISTED).count() < number:
            factory.listed(call, cast.filer, cast.enterprise)
        with django_assert_num_queries(11):
            assert officer.get(f"{DESK}?call={call.slug}&tab=all").status_code == 200


# --- marks ----------------------------------------------------------------------------------
def test_a_mark_stands_beside_the_figure_and_is_cleared_with_a_reason(project: Application, client_for: Any, cast: Any) -> None:
    report = factory.filed(project, cast.filer, base_stations=1200)
    officer, address = client_for(cast.city_officer), f"/applications/{report.number}/"
    page = text(officer.get(address))
    assert "与上期报告相比" in page
    beside = page.split('id="c-base_stations"')[1].split("</div>")[0]
    assert "约为对照值的100倍" in beside
    assert "有1个数据被标记为可能有误" in page.split('id="acts"')[1].split("</section>")[0]
    flag = QualityFlag.objects.get()
    clear = f"{address}marks/{flag.pk}/clear/"
    missing = officer.post(clear, {"reason": "", "mark": flag.pk})
    assert (missing.status_code, "请说明该数据为何属实" in text(missing)) == (422, True)
    done = text(officer.post(clear, {"reason": "已核实", "mark": flag.pk}, follow=True))
    assert "已核实，没有其他待核实数据。" in done
    assert "“已核实”" in done
    assert "1个" not in text(officer.get(f"{DESK}?tab=to_check")).split("<tbody>")[2]
    services.check(actor=cast.city_officer, application=Application.objects.get(pk=report.pk), result="pass", opinion="")


def test_neither_filer_nor_outsider_sees_or_clears_a_mark(project: Application, client_for: Any, cast: Any) -> None:
    report = factory.filed(project, cast.filer, base_stations=1200)
    clear = f"/applications/{report.number}/marks/{QualityFlag.objects.get().pk}/clear/"
    own = text(client_for(cast.filer).get(f"/applications/{report.number}/"))
    assert "对照值" not in own
    assert client_for(cast.filer).post(clear, {"reason": "x"}).status_code == 403
    assert client_for(cast.outsider).post(clear, {"reason": "x"}).status_code == 404
    assert client_for(cast.auditor).post(clear, {"reason": "x"}).status_code == 403
    assert "1个可疑数据" in text(client_for(cast.secretariat).get(f"{DESK}?tab=to_check"))
