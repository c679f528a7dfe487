from __future__ import annotations

import hashlib
import secrets
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from pilotage.audit.services import record
from pilotage.core import clock
from pilotage.core.verdict import Conflict
from pilotage.messages.models import CalendarFeed
from pilotage.messages.selectors import language_of


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def make_feed(*, actor: Any, language: str = "") -> tuple[CalendarFeed, str]:
    """A new secret address of the actor's calendar; one made before stops working. Returns the token once; only its digest is kept."""
    token, now = secrets.token_urlsafe(24), clock.now()
    with transaction.atomic():
        for old in CalendarFeed.objects.select_for_update().filter(user=actor, revoked_at__isnull=True):
            _revoke(actor, old)
        feed = CalendarFeed.objects.create(
            user=actor, token_digest=digest_of(token), language=language or language_of(actor), created_at=now
        )
        record(feed, "calendar.make", actor=actor)
    return feed, token


def revoke_feed(*, actor: Any) -> CalendarFeed:
    """The address stops working at once."""
    with transaction.atomic():
        feed = CalendarFeed.objects.select_for_update().filter(user=actor, revoked_at__isnull=True).first()
        if feed is None:
            raise Conflict(_("There is no calendar address to withdraw."))
        _revoke(actor, feed)
    return feed


def _revoke(actor: Any, feed: CalendarFeed) -> None:
    feed.revoked_at = clock.now()
    feed.save(update_fields=["revoked_at"])
    record(feed, "calendar.revoke", actor=actor)


def feed_of_token(token: str) -> CalendarFeed | None:
    """The feed a secret address opens, None when unknown, withdrawn, or of somebody who may not sign in any more."""
    feed = CalendarFeed.objects.select_related("user").filter(token_digest=digest_of(token), revoked_at__isnull=True).first()
    return feed if feed is not None and feed.user.is_active else None
