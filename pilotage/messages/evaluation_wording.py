"""The words of the letters about re-evaluations, as (kind, title, body)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from pilotage.messages.enums import MessageKind as K

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

_BY = _("“%(project)s”, %(number)s, in “%(campaign)s”: %(reason)s Report what was rectified by %(due)s.")
WORDS: Mapping[str, tuple[K, _StrPromise, _StrPromise]] = {
    "evaluation.require": (K.DEADLINE, _("To be rectified: %(number)s"), _BY),
    "evaluation.send_back": (K.RETURNED, _("Not rectified yet: %(number)s"), _BY),
    "evaluation.extend": (K.DEADLINE, _("Term extended: %(number)s"), _BY),
    "evaluation.due": (K.DEADLINE, _("Rectification to be reported: %(number)s"), _("“%(project)s”: the term ends on %(due)s.")),
    "evaluation.overdue": (
        K.DEADLINE,
        _("Rectification overdue: %(number)s"),
        _("“%(project)s”: the term ended on %(due)s. Without a report the entry may be removed from the directory."),
    ),
    "evaluation.pass": (K.OUTCOME, _("Re-evaluation passed: %(number)s"), _("“%(project)s” stays in the directory. %(reason)s")),
    "evaluation.fail": (K.OUTCOME, _("Removed from the directory: %(number)s"), _("“%(project)s” did not pass “%(campaign)s”: %(reason)s")),
    "evaluation.report": (K.WORK, _("Rectification reported: %(number)s"), _("“%(project)s” in “%(campaign)s” waits for your decision.")),
}
