"""The life of a page: a draft, published, withdrawn, published again."""

from __future__ import annotations

from pilotage.core.transitions import StateTable, register, row
from pilotage.publications.site.enums import PageState
from pilotage.publications.site.rules import can_edit

PAGE = register(
    "publications.sitepage",
    StateTable(
        name="publications.page",
        states=tuple(PageState.values),
        initial=PageState.DRAFT,
        rows=(
            row("publish", {PageState.DRAFT, PageState.WITHDRAWN}, PageState.PUBLISHED, can_edit),
            row("withdraw", PageState.PUBLISHED, PageState.WITHDRAWN, can_edit, needs_reason=True),
        ),
    ),
)
