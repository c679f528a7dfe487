"""The words of the letters about listing projects, as (kind, title, body)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from pilotage.messages.enums import MessageKind as K

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

WORDS: Mapping[str, tuple[K, _StrPromise, _StrPromise]] = {
    "listing_project.overdue": (
        K.DEADLINE,
        _("Suspended past the limit: %(enterprise)s"),
        _("The review of %(number)s was suspended until %(until)s at the latest: %(cause)s. Enter what has happened."),
    ),
    "listing_project.step": (
        K.PROGRESS,
        _("Listing project %(number)s: %(stage)s"),
        _("The secretariat has entered a step of the way to the market: %(stage)s, %(day)s. %(reason)s"),
    ),
    "listing_project.taken_back": (
        K.PROGRESS,
        _("Listing project %(number)s: a step was taken back"),
        _("The last step was entered by mistake; the project stands at: %(stage)s. Reason: %(reason)s"),
    ),
    "listing_project.document": (
        K.WORK,
        _("A document was added: %(enterprise)s"),
        _("The enterprise has added a document to %(number)s: %(title)s."),
    ),
}
