from __future__ import annotations

from typing import Any

import pytest

from pilotage.audit.models import AuditEvent
from pilotage.audit.services import verify
from pilotage.calls.models import Application, Attachment, Call, Revision
from pilotage.calls.services import add_attachment, remove_attachment, return_for_correction, save_draft, submit, withdraw
from pilotage.calls.services.filing import revision_digest
from pilotage.core.search import match
from pilotage.core.verdict import Conflict, Invalid, Refused
from tests.calls.test_drafts import at_once
from tests.factories import calls as make
from tests.factories.accounts import enterprise


@pytest.fixture
def call(db: None) -> Call:
    return make.call()


@pytest.fixture
def complete(call: Call, cast: Any, at: Any) -> Application:
    """A draft that can be submitted."""
    at(make.FILING)
    application = make.application(call, cast.filer, _registered(cast.enterprise))
    make.attachment(application, cast.filer)
    return application


def _registered(owner: Any) -> Any:
    owner.uscc = "91110000600037341L"
    owner.save()
    return owner


def test_submitting_files_a_revision_that_can_be_proved(complete: Application, cast: Any) -> None:
    submit(actor=cast.filer, application=complete)
    row = Application.objects.get()
    assert (row.state, row.submitted_at) == ("submitted", make.moment(make.FILING))
    revision = Revision.objects.get()
    assert (revision.number, revision.data, revision.registry["enterprise.uscc"]) == (1, row.data, "91110000600037341L")
    assert [(f["field"], f["name"], f["sha256"]) for f in revision.attachments] == [
        ("evidence_network", "合同.pdf", Attachment.objects.get().sha256)
    ]
    assert revision_digest(revision) == revision.digest
    revision.data["level"] = "line"
    assert revision_digest(revision) != revision.digest
    assert list(match(Application.objects.all(), "砚舟").values_list("number", flat=True)) == [row.number]
    event = AuditEvent.objects.order_by("number").last()
    assert (event.verb, event.actor) == ("application.submit", cast.filer)
    assert verify() == []


def test_a_late_submission_is_refused_and_the_draft_kept(complete: Application, cast: Any, at: Any) -> None:
    at("2023-08-31T17:00")
    with pytest.raises(Refused) as refused:
        submit(actor=cast.filer, application=complete)
    assert str(refused.value) == "“企业申报”已于2023年8月31日17:00截止。草稿已保留，但现在不能提交。"
    row = Application.objects.get()
    assert (row.state, row.data) == ("draft", complete.data)
    at("2023-08-31T16:59:59")
    assert submit(actor=cast.filer, application=complete).state == "submitted"


def test_everything_missing_is_said_at_once(call: Call, cast: Any, at: Any) -> None:
    at(make.FILING)
    application = make.application(call, cast.filer, cast.enterprise, data={"project_title": "只有标题", "nosuch": 1})
    with pytest.raises(Invalid) as refused:
        submit(actor=cast.filer, application=application)
    errors = refused.value.errors
    assert errors["enterprise_uscc"] == "统一社会信用代码：企业档案中没有记录，请在企业档案中补充。"
    assert errors["scenarios"] == "典型应用场景：必填。"
    assert errors["evidence_network"] == "5G网络服务合同或建设证明：须上传文件。"
    assert errors["nosuch"] == "本表单没有字段“nosuch”。"
    assert "project_title" not in errors
    assert (Application.objects.get().state, Revision.objects.count()) == ("draft", 0)


def test_one_project_is_filed_once(complete: Application, call: Call, cast: Any) -> None:
    submit(actor=cast.filer, application=complete)
    twin = make.application(call, cast.filer, cast.enterprise, data=complete.data)
    make.attachment(twin, cast.filer)
    with pytest.raises(Invalid) as refused:
        submit(actor=cast.filer, application=twin)
    assert refused.value.errors == {"project_title": f"该项目已向本次申报提交过，编号{complete.number}。"}
    other = make.application(call, cast.other_filer, cast.other_enterprise, data=complete.data)
    cast.other_enterprise.uscc = "91350100M000100Y43"
    cast.other_enterprise.save()
    make.attachment(other, cast.other_filer)
    assert submit(actor=cast.other_filer, application=other).state == "submitted"
    withdraw(actor=cast.filer, application=complete, reason="重报")
    assert submit(actor=cast.filer, application=twin).state == "submitted"


def test_an_industry_outside_the_call_is_refused(complete: Application, cast: Any) -> None:
    make.industry("65", "I")
    save_draft(actor=cast.filer, application=complete, values={"industry": "65"}, base_version=0)
    with pytest.raises(Invalid) as refused:
        submit(actor=cast.filer, application=complete)
    assert refused.value.errors == {"industry": "行业大类：本次申报面向行业门类B、C、D、G。"}


def test_a_correction_is_filed_beside_the_first(complete: Application, cast: Any, at: Any) -> None:
    submit(actor=cast.filer, application=complete)
    at("2023-09-05T09:00")
    return_for_correction(actor=cast.city_officer, application=complete, reason="补充合同")
    assert (complete.state, complete.returned_reason, complete.returned_from) == ("returned", "补充合同", "submitted")
    save_draft(actor=cast.filer, application=complete, values={"base_stations": 13}, base_version=0)
    submit(actor=cast.filer, application=complete)
    row = Application.objects.get()
    assert (row.state, row.submitted_at) == ("resubmitted", make.moment(make.FILING))
    assert [(r.number, r.data["base_stations"]) for r in row.revisions.all()] == [(2, 13), (1, 12)]


def test_a_correction_too_late_stays_with_the_enterprise(complete: Application, cast: Any, at: Any) -> None:
    submit(actor=cast.filer, application=complete)
    return_for_correction(actor=cast.city_officer, application=complete, reason="补充合同")
    at("2023-09-08T17:00")
    with pytest.raises(Refused) as refused:
        submit(actor=cast.filer, application=complete)
    assert str(refused.value) == "“市级初审”已于2023年9月8日17:00截止。草稿已保留，但现在不能提交。"


def test_a_second_click_changes_nothing(complete: Application, cast: Any) -> None:
    stale = Application.objects.get()
    submit(actor=cast.filer, application=complete)
    with pytest.raises(Conflict):
        submit(actor=cast.filer, application=stale)
    assert Revision.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_drafts_of_one_project_submitted_at_once() -> None:
    from pilotage.core import clock
    from tests.factories.accounts import cast as build

    cast, call = build(), make.call()
    _registered(cast.enterprise)
    with clock.at(make.moment(make.FILING)):
        drafts = [make.application(call, cast.filer, cast.enterprise, data=make.answers()) for _ in range(2)]
        for draft in drafts:
            make.attachment(draft, cast.filer)

    def hand_in(draft: Application) -> Any:
        def job() -> str:
            with clock.at(make.moment(make.FILING)):
                return str(submit(actor=cast.filer, application=draft).state)

        return job

    results = at_once(*[hand_in(draft) for draft in drafts])
    assert sorted(type(each).__name__ for each in results) == ["Invalid", "str"]
    assert sorted(Application.objects.values_list("state", flat=True)) == ["draft", "submitted"]
    assert (Revision.objects.count(), verify()) == (1, [])


def test_withdrawing_needs_a_reason_and_frees_the_rank(call: Call, cast: Any, at: Any) -> None:
    at(make.FILING)
    rows = [make.application(call, cast.filer, cast.enterprise, "shortlisted", rank=rank) for rank in (1, 2, 3)]
    with pytest.raises(Invalid):
        withdraw(actor=cast.filer, application=rows[0], reason=" ")
    withdraw(actor=cast.filer, application=rows[0], reason="项目停建")
    assert list(Application.objects.order_by("pk").values_list("state", "rank")) == [
        ("withdrawn", None),
        ("shortlisted", 1),
        ("shortlisted", 2),
    ]


# --- files ----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("合同.pdf", b"MZ\x90\x00 program", "“合同.pdf”是程序或脚本，与文件名无关。不接收程序。"),
        ("合同.pdf", b"\x7fELF", "“合同.pdf”是程序或脚本，与文件名无关。不接收程序。"),
        ("run.pdf", b"#!/bin/sh\n", "“run.pdf”是程序或脚本，与文件名无关。不接收程序。"),
        ("合同.pdf", b"\x89PNG\r\n\x1a\n....", "“合同.pdf”的扩展名是.pdf，内容却是PNG。请另存为正确的格式后重新添加。"),
        ("合同.exe", b"%PDF-1.7", "“合同.exe”的扩展名是.exe，内容却是PDF。请另存为正确的格式后重新添加。"),
        ("无扩展名", b"%PDF-1.7", "“无扩展名”的扩展名是.，内容却是PDF。请另存为正确的格式后重新添加。"),
        ("页面.pdf", b"<html><script>", "“页面.pdf”不是能够核对的文件类型。请使用PDF、JPG、PNG、DOCX或XLSX。"),
        ("空.pdf", b"", "“空.pdf”是空文件。"),
        ("坏.docx", b"PK\x03\x04 broken", "“坏.docx”已损坏，无法打开。"),
        ("表.xlsx", make.archive("[Content_Types].xml", "xl/workbook.xml"), "“表.xlsx”是XLSX文件；此处接收PDF、JPG、PNG。"),
        (
            "宏.docx",
            make.archive("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"),
            "“宏.docx”含有宏。请去掉宏后重新添加。",
        ),
        ("包.docx", make.archive("readme.txt"), "“包.docx”的扩展名是.docx，内容却是ZIP。请另存为正确的格式后重新添加。"),
        ("大.pdf", b"%PDF" + b"x" * (20 * 1024 * 1024), "“大.pdf”有20.0 MB；最多接收20 MB。"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused(name: str, content: bytes, sentence: str, call: Call, cast: Any) -> None:
    application = make.application(call, cast.filer, cast.enterprise)
    with pytest.raises(Invalid) as refused:
        add_attachment(actor=cast.filer, application=application, field="evidence_network", upload=make.pdf(name, content))
    assert refused.value.errors == {"evidence_network": sentence}
    assert Attachment.objects.count() == 0


@pytest.mark.parametrize(
    ("name", "content", "kept", "kind"),
    [
        ("扫描.JPEG", b"\xff\xd8\xff\xe0", "扫描.JPEG", "image/jpeg"),
        ("C:\\桌面\\合同.pdf", b"%PDF-1.4", "合同.pdf", "application/pdf"),
        ("图\u202egnp.png", b"\x89PNG\r\n\x1a\n", "图gnp.png", "image/png"),
    ],
)
def test_a_good_file_is_kept_under_its_digest(name: str, content: bytes, kept: str, kind: str, call: Call, cast: Any) -> None:
    application = make.application(call, cast.filer, cast.enterprise)
    upload = make.pdf(content=content)
    upload._name = name  # Django would cut the folders off; a hand-made request need not
    added = add_attachment(actor=cast.filer, application=application, field="evidence_network", upload=upload)
    row = Attachment.objects.get()
    assert (row.name, row.content_type, row.size, added.warnings) == (kept, kind, len(content), [])
    assert row.file.name == f"attachments/{application.pk}/{row.sha256[:2]}/{row.sha256}"
    with row.file.open() as file:
        assert file.read() == content


def test_a_removed_file_stays_on_record(call: Call, cast: Any, at: Any) -> None:
    at(make.FILING)
    application = make.application(call, cast.filer, cast.enterprise)
    first = make.attachment(application, cast.filer)
    with pytest.raises(Invalid) as refused:
        make.attachment(application, cast.filer)
    assert refused.value.errors == {"evidence_network": "该文件已在此处，名为“合同.pdf”。"}
    with pytest.raises(Refused):
        remove_attachment(actor=cast.other_filer, attachment=first)
    remove_attachment(actor=cast.filer, attachment=first)
    assert Attachment.objects.get().removed_at == make.moment(make.FILING)
    again = make.attachment(application, cast.filer)
    assert again.file.name == first.file.name
    with again.file.open() as file:
        assert file.read() == b"%PDF-1.7 demo"


def test_files_are_counted_and_belong_to_a_question(call: Call, cast: Any) -> None:
    application = make.application(call, cast.filer, cast.enterprise)
    for number in range(5):
        make.attachment(application, cast.filer, content=b"%PDF-1.7 " + str(number).encode())
    with pytest.raises(Invalid) as refused:
        make.attachment(application, cast.filer, content=b"%PDF-1.7 six")
    assert refused.value.errors == {"evidence_network": "此处最多接收5个文件。"}
    for field in ("project_title", "nosuch"):
        with pytest.raises(Invalid) as refused:
            make.attachment(application, cast.filer, field=field)
        assert list(refused.value.errors) == [field]


def test_the_same_file_elsewhere_is_pointed_out_without_telling_on_others(call: Call, cast: Any) -> None:
    own = [make.application(call, cast.filer, cast.enterprise) for _ in range(2)]
    stranger = make.application(call, cast.other_filer, enterprise("第三家有限公司"), "submitted")
    Attachment.objects.create(
        application=stranger, field="evidence_network", name="x.pdf", content_type="application/pdf", size=13,
        sha256=make.attachment(own[0], cast.filer).sha256, uploaded_by=cast.other_filer, uploaded_at=make.moment(make.FILING),
    )  # fmt: skip
    added = add_attachment(actor=cast.filer, application=own[1], field="evidence_network", upload=make.pdf())
    assert added.warnings == [f"同一文件也附在{own[0]}中。"]
    from pilotage.calls.selectors import repeated_files

    assert [other for _file, other in repeated_files(cast.filer, own[1])] == [own[0]]
    assert [other for _file, other in repeated_files(cast.province_officer, own[1])] == [stranger]
    assert repeated_files(cast.outsider, own[1]) == []
