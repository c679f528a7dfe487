"""Notices and objections on the web: three steps without a script, the desk, the applicant's answer; the outsider everywhere."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from pilotage.accounts import codes
from pilotage.calls.models import Application
from pilotage.directory import objection_limits, services
from pilotage.directory.models import Hearing, Objection, ObjectionFile
from pilotage.directory.objection_rules import Objector
from tests.factories import directory as make

pytestmark = pytest.mark.django_db
TEXT = "基站数量与现场不符，请核对。"
MAILBOX = "zhou@example.org"
SECRET = ("周知情", "13900000000", MAILBOX, TEXT)
OFFICE = {"secretariat", "second_secretariat", "auditor"}


def text_of(response: Any, status: int = 200) -> str:
    assert response.status_code == status, response.status_code
    return str(response.content.decode())


@pytest.fixture
def stage(cast: Any, at: Any) -> Any:
    made = make.opened(cast)
    Application.objects.filter(pk=made.selected[0].pk).update(enterprise=cast.enterprise)
    made.selected[0].refresh_from_db()
    at(make.DURING)
    return made


def form_of(stage: Any) -> str:
    return f"/notices/{stage.notice.number}/object/"


def code() -> str:
    return re.search(r"\b\d{6}\b", mail.outbox[-1].body)[0]


def prove(client: Client, address: str, email: str = MAILBOX) -> None:
    assert client.post(address, {"do": "send", "email": email}).status_code == 302
    assert client.post(address, {"do": "check", "code": code()}).status_code == 302


def filled(stage: Any, **fields: Any) -> dict[str, Any]:
    given = {"do": "file", "name": "周知情", "contact": "13900000000", "text": TEXT, "application": str(stage.selected[0].pk)}
    return {**given, "is_confidential": "", **fields}


# --- the notice -----------------------------------------------------------------------------
def test_a_notice_says_how_many_working_days_it_stands_and_prints(stage: Any, client: Client) -> None:
    page = text_of(client.get(f"/notices/{stage.notice.number}/"))
    assert "共6天，其中工作日5天" in page
    assert f"/notices/{stage.notice.number}/notice.pdf" in page
    paper = client.get(f"/notices/{stage.notice.number}/notice.pdf")
    assert (paper.status_code, paper["Content-Type"], paper.content[:5]) == (200, "application/pdf", b"%PDF-")
    assert client.get(f"/notices/{stage.notice.number}/notice.pdf").content == paper.content


def test_the_paper_holds_rows_chain_and_form_and_nothing_secret(stage: Any, client: Client) -> None:
    import io

    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(client.get(f"/notices/{stage.notice.number}/notice.pdf").content))
    text = "".join("".join(page.extract_text() for page in reader.pages).split())
    for word in ("演示1号5G工厂", "共6天，其中工作日5天", "（盖章）", "所附佐证材料", "第1页"):
        assert word.replace(" ", "") in text, word
    assert stage.notice.chain_head.split()[1][-64:] in re.sub(r"[^0-9a-z]", "", text)
    assert [secret for secret in make.SECRETS if secret in text] == []


def test_a_draft_has_no_paper_for_the_public(cast: Any, client_for: Any) -> None:
    notice = make.prepared(cast).notice
    for role, person in {**cast.people(), "nobody": None}.items():
        expected = 200 if role in OFFICE else 404
        assert client_for(person).get(f"/notices/{notice.number}/notice.pdf").status_code == expected, role


# --- filing ---------------------------------------------------------------------------------
def test_three_steps_without_a_script_lead_to_a_number(stage: Any, client: Client, client_for: Any) -> None:
    address = form_of(stage) + f"?row={stage.selected[0].pk}"
    assert "发送验证码" in text_of(client.get(address))
    sent = client.post(address, {"do": "send", "email": MAILBOX})
    assert sent["Location"] == address
    assert MAILBOX in text_of(client.get(address))
    assert client.post(address, {"do": "check", "code": code()})["Location"] == address
    assert f'<option value="{stage.selected[0].pk}" selected>' in text_of(client.get(address))
    filed = client.post(address, filled(stage, files=[SimpleUploadedFile("evidence.pdf", b"%PDF-1.4 x")]))
    made = Objection.objects.get()
    assert filed["Location"] == f"{form_of(stage)}{made.number}/"
    assert (made.email, made.is_confidential, made.files.get().name) == (MAILBOX, False, "evidence.pdf")
    assert "evidence.pdf" in text_of(client.get(filed["Location"]))
    others = text_of(client_for(None).get(filed["Location"]))
    assert made.number in others
    assert [secret for secret in (*SECRET, "evidence.pdf") if secret in others] == []
    assert client.get(filed["Location"].replace(made.number, made.number[:-1] + "X")).status_code == 404


def test_a_wrong_code_opens_nothing(stage: Any, client: Client) -> None:
    client.post(form_of(stage), {"do": "send", "email": MAILBOX})
    wrong = f"{(int(code()) + 1) % 1_000_000:06d}"
    assert "验证码不正确" in text_of(client.post(form_of(stage), {"do": "check", "code": wrong}), 422)
    text_of(client.post(form_of(stage), filled(stage)))
    assert not Objection.objects.exists()


def test_no_address_and_too_many_codes_say_so_and_keep_what_was_typed(stage: Any, client: Client) -> None:
    assert 'value="nobody"' in text_of(client.post(form_of(stage), {"do": "send", "email": "nobody"}), 422)
    client.post(form_of(stage), {"do": "send", "email": MAILBOX})
    client.post(form_of(stage), {"do": "forget"})
    again = text_of(client.post(form_of(stage), {"do": "send", "email": MAILBOX}), 422)
    assert "一分钟后" in again
    assert f'value="{MAILBOX}"' in again
    assert len(mail.outbox) == 1


def test_one_address_without_a_puzzle_asks_for_five_codes_with_one_for_more(stage: Any, client_for: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(objection_limits, "CODES_UNSOLVED", 2)
    monkeypatch.setattr(objection_limits, "BITS", 6)

    def ask(number: int, **fields: str) -> int:
        return client_for(None).post(form_of(stage), {"do": "send", "email": f"p{number}@example.org", **fields}).status_code

    assert [ask(number) for number in range(3)] == [302, 302, 422]
    puzzle = objection_limits.puzzle(stage.notice)
    answer = next(str(n) for n in range(100_000) if objection_limits.fits(puzzle.challenge, str(n), puzzle.bits))
    assert ask(4, challenge=puzzle.challenge, answer="x") == 422
    assert ask(5, challenge=puzzle.challenge, answer=answer) == 302
    assert ask(6, challenge=puzzle.challenge, answer=answer) == 422  # taken once


def test_at_a_limit_nothing_typed_is_lost(stage: Any, client: Client, monkeypatch: Any) -> None:
    prove(client, form_of(stage))
    monkeypatch.setattr(objection_limits, "PER_EMAIL", 0)
    page = text_of(client.post(form_of(stage), filled(stage)), 422)
    assert TEXT in page
    assert "稍后再试" in page
    assert not Objection.objects.exists()


def test_machines_and_gaps_file_nothing(stage: Any, client: Client) -> None:
    prove(client, form_of(stage))
    assert client.post(form_of(stage), filled(stage, website="http://spam.example")).status_code == 422
    bad = text_of(client.post(form_of(stage), filled(stage, name="", text="短")), 422)
    assert 'href="#id_name"' in bad
    assert 'href="#id_text"' in bad
    assert client.post(form_of(stage), filled(stage, application=str(stage.reserve[0].pk))).status_code == 422
    assert not Objection.objects.exists()


def test_a_refused_file_keeps_back_neither_the_objection_nor_the_others(stage: Any, client: Client) -> None:
    prove(client, form_of(stage))
    files = [SimpleUploadedFile("virus.exe", b"MZ"), SimpleUploadedFile("good.pdf", b"%PDF-1.4 x")]
    filed = client.post(form_of(stage), filled(stage, files=files), follow=True)
    assert "virus.exe" in text_of(filed)
    assert [row.name for row in ObjectionFile.objects.all()] == ["good.pdf"]


def test_after_the_period_the_form_says_why_not(stage: Any, client: Client, at: Any) -> None:
    at(make.AFTER)
    assert "公示期已结束" in text_of(client.get(form_of(stage)))
    assert "公示期已结束" in text_of(client.post(form_of(stage), {"do": "send", "email": MAILBOX}), 403)
    assert mail.outbox == []


# --- following ------------------------------------------------------------------------------
def test_the_sender_comes_back_adds_and_withdraws_others_cannot(stage: Any, client: Client, client_for: Any) -> None:
    objection = make.objection(stage, email=MAILBOX)
    address = f"{form_of(stage)}{objection.number}/"
    stranger = client_for(None)
    page = text_of(stranger.get(address))
    assert "z***@example.org" in page
    assert MAILBOX not in page
    prove(stranger, form_of(stage), "other@example.org")
    for values in ({"do": "withdraw", "reason": "x"}, {"do": "add", "files": SimpleUploadedFile("a.pdf", b"%PDF-1.4")}):
        assert stranger.post(address, values).status_code == 403
    client.post(address, {"do": "send"})
    assert mail.outbox[-1].to == [MAILBOX]
    client.post(address, {"do": "check", "code": code()})
    client.post(address, {"do": "add", "files": [SimpleUploadedFile("more.pdf", b"%PDF-1.4 m")]})
    row = ObjectionFile.objects.get()
    assert client.get(f"/objections/files/{row.pk}/")["Content-Disposition"] == 'attachment; filename="more.pdf"'
    for browser in (client_for(None), stranger):
        assert browser.get(f"/objections/files/{row.pk}/").status_code == 404
    assert client.post(address, {"do": "withdraw", "reason": ""}).status_code == 422
    client.post(address, {"do": "withdraw", "reason": "系误会"})
    assert "异议已撤回" in text_of(client_for(None).get(address))


def test_files_go_to_their_side_the_secretariat_and_auditors_only(cast: Any, stage: Any, client_for: Any) -> None:
    objection = make.objection(stage, email=MAILBOX)
    row = services.add_objection_file(
        actor=Objector(MAILBOX), objection=objection, upload=SimpleUploadedFile("evidence.pdf", b"%PDF-1.4 x")
    )
    for role, person in {**cast.people(), "nobody": None}.items():
        assert client_for(person).get(f"/objections/files/{row.pk}/").status_code == (200 if role in OFFICE else 404), role


# --- the desk -------------------------------------------------------------------------------
def test_only_the_office_sees_the_desk_and_who_objected(cast: Any, stage: Any, client_for: Any) -> None:
    objection = make.objection(stage, email=MAILBOX, contact="13900000000")
    for role, person in cast.people().items():
        pages = [client_for(person).get(address) for address in ("/work/objections/", f"/work/objections/{objection.number}/")]
        allowed = role in OFFICE
        assert [page.status_code for page in pages] == [200 if allowed else 403] * 2, role
        assert (objection.number in pages[0].content.decode()) is allowed, role
        assert (MAILBOX in pages[1].content.decode()) is allowed, role
    assert client_for(None).get("/work/objections/").status_code == 302


@pytest.mark.parametrize("count", [1, 3])
def test_the_desk_asks_as_often_for_one_as_for_three(
    cast: Any, stage: Any, client_for: Any, count: int, django_assert_num_queries: Any
) -> None:
    for _ in range(count):
        make.objection(stage)
    client = client_for(cast.secretariat)
    client.get("/work/objections/")
    with django_assert_num_queries(5):
        page = text_of(client.get("/work/objections/"))
    assert page.count("</tr>") == count + 1


def test_overdue_is_marked_and_the_empty_desk_says_so(cast: Any, stage: Any, client_for: Any, at: Any) -> None:
    client = client_for(cast.secretariat)
    assert "此处没有异议" in text_of(client.get("/work/objections/?view=overdue"))
    objection = make.objection(stage)
    assert "已逾期" not in text_of(client.get("/work/objections/"))
    at("2023-11-29 09:00")
    assert objection.number in text_of(client.get("/work/objections/?view=overdue"))
    assert "逾期" in text_of(client.get(f"/work/objections/{objection.number}/"))


def test_heard_answered_and_upheld_on_the_web(cast: Any, stage: Any, client_for: Any) -> None:
    objection = make.objection(stage, email=MAILBOX, is_confidential=True)
    office, filer = client_for(cast.secretariat), client_for(cast.filer)
    address = f"/work/objections/{objection.number}/"
    assert stage.reserve[0].number in text_of(office.get(address))
    early = text_of(office.post(address, {"do": "uphold", "decision": "情况属实。"}), 422)
    assert "请先听取申报单位意见" in early
    assert "情况属实。" in early
    assert "不得写出" in text_of(office.post(address, {"do": "hear", "question": "周知情反映数量不符，请说明。", "days": "5"}), 422)
    office.post(address, {"do": "hear", "question": "请说明基站数量如何统计。", "days": "5"})
    hearing = Hearing.objects.get()
    page = text_of(filer.get(f"/hearings/{hearing.pk}/"))
    assert "请说明基站数量如何统计。" in page
    assert [secret for secret in (*SECRET, objection.number) if secret in page] == []
    for role, person in {**cast.people(), "nobody": None}.items():
        expected = 200 if role in OFFICE | {"filer", "legal_representative"} else 302 if role == "nobody" else 404
        assert client_for(person).get(f"/hearings/{hearing.pk}/").status_code == expected, role
    filer.post(f"/hearings/{hearing.pk}/", {"do": "add", "files": [SimpleUploadedFile("answer.pdf", b"%PDF-1.4 a")]})
    assert filer.post(f"/hearings/{hearing.pk}/", {"do": "answer", "answer": "短"}).status_code == 422
    filer.post(f"/hearings/{hearing.pk}/", {"do": "answer", "answer": "按竣工验收表统计，共三十六个。"})
    assert "answer.pdf" in text_of(office.get(address))
    assert client_for(cast.auditor).post(address, {"do": "uphold", "decision": "情况属实。"}).status_code == 403
    office.post(address, {"do": "uphold", "decision": "情况属实。"})
    assert Application.objects.get(pk=stage.selected[0].pk).state == "excluded"
    assert "情况属实。" in text_of(client_for(None).get(f"{form_of(stage)}{objection.number}/"))


def test_a_named_objector_is_named_to_the_applicant_heard(cast: Any, stage: Any, client_for: Any) -> None:
    objection = make.objection(stage, organisation="某某协会")
    hearing = services.hear_applicant(actor=cast.secretariat, objection=objection, question="请说明基站数量如何统计。")
    page = text_of(client_for(cast.filer).get(f"/hearings/{hearing.pk}/"))
    assert "周知情, 某某协会" in page
    assert objection.email not in page


@pytest.mark.parametrize("count", [1, 3])
def test_the_applicants_list_asks_as_often_for_one_as_for_three(
    cast: Any, stage: Any, client_for: Any, count: int, django_assert_max_num_queries: Any
) -> None:
    for _ in range(count):
        services.hear_applicant(actor=cast.secretariat, objection=make.objection(stage), question="请说明基站数量如何统计。")
    client = client_for(cast.filer)
    client.get("/hearings/")
    with django_assert_max_num_queries(6):
        page = text_of(client.get("/hearings/"))
    assert page.count("演示1号5G工厂") == count
    assert "没有需要答复的征询" in text_of(client_for(cast.other_filer).get("/hearings/"))


def test_those_concerned_find_the_hearing_from_their_own_pages(cast: Any, stage: Any, client_for: Any) -> None:
    hearing = services.hear_applicant(actor=cast.secretariat, objection=make.objection(stage), question="请说明基站数量如何统计。")
    page = client_for(cast.filer).get("/my/").content.decode()
    assert (f'href="/hearings/{hearing.pk}/"' in page, 'href="/hearings/"' in page) == (True, True)
    assert "/hearings/" not in client_for(cast.other_filer).get("/my/").content.decode()
    for person in (cast.secretariat, cast.auditor):
        assert 'href="/hearings/"' in client_for(person).get("/work/objections/").content.decode()
    assert client_for(None).get("/hearings/").status_code == 302


def test_a_flood_of_one_text_is_dismissed_from_one_page(cast: Any, stage: Any, client_for: Any) -> None:
    same = [make.objection(stage, text="该项目数据不实，请核查！") for _ in range(3)]
    address = f"/work/objections/{same[0].number}/"
    client = client_for(cast.secretariat)
    assert "另外2件" in text_of(client.get(address))
    client.post(address, {"do": "dismiss", "decision": "与核查结果不符。", "alike": "on"})
    assert set(Objection.objects.values_list("state", flat=True)) == {"dismissed"}


def test_the_code_reaches_no_page_and_no_log(stage: Any, client: Client, caplog: Any) -> None:
    caplog.set_level("DEBUG")
    shown = text_of(client.post(form_of(stage), {"do": "send", "email": MAILBOX}, follow=True))
    assert code() not in shown
    assert [record for record in caplog.records if code() in record.getMessage() and record.name.startswith("pilotage")] == []
    assert code() not in mail.outbox[-1].subject
    assert codes.MINUTES == 15
