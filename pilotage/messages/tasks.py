"""What the post does at every tick of the clock: read decisions, remind, make digests, send."""

from __future__ import annotations

import logging
from collections.abc import Callable

from pilotage.calls.services import remind_by_rule
from pilotage.directory.services import remind_terms
from pilotage.finance.matching import reminding as introductions
from pilotage.finance.matching.services import expire
from pilotage.finance.pipeline import overdue, rounds
from pilotage.finance.pledges.ticking import watch_when_new
from pilotage.messages import services
from pilotage.plan.work import reminding as work_reminding

logger = logging.getLogger("pilotage.messages")


def tick() -> dict[str, int]:
    """One round. A step that fails is logged and leaves the others alone; every step may be repeated at any time."""
    steps: dict[str, Callable[[], int]] = {
        # reminders of overdue reports are decisions of the room below; the next reading of the chain tells them
        "chased": remind_by_rule,
        "measures_chased": work_reminding.remind_by_rule,
        "terms_chased": remind_terms,
        "needs_ended": expire,
        "introductions_chased": introductions.remind_by_rule,
        "pledges_watched": watch_when_new,
        "tier_rounds_moved": rounds.tick,
        "suspensions_chased": overdue.tell,
        "read": _read_all,
        "objections_chased": services.chase_objections,
        "reminded": services.send_reminders,
        "digests": services.make_digests,
        "sent": services.send_due,
    }
    return {name: _guarded(name, step) for name, step in steps.items()}


def _read_all() -> int:
    total = 0
    while number := services.read_news():
        total += number
    return total


def _guarded(name: str, step: Callable[[], int]) -> int:
    try:
        return step()
    except Exception:
        logger.exception("the step %s of the post failed; it is tried again at the next tick", name)
        return 0
