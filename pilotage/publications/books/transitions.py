"""The life of a case set as a table."""

from django.utils.translation import pgettext_lazy

from pilotage.core.transitions import StateTable, register, row
from pilotage.publications.books.enums import CaseSetState as S
from pilotage.publications.books.rules import can_make, is_complete

CASE_SET = register(
    "publications.caseset",
    StateTable(
        "case_set",
        tuple(S.values),
        S.DRAFT,
        (
            row("issue", S.DRAFT, S.ISSUED, can_make, is_complete, two_person=True, label=pgettext_lazy("case set", "Issue")),
            row(
                "withdraw",
                S.ISSUED,
                S.WITHDRAWN,
                can_make,
                two_person=True,
                needs_reason=True,
                label=pgettext_lazy("case set", "Withdraw"),
            ),
        ),
    ),
)
