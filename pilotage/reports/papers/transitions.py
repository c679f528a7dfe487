"""The life of a work report as a table."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from pilotage.core.transitions import StateTable, register, row
from pilotage.reports.papers.checks import nothing_proposed, texts_printable
from pilotage.reports.papers.enums import WorkReportState as W
from pilotage.reports.papers.rules import can_prepare

WORK_REPORT = register(
    "reports.workreport",
    StateTable(
        "work_report",
        tuple(W.values),
        W.DRAFT,
        (
            row("submit", W.DRAFT, W.IN_REVIEW, can_prepare, texts_printable, label=_("Submit for review")),
            row("return", W.IN_REVIEW, W.DRAFT, can_prepare, nothing_proposed, needs_reason=True, label=_("Return to draft")),
            row("sign", W.IN_REVIEW, W.SIGNED, can_prepare, two_person=True, label=pgettext_lazy("work report", "Sign")),
            row("archive", W.SIGNED, W.ARCHIVED, can_prepare, label=pgettext_lazy("work report", "Archive")),
            row("reopen", {W.SIGNED, W.ARCHIVED}, W.DRAFT, can_prepare, needs_reason=True, label=pgettext_lazy("work report", "Reopen")),
        ),
    ),
)
