"""One e-mail a day with what somebody chose to read together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from pilotage.accounts.models import User
from pilotage.core import clock
from pilotage.messages import wording
from pilotage.messages.models import Message, PostOffice
from pilotage.messages.selectors import language_of
from pilotage.messages.services.inbox import footer
from pilotage.messages.services.outbox import Mail, locked_office, post

READERS = 200  # whose digests are written in one transaction
LINES = 100  # of one digest; the rest is counted


def make_digests() -> int:
    """Write today's digests once the hour has come. Returns how many. Killed halfway, the rest follows at the next call."""
    now = clock.now()
    begins = timezone.localtime(now).replace(hour=settings.DIGEST_HOUR, minute=0, second=0, microsecond=0)
    if now < begins or PostOffice.objects.filter(pk=1, last_digest_on__gte=begins.date()).exists():
        return 0
    made = 0
    while written := _some_digests(begins):
        made += written
    with transaction.atomic():
        office = locked_office()
        office.last_digest_on = begins.date()
        office.save(update_fields=["last_digest_on"])
    return made


def _some_digests(begins: datetime) -> int:
    """Those of the next readers. What came after the hour waits for tomorrow, so nobody gets two a day."""
    with transaction.atomic():
        locked_office()
        due = Message.objects.filter(awaits_digest=True, created_at__lt=begins)
        readers = list(due.order_by("recipient_id").values_list("recipient_id", flat=True).distinct()[:READERS])
        rows = due.filter(recipient__in=readers).select_related("recipient", "call").order_by("recipient_id", "call__slug", "id")
        digests = [list(group) for _key, group in groupby(rows, key=lambda row: row.recipient_id)]
        post([mail for own in digests if (mail := _digest(own[0].recipient, own)) is not None])
        due.filter(recipient__in=readers).update(awaits_digest=False)
    return len(digests)


def _digest(reader: User, rows: Sequence[Message]) -> Mail | None:
    """Grouped by call, with links. None when all has been read on the site meanwhile, or the account is closed."""
    unread = [row for row in rows if row.read_at is None]
    if not unread or not reader.is_active:
        return None
    language = language_of(reader)
    with override(language):
        subject = ngettext("%(count)s new message in Pilotage", "%(count)s new messages in Pilotage", len(unread)) % {"count": len(unread)}
        parts = []
        for call, group in groupby(unread[:LINES], key=lambda row: row.call):
            heading = call.title if call else _("General")
            parts.append(f"{heading}\n" + "\n".join(_line(row) for row in group))
        if len(unread) > LINES:
            parts.append(_("… and %(count)s more in your inbox.") % {"count": len(unread) - LINES})
        parts.append(f"{settings.BASE_URL}/messages/\n\n{footer()}")
        return Mail(reader.email, subject, "\n\n".join(parts), reader, language)


def _line(row: Message) -> str:
    link = f"\n  {settings.BASE_URL}{row.link}" if row.link else ""
    return f"· {wording.title(row.text, row.params)}{link}"
