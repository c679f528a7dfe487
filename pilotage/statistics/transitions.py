"""The life of a return as a table."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from pilotage.core.transitions import StateTable, register, row
from pilotage.core.verdict import Invalid
from pilotage.statistics import rules
from pilotage.statistics.enums import ReturnState as S
from pilotage.statistics.models import Return


def is_complete(report: Return) -> None:
    definition = report.version.definition
    figures = {value.element: value.current for value in report.values.all()}
    missing = definition.missing(figures)
    if missing:
        raise Invalid({code: _("“%(title)s” is missing.") % {"title": definition.elements[code].title} for code in missing})


def is_answered(report: Return) -> None:
    elements = report.version.definition.elements
    codes = report.flags.filter(answer="").order_by("element").values_list("element", flat=True)
    if codes:
        sentence = _("“%(title)s” is unusual and nobody has said why. The reporter answers before approval.")
        raise Invalid({code: sentence % {"title": elements[code].title} for code in codes})


RETURN = register(
    "statistics.return",
    StateTable(
        "return",
        tuple(S.values),
        S.DRAFT,
        (
            row("submit", S.DRAFT, S.SUBMITTED, rules.may_report, is_complete, is_answered, label=pgettext_lazy("return", "Submit")),
            row(
                "resubmit",
                {S.RETURNED, S.UNLOCKED},
                S.RESUBMITTED,
                rules.may_report,
                is_complete,
                is_answered,
                label=pgettext_lazy("return", "Resubmit"),
            ),
            row(
                "return",
                {S.SUBMITTED, S.RESUBMITTED, S.PROVINCE_APPROVED},
                S.RETURNED,
                rules.may_decide,
                needs_reason=True,
                label=pgettext_lazy("return", "Return"),
            ),
            row(
                "endorse",
                {S.SUBMITTED, S.RESUBMITTED},
                S.PROVINCE_APPROVED,
                rules.may_endorse,
                is_answered,
                label=pgettext_lazy("return", "Approve"),
            ),
            row(
                "approve",
                {S.SUBMITTED, S.RESUBMITTED, S.PROVINCE_APPROVED},
                S.LOCKED,
                rules.may_approve,
                is_answered,
                label=pgettext_lazy("return", "Approve and lock"),
            ),
            row("unlock", S.LOCKED, S.UNLOCKED, rules.may_reopen, needs_reason=True, label=pgettext_lazy("return", "Unlock")),
            row("correct", S.LOCKED, S.LOCKED, rules.may_reopen, needs_reason=True, label=pgettext_lazy("return", "Correct")),
        ),
    ),
)
