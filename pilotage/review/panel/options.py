"""What a call's review stage says about panel discussions."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from pilotage.calls.enums import StageKind
from pilotage.calls.models import Call


@dataclass(frozen=True, slots=True)
class DiscussionOptions:
    """``chair`` False: the secretariat leads. ``spread_over`` None: only the secretariat puts applications there."""

    offered: bool = False
    chair: bool = True
    spread_over: Decimal | None = None


def discussion_options(call: Call) -> DiscussionOptions:
    stage = call.stage(StageKind.REVIEW)
    raw = stage.options.get("discussion") if stage else None
    if raw is None:
        return DiscussionOptions()
    limit = raw.get("spread_over")
    return DiscussionOptions(True, bool(raw.get("chair", True)), None if limit is None else Decimal(str(limit)))
