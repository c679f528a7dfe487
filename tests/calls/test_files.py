"""Stored files: pictures of them, the virus scanner, invoices filed twice."""

from __future__ import annotations

import io
import socket
import struct
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import F
from PIL import Image

from pilotage.audit.models import AuditEvent
from pilotage.calls import invoices
from pilotage.calls.enums import ApplicationState, PreviewState, ScanState
from pilotage.calls.models import Application, Attachment, Call, InvoiceLine
from pilotage.calls.services import add_attachment, remove_attachment, submit, withdraw
from pilotage.calls.services.files import draw_previews, preview_name, scan_open_files
from pilotage.calls.tasks import look_at_files, tend_files
from pilotage.core import clamav
from pilotage.core.drawing import draw
from pilotage.core.verdict import Invalid
from tests.factories import calls as make


@pytest.fixture
def call(db: None) -> Call:
    return make.call()


@pytest.fixture
def draft(call: Call, cast: Any, at: Any) -> Application:
    at(make.FILING)
    return make.application(call, cast.filer, cast.enterprise)


def picture(kind: str, size: tuple[int, int] = (800, 400), mode: str = "RGB") -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, "navy").save(out, kind)
    return out.getvalue()


def paper(size: tuple[int, int] = (200, 400)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "white").save(out, "PDF")
    return out.getvalue()


def add(application: Application, by: Any, name: str, content: bytes, field: str = "evidence_network") -> Attachment:
    return add_attachment(actor=by, application=application, field=field, upload=SimpleUploadedFile(name, content)).attachment


# --- pictures -------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("content", "kind", "size"),
    [
        (picture("PNG"), "image/png", (320, 160)),
        (picture("PNG", mode="RGBA"), "image/png", (320, 160)),
        (picture("JPEG", (100, 50)), "image/jpeg", (100, 50)),
        (paper(), "application/pdf", (160, 320)),
    ],
)
def test_a_small_picture_is_drawn(content: bytes, kind: str, size: tuple[int, int]) -> None:
    drawn = draw(content, kind)
    assert drawn
    with Image.open(io.BytesIO(drawn)) as image:
        assert (image.format, image.size) == ("JPEG", size)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7 demo", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n broken", "image/png"),
        (picture("JPEG")[:200], "image/jpeg"),
        (picture("GIF"), "image/png"),
        (picture("PNG", (9000, 9000), "1"), "image/png"),
        (b"PK\x03\x04", "application/zip"),
    ],
)
def test_what_cannot_be_drawn_has_no_picture(content: bytes, kind: str) -> None:
    assert draw(content, kind) is None


def test_the_worker_draws_what_waits_and_a_broken_file_harms_nobody(draft: Application, cast: Any, client_for: Any) -> None:
    good = add(draft, cast.filer, "图.png", picture("PNG"))
    add(draft, cast.filer, "坏.pdf", b"%PDF-1.7 demo")
    lost = add(draft, cast.filer, "失.png", picture("PNG", (10, 10)))
    default_storage.delete(lost.file.name)
    address = f"/applications/{draft.number}/files/{good.pk}/preview.jpg"
    assert client_for(cast.filer).get(address).status_code == 404  # not drawn yet
    assert draw_previews() == 3
    states = dict(Attachment.objects.values_list("name", "preview"))
    assert states == {"图.png": PreviewState.READY, "坏.pdf": PreviewState.NONE, "失.png": PreviewState.NONE}
    assert draw_previews() == 0

    answer = client_for(cast.filer).get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    assert b"".join(answer.streaming_content).startswith(b"\xff\xd8")
    for page in (f"/my/{draft.number}/?section=evidence", f"/applications/{draft.number}/"):
        words = client_for(cast.filer).get(page).content.decode()
        assert ("坏.pdf" in words, words.count("/preview.jpg")) == (True, 1)
    default_storage.delete(preview_name(good))
    assert client_for(cast.filer).get(address).status_code == 404


def test_the_picture_is_for_those_who_may_have_the_file(draft: Application, cast: Any, client_for: Any) -> None:
    file = add(draft, cast.filer, "图.png", picture("PNG"))
    draw_previews()
    address = f"/applications/{draft.number}/files/{file.pk}/preview.jpg"
    assert client_for(cast.filer).get(address).status_code == 200
    for stranger in (cast.outsider, cast.other_filer, cast.province_officer):  # a draft is the enterprise's own
        assert client_for(stranger).get(address).status_code == 404
    assert client_for().get(address).status_code == 302
    remove_attachment(actor=cast.filer, attachment=file)
    assert client_for(cast.filer).get(address).status_code == 404


def test_a_round_is_queued_once_as_long_as_something_waits(draft: Application, cast: Any) -> None:
    assert tend_files()["file rounds queued"] == 0
    add(draft, cast.filer, "图.png", picture("PNG"))
    assert [tend_files()["file rounds queued"] for _ in range(2)] == [1, 0]
    look_at_files.call()
    assert Attachment.objects.get().preview == PreviewState.READY


# --- the virus scanner ----------------------------------------------------------------------
class Daemon:
    """Speaks clamd's INSTREAM on a loopback socket. Finds what holds the word VIRUS; silent when told so."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"tcp://127.0.0.1:{self.socket.getsockname()[1]}"
        self.seen: list[bytes] = []
        self.is_silent = False
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self.socket.accept()
            except OSError:
                return
            with line:
                self._answer(line.makefile("rwb"))

    def _answer(self, line: Any) -> None:
        assert line.read(10) == b"zINSTREAM\0"
        content = b""
        while (length := struct.unpack("!I", line.read(4))[0]) > 0:
            content += line.read(length)
        self.seen.append(content)
        if not self.is_silent:
            line.write(b"stream: Eicar-Signature FOUND\0" if b"VIRUS" in content else b"stream: OK\0")
            line.flush()


@pytest.fixture
def daemon(settings: Any) -> Iterator[Daemon]:
    served = Daemon()
    settings.CLAMAV = served.address
    yield served
    served.socket.close()


def test_a_clean_file_is_scanned_whole_and_stored(draft: Application, cast: Any, daemon: Daemon) -> None:
    content = b"%PDF-1.7 " + bytes(range(256)) * 1000
    file = add(draft, cast.filer, "大.pdf", content)
    assert (file.scan, daemon.seen) == (ScanState.CLEAN, [content])
    with file.file.open("rb") as stored:
        assert stored.read() == content


def test_an_infected_file_is_refused_recorded_and_not_stored(draft: Application, cast: Any, daemon: Daemon, settings: Any) -> None:
    with pytest.raises(Invalid) as refused:
        add(draft, cast.filer, "毒.pdf", b"%PDF-1.7 VIRUS")
    assert "Eicar-Signature" in refused.value.errors["evidence_network"]
    assert "毒.pdf" in refused.value.errors["evidence_network"]
    assert Attachment.objects.count() == 0
    assert [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()] == []
    event = AuditEvent.objects.get(verb="attachment.refuse")
    assert (event.actor, event.object_id) == (cast.filer, str(draft.pk))


def test_a_silent_scanner_holds_nobody_up_and_the_file_is_scanned_later(
    draft: Application, cast: Any, daemon: Daemon, client_for: Any
) -> None:
    daemon.is_silent = True
    clean, dirty = add(draft, cast.filer, "好.pdf", b"%PDF-1.7 fine"), add(draft, cast.filer, "毒.pdf", b"%PDF-1.7 VIRUS")
    assert (clean.scan, dirty.scan) == (ScanState.FAILED, ScanState.FAILED)
    assert scan_open_files() == 0
    daemon.is_silent = False
    assert scan_open_files() == 2
    assert dict(Attachment.objects.values_list("name", "scan")) == {"好.pdf": ScanState.CLEAN, "毒.pdf": ScanState.INFECTED}
    assert AuditEvent.objects.get(verb="attachment.infected").object_id == str(dirty.pk)

    browser = client_for(cast.filer)
    assert browser.get(f"/applications/{draft.number}/files/{clean.pk}/").status_code == 200
    kept_back = browser.get(f"/applications/{draft.number}/files/{dirty.pk}/")
    assert kept_back.status_code == 403
    assert "该文件已停止提供：病毒扫描发现问题。" in kept_back.content.decode()
    page = browser.get(f"/applications/{draft.number}/").content.decode()
    assert (f"/files/{clean.pk}/" in page, f"/files/{dirty.pk}/" in page, "毒.pdf" in page) == (True, False, True)


def test_no_scanner_at_the_address_is_no_verdict(settings: Any, tmp_path: Any) -> None:
    for address in ("tcp://127.0.0.1:1", f"unix://{tmp_path}/clamd.ctl"):
        settings.CLAMAV = address
        with pytest.raises(clamav.ScannerSilent):
            clamav.scan(io.BytesIO(b"x"))


def test_the_scanner_is_asked_over_a_unix_socket(settings: Any, tmp_path: Any) -> None:
    path = str(tmp_path / "clamd.ctl")
    daemon = Daemon()
    daemon.socket.close()
    daemon.socket = socket.socket(socket.AF_UNIX)
    daemon.socket.bind(path)
    daemon.socket.listen()
    threading.Thread(target=daemon._serve, daemon=True).start()
    settings.CLAMAV = f"unix://{path}"
    assert clamav.scan(io.BytesIO(b"VIRUS")) == clamav.Answer("Eicar-Signature")
    assert clamav.scan(io.BytesIO(b"")) == clamav.Answer()
    daemon.socket.close()


# --- invoices -------------------------------------------------------------------------------
_LABEL = {"zh": "发票号码", "en": "Invoice"}
_INVOICE_COLUMN = {"key": "invoice", "type": "text", "label": _LABEL, "max_length": 30, "invoice_number": True}


def _invoice_form() -> dict[str, Any]:
    form = make.call_document()["form"]
    for section in form["sections"]:
        for field in section["fields"]:
            if field["key"] == "evidence_network":
                field["invoice"] = True
            if field["key"] == "investment_items":
                field["columns"].append(
                    {
                        "key": "invoice",
                        "type": "text",
                        "label": {"zh": "发票号码", "en": "Invoice"},
                        "max_length": 30,
                        "invoice_number": True,
                    }
                )
    return form


def _lines(number: str) -> list[dict[str, Any]]:
    return [{"item": "equipment", "amount": "2000", "remark": None, "invoice": number}]


@pytest.fixture
def two(db: None, cast: Any, at: Any) -> tuple[Application, Application]:
    """Filed by another enterprise in another province; and a draft of ours with the same invoice, by file and by number."""
    at(make.FILING)
    call = make.call(form=_invoice_form())
    stated = {"truth_statement": {"agreed": True, "by": "陆闻舟", "at": "2023-08-28T10:00:00+08:00"}}
    for owner, code in ((cast.enterprise, "91110000600037341L"), (cast.other_enterprise, "91350211M000100Y43")):
        owner.uscc = code
        owner.save()
    theirs = make.application(
        call,
        cast.other_filer,
        cast.other_enterprise,
        data=make.answers(project_title="他们的5G工厂", investment_items=_lines("0440 0012 3456"), **stated),
    )
    ours = make.application(
        call,
        cast.filer,
        cast.enterprise,
        data=make.answers(project_title="我们的5G工厂", investment_items=_lines("０４４０００１２３４５６"), **stated),
    )
    add(theirs, cast.other_filer, "发票.pdf", b"%PDF-1.7 the invoice")
    submit(actor=cast.other_filer, application=theirs)
    return theirs, ours


def test_the_filer_learns_that_there_is_another_but_not_whose(two: tuple[Application, Application], cast: Any, client_for: Any) -> None:
    theirs, ours = two
    upload = SimpleUploadedFile("同一发票.pdf", b"%PDF-1.7 the invoice")
    added = add_attachment(actor=cast.filer, application=ours, field="evidence_network", upload=upload)
    assert added.warnings == ["“同一发票.pdf”：该发票已在其他项目中申报。"]
    repeats = invoices.repeats(cast.filer, ours)
    assert [(each.what, each.others, each.hidden) for each in repeats] == [("同一发票.pdf", [], 1), ("044000123456", [], 1)]
    page = client_for(cast.filer).get(f"/my/{ours.number}/check/").content.decode()
    assert "该发票已在其他项目中申报" in page
    assert theirs.number not in page


def test_officers_read_the_numbers_they_may_see(two: tuple[Application, Application], cast: Any, client_for: Any) -> None:
    theirs, ours = two
    add(ours, cast.filer, "同一发票.pdf", b"%PDF-1.7 the invoice")
    submit(actor=cast.filer, application=ours)
    for reader, sees in ((cast.secretariat, True), (cast.city_officer, False)):
        page = client_for(reader).get(f"/applications/{ours.number}/").content.decode()
        assert (page.count("该发票已在"), theirs.number in page) == (2, sees)
    assert [each.others for each in invoices.repeats(cast.secretariat, ours)] == [[theirs], [theirs]]


def test_withdrawn_and_carried_over_filings_do_not_count(two: tuple[Application, Application], cast: Any) -> None:
    theirs, ours = two
    file = add(ours, cast.filer, "同一发票.pdf", b"%PDF-1.7 the invoice")
    withdraw(actor=cast.other_filer, application=theirs, reason="不再申报")
    assert invoices.repeats(cast.filer, ours) == []
    # a renewal of the same project holds the same file and the same number
    Application.objects.filter(pk=theirs.pk).update(state=ApplicationState.LISTED, renews=None)
    ours.renews = theirs
    assert invoices.repeats(cast.filer, ours) == []
    assert file.preview == PreviewState.WAITING


def test_resubmitting_replaces_the_numbers(two: tuple[Application, Application], cast: Any) -> None:
    theirs, _ours = two
    assert list(InvoiceLine.objects.values_list("application", "number")) == [(theirs.pk, "044000123456")]
    Application.objects.filter(pk=theirs.pk).update(
        state=ApplicationState.RETURNED,
        returned_from="submitted",
        data={**theirs.data, "investment_items": _lines("77")},
        draft_version=F("draft_version") + 1,
    )
    submit(actor=cast.other_filer, application=Application.objects.get(pk=theirs.pk))
    assert list(InvoiceLine.objects.values_list("number", flat=True)) == ["77"]


def test_an_own_application_is_named_to_the_filer(two: tuple[Application, Application], cast: Any) -> None:
    theirs, _ours = two
    second = make.application(theirs.call, cast.other_filer, cast.other_enterprise)
    upload = SimpleUploadedFile("发票.pdf", b"%PDF-1.7 the invoice")
    added = add_attachment(actor=cast.other_filer, application=second, field="evidence_network", upload=upload)
    assert added.warnings == [f"“发票.pdf”：该发票已在{theirs.number}中申报。"]
