"""Papers: the receipt of every filing, and the recommender's summary table for the seals."""

from __future__ import annotations

import io
import json
from typing import Any

import openpyxl
import pypdf
import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import override

from pilotage.audit.models import AuditEvent
from pilotage.calls.enums import ApplicationState
from pilotage.calls.models import Application, Attachment, Call, Receipt, RecommendationList, Revision
from pilotage.calls.papers import receipts, summary_paper
from pilotage.calls.selectors import summary_rows
from pilotage.calls.services import return_for_correction, submit
from pilotage.core import documents, signing
from pilotage.core.documents import fonts
from tests.factories import accounts
from tests.factories import calls as make

RARE = "喆堃㛃䶮𬭎"


@pytest.fixture
def call(db: None) -> Call:
    return make.call()


@pytest.fixture
def filed(call: Call, cast: Any, at: Any) -> Application:
    at(make.FILING)
    cast.enterprise.uscc = "91110000600037341L"
    cast.enterprise.save()
    application = make.application(call, cast.filer, cast.enterprise, data=make.answers(project_title=f"{RARE}5G工厂"))
    application.data["truth_statement"] = {"agreed": True, "by": "陆闻舟", "at": "2023-08-28T10:00:00+08:00"}
    application.save()
    make.attachment(application, cast.filer)
    return submit(actor=cast.filer, application=application)


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


def fonts_of(pdf: bytes) -> set[str]:
    found = set()
    for page in pypdf.PdfReader(io.BytesIO(pdf)).pages:
        for font in page["/Resources"]["/Font"].values():  # type: ignore[index]
            found.add(str(font.get_object()["/BaseFont"]).rpartition("+")[2])
    return found


def squeezed(text: str) -> str:
    return "".join(text.replace("\u200b", "").split())


def paper(application: Application, number: int = 1) -> bytes:
    receipt = Receipt.objects.get(revision__application=application, revision__number=number)
    return receipts.paper_of(receipt, application)


# --- the receipt ----------------------------------------------------------------------------
def test_a_filing_gets_a_signed_receipt_that_names_everything(filed: Application, cast: Any) -> None:
    receipt, revision = Receipt.objects.get(), Revision.objects.get()
    event = AuditEvent.objects.get(verb="application.submit")
    file = Attachment.objects.get()
    said = json.loads(receipt.body)
    assert said == {
        "format": "pilotage-receipt/1",
        "issued_by": "http://testserver",
        "application": filed.number,
        "kind": "new",
        "call": {"slug": make.SLUG, "title": filed.version.content["title"], "version": 1},
        "applicant": {"name": cast.enterprise.name_zh, "uscc": "91110000600037341L"},
        "project": f"{RARE}5G工厂",
        "filed_at": "2023-08-28T10:00:00+08:00",
        "filed_by": str(cast.filer),
        "revision": 1,
        "digest": revision.digest,
        "files": [{"field": "evidence_network", "name": "合同.pdf", "size": file.size, "sha256": file.sha256}],
        "statements": said["statements"],
        "audit": {"event": event.number, "head": event.digest},
    }
    [statement] = said["statements"]
    assert (statement["by"], statement["at"]) == ("陆闻舟", "2023-08-28T10:00:00+08:00")
    assert statement["text"]["zh"]
    assert signing.fits(receipt.body.encode(), receipt.signature, receipt.public_key)
    assert not signing.fits(receipt.body.replace(filed.number, "X").encode(), receipt.signature, receipt.public_key)


def test_the_paper_is_set_in_a_chinese_font_with_rare_characters(filed: Application, cast: Any) -> None:
    pdf = paper(filed)
    assert "NotoSansCJKsc-Regular-Identity-H" in fonts_of(pdf) or "NotoSansCJKsc-Regular" in fonts_of(pdf)
    words = squeezed(text_of(pdf))
    file, revision = Attachment.objects.get(), Revision.objects.get()
    for expected in ("申报回执", RARE, filed.number, cast.enterprise.name_zh, "2023-08-2810:00:00", revision.digest, file.sha256, "陆闻舟"):
        assert expected in words
    assert Receipt.objects.get().signature in words
    assert paper(filed) == pdf


def test_the_paper_speaks_english_to_an_english_reader(filed: Application) -> None:
    with override("en"):
        words = text_of(paper(filed))
    assert "Receipt of the application" in words
    assert "page 1 of" in words


def test_no_paper_without_a_chinese_font(filed: Application, monkeypatch: Any, tmp_path: Any) -> None:
    monkeypatch.setattr(fonts, "_folders", lambda: (str(tmp_path),))
    with pytest.raises(documents.DocumentError, match="noto-cjk-sans-otc"):
        paper(filed)


def test_a_resubmission_has_a_receipt_of_its_own(filed: Application, cast: Any, at: Any) -> None:
    at("2023-09-02T09:00")
    return_for_correction(actor=cast.city_officer, application=filed, reason="请补充")
    at("2023-09-03T09:00")
    submit(actor=cast.filer, application=filed)
    first, second = Receipt.objects.order_by("revision__number")
    assert [json.loads(each.body)["revision"] for each in (first, second)] == [1, 2]
    assert json.loads(second.body)["filed_at"] == "2023-09-03T09:00:00+08:00"
    assert first.signature != second.signature


@pytest.mark.parametrize("kind", ["pdf", "json"])
def test_the_command_checks_what_is_shown_to_it(filed: Application, tmp_path: Any, capsys: Any, kind: str) -> None:
    receipt = Receipt.objects.get()
    shown = tmp_path / f"receipt.{kind}"
    shown.write_bytes(paper(filed) if kind == "pdf" else receipts.file_of(receipt))
    call_command("receipt", "verify", str(shown))
    assert capsys.readouterr().out.splitlines() == [
        f"signature fits: {filed.number} version 1, filed 2023-08-28T10:00:00+08:00, {Revision.objects.get().digest}",
        "record fits: the platform holds the same receipt.",
    ]


def test_the_command_refuses_what_was_changed_or_is_not_ours(filed: Application, tmp_path: Any, capsys: Any) -> None:
    found = json.loads(receipts.file_of(Receipt.objects.get()))
    shown = tmp_path / "receipt.json"
    shown.write_text(json.dumps({**found, "receipt": {**found["receipt"], "project": "另一个项目"}}))
    with pytest.raises(CommandError, match="the signature does not fit"):
        call_command("receipt", "verify", str(shown))
    # the key a file brings along is not believed
    shown.write_text(json.dumps(found))
    with pytest.raises(CommandError, match="the signature does not fit"):
        call_command("receipt", "verify", str(shown), "--key", "00" * 32)
    # a true signature over something the record does not hold
    Receipt.objects.all().delete()
    with pytest.raises(CommandError, match="no such application and version is on record here"):
        call_command("receipt", "verify", str(shown))
    call_command("receipt", "verify", str(shown), "--key", found["signature"]["public_key"])
    assert capsys.readouterr().out.splitlines()[-1] == "record: no such application and version is on record here."


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]", b"%PDF-1.7 broken", b'{"receipt": 1}', b'{"receipt": {"format": "x"}, "signature": {}}']
)
def test_the_command_says_when_a_file_is_no_receipt(db: None, tmp_path: Any, content: bytes) -> None:
    shown = tmp_path / "file"
    shown.write_bytes(content)
    with pytest.raises(CommandError, match=r"(holds no receipt|cannot be opened|no receipt of the format)"):
        call_command("receipt", "verify", str(shown))


def test_the_key_is_made_once_and_for_this_account_only(settings: Any, tmp_path: Any) -> None:
    settings.DATA_DIR = tmp_path
    first = signing.public_key()
    assert signing.public_key() == first
    assert [path.name for path in tmp_path.iterdir()] == ["receipt-key"]
    assert (tmp_path / "receipt-key").stat().st_mode & 0o777 == 0o600
    (tmp_path / "receipt-key").write_text("not a key")
    with pytest.raises(signing.KeyUnusable, match="64 hexadecimal digits"):
        signing.public_key()


def test_the_receipt_is_for_those_who_see_the_application(filed: Application, cast: Any, client_for: Any) -> None:
    for name, start in (("receipt.pdf", b"%PDF-"), ("receipt.json", b"{")):
        address = f"/applications/{filed.number}/revisions/1/{name}"
        for reader in (cast.filer, cast.city_officer, cast.secretariat):
            response = client_for(reader).get(address)
            assert (response.status_code, response.content[: len(start)]) == (200, start)
            assert f"receipt-{filed.number}-1" in response["Content-Disposition"] or "receipt-" in response["Content-Disposition"]
        assert client_for(cast.outsider).get(address).status_code == 404
        assert client_for(cast.filer).get(address.replace("/1/", "/2/")).status_code == 404
        assert client_for().get(address).status_code == 302


def test_receipts_stand_on_the_pages_of_the_application(filed: Application, cast: Any, client_for: Any) -> None:
    link = "revisions/1/receipt.pdf"
    for address in (f"/applications/{filed.number}/", f"/my/{filed.number}/receipt/", f"/applications/{filed.number}/revisions/1/"):
        assert client_for(cast.filer).get(address).content.decode().count(link) == 1
    Receipt.objects.all().delete()  # filed before there were receipts
    for address in (f"/applications/{filed.number}/", f"/my/{filed.number}/receipt/", f"/applications/{filed.number}/revisions/1/"):
        page = client_for(cast.filer).get(address).content.decode()
        assert (filed.number in page, link in page) == (True, False)


# --- the summary table ----------------------------------------------------------------------
@pytest.fixture
def listed(call: Call, cast: Any, at: Any) -> list[Application]:
    at(make.FILING)
    return [
        make.application(
            call,
            cast.filer,
            accounts.enterprise(f"{RARE}第{rank}演示有限公司"),
            state=ApplicationState.SHORTLISTED,
            rank=rank,
            cosign="signed",
        )
        for rank in (1, 2, 3)
    ]


def test_the_table_opens_with_exactly_the_rows_of_the_list(listed: list[Application], cast: Any, client_for: Any) -> None:
    response = client_for(cast.province_officer).get(f"/work/recommend/summary.xlsx?call={make.SLUG}")
    sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
    values = [list(row) for row in sheet.iter_rows(values_only=True)]
    rows = [list(row.cells()) for row in summary_rows(listed[0].call, listed[0].recommender)]
    head = next(index for index, row in enumerate(values) if row[0] == "序号")
    assert [["" if cell is None else cell for cell in row] for row in values[head + 1 : head + 1 + len(rows)]] == rows
    assert len(values) == head + 1 + len(rows)


def test_the_paper_of_four_hundred_rows_repeats_its_head_and_counts_its_pages(call: Call, cast: Any, at: Any, monkeypatch: Any) -> None:
    at(make.FILING)
    recommender = make.application(call, cast.filer).recommender
    row = [
        "江苏省工业和信息化厅",
        f"{RARE}演示有限公司",
        "精密减速机5G工厂",
        "苏州市",
        "通用设备制造业",
        "车间级",
        "陆闻舟",
        "0512-00000000",
    ]
    rows = [[number, *row, number, ""] for number in range(1, 401)]
    sent = RecommendationList(call=call, recommender=recommender, number=1, rows=rows, ranking=[], sent_at=make.moment(make.FILING))
    sent.digest = summary_paper.digest_of(call, recommender, 1, rows)
    reader = pypdf.PdfReader(io.BytesIO(summary_paper.paper_of_list(sent)))
    pages = [squeezed(page.extract_text()) for page in reader.pages]
    assert len(pages) > 5
    width, height = reader.pages[0].mediabox.width, reader.pages[0].mediabox.height
    assert (round(width), round(height)) == (842, 595)
    with_head = [number for number, page in enumerate(pages, start=1) if "推荐位次" in page]
    assert with_head[: len(pages) - 1] == list(range(1, len(pages)))  # the last page may hold the seals alone
    for number, page in enumerate(pages, start=1):
        assert f"第{number}页，共{len(pages)}页" in page
    assert "通信管理局" in pages[-1]
    assert pages[-1].count("（盖章）") == 2
    assert sent.digest in pages[-1]


def test_a_sent_list_keeps_its_rows_and_its_paper(listed: list[Application], cast: Any, client_for: Any, at: Any) -> None:
    from pilotage.calls.services import send_list

    at("2023-09-12T10:00")
    call, recommender = listed[0].call, listed[0].recommender
    sent = send_list(actor=cast.province_officer, call=call, recommender=recommender, opinion="同意推荐")
    assert sent.rows == [list(row.cells()) for row in summary_rows(call, recommender)]
    assert sent.digest == summary_paper.digest_of(call, recommender, 1, sent.rows)
    before = summary_paper.paper_of_list(sent)
    Application.objects.filter(pk=listed[0].pk).update(project_title="后来改了")
    sent.refresh_from_db()
    with override("en"):
        assert summary_paper.paper_of_list(sent) == before
    words = squeezed(text_of(before))
    for expected in (sent.digest, "同意推荐", f"{RARE}第1演示有限公司", "2023-09-1210:00"):
        assert expected in words

    for reader in (cast.province_officer, cast.communications_officer, cast.secretariat):
        page = client_for(reader).get("/work/recommend/lists/").content.decode()
        assert (reader.name, page.count(f"/work/recommend/lists/{sent.pk}/summary.pdf")) == (reader.name, 1)
        assert client_for(reader).get(f"/work/recommend/lists/{sent.pk}/summary.pdf").content == before
        table = client_for(reader).get(f"/work/recommend/lists/{sent.pk}/summary.xlsx").content
        assert f"{RARE}第1演示有限公司" in {row[2] for row in openpyxl.load_workbook(io.BytesIO(table)).active.iter_rows(values_only=True)}
    for name in ("pdf", "xlsx"):
        assert client_for(cast.other_province_officer).get(f"/work/recommend/lists/{sent.pk}/summary.{name}").status_code == 404
        assert client_for(cast.filer).get(f"/work/recommend/lists/{sent.pk}/summary.{name}").status_code == 404
    assert client_for(cast.filer).get("/work/recommend/lists/").status_code == 403
    elsewhere = client_for(cast.other_province_officer).get("/work/recommend/lists/").content.decode()
    assert ("还没有上报的名单。" in elsewhere, "/summary.pdf" in elsewhere) == (True, False)


def test_a_list_not_sent_yet_says_so(listed: list[Application], cast: Any, client_for: Any) -> None:
    address = f"/work/recommend/summary.pdf?call={make.SLUG}"
    words = squeezed(text_of(client_for(cast.province_officer).get(address).content))
    assert "尚未上报" in words
    assert client_for(cast.filer).get(address).status_code in {403, 404}


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_of_lists_costs_the_same_whatever_it_holds(
    call: Call, cast: Any, client_for: Any, number: int, django_assert_num_queries: Any
) -> None:
    recommender = make.application(call, cast.filer, cast.enterprise).recommender
    for each in range(number):
        RecommendationList.objects.create(
            call=call, recommender=recommender, number=each + 1, ranking=[], sent_by=cast.province_officer, sent_at=make.moment(make.FILING)
        )
    client = client_for(cast.secretariat)
    client.get("/work/recommend/lists/")
    with django_assert_num_queries(4):
        client.get("/work/recommend/lists/")
