"""Every write of the room."""

from pilotage.messages.services.calendar import make_feed, revoke_feed
from pilotage.messages.services.digests import make_digests
from pilotage.messages.services.inbox import mark_all_read, mark_read, write
from pilotage.messages.services.late_objections import chase_objections
from pilotage.messages.services.outbox import (
    Mail,
    hold_everything,
    hold_mails,
    post,
    release_everything,
    release_mails,
    retry_mails,
    send_due,
)
from pilotage.messages.services.preferences import set_language, set_preferences
from pilotage.messages.services.reading import read_news
from pilotage.messages.services.reminding import send_reminders

__all__ = [
    "Mail",
    "chase_objections",
    "hold_everything",
    "hold_mails",
    "make_digests",
    "make_feed",
    "mark_all_read",
    "mark_read",
    "post",
    "read_news",
    "release_everything",
    "release_mails",
    "retry_mails",
    "revoke_feed",
    "send_due",
    "send_reminders",
    "set_language",
    "set_preferences",
    "write",
]
