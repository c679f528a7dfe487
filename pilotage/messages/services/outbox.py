"""E-mails as rows: posted, held, released, sent, tried again.

Sending is at least once: a row is taken by a lease, given to the mail server, then moved to sent. Who dies in between
leaves the row waiting, and it goes out again after the lease with the same Message-ID, by which mail programs know it.
"""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from pilotage.audit.services import record, transition, transition_many
from pilotage.core import clock
from pilotage.core.verdict import Conflict
from pilotage.messages import rules
from pilotage.messages.enums import MailState
from pilotage.messages.models import OutboxMail, PostOffice

logger = logging.getLogger("pilotage.messages")
LEASE = timedelta(minutes=5)
ATTEMPTS = 8  # over about two days
FIRST_WAIT = timedelta(minutes=2)
BATCH = 500


@dataclass(frozen=True, slots=True)
class Mail:
    """An e-mail to one address. ``is_private``: its text holds a secret link."""

    to: str
    subject: str
    body: str
    person: Any = None
    language: str = ""
    sender: str = ""
    is_private: bool = False


def post(mails: Sequence[Mail]) -> list[OutboxMail]:
    """Write the mails as rows; the worker sends them within seconds. One query per ``BATCH``."""
    now, host = clock.now(), urlsplit(settings.BASE_URL).hostname or "localhost"
    rows = [
        OutboxMail(
            to=mail.to,
            person=mail.person,
            subject=" ".join(mail.subject.split())[:300],
            body=mail.body,
            language=mail.language,
            sender=mail.sender,
            is_private=mail.is_private,
            message_id=f"<{uuid4().hex}@{host}>",
            created_at=now,
            next_attempt_at=now,
        )
        for mail in mails
    ]
    return OutboxMail.objects.bulk_create(rows, batch_size=BATCH)


# --- the secretariat's acts ---------------------------------------------------------------------
def hold_everything(*, actor: Any, reason: str = "") -> PostOffice:
    """Nothing goes out until released; what is asked for meanwhile waits."""
    return _switch(actor, True, reason)


def release_everything(*, actor: Any, reason: str = "") -> PostOffice:
    return _switch(actor, False, reason)


def _switch(actor: Any, is_holding: bool, reason: str) -> PostOffice:
    rules.can_run_outbox(actor).require()
    with transaction.atomic():
        office = locked_office()
        if office.is_holding == is_holding:
            raise Conflict(_("Somebody else did this first. Reload the page."))
        office.is_holding = is_holding
        office.save(update_fields=["is_holding"])
        record(office, "outbox.hold" if is_holding else "outbox.release", actor=actor, reason=reason)
    return office


def hold_mails(*, actor: Any, mails: Sequence[OutboxMail], reason: str = "") -> list[OutboxMail]:
    """Keep single mails back; all or none."""
    transition_many(mails, "hold", actor=actor, reason=reason)
    return list(mails)


def release_mails(*, actor: Any, mails: Sequence[OutboxMail], reason: str = "") -> list[OutboxMail]:
    transition_many(mails, "release", actor=actor, reason=reason, changes=lambda _mail: {"next_attempt_at": clock.now()})
    return list(mails)


def retry_mails(*, actor: Any, mails: Sequence[OutboxMail], reason: str = "") -> list[OutboxMail]:
    """Send failed mails again, from the first attempt."""
    again = {"attempts": 0, "next_attempt_at": clock.now()}
    transition_many(mails, "retry", actor=actor, reason=reason, changes=lambda _mail: again)
    return list(mails)


def locked_office() -> PostOffice:
    """The one row of the post office, held until the transaction ends."""
    row = PostOffice.objects.select_for_update().filter(pk=1).first()
    if row is None:
        PostOffice.objects.bulk_create([PostOffice(id=1)], ignore_conflicts=True)
        row = PostOffice.objects.select_for_update().get(pk=1)
    return row


# --- sending ------------------------------------------------------------------------------------
def send_due(limit: int = 100) -> int:
    """Send what is due, over one connection. Returns how many left. Several workers may run this at once."""
    if PostOffice.objects.filter(pk=1, is_holding=True).exists():
        return 0
    due = OutboxMail.objects.filter(state=MailState.WAITING, next_attempt_at__lte=clock.now())
    rows = list(due.order_by("next_attempt_at", "id")[:limit])
    if not rows:
        return 0
    connection = get_connection(settings.EMAIL_TRANSPORT)
    try:
        return sum(_send_one(connection, row) for row in rows if _taken(row))
    finally:
        _close(connection)


def _taken(row: OutboxMail) -> bool:
    """Whether this worker has the row for the time of the lease. Also the last moment at which holding everything counts."""
    if PostOffice.objects.filter(pk=1, is_holding=True).exists():
        return False
    lease = clock.now() + LEASE
    mine = OutboxMail.objects.filter(pk=row.pk, state=MailState.WAITING, next_attempt_at=row.next_attempt_at)
    if not mine.update(next_attempt_at=lease, attempts=F("attempts") + 1):
        return False
    row.next_attempt_at, row.attempts = lease, row.attempts + 1
    return True


def _send_one(connection: BaseEmailBackend, row: OutboxMail) -> bool:
    headers = {"Message-ID": row.message_id, "Auto-Submitted": "auto-generated"}
    mail = EmailMessage(row.subject, row.body, row.sender or None, [row.to], headers=headers, connection=connection)
    try:
        mail.send()
    except (OSError, smtplib.SMTPException, ValueError) as error:
        _close(connection)  # the next row opens a fresh one
        _failed(row, error)
        return False
    changes = {"sent_at": clock.now(), "last_error": "", **({"body": ""} if row.is_private else {})}
    _move(row, "send", changes)
    return True


def _failed(row: OutboxMail, error: Exception) -> None:
    """Wait longer after each attempt; give up when the server says never, or after the last attempt."""
    said = str(error)[:500] or type(error).__name__
    logger.warning("e-mail %s was not sent: %s", row.pk, said)
    if row.attempts >= ATTEMPTS or _is_final(error):
        _move(row, "fail", {"last_error": said}, reason=said)
        return
    wait = FIRST_WAIT * 4 ** (row.attempts - 1)
    OutboxMail.objects.filter(pk=row.pk, state=MailState.WAITING).update(
        last_error=said, next_attempt_at=clock.now() + min(wait, timedelta(hours=12))
    )


def _is_final(error: Exception) -> bool:
    """Whether the server refused this address or text for good (5xx), or the mail cannot be written at all."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _text in error.recipients.values())
    if isinstance(error, smtplib.SMTPDataError | smtplib.SMTPSenderRefused):
        return error.smtp_code >= 500
    return isinstance(error, ValueError)


def _move(row: OutboxMail, verb: str, changes: dict[str, Any], reason: str = "") -> None:
    try:
        transition(row, verb, actor=None, reason=reason, changes=changes)
    except Conflict:
        # held in the second in which it left: what happened is what the record says
        row.refresh_from_db()
        if row.state == MailState.HELD:
            transition(row, verb, actor=None, reason=reason, changes=changes)


def _close(connection: BaseEmailBackend) -> None:
    try:
        connection.close()
    except (OSError, smtplib.SMTPException):
        pass  # it was broken already
