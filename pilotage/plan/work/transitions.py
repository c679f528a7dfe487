"""The lives of a progress report and of a deliverable as tables."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from pilotage.core.transitions import StateTable, register, row
from pilotage.core.verdict import Invalid
from pilotage.plan.models import ProgressReport
from pilotage.plan.work import rules
from pilotage.plan.work.enums import REPORT_TO_REVIEW, DeliverableState, ReportState

R, D = ReportState, DeliverableState


def is_complete(report: ProgressReport) -> None:
    errors = {}
    if not report.done.strip():
        errors["done"] = _("Say what was done.")
    if report.progress is None:
        errors["progress"] = _("State the progress in percent, 0 to 100.")
    if errors:
        raise Invalid(errors)


REPORT = register(
    "plan.progressreport",
    StateTable(
        "progress_report",
        tuple(R.values),
        R.DRAFT,
        (
            row("submit", R.DRAFT, R.SUBMITTED, rules.can_write, is_complete, label=pgettext_lazy("progress report", "Submit")),
            row(
                "resubmit", R.RETURNED, R.RESUBMITTED, rules.can_write, is_complete, label=pgettext_lazy("progress report", "Submit again")
            ),
            row("accept", REPORT_TO_REVIEW, R.ACCEPTED, rules.can_review, label=pgettext_lazy("progress report", "Accept")),
            row(
                "return",
                REPORT_TO_REVIEW,
                R.RETURNED,
                rules.can_review,
                needs_reason=True,
                label=pgettext_lazy("progress report", "Return for correction"),
            ),
            row(
                "reopen", R.ACCEPTED, R.RETURNED, rules.can_reopen, needs_reason=True, label=pgettext_lazy("progress report", "Open again")
            ),
        ),
    ),
)
DELIVERABLE = register(
    "plan.deliverable",
    StateTable(
        "deliverable",
        tuple(D.values),
        D.PROPOSED,
        (
            row("accept", D.PROPOSED, D.ACCEPTED, rules.can_decide, label=pgettext_lazy("deliverable", "Accept")),
            row(
                "decline", D.PROPOSED, D.DECLINED, rules.can_decide, needs_reason=True, label=pgettext_lazy("deliverable", "Do not accept")
            ),
            row("withdraw", D.PROPOSED, D.WITHDRAWN, rules.can_withdraw, label=pgettext_lazy("deliverable", "Withdraw")),
            row(
                "revoke",
                D.ACCEPTED,
                D.DECLINED,
                rules.can_revoke,
                needs_reason=True,
                label=pgettext_lazy("deliverable", "Take the acceptance back"),
            ),
        ),
    ),
)
