"""Messages and mails in any state."""

from __future__ import annotations

from typing import Any

from pilotage.core import clock
from pilotage.messages.enums import MailState, MessageKind
from pilotage.messages.models import Message, OutboxMail


def message(to: Any, number: int = 1, **fields: Any) -> Message:
    """A receipt that names a project, so that a leak would show."""
    params = {"number": f"N-{number}", "project": f"机密项目{number}", "call": {"zh": "演示征集", "en": "Demo call"}, "at": {"at": ""}}
    defaults = {
        "kind": MessageKind.RECEIPT,
        "text": "receipt",
        "params": params,
        "key": f"test:{number}",
        "link": "/my/",
        "created_at": clock.now(),
    }
    return Message.objects.create(recipient=to, **{**defaults, **fields})


def mail(number: int = 1, **fields: Any) -> OutboxMail:
    now = clock.now()
    defaults = {
        "to": f"reader{number}@example.org",
        "subject": f"主题{number}",
        "body": f"正文{number}",
        "message_id": f"<mail-{number}@testserver>",
        "created_at": now,
        "next_attempt_at": now,
        "sent_at": now if fields.get("state") == MailState.SENT else None,
    }
    return OutboxMail.objects.create(**{**defaults, **fields})
