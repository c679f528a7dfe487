from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from pilotage.core.transitions import StateTable, register, row
from pilotage.review.checks import inputs_unchanged, not_proposed, scores_complete
from pilotage.review.enums import AssignmentState, SelectionState
from pilotage.review.rules import can_administer, can_confirm_selection, can_discard_selection, can_recuse, can_review

A = AssignmentState
ASSIGNMENT = register(
    "review.assignment",
    StateTable(
        "assignment",
        tuple(A.values),
        A.ASSIGNED,
        (
            row("start", A.ASSIGNED, A.STARTED, can_review, label=_("No conflict, begin")),
            row("finish", A.STARTED, A.FINISHED, can_review, scores_complete, label=_("Finish")),
            row("reopen", A.FINISHED, A.STARTED, can_administer, needs_reason=True, label=_("Reopen")),
            row("recuse", {A.ASSIGNED, A.STARTED}, A.RECUSED, can_recuse, needs_reason=True, label=_("Recuse")),
            row("cancel", {A.ASSIGNED, A.STARTED}, A.CANCELLED, can_administer, needs_reason=True, label=pgettext_lazy("review", "Cancel")),
        ),
    ),
)
S = SelectionState
SELECTION = register(
    "review.selection",
    StateTable(
        "selection",
        tuple(S.values),
        S.DRAFT,
        (
            row(
                "confirm", S.DRAFT, S.CONFIRMED, can_confirm_selection, inputs_unchanged, two_person=True, label=_("Confirm the selection")
            ),
            row("discard", S.DRAFT, S.DISCARDED, can_discard_selection, not_proposed, label=_("Discard")),
        ),
    ),
)
