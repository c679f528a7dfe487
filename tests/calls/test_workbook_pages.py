"""A form that goes out as a workbook and comes back: what the pages show, take over, and refuse."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from pilotage.audit.models import AuditEvent, AuditSnapshot
from pilotage.calls import services
from pilotage.calls.models import Application, Partner
from tests.factories import calls as make
from tests.factories import joint as factory

Edit = Callable[[Any], None]


@pytest.fixture
def draft(cast: Any, at: Any) -> Application:
    at(make.FILING)
    return factory.complete_draft(make.call(), cast)


def book_of(client: Client, address: str) -> Any:
    response = client.get(address)
    assert (response.status_code, response["Content-Type"].rpartition(".")[2]) == (200, "sheet")
    return openpyxl.load_workbook(io.BytesIO(response.content))


def put(book: Any, key: str, value: Any) -> None:
    sheet = book.worksheets[0]
    line = next(cell.row for cell in sheet["A"] if cell.value == key)
    sheet.cell(line, 4).value = value


def upload(client: Client, address: str, book: Any, name: str = "表单.xlsx") -> Any:
    if isinstance(book, bytes):
        content = book
    else:
        buffer = io.BytesIO()
        book.save(buffer)
        content = buffer.getvalue()
    return client.post(address, {"do": "show", "file": SimpleUploadedFile(name, content)})


def lines(response: Any) -> list[tuple[str, str, str, bool, bool]]:
    shown = response.context["shown"]
    return [(line["key"], word.old, word.new, line["clash"], line["ticked"]) for line in shown.lines for word in line["words"]]


def take(client: Client, address: str, shown: Any, *keys: str) -> Any:
    return client.post(address, {"do": "take", "token": shown.context["shown"].token, "take": keys}, follow=True)


def test_a_workbook_goes_out_filled_and_comes_back_as_changes(draft: Application, cast: Any, client_for: Any) -> None:
    client, address = client_for(cast.filer), f"/my/{draft.number}/workbook/"
    assert quote(address) in client.get(f"/my/{draft.number}/").content.decode()
    page = client.get(address).content.decode()
    assert "离线填报" in page
    assert quote(f"/my/{draft.number}/form.xlsx") + "?language=en" in page
    book = book_of(client, f"/my/{draft.number}/form.xlsx?language=en")
    assert (book.sheetnames[0], book.worksheets[0]["D4"].value) == ("Form", "苏州砚舟精密传动有限公司")
    put(book, "project_title", "精密减速机全连接工厂")
    put(book, "effect_cost.after", 10.5)
    put(book, "overview", None)
    book["Investment by item"].append(["Network", 300, None])
    shown = upload(client, address, book)
    assert (shown.status_code, [line[:1] + line[3:] for line in lines(shown)]) == (
        200,
        [(key, False, True) for key in ("project_title", "overview", "effect_cost", "investment_items")],
    )
    assert lines(shown)[0][1:3] == ("精密减速机5G工厂", "精密减速机全连接工厂")
    draft.refresh_from_db()
    assert (draft.data["project_title"], draft.draft_version) == ("精密减速机5G工厂", 1)
    done = take(client, address, shown, "project_title", "effect_cost", "investment_items")
    assert "已从工作簿带入3项。" in done.content.decode()
    draft.refresh_from_db()
    assert (draft.project_title, draft.data["effect_cost"]) == ("精密减速机全连接工厂", {"before": "12.5", "after": "10.5"})
    assert [row["amount"] for row in draft.data["investment_items"]] == ["2000", "300"]
    assert "overview" in draft.data
    event = AuditEvent.objects.get(verb="workbook.take")
    kept = json.loads(AuditSnapshot.objects.get(digest=event.snapshot_digest).body)["_extra"]
    assert (kept["file"], kept["fields"]) == ("表单.xlsx", ["effect_cost", "investment_items", "project_title"])
    assert lines(upload(client, address, book))[0][0] == "overview"


def test_what_was_changed_on_the_page_meanwhile_is_kept_unless_somebody_ticks_it(draft: Application, cast: Any, client_for: Any) -> None:
    client, address = client_for(cast.filer), f"/my/{draft.number}/workbook/"
    book = book_of(client, f"/my/{draft.number}/form.xlsx")
    services.save_draft(actor=cast.filer, application=draft, values={"project_title": "页面上的名称", "base_stations": 20}, base_version=1)
    put(book, "project_title", "表里的名称")
    shown = upload(client, address, book)
    assert lines(shown) == [("project_title", "页面上的名称", "表里的名称", True, False)]
    assert "下载工作簿之后，页面上有1项已修改。" in shown.content.decode()
    # while the comparison is looked at, the answer changes once more: nothing is written, and it is shown again
    services.save_draft(actor=cast.filer, application=draft, values={"project_title": "又改了"}, base_version=2)
    again = take(client, address, shown, "project_title")
    assert (again.status_code, lines(again)) == (409, [("project_title", "又改了", "表里的名称", True, False)])
    assert Application.objects.get().project_title == "又改了"
    take(client, address, again, "project_title")
    assert (Application.objects.get().project_title, Application.objects.get().data["base_stations"]) == ("表里的名称", 20)


def test_with_one_conflict_nothing_of_the_rest_is_written(draft: Application, cast: Any, client_for: Any) -> None:
    client, address = client_for(cast.filer), f"/my/{draft.number}/workbook/"
    book = book_of(client, f"/my/{draft.number}/form.xlsx")
    put(book, "project_title", "表里的名称")
    put(book, "contact_name", "表里的联系人")
    shown = upload(client, address, book)
    services.save_draft(actor=cast.filer, application=draft, values={"project_title": "页面上的名称"}, base_version=1)
    again = take(client, address, shown, "project_title", "contact_name")
    assert [(line[0], line[3], line[4]) for line in lines(again)] == [("contact_name", False, True), ("project_title", True, False)]
    assert Application.objects.get().data["contact_name"] == "陆闻舟"
    assert not AuditEvent.objects.filter(verb="workbook.take").exists()


def test_a_blank_workbook_of_the_public_page_is_welcome_and_takes_nothing_out(draft: Application, cast: Any, client_for: Any) -> None:
    page = client_for(None).get(f"/calls/{draft.call.slug}/").content.decode()
    assert f"/calls/{draft.call.slug}/form.xlsx?language=zh-hans" in page
    book = book_of(client_for(None), f"/calls/{draft.call.slug}/form.xlsx?language=en")
    put(book, "contact_phone", "010-12345678")
    shown = upload(client_for(cast.filer), f"/my/{draft.number}/workbook/", book)
    assert lines(shown) == [("contact_phone", "0512-00000000", "010-12345678", False, True)]


def other_call(_book: Any, cast: Any, client_for: Any, draft: Application) -> Any:
    form = {"version": 1, "sections": [make.call_document()["form"]["sections"][0]]}
    other = make.call(call="other-2023", title={"zh": "另一个征集", "en": "Another"}, form=form, eligibility=[])
    return book_of(client_for(None), f"/calls/{other.slug}/form.xlsx")


def other_version(book: Any, _cast: Any, _client_for: Any, draft: Application) -> Any:
    make.call(form={**make.call_document()["form"], "version": 2})
    return book_of(_client_for(None), f"/calls/{draft.call.slug}/form.xlsx")


def other_application(_book: Any, cast: Any, client_for: Any, draft: Application) -> Any:
    second = services.start_application(actor=cast.filer, call=draft.call, enterprise=cast.enterprise)
    return book_of(client_for(cast.filer), f"/my/{second.number}/form.xlsx")


def no_ticket(book: Any, *_more: Any) -> Any:
    book.worksheets[0]["F1"] = None
    return book


def formula(book: Any, *_more: Any) -> Any:
    put(book, "base_stations", "=1+1")
    return book


def merged(book: Any, *_more: Any) -> Any:
    line = next(cell.row for cell in book.worksheets[0]["A"] if cell.value == "base_stations")
    book.worksheets[0].merge_cells(f"D{line}:E{line + 1}")
    return book


def missing_sheet(book: Any, *_more: Any) -> Any:
    book.remove(book["分项投资"])
    return book


def unknown_place(book: Any, *_more: Any) -> Any:
    put(book, "site_division", "999999")
    return book


def bomb(*_more: Any) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        archive.writestr("xl/media/x.xml", b" " * (61 << 20))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (other_call, "该工作簿属于另一个征集（另一个征集）；本申报属于2023年5G工厂名录。"),
        (other_version, "该工作簿为第2版表单，本申报按第1版填写。"),
        (other_application, "该工作簿是为5GF-2023-苏-0002下载的，本申报为5GF-2023-苏-0001。"),
        (no_ticket, "首行已不含该工作簿所属的表单和申报信息。"),
        (formula, "该单元格的公式没有结果"),
        (merged, "已合并，每项内容须单独占一个单元格。"),
        (missing_sheet, "缺少工作表“分项投资”。"),
        (unknown_place, "须选择GB/T 2260的行政区划（六位代码）"),
        (bomb, "工作簿解压后超过60 MB"),
        (lambda *_a: b"%PDF-1.7 x", "文件内容为PDF格式"),
        (lambda *_a: b"x" * (5 * 1024 * 1024 + 1), "最多接受5 MB"),
        (lambda *_a: openpyxl.Workbook(), "该工作簿不是本平台的表单"),
    ],
)  # fmt: skip
def test_a_workbook_that_cannot_be_taken_is_refused_in_one_sentence(
    spoil: Any, sentence: str, draft: Application, cast: Any, client_for: Any
) -> None:
    client = client_for(cast.filer)
    book = spoil(book_of(client, f"/my/{draft.number}/form.xlsx"), cast, client_for, draft)
    answer = upload(client, f"/my/{draft.number}/workbook/", book)
    assert (answer.status_code, sentence in answer.content.decode()) == (422, True)
    assert all(problem.advice for problem in answer.context["shown"].problems)
    assert Application.objects.get(pk=draft.pk).draft_version == 1


def test_a_comparison_is_good_for_the_person_and_the_application_it_was_shown_to(draft: Application, cast: Any, client_for: Any) -> None:
    client = client_for(cast.filer)
    book = book_of(client, f"/my/{draft.number}/form.xlsx")
    put(book, "project_title", "表里的名称")
    shown = upload(client, f"/my/{draft.number}/workbook/", book)
    second = services.start_application(actor=cast.filer, call=draft.call, enterprise=cast.enterprise)
    refused = take(client, f"/my/{second.number}/workbook/", shown, "project_title")
    assert (refused.status_code, "该对比已失效。" in refused.content.decode()) == (422, True)
    other = take(client_for(cast.legal_representative), f"/my/{draft.number}/workbook/", shown, "project_title")
    assert "该对比已失效。" in other.content.decode()
    forged = client.post(f"/my/{draft.number}/workbook/", {"do": "take", "token": "x", "take": "project_title"})
    assert forged.status_code == 422
    nothing = take(client, f"/my/{draft.number}/workbook/", shown)
    assert [str(message) for message in nothing.context["messages"]] == ["未带入任何内容。"]
    assert Application.objects.get(pk=draft.pk).project_title == "精密减速机5G工厂"


@pytest.mark.parametrize("who", ["outsider", "other_filer", "city_officer", "secretariat"])
@pytest.mark.parametrize("page", ["workbook/", "form.xlsx", "part/workbook/", "part/form.xlsx"])
def test_nobody_else_finds_a_draft_s_workbook(who: str, page: str, draft: Application, cast: Any, client_for: Any) -> None:
    assert client_for(getattr(cast, who)).get(f"/my/{draft.number}/{page}").status_code == 404
    assert client_for(None).get(f"/my/{draft.number}/{page}").status_code == 302


def test_after_submission_the_workbook_is_closed_and_the_filing_can_be_read(draft: Application, cast: Any, client_for: Any) -> None:
    services.save_draft(actor=cast.filer, application=draft, values={"truth_statement": True}, base_version=1)
    services.submit(actor=cast.filer, application=draft)
    assert client_for(cast.filer).get(f"/my/{draft.number}/workbook/").status_code == 403
    address = f"/applications/{draft.number}/revisions/1/form.xlsx"
    assert quote(address) in client_for(cast.city_officer).get(f"/applications/{draft.number}/revisions/1/").content.decode()
    book = book_of(client_for(cast.city_officer), f"{address}?language=en")
    main = {row[2]: row[3] for row in book["Form"].iter_rows(values_only=True) if row[2]}
    assert (main["Title of the project"], main["Total investment"], main["Name of the enterprise"]) == (
        "精密减速机5G工厂", 3240, "苏州砚舟精密传动有限公司",
    )  # fmt: skip
    assert all(sheet.protection.sheet for sheet in book.worksheets)
    assert next(row[1] for row in book["Investment by item"].iter_rows(min_row=4, values_only=True)) == 2000
    for who in ("outsider", "other_filer", "other_province_officer", "expert"):
        assert client_for(getattr(cast, who)).get(address).status_code == 404
    assert client_for(None).get(address).status_code == 302
    second = services.start_application(actor=cast.filer, call=draft.call, enterprise=cast.enterprise)
    refused = upload(client_for(cast.filer), f"/my/{second.number}/workbook/", book)
    assert "这是已提交内容的副本，仅供查阅。" in refused.content.decode()


def test_a_partner_has_a_workbook_of_its_own_part(cast: Any, at: Any, client_for: Any) -> None:
    at(make.FILING)
    draft = factory.complete_draft(factory.call(), cast)
    services.invite_partner(actor=cast.filer, application=draft, who=cast.other_enterprise.name_zh, role="research")
    client, address = client_for(cast.other_filer), f"/my/{draft.number}/part/workbook/"
    assert quote(address) in client.get(f"/my/{draft.number}/part/edit/").content.decode()
    book = book_of(client, f"/my/{draft.number}/part/form.xlsx")
    keys = {cell.value for cell in book.worksheets[0]["A"] if cell.value} - {"pilotage:form"}
    assert keys <= set(factory.PART) | {"main_revenue", "contact_email"}
    put(book, "contact_name", "合作方")
    take(client, address, upload(client, address, book), "contact_name")
    assert Partner.objects.get().data["contact_name"] == "合作方"
    assert client_for(cast.filer).get(address).status_code == 404


def test_what_the_pages_cost(draft: Application, cast: Any, client_for: Any, django_assert_num_queries: Any) -> None:
    client = client_for(cast.filer)
    client.get("/my/")
    with django_assert_num_queries(5):
        client.get(f"/my/{draft.number}/workbook/")
    with django_assert_num_queries(6):
        client.get(f"/my/{draft.number}/form.xlsx")
