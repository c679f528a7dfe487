"""Inbox, preferences, calendar and outbox as their readers find them; others find nothing."""

from __future__ import annotations

import re
from typing import Any

import pytest

from pilotage.core import clock
from pilotage.messages import services
from pilotage.messages.enums import MailState
from pilotage.messages.models import CalendarFeed, Message, OutboxMail, PostOffice, Preference
from tests.factories import calls as make
from tests.factories.messages import mail, message
from tests.web.pages import offences

pytestmark = pytest.mark.usefixtures("at")
INBOX, PREFERENCES, CALENDAR, OUTBOX = "/messages/", "/messages/preferences/", "/messages/calendar/", "/work/outbox/"


def body(response: Any) -> str:
    return response.content.decode()


# --- inbox ---------------------------------------------------------------------------------------
def test_everybody_reads_the_own_messages_only(cast: Any, client_for: Any) -> None:
    mine, others = message(cast.filer, 1), message(cast.expert, 2)
    html = body(client_for(cast.filer).get(INBOX))
    assert ("已收到：机密项目1" in html, "机密项目2" in html) == (True, False)
    for person in (cast.outsider, cast.secretariat, cast.auditor):
        client = client_for(person)
        assert "机密项目" not in body(client.get(INBOX))
        for act in ("open", "read"):
            assert client.post(f"/messages/{mine.pk}/{act}/").status_code == 404
    assert client_for(cast.filer).post(f"/messages/{others.pk}/open/").status_code == 404
    assert Message.objects.filter(read_at__isnull=False).count() == 0
    assert client_for(None).get(INBOX)["Location"] == f"/accounts/login/?next={INBOX}"


def test_opening_marks_as_read_and_leads_on(cast: Any, client_for: Any) -> None:
    row = message(cast.filer)
    client = client_for(cast.filer)
    assert [client.get(f"/messages/{row.pk}/{act}/").status_code for act in ("open", "read")] == [405, 405]
    assert client.get("/messages/read/").status_code == 405
    response = client.post(f"/messages/{row.pk}/open/")
    assert (response.status_code, response["Location"]) == (302, "/my/")
    row.refresh_from_db()
    assert row.read_at == clock.now()


def test_one_and_all_are_marked_and_the_list_stays_as_it_was(cast: Any, client_for: Any) -> None:
    first, second = message(cast.filer, 1), message(cast.filer, 2)
    client = client_for(cast.filer)
    assert client.post(f"/messages/{first.pk}/read/", {"next": "/messages/?unread=1"})["Location"] == "/messages/?unread=1"
    assert client.post(f"/messages/{first.pk}/read/", {"next": "https://elsewhere.example/"})["Location"] == INBOX
    html = body(client.get(INBOX, {"unread": "1"}))
    assert ("机密项目1" in html, "机密项目2" in html) == (False, True)
    late = message(cast.filer, 3)
    client.post("/messages/read/", {"newest": second.pk})
    assert list(Message.objects.filter(read_at__isnull=True)) == [late]
    client.post("/messages/read/", {"newest": "x"})
    assert Message.objects.filter(read_at__isnull=True).count() == 0


def test_the_list_is_filtered_by_kind_and_turned_by_pages(cast: Any, client_for: Any) -> None:
    for number in range(31):
        message(cast.filer, number)
    message(cast.filer, 99, kind="outcome", text="listed")
    client = client_for(cast.filer)
    assert re.findall(r"机密项目\d+", body(client.get(INBOX, {"kind": "outcome"}))).count("机密项目99") >= 1
    assert "机密项目30" not in body(client.get(INBOX, {"kind": "outcome"}))
    html = body(client.get(INBOX))
    assert html.count('<li class="message') == 30
    following = re.search(r'rel="next" href="([^"]+)"', html)
    assert following
    assert body(client.get(INBOX + following[1].replace("&amp;", "&"))).count('<li class="message') == 2
    assert body(client.get(INBOX, {"kind": "nonsense"})).count('<li class="message') == 30


@pytest.mark.parametrize("rows", [1, 3])
def test_the_inbox_costs_the_same_whatever_its_rows(rows: int, cast: Any, client_for: Any, django_assert_num_queries: Any) -> None:
    for number in range(rows):
        message(cast.filer, number)
    client = client_for(cast.filer)
    with django_assert_num_queries(4):
        html = body(client.get(INBOX))
    assert html.count('<li class="message') == rows


def test_the_bell_stands_on_every_page_of_a_reader(cast: Any, client_for: Any) -> None:
    client = client_for(cast.filer)
    assert "bell-count" not in body(client.get("/calls/"))
    for number in range(3):
        message(cast.filer, number)
    html = body(client.get("/calls/"))
    assert '<span class="visually-hidden">消息，3条未读</span><span class="bell-count" aria-hidden="true">3</span>' in html
    Message.objects.bulk_create(
        Message(recipient=cast.filer, kind="work", text="work.check", key=str(n), created_at=clock.now()) for n in range(120)
    )
    assert '<span class="bell-count" aria-hidden="true">99+</span>' in body(client.get("/calls/"))
    assert 'class="bell"' not in body(client_for(None).get("/calls/"))


@pytest.mark.parametrize("path", [INBOX, PREFERENCES, CALENDAR])
def test_own_pages_are_strict_and_bilingual(path: str, call: Any, cast: Any, client_for: Any) -> None:
    message(cast.filer, 1)
    client = client_for(cast.filer)
    assert offences(client.get(path)) == []
    assert "<h1>消息</h1>" in body(client.get(path))
    client.cookies["django_language"] = "en"
    html = body(client.get(path))
    assert "<h1>Messages</h1>" in html
    assert (path != INBOX) or "Received: 机密项目1" in html


# --- preferences ---------------------------------------------------------------------------------
def test_preferences_show_the_kinds_of_the_role_and_are_kept(cast: Any, client_for: Any) -> None:
    client = client_for(cast.filer)
    html = body(client.get(PREFERENCES))
    assert re.findall(r'<legend class="field-label">([^<]+)</legend>', html) == [
        "退回补正", "回执", "申报进展", "决定", "期限与提醒", "角色与账号",
    ]  # fmt: skip
    assert 'name="kind-progress" value="daily" checked' in html
    response = client.post(PREFERENCES, {"kind-progress": "at_once", "kind-work": "none", "language": "en"})
    assert response["Location"] == PREFERENCES
    assert list(Preference.objects.values_list("user", "kind", "delivery")) == [(cast.filer.pk, "progress", "at_once")]
    cast.filer.refresh_from_db()
    assert cast.filer.language == "en"
    assert 'name="kind-progress" value="at_once" checked' in body(client.get(PREFERENCES))
    assert 'name="kind-progress" value="daily" checked' in body(client_for(cast.other_filer).get(PREFERENCES))


def test_a_way_that_does_not_exist_is_refused(cast: Any, client_for: Any) -> None:
    response = client_for(cast.filer).post(PREFERENCES, {"kind-progress": "pigeon", "language": "zh-hans"})
    assert (response.status_code, "请从所列方式中选择。" in body(response), Preference.objects.count()) == (422, True, 0)
    assert client_for(cast.filer).post(PREFERENCES, {"language": "tlh"}).status_code == 422


# --- calendar ------------------------------------------------------------------------------------
def test_a_calendar_address_is_shown_once_works_and_is_withdrawn(call: Any, cast: Any, client_for: Any, client: Any) -> None:
    own = client_for(cast.filer)
    assert "企业申报" in body(own.get(CALENDAR))
    html = body(own.post(CALENDAR))
    shown = re.search(r"http://testserver(/calendar/[\w-]+\.ics)", html)
    assert shown
    assert shown[1] not in body(own.get(CALENDAR))
    assert client.get(shown[1]).content.count(b"BEGIN:VEVENT") == 1
    assert own.post("/messages/calendar/withdraw/")["Location"] == CALENDAR
    assert client.get(shown[1]).status_code == 404
    assert own.post("/messages/calendar/withdraw/").status_code == 409
    assert CalendarFeed.objects.filter(revoked_at__isnull=True).count() == 0


def test_the_outsider_has_no_deadlines(call: Any, cast: Any, client_for: Any) -> None:
    html = body(client_for(cast.outsider).get(CALENDAR))
    assert ("目前没有与您有关的截止时间。" in html, "企业申报" in html) == (True, False)


# --- outbox --------------------------------------------------------------------------------------
def test_the_outbox_belongs_to_the_secretariat_and_is_read_by_auditors(cast: Any, client_for: Any) -> None:
    row = mail(1)
    for person in (cast.outsider, cast.filer, cast.province_officer, cast.expert):
        client = client_for(person)
        refused = client.get(OUTBOX)
        assert (refused.status_code, "reader1@example.org" in body(refused)) == (403, False)
        assert client.get(f"{OUTBOX}{row.pk}/").status_code == 404
        assert client.post(f"{OUTBOX}act/", {"act": "hold", "ids": row.pk}).status_code == 403
        assert client.post(f"{OUTBOX}switch/", {"act": "hold"}).status_code == 403
    auditor = client_for(cast.auditor)
    html = body(auditor.get(OUTBOX, {"state": "waiting"}))
    assert ("reader1@example.org" in html, "outbox/switch" in html, 'name="ids"' in html) == (True, False, False)
    assert "正文1" in body(auditor.get(f"{OUTBOX}{row.pk}/"))
    assert auditor.post(f"{OUTBOX}switch/", {"act": "hold"}).status_code == 403
    assert (OutboxMail.objects.get().state, PostOffice.objects.filter(is_holding=True).count()) == (MailState.WAITING, 0)


def test_mails_are_held_released_and_tried_again(cast: Any, client_for: Any) -> None:
    one, two, sent = mail(1), mail(2), mail(3, state=MailState.SENT)
    failed = mail(4, state=MailState.FAILED, last_error="550 no such user")
    client = client_for(cast.secretariat)
    assert "550 no such user" in body(client.get(OUTBOX))

    def act(verb: str, *rows: OutboxMail) -> int:
        return client.post(f"{OUTBOX}act/", {"act": verb, "ids": [row.pk for row in rows]}).status_code

    def states() -> list[str]:
        return list(OutboxMail.objects.order_by("pk").values_list("state", flat=True))

    assert (act("hold", one, two), states()) == (302, ["held", "held", "sent", "failed"])
    assert (act("hold", one, sent), act("send", one), act("hold")) == (409, 404, 302)
    assert (act("release", one), act("retry", failed), states()) == (302, 302, ["waiting", "held", "sent", "waiting"])
    assert client.post(f"{OUTBOX}act/", {"act": "hold", "ids": [one.pk, 999999]}).status_code == 404


def test_one_switch_holds_everything(cast: Any, client_for: Any) -> None:
    client = client_for(cast.secretariat)
    assert "外发邮件已全部暂停" not in body(client.get(OUTBOX))
    client.post(f"{OUTBOX}switch/", {"act": "hold"})
    html = body(client.get(OUTBOX))
    assert ("外发邮件已全部暂停" in html, "恢复外发邮件" in html) == (True, True)
    client.post(f"{OUTBOX}switch/", {"act": "release"})
    assert PostOffice.objects.get().is_holding is False
    assert client.post(f"{OUTBOX}switch/", {"act": "release"}).status_code == 409


def test_the_text_of_a_secret_link_is_shown_to_nobody(cast: Any, client_for: Any) -> None:
    row = mail(1, body="http://testserver/invitations/geheim/", is_private=True)
    html = body(client_for(cast.secretariat).get(f"{OUTBOX}{row.pk}/"))
    assert ("geheim" in html, "正文不予显示" in html) == (False, True)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_outbox_costs_the_same_whatever_its_rows(rows: int, cast: Any, client_for: Any, django_assert_num_queries: Any) -> None:
    for number in range(rows):
        mail(number)
    client = client_for(cast.secretariat)
    with django_assert_num_queries(6):
        html = body(client.get(OUTBOX, {"state": "waiting"}))
    assert html.count('name="ids"') == rows


def test_the_outbox_is_searched_by_address_strict_and_bilingual(cast: Any, client_for: Any) -> None:
    row = mail(1)
    mail(2)
    client = client_for(cast.secretariat)
    html = body(client.get(OUTBOX, {"q": "reader2"}))
    assert ("reader2@example.org" in html, "reader1@example.org" in html) == (True, False)
    assert [offences(client.get(path)) for path in (OUTBOX, f"{OUTBOX}?state=waiting", f"{OUTBOX}{row.pk}/")] == [[], [], []]
    client.cookies["django_language"] = "en"
    assert "<h1>Outbox</h1>" in body(client.get(OUTBOX))


def test_a_real_decision_shows_up_for_its_reader(call: Any, cast: Any, client_for: Any) -> None:
    from pilotage.audit.services import transition

    row = make.application(call, cast.filer, cast.enterprise, "submitted")
    transition(row, "return", actor=cast.city_officer, reason="网络拓扑图不清晰")
    services.read_news()
    assert f"退回补正：{row.project_title}" in body(client_for(cast.filer).get(INBOX))
    assert row.project_title not in body(client_for(cast.other_filer).get(INBOX))
