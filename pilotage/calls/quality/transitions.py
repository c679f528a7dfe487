"""The life of a mark on a figure as a table."""

from __future__ import annotations

from typing import Any

from django.utils.translation import pgettext_lazy

from pilotage.calls import rules
from pilotage.calls.enums import FlagState as F
from pilotage.calls.models import QualityFlag
from pilotage.core.transitions import StateTable, anyone, register, row
from pilotage.core.verdict import Verdict


def may_clear(actor: Any, flag: QualityFlag) -> Verdict:
    """Whose turn it is to decide the application; the same people who may return it."""
    return rules.may_judge_figures(actor, flag.application)


QUALITY_FLAG = register(
    "calls.qualityflag",
    StateTable(
        "quality_flag",
        tuple(F.values),
        F.OPEN,
        (
            row("clear", F.OPEN, F.CLEARED, may_clear, needs_reason=True, label=pgettext_lazy("figure", "Clear")),
            # another filing took its place
            row("lapse", F.OPEN, F.LAPSED, anyone, label=pgettext_lazy("figure", "Replace")),
        ),
    ),
)
