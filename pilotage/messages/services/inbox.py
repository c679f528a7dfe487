"""Writing letters into inboxes and the outbox, and reading them off.

A message is a projection of the audit chain or of a date, so writing one makes no audit event of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from pilotage.core import clock
from pilotage.core.verdict import Refused
from pilotage.messages import wording
from pilotage.messages.enums import Delivery
from pilotage.messages.models import Message
from pilotage.messages.news import Letter
from pilotage.messages.rules import visible_messages
from pilotage.messages.selectors import default_delivery, deliveries, language_of
from pilotage.messages.services.outbox import Mail, post

MAIL_WITHIN = timedelta(days=2)  # older news, after a long stop, come into the inbox only
BATCH = 500


def write(letters: Sequence[Letter]) -> list[Message]:
    """Put each letter into its reader's inbox once, and into the outbox where the reader wants it at once.

    Letters with a key their reader has already are left out. Six queries whatever their number (per ``BATCH`` rows).
    """
    with transaction.atomic():
        new = _unwritten(letters)
        if not new:
            return []
        chosen = deliveries({letter.to for letter in new})
        now = clock.now()
        written, mails = [], []
        for letter in new:
            kind = wording.WORDINGS[letter.text].kind
            delivery = chosen.get((letter.to.pk, kind)) or default_delivery(letter.to, kind)
            if delivery == Delivery.NONE:
                continue
            is_fresh = letter.at > now - MAIL_WITHIN
            written.append(_message(letter, kind, is_fresh and delivery == Delivery.DAILY))
            if is_fresh and delivery == Delivery.AT_ONCE:
                mails.append(_mail(letter))
        Message.objects.bulk_create(written, batch_size=BATCH)
        post(mails)
    return written


def _unwritten(letters: Sequence[Letter]) -> list[Letter]:
    """Those whose reader has no message of that key yet; within the list, the first of each."""
    first = {(letter.to.pk, letter.key): letter for letter in reversed(letters)}
    keys = sorted({key for _user, key in first})
    known: set[tuple[int, str]] = set()
    for start in range(0, len(keys), BATCH):
        known |= set(Message.objects.filter(key__in=keys[start : start + BATCH]).values_list("recipient_id", "key"))
    return [letter for identity, letter in reversed(first.items()) if identity not in known]


def _message(letter: Letter, kind: str, awaits_digest: bool) -> Message:
    return Message(
        recipient=letter.to,
        kind=kind,
        text=letter.text,
        params=dict(letter.params),
        key=letter.key,
        call=letter.call,
        link=letter.link,
        created_at=letter.at,
        awaits_digest=awaits_digest,
    )


def _mail(letter: Letter) -> Mail:
    language = language_of(letter.to)
    with override(language):
        text = wording.body(letter.text, letter.params)
        body = f"{text}\n\n{settings.BASE_URL}{letter.link}\n\n{footer()}"
        return Mail(letter.to.email, wording.title(letter.text, letter.params), body, letter.to, language)


def footer() -> str:
    """Why one gets this, and where to change it."""
    address = f"{settings.BASE_URL}/messages/preferences/"
    return "--\n" + _("You choose what reaches you by e-mail here: %(address)s") % {"address": address} + "\n"


def mark_read(*, actor: Any, message: Message) -> Message:
    """Read by its own reader. Reading is no decision, so the chain holds nothing about it."""
    if message.recipient_id != actor.pk:
        raise Refused(_("Only its reader can mark a message as read."))
    if message.read_at is None:
        message.read_at = clock.now()
        Message.objects.filter(pk=message.pk, read_at__isnull=True).update(read_at=message.read_at)
    return message


def mark_all_read(*, actor: Any, up_to: int | None = None) -> int:
    """All of the actor's, or those up to the newest one the page showed. Returns how many."""
    rows = visible_messages(actor).filter(read_at__isnull=True)
    return (rows.filter(pk__lte=up_to) if up_to is not None else rows).update(read_at=clock.now())
