"""The words of the letters about the work on measures, as (kind, title, body)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from pilotage.messages.enums import MessageKind as K

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

WORDS: Mapping[str, tuple[K, _StrPromise, _StrPromise]] = {
    "progress.due": (
        K.DEADLINE,
        _("Progress report to be handed in: %(code)s"),
        _("The report on “%(measure)s” for %(report)s is due on %(due)s."),
    ),
    "progress.due.many": (K.DEADLINE, _("%(count)s progress reports to be handed in"), _("The reports for %(report)s are due on %(due)s.")),
    "progress.overdue": (
        K.DEADLINE,
        _("Progress report overdue: %(code)s"),
        _("The report on “%(measure)s” for %(report)s was due on %(due)s. Hand it in now."),
    ),
    "progress.overdue.many": (
        K.DEADLINE,
        _("%(count)s progress reports overdue"),
        _("The desk of the measures names them. Hand them in now."),
    ),
    "progress.overdue_manager": (
        K.DEADLINE,
        _("Your unit's progress report is overdue: %(code)s"),
        _("The report on “%(measure)s” for %(report)s was due on %(due)s and is still missing. Please see to it."),
    ),
    "progress.overdue_manager.many": (
        K.DEADLINE,
        _("%(count)s progress reports of your unit are overdue"),
        _("They have been missing for a week or longer. Please see to it."),
    ),
    "progress.to_review": (
        K.WORK,
        _("Progress report to review: %(code)s"),
        _("The report on “%(measure)s” for %(report)s was handed in."),
    ),
    "progress.to_review.many": (K.WORK, _("%(count)s progress reports to review"), _("They were handed in for %(report)s.")),
    "progress.returned": (
        K.RETURNED,
        _("Progress report returned: %(code)s"),
        _("The report on “%(measure)s” for %(report)s was sent back. Reason: %(reason)s"),
    ),
    "progress.accepted": (
        K.OUTCOME,
        _("Progress report accepted: %(code)s"),
        _("The report on “%(measure)s” for %(report)s was accepted."),
    ),
    "light.overridden": (
        K.OUTCOME,
        _("The light of %(code)s was set by the secretariat"),
        _("It concerns “%(measure)s” and holds until your next report. Reason: %(reason)s"),
    ),
    "deliverable.to_accept": (K.WORK, _("Deliverable to accept: %(document)s"), _("It was handed over for “%(measure)s”.")),
    "deliverable.to_accept.many": (K.WORK, _("%(count)s deliverables to accept"), _("The desk of the measures names them.")),
    "deliverable.accepted": (K.OUTCOME, _("Deliverable accepted: %(document)s"), _("It counts for “%(measure)s” now.")),
    "deliverable.declined": (
        K.OUTCOME,
        _("Deliverable not accepted: %(document)s"),
        _("It does not count for “%(measure)s”. Reason: %(reason)s"),
    ),
}
