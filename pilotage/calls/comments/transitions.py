"""The life of a comment on a field as a table."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy

from pilotage.calls import rules
from pilotage.calls.enums import CommentState as C
from pilotage.core.transitions import StateTable, register, row
from pilotage.core.verdict import YES, Verdict


def may_write(actor: Any, comment: Any) -> Verdict:
    return rules.may_comment(actor, comment.application)


def goes_with_its_application(_actor: Any, _comment: Any) -> Verdict:
    """Whoever returned or passed the application was asked by its own rule."""
    return YES


COMMENT = register(
    "calls.fieldcomment",
    StateTable(
        "comment",
        tuple(C.values),
        C.DRAFT,
        (
            row("send", C.DRAFT, C.SENT, goes_with_its_application, label=gettext_lazy("Send with the return")),
            row("drop", C.DRAFT, C.DROPPED, may_write, label=gettext_lazy("Take the comment back")),
            row("settle", C.SENT, C.SETTLED, may_write, label=gettext_lazy("Settled")),
            row("close", C.SENT, C.SETTLED, goes_with_its_application, label=gettext_lazy("Settled by the decision")),
        ),
    ),
)
