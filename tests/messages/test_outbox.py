"""E-mails as rows, and a real mail server on loopback that takes, refuses or breaks them."""

from __future__ import annotations

import email
import email.policy
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from allauth.account.models import EmailAddress
from django.core import mail as django_mail
from django.core.mail import send_mail

from pilotage.accounts import services as accounts
from pilotage.accounts.enums import Role
from pilotage.audit.models import AuditEvent
from pilotage.core import clock
from pilotage.core.verdict import Conflict, Refused
from pilotage.messages.enums import MailState
from pilotage.messages.models import OutboxMail, PostOffice
from pilotage.messages.services import (
    hold_everything,
    hold_mails,
    outbox,
    release_everything,
    release_mails,
    retry_mails,
    send_due,
)
from tests.factories.messages import mail

pytestmark = [pytest.mark.usefixtures("at"), pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")]


@dataclass
class Server:
    """Keeps what it took; answers ``reply`` to the next ``times`` recipients."""

    taken: list[tuple[list[str], Any]] = field(default_factory=list)
    reply: str = "250 OK"
    times: int = 0

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.times:
            self.times -= 1
            return self.reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        parsed = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.taken.append((list(envelope.rcpt_tos), parsed))
        return "250 taken"


@pytest.fixture
def smtp(settings: Any) -> Iterator[Server]:
    server = Server()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(server, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_TRANSPORT = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    yield server
    controller.stop()


def later(**kwargs: int) -> Any:
    return clock.at(clock.now() + timedelta(**kwargs))


def state(row: OutboxMail) -> tuple[str, int]:
    row.refresh_from_db()
    return (row.state, row.attempts)


@pytest.mark.django_db
def test_a_mail_leaves_once_with_its_own_identity(smtp: Server) -> None:
    row = mail(subject="退回补正：精密减速机", body="原因：缺附件\n")

    assert (send_due(), send_due()) == (1, 0)
    [(to, sent)] = smtp.taken
    assert to == [row.to]
    assert (sent["Subject"], sent["Message-ID"], sent["Auto-Submitted"]) == (row.subject, row.message_id, "auto-generated")
    assert sent.get_content().replace("\r\n", "\n") == "原因：缺附件\n"
    assert state(row) == (MailState.SENT, 1)
    assert (row.sent_at, AuditEvent.objects.filter(verb="mail.send").count()) == (clock.now(), 1)


@pytest.mark.django_db
def test_many_go_over_one_connection(smtp: Server) -> None:
    for number in range(5):
        mail(number)
    assert send_due() == 5
    assert sorted(to for [to], _sent in smtp.taken) == [f"reader{n}@example.org" for n in range(5)]


@pytest.mark.django_db
def test_a_server_that_is_busy_is_asked_again_later_and_later(smtp: Server) -> None:
    row = mail()
    waits = []
    for _ in range(3):
        smtp.reply, smtp.times = "451 busy", 1
        before = OutboxMail.objects.get().next_attempt_at
        with clock.at(before):
            assert send_due() == 0
        waits.append((OutboxMail.objects.get().next_attempt_at - before).total_seconds() / 60)
    assert waits == [2, 8, 32]
    assert (state(row), row.last_error) == ((MailState.WAITING, 3), row.last_error)
    assert "451" in row.last_error
    with clock.at(row.next_attempt_at):
        assert send_due() == 1
    assert (state(row), row.last_error) == ((MailState.SENT, 4), "")


@pytest.mark.django_db
def test_after_the_last_attempt_it_has_failed_and_can_be_tried_again(cast: Any, smtp: Server) -> None:
    row = mail(attempts=outbox.ATTEMPTS - 1)
    smtp.reply, smtp.times = "451 busy", 1
    send_due()
    assert state(row) == (MailState.FAILED, outbox.ATTEMPTS)
    with pytest.raises(Refused):
        retry_mails(actor=cast.province_officer, mails=[row])
    row.refresh_from_db()
    retry_mails(actor=cast.secretariat, mails=[row])
    assert state(row) == (MailState.WAITING, 0)
    assert (send_due(), state(row)[0]) == (1, MailState.SENT)


@pytest.mark.django_db
def test_an_address_refused_for_good_fails_at_once_and_does_not_stop_the_next(smtp: Server) -> None:
    bad, good = mail(1), mail(2)
    smtp.reply, smtp.times = "550 no such user", 1
    assert send_due() == 1
    assert (state(bad), state(good)) == ((MailState.FAILED, 1), (MailState.SENT, 1))
    assert "550" in bad.last_error


@pytest.mark.django_db
def test_no_server_at_all_is_told_and_tried_again(settings: Any) -> None:
    settings.EMAIL_TRANSPORT = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    row = mail()
    assert send_due() == 0
    assert state(row) == (MailState.WAITING, 1)
    assert row.last_error


@pytest.mark.django_db
def test_killed_after_the_server_took_it_it_goes_again_under_the_same_identity(smtp: Server, monkeypatch: Any) -> None:
    """At least once: what is lost is only the note that it left."""
    row = mail()

    def killed(*_args: Any, **_kwargs: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(outbox, "_move", killed)
        with pytest.raises(KeyboardInterrupt):
            send_due()
    assert state(row) == (MailState.WAITING, 1)
    assert send_due() == 0  # the lease of the dead worker still runs
    with later(minutes=6):
        assert send_due() == 1
    assert state(row) == (MailState.SENT, 2)
    assert [sent["Message-ID"] for _to, sent in smtp.taken] == [row.message_id] * 2


@pytest.mark.django_db
def test_two_workers_do_not_take_the_same_row(smtp: Server) -> None:
    row = mail()
    first, second = OutboxMail.objects.get(), OutboxMail.objects.get()
    assert (outbox._taken(first), outbox._taken(second)) == (True, False)
    assert state(row) == (MailState.WAITING, 1)


def test_single_mails_are_held_and_released(cast: Any, smtp: Server) -> None:
    held, free = mail(1), mail(2)
    hold_mails(actor=cast.secretariat, mails=[held])
    assert send_due() == 1
    assert (state(held)[0], state(free)[0]) == (MailState.HELD, MailState.SENT)
    with pytest.raises(Conflict):
        hold_mails(actor=cast.secretariat, mails=[free])
    release_mails(actor=cast.secretariat, mails=[held])
    assert (send_due(), state(held)[0]) == (1, MailState.SENT)
    verbs = list(AuditEvent.objects.filter(verb__startswith="mail.").order_by("number").values_list("verb", "actor"))
    me = cast.secretariat.pk
    assert verbs == [("mail.hold", me), ("mail.send", None), ("mail.release", me), ("mail.send", None)]


def test_held_in_the_second_in_which_it_left_it_is_recorded_as_sent(cast: Any, smtp: Server, monkeypatch: Any) -> None:
    row = mail()
    real = django_mail.EmailMessage.send

    def send(self: Any, *args: Any, **kwargs: Any) -> int:
        hold_mails(actor=cast.secretariat, mails=[OutboxMail.objects.get()])
        return real(self, *args, **kwargs)

    monkeypatch.setattr(outbox.EmailMessage, "send", send)
    assert send_due() == 1
    assert state(row)[0] == MailState.SENT


def test_everything_is_held_by_one_switch(cast: Any, smtp: Server) -> None:
    for person in (cast.auditor, cast.filer, cast.outsider):
        with pytest.raises(Refused):
            hold_everything(actor=person)
    row = mail()
    hold_everything(actor=cast.secretariat, reason="系统演练")
    with pytest.raises(Conflict):
        hold_everything(actor=cast.second_secretariat)
    assert (send_due(), state(row), smtp.taken) == (0, (MailState.WAITING, 0), [])
    release_everything(actor=cast.second_secretariat)
    assert send_due() == 1
    assert list(AuditEvent.objects.filter(verb__startswith="outbox.").values_list("verb", "reason")) == [
        ("outbox.hold", "系统演练"),
        ("outbox.release", ""),
    ]
    assert PostOffice.objects.get().is_holding is False


def test_whatever_django_sends_becomes_a_private_row(cast: Any, settings: Any, smtp: Server) -> None:
    settings.EMAIL_BACKEND = "pilotage.messages.backend.OutboxBackend"
    send_mail("主题\n", "http://testserver/invitations/geheim/", None, ["a@example.org", "b@example.org"])
    rows = list(OutboxMail.objects.order_by("to"))
    assert [(row.to, row.subject, row.is_private) for row in rows] == [("a@example.org", "主题", True), ("b@example.org", "主题", True)]
    assert send_due() == 2
    assert [sent.get_content().strip() for _to, sent in smtp.taken] == ["http://testserver/invitations/geheim/"] * 2
    assert list(OutboxMail.objects.values_list("body", flat=True)) == ["", ""]  # the secret is gone once it has left


def test_an_invitation_goes_through_the_outbox(cast: Any, settings: Any, django_capture_on_commit_callbacks: Any, smtp: Server) -> None:
    settings.EMAIL_BACKEND = "pilotage.messages.backend.OutboxBackend"
    office = cast.city_officer.active_memberships[0].organisation
    with django_capture_on_commit_callbacks(execute=True):
        _invitation, token = accounts.invite(actor=cast.secretariat, organisation=office, email="neu@example.org", role=Role.CITY_OFFICER)
    row = OutboxMail.objects.get()
    assert (row.to, row.is_private, token in row.body) == ("neu@example.org", True, True)
    events = [event.object_label for event in AuditEvent.objects.all()]
    assert [label for label in events if token in label] == []


def test_a_forgotten_password_goes_through_the_outbox(cast: Any, client: Any, settings: Any) -> None:
    settings.EMAIL_BACKEND = "pilotage.messages.backend.OutboxBackend"
    EmailAddress.objects.create(user=cast.filer, email=cast.filer.email, verified=True, primary=True)
    client.post("/accounts/password/reset/", {"email": cast.filer.email})
    row = OutboxMail.objects.get()
    assert (row.to, row.is_private, row.state) == (cast.filer.email, True, MailState.WAITING)
    assert "/accounts/password/reset/key/" in row.body
