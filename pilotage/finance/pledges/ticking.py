"""Is there anything new to look at in pledges? The clock ticks every few seconds; the watch goes round only when a day or a record is new."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Max, Model

from pilotage.core import clock
from pilotage.finance.pledges import monitoring
from pilotage.finance.pledges.models import IpEvent, Pledge, PledgeChange, Valuation

Mark = tuple[date, datetime | None, int | None, int | None, int | None]
_seen: Mark | None = None


def watch_when_new() -> int:
    """Flags raised or cleared, 0 where nothing is new since this process last went round. Four queries then."""
    global _seen
    mark = _mark()
    if mark == _seen:
        return 0
    done = monitoring.watch()
    _seen = mark
    return done


def forget() -> None:
    """Go round at the next tick whatever was seen."""
    global _seen
    _seen = None


def _mark() -> Mark:
    moved = Pledge.objects.aggregate(last=Max("moved_at"))["last"]
    return clock.today(), moved, _last(IpEvent), _last(Valuation), _last(PledgeChange)


def _last(model: type[Model]) -> int | None:
    return model._default_manager.aggregate(last=Max("pk"))["last"]
