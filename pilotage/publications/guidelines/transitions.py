"""The life of a guideline and of a comment as tables."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from pilotage.core.transitions import StateTable, register, row
from pilotage.publications.guidelines.checks import all_answered, can_be_issued, nothing_proposed, period_over, texts_fit
from pilotage.publications.guidelines.enums import CommentState as C
from pilotage.publications.guidelines.enums import GuidelineState as G
from pilotage.publications.guidelines.rules import can_answer, can_write

ANSWERED = (C.ADOPTED, C.PARTLY, C.NOT_ADOPTED)

GUIDELINE = register(
    "publications.guideline",
    StateTable(
        "guideline",
        tuple(G.values),
        G.DRAFT,
        (
            row("open_round", G.DRAFT, G.COMMENTING, can_write, texts_fit, nothing_proposed, label=_("Open for comments")),
            row("close_round", G.COMMENTING, G.ANSWERING, can_write, period_over, label=_("Close the round")),
            row("publish_answers", G.ANSWERING, G.DRAFT, can_write, all_answered, label=_("Publish the answers")),
            row("issue", G.DRAFT, G.ISSUED, can_write, can_be_issued, two_person=True, label=pgettext_lazy("guideline", "Issue")),
            row("revise", G.ISSUED, G.DRAFT, can_write, nothing_proposed, needs_reason=True, label=_("Begin a revision")),
            row(
                "withdraw",
                G.ISSUED,
                G.WITHDRAWN,
                can_write,
                two_person=True,
                needs_reason=True,
                label=pgettext_lazy("guideline", "Withdraw"),
            ),
        ),
    ),
)
COMMENT = register(
    "publications.guidelinecomment",
    StateTable(
        "guideline_comment",
        tuple(C.values),
        C.OPEN,
        (
            row("adopt", C.OPEN, C.ADOPTED, can_answer, needs_reason=True, label=_("Adopt")),
            row("adopt_partly", C.OPEN, C.PARTLY, can_answer, needs_reason=True, label=_("Adopt in part")),
            row("decline", C.OPEN, C.NOT_ADOPTED, can_answer, needs_reason=True, label=_("Do not adopt")),
            row("reconsider", ANSWERED, C.OPEN, can_answer, needs_reason=True, label=_("Answer again")),
        ),
    ),
)
