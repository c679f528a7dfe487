"""The number of the last act that may have changed what the public sees.

It is that of an event in the record, so every process and every reader of the database has the same one. Each event counts unless it is
certainly about inner work: what was forgotten in ``PRIVATE`` costs a page made once more, never a page that is out of date.
"""

from __future__ import annotations

import threading

from django.db import connection

from pilotage.audit.models import AuditEvent

# types of object of which no public page says anything
PRIVATE = (
    "accounts.",
    "messages.",
    "review.assignment",
    "review.score",
    "review.expert",
    "review.invitation",
    "review.discussion",
    "reports.dashboard",
    "calls.fieldcomment",
    "calls.attachment",
    "publications.casecomment",
)
# what is typed before it is filed
PRIVATE_VERBS = frozenset({"application.start", "application.save_draft", "application.confirm_answers"})
_STEP = 500
_lock = threading.Lock()
_known: dict[str, tuple[int, int]] = {}  # database -> head of the record when last looked, public number then


def head() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM audit_audithead WHERE id = 1")
        row = cursor.fetchone()
    return row[0] if row else 0


def public_number() -> int:
    """One query while nobody acts, two after somebody did."""
    now, name = head(), str(connection.settings_dict["NAME"])
    seen, number = _known.get(name, (0, 0))
    if now == seen:
        return number
    found = _last_public(now, seen if now > seen else 0)
    number = found or (number if now > seen else 0)
    with _lock:
        if _known.get(name, (0, 0))[0] <= now or now < seen:  # a smaller head: the database was put back
            _known[name] = (now, number)
    return number


def _last_public(newest: int, oldest: int) -> int:
    """The last event after ``oldest`` up to ``newest`` that is not private; 0 for none. Reads backwards, a step at a time."""
    while newest > oldest:
        events = AuditEvent.objects.filter(number__gt=max(oldest, newest - _STEP), number__lte=newest)
        for number, kind, verb in events.order_by("-number").values_list("number", "object_type", "verb"):
            if verb not in PRIVATE_VERBS and not kind.startswith(PRIVATE):
                return number
        newest -= _STEP
    return 0


def forget() -> None:
    _known.clear()
