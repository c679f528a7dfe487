"""Until when does the registration office have to decide, and on what does that number of days rest?

Days are working days of ``core.working_days``. The office's own term differs by way of filing and by place, so each number names its source;
``is_verified`` False: general knowledge that nobody has checked against the announcement.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.utils import timezone

from pilotage.core import working_days
from pilotage.finance.pledges.enums import PledgeState


@dataclass(frozen=True, slots=True)
class Term:
    """``days`` working days; a defect starts them anew on the day it is cured."""

    key: str
    days: int
    source: str
    is_verified: bool


WINDOW: Final = Term("window", 3, "https://wxjkippc.org.cn/newsinfo/5560448.html", True)
PAPER: Final = Term("paper", 5, "国家知识产权局公告第461号《专利权质押登记办法》", False)
ONLINE: Final = Term("online", 2, "国家知识产权局公告第461号《专利权质押登记办法》", False)
TERMS: Final = (ONLINE, WINDOW, PAPER)


def begins_on(pledge: Any) -> date | None:
    """From when the term runs: from the filing, or from the day the last defect was cured."""
    if pledge.filed_on is None or pledge.state != PledgeState.FILED:
        return pledge.filed_on  # type: ignore[no-any-return]
    return max(pledge.filed_on, timezone.localdate(pledge.moved_at))


def due_on(filed_on: date, term: Term = PAPER) -> date:
    """The last working day of the office's term; the day of filing is not counted."""
    return working_days.add(filed_on, term.days)


def is_overdue(filed_on: date, today: date, term: Term = PAPER) -> bool:
    return today > due_on(filed_on, term)
