"""The register's pages: who reaches them, what they show, how many queries they take."""

from __future__ import annotations

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from pilotage.accounts import services as accounts
from pilotage.core import tables
from pilotage.core.codes import fictional_uscc
from pilotage.registry import services
from pilotage.registry.enums import ImportState
from pilotage.registry.models import Enterprise, EnterpriseImport, Identifier
from tests.factories.registry import EnterpriseFactory, row, write_csv
from tests.web.pages import offences

LIST = "/enterprises/"
IMPORT = "/enterprises/import/"
OWN, OTHER = "苏州砚舟精密传动有限公司", "潍坊岚桥机械有限公司"


def body(response):
    return response.content.decode()


def detail(enterprise):
    return f"/enterprises/{enterprise.pk}/"


def shown(html):
    return {name for name in (OWN, OTHER) if name in html}


@pytest.fixture
def signed_in(client_for, cast):
    return lambda name: client_for(getattr(cast, name))


def upload(client, rows, tmp_path, **fields):
    path = write_csv(tmp_path / "list.csv", rows)
    return client.post(IMPORT, {"file": SimpleUploadedFile("名单.csv", path.read_bytes()), **fields})


# --- list -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("person", "names"),
    [
        ("filer", {OWN}),
        ("district_officer", {OWN}),
        ("city_officer", {OWN}),
        ("province_officer", {OWN}),
        ("communications_officer", {OWN}),
        ("other_province_officer", {OTHER}),
        ("secretariat", {OWN, OTHER}),
        ("auditor", {OWN, OTHER}),
        ("finance_liaison", set()),
    ],
)
def test_the_list_shows_the_readers_scope(signed_in, person, names):
    client = signed_in(person)
    page = client.get(LIST)
    assert (page.status_code, shown(body(page)), offences(page)) == (200, names, [])
    assert shown(b"".join(client.get(f"{LIST}export/csv/").streaming_content).decode()) == names
    assert shown(body(client.get(LIST, headers={"HX-Request": "true", "HX-Target": "results"}))) == names


@pytest.mark.parametrize("person", ["outsider", "expert"])
def test_others_are_told_why_they_see_nothing(signed_in, cast, person):
    client = signed_in(person)
    for address in (LIST, f"{LIST}export/xlsx/", f"{LIST}export/csv/"):
        page = client.get(address)
        assert page.status_code == 403
        assert shown(body(page)) == set()
        assert "企业库供主管部门和审计人员使用" in body(page)
    for address in (detail(cast.enterprise), f"{detail(cast.enterprise)}edit/"):
        page = client.get(address)
        assert (page.status_code, shown(body(page))) == (404, set())


def test_the_anonymous_reader_is_asked_to_sign_in(client, cast):
    for address in (LIST, detail(cast.enterprise), IMPORT, f"{LIST}export/csv/"):
        page = client.get(address)
        assert (page.status_code, page["Location"].split("?")[0]) == (302, "/accounts/login/")


def test_the_bank_sees_the_enterprise_that_consented(signed_in, cast):
    assert signed_in("finance_liaison").get(detail(cast.enterprise)).status_code == 404
    bank = cast.finance_liaison.active_memberships[0].organisation
    accounts.give_consent(actor=cast.legal_representative, enterprise=cast.enterprise, organisation=bank)
    client = signed_in("finance_liaison")
    assert shown(body(client.get(LIST))) == {OWN}
    page = body(client.get(detail(cast.enterprise)))
    assert OWN in page
    assert f"{detail(cast.enterprise)}edit/" not in page


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_the_same_queries_whatever_its_rows(signed_in, cast, django_assert_num_queries, count):
    for _number in range(count - 1):
        EnterpriseFactory(province=cast.enterprise.province, prefecture=cast.enterprise.prefecture)
    client = signed_in("province_officer")
    with django_assert_num_queries(8):
        page = client.get(LIST)
    assert body(page).count('<th scope="row">') == count


def test_search_filters_and_pages(signed_in, cast):
    for number in range(60):
        EnterpriseFactory(name_zh=f"演示机床{number:02}有限公司", uscc=fictional_uscc("320505", number), province_id="320000", size="large")
    client = signed_in("secretariat")
    first = body(client.get(LIST, {"q": "机床", "size": "large"}))
    assert first.count('<th scope="row">') == 50
    assert shown(first) == set()
    assert "共60" in first
    found = body(client.get(LIST, {"q": fictional_uscc("320505", 7)}))
    assert (found.count('<th scope="row">'), "演示机床07有限公司" in found) == (1, True)
    assert shown(body(client.get(LIST, {"province": "370000"}))) == {OTHER}
    assert "没有符合筛选条件的企业" in body(client.get(LIST, {"q": "不存在的"}))
    content = b"".join(client.get(f"{LIST}export/xlsx/", {"q": "机床"}).streaming_content)
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    assert (sheet.max_row, sheet["A1"].value) == (61, "企业名称")
    assert client.get(f"{LIST}export/pdf/").status_code == 404


# --- one enterprise -------------------------------------------------------------------------
@pytest.mark.parametrize("person", ["other_filer", "other_city_officer", "other_province_officer", "outsider", "expert", "finance_liaison"])
def test_an_enterprise_outside_the_scope_does_not_exist(signed_in, cast, person):
    client = signed_in(person)
    assert client.get(detail(cast.enterprise)).status_code == 404
    for address in ("identifiers/", "sites/", "titles/"):
        assert client.post(f"{detail(cast.enterprise)}{address}", {}).status_code == 404
    assert not Identifier.objects.exists()


def test_officers_who_only_read_are_told_who_changes(signed_in, cast):
    client = signed_in("city_officer")
    assert "只有企业本身、负责的省级人员或秘书处可以修改企业信息" in body(client.get(detail(cast.enterprise)))
    page = client.post(f"{detail(cast.enterprise)}edit/", {"address": "x"})
    assert (page.status_code, "只有企业本身、负责的省级人员或秘书处可以修改企业信息" in body(page)) == (403, True)


def test_the_filer_edits_the_own_enterprise(signed_in, cast):
    client = signed_in("filer")
    address = f"{detail(cast.enterprise)}edit/"
    form = client.get(address)
    assert (offences(form), 'name="name_zh"' in body(form)) == ([], False)
    base = services.version_of(cast.enterprise)
    done = client.post(address, {"address": "江苏省苏州市示范路9号", "size": "small", "base": base, "name_zh": "冒名"})
    assert (done.status_code, done["Location"]) == (302, detail(cast.enterprise))
    cast.enterprise.refresh_from_db()
    assert (cast.enterprise.address, cast.enterprise.size, cast.enterprise.name_zh) == ("江苏省苏州市示范路9号", "small", OWN)
    late = client.post(address, {"address": "别处", "base": base})
    assert late.status_code == 409
    cast.enterprise.refresh_from_db()
    assert cast.enterprise.address == "江苏省苏州市示范路9号"


def test_the_province_enters_identifier_site_and_title(signed_in, company):
    client = signed_in("province_officer")
    page = detail(company.enterprise)
    code = fictional_uscc("320505", 3)
    wrong = client.post(f"{page}identifiers/", {"identifier-scheme": "CN-USCC", "identifier-value": code[:-1] + "A"})
    assert wrong.status_code == 422
    assert "校验位" in body(wrong)
    assert client.post(f"{page}identifiers/", {"identifier-scheme": "CN-USCC", "identifier-value": code}).status_code == 302
    assert client.post(f"{page}sites/", {"site-name": "一厂", "site-division": "江苏省苏州市虎丘区"}).status_code == 302
    assert client.post(f"{page}titles/", {"title-name": "演示荣誉", "title-granted_on": "2023-01-01"}).status_code == 302
    html = body(client.get(page))
    assert all(text in html for text in (code, "一厂", "虎丘区", "演示荣誉", "2023年1月1日"))
    title, site = company.enterprise.titles.get(), company.enterprise.sites.get()
    assert client.post(f"{page}titles/{title.pk}/remove/", {"reason": "误录"}).status_code == 302
    assert client.post(f"{page}sites/{site.pk}/remove/").status_code == 302
    assert (company.enterprise.titles.count(), company.enterprise.sites.count()) == (0, 0)


def test_entering_one_enterprise(signed_in, company):
    client = signed_in("province_officer")
    entry = {
        "name_zh": "苏州新来有限公司",
        "uscc": fictional_uscc("320505", 4),
        "division": "江苏省苏州市",
        "is_legal_person": "on",
        "industry": "34",
    }
    done = client.post("/enterprises/new/", entry)
    made = Enterprise.objects.get(name_zh="苏州新来有限公司")
    assert (done.status_code, done["Location"], made.prefecture_id) == (302, detail(made), "320500")
    again = client.post("/enterprises/new/", entry)
    assert again.status_code == 422
    assert "已属于其他企业" in body(again)
    assert client.post("/enterprises/new/", {**entry, "uscc": fictional_uscc("370700", 5), "division": "370700"}).status_code == 403
    assert signed_in("outsider").get("/enterprises/new/").status_code == 403


# --- import ---------------------------------------------------------------------------------
@pytest.mark.parametrize("person", ["filer", "city_officer", "expert", "finance_liaison", "outsider"])
def test_who_may_not_import_is_told_so(signed_in, cast, tmp_path, person):
    client = signed_in(person)
    page = client.get(IMPORT)
    assert (page.status_code, "企业名单由秘书处和省级人员导入" in body(page)) == (403, True)
    assert upload(client, [row(1)], tmp_path).status_code == 403
    assert client.get(f"{IMPORT}template/").status_code == 403
    assert EnterpriseImport.objects.count() == 0


def test_an_import_from_upload_to_done(signed_in, company, tmp_path):
    client = signed_in("province_officer")
    rows = [row(1), row(2, 规模="巨型"), row(3)]
    page = upload(client, rows, tmp_path, source="演示名单")
    batch = EnterpriseImport.objects.get()
    address = f"{IMPORT}{batch.pk}/"
    assert (page.status_code, page["Location"]) == (302, address)
    choosing = client.get(address)
    assert (offences(choosing), body(choosing).count("selected>")) == ([], 8)
    columns = {f"column-{index}": key for key, index in batch.mapping.items()}
    wrong = client.post(f"{address}check/", {**columns, "column-0": ""})
    assert (wrong.status_code, "选择企业名称所在的列" in body(wrong)) == (422, True)
    twice = client.post(f"{address}check/", {**columns, "column-1": "name_zh"})
    assert (twice.status_code, "两列" in body(twice)) == (422, True)
    assert client.post(f"{address}check/", columns).status_code == 302
    waiting = client.get(address)
    assert (offences(waiting), 'hx-trigger="every 2s"' in body(waiting)) == ([], True)
    work(company.province_officer, batch, services.check_import)
    progress = client.get(address, headers={"HX-Request": "true", "HX-Target": "progress"})
    assert progress["HX-Refresh"] == "true"
    report = client.get(address)
    assert offences(report) == []
    html = body(report)
    assert all(text in html for text in ("巨型", "H 规模", "不认识这一规模", "写入2家企业"))
    assert Enterprise.objects.count() == 2  # the cast's
    assert client.post(f"{address}run/").status_code == 302
    work(company.province_officer, batch, services.run_import)
    done = body(client.get(address))
    assert "前往企业列表" in done
    assert Enterprise.objects.filter(source="演示名单").count() == 2
    content = b"".join(client.get(f"{address}report/csv/").streaming_content).decode()
    assert "3,H 规模,巨型," in content
    assert client.post(f"{address}run/").status_code == 409


def work(actor, batch, service):
    """What the background worker does."""
    service(actor=actor, batch=EnterpriseImport.objects.get(pk=batch.pk))


def test_the_tasks_do_the_work_of_the_services(company, tmp_path):
    from django.core.files import File

    from pilotage.registry import tasks

    path = write_csv(tmp_path / "a.csv", [row(1)])
    with path.open("rb") as handle:
        batch = services.upload_import(actor=company.secretariat, file=File(handle, name=str(path)), file_name="a.csv")
    tasks.check_import.func(batch.pk, company.secretariat.pk)
    tasks.run_import.func(batch.pk, company.secretariat.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.created_count) == (ImportState.DONE, 1)
    tasks.run_import.func(batch.pk, company.secretariat.pk)  # a second worker finds nothing to do


def test_an_interrupted_import_offers_to_go_on(signed_in, company, tmp_path, at):
    at("2023-08-01 09:00")
    client = signed_in("province_officer")
    upload(client, [row(1)], tmp_path)
    batch = EnterpriseImport.objects.get()
    services.check_import(actor=company.province_officer, batch=batch)
    client.post(f"{IMPORT}{batch.pk}/run/")
    assert "后台程序可能已停止" not in body(client.get(f"{IMPORT}{batch.pk}/"))
    at("2023-08-01 09:03")
    assert "后台程序可能已停止" in body(client.get(f"{IMPORT}{batch.pk}/"))
    assert client.post(f"{IMPORT}{batch.pk}/run/").status_code == 302


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("名单.xlsx", b"%PDF-1.7 x", "PDF"),
        ("名单.csv", "企業,代碼\n台灣精密機械,新北市板橋區".encode("big5"), "GB18030"),
        ("空.csv", b"\n", "文件为空"),
    ],
)
def test_a_file_that_cannot_be_read_is_explained_at_its_field(signed_in, company, name, content, sentence):
    client = signed_in("secretariat")
    page = client.post(IMPORT, {"file": SimpleUploadedFile(name, content)})
    assert page.status_code == 422
    assert sentence in body(page)
    assert EnterpriseImport.objects.count() == 0


def test_imports_of_others_do_not_exist(signed_in, company, tmp_path):
    upload(signed_in("province_officer"), [row(1)], tmp_path)
    batch = EnterpriseImport.objects.get()
    address = f"{IMPORT}{batch.pk}/"
    for person in ("other_province_officer", "outsider", "filer"):
        client = signed_in(person)
        assert client.get(address).status_code == 404
        assert client.get(f"{address}report/csv/").status_code == 404
        assert client.post(f"{address}run/").status_code == 404
    assert "名单.csv" not in body(signed_in("other_province_officer").get(IMPORT))
    auditor = signed_in("auditor")
    assert "名单.csv" in body(auditor.get(IMPORT))
    assert auditor.post(f"{address}check/", {}).status_code == 403


@pytest.mark.parametrize("count", [1, 3])
def test_the_report_takes_the_same_queries_whatever_its_rows(signed_in, company, tmp_path, django_assert_num_queries, count):
    client = signed_in("secretariat")
    upload(client, [row(number, 规模="巨型") for number in range(count)], tmp_path)
    batch = EnterpriseImport.objects.get()
    services.check_import(actor=company.secretariat, batch=batch)
    with django_assert_num_queries(5):
        page = client.get(f"{IMPORT}{batch.pk}/")
    assert body(page).count('<th scope="row"') == count


def test_the_template_is_recognised_by_itself(signed_in, cast, tmp_path):
    path = tmp_path / "t.xlsx"
    path.write_bytes(b"".join(signed_in("secretariat").get(f"{IMPORT}template/").streaming_content))
    heads = next(iter(tables.read_rows(path))).values
    assert heads[:2] == ("企业名称", "统一社会信用代码")


def test_pages_speak_english(signed_in, cast):
    client = signed_in("secretariat")
    client.cookies["django_language"] = "en"
    html = body(client.get(LIST))
    assert "<h1>Enterprises</h1>" in html
    assert "2 enterprises" in html
