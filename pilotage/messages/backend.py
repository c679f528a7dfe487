"""Every e-mail is a row first: what Django, allauth and other rooms send ends in the outbox."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class OutboxBackend(BaseEmailBackend):
    """Writes rows; the worker takes them to ``settings.EMAIL_TRANSPORT``. Such mails carry secret links, so they are private."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        from pilotage.messages.services import Mail, post  # settings name this module before the models are there

        mails = [
            Mail(to=address, subject=str(message.subject), body=str(message.body), sender=message.from_email or "", is_private=True)
            for message in email_messages
            for address in message.recipients()
        ]
        post(mails)
        return len(email_messages)

    def open(self) -> Any:
        return None
