"""The map of the cockpit: the views of the plan page, the parts of the selected target, and what is overdue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from pilotage.calls.flow import selectors as flow
from pilotage.calls.flow.steps import STEP_OF
from pilotage.calls.models import Call
from pilotage.plan.indicators import Indicator
from pilotage.plan.models import Plan, Target
from pilotage.plan.outlook import OutlookLine
from pilotage.web.plan.days import AsOf
from pilotage.web.plan.places import COUNTS_BUILDING, LISTED, PROPOSED, MapView, map_views

SELECTED, OVERDUE = "target", "overdue"
USUAL = (PROPOSED, LISTED)


def cockpit_views(
    plan: Plan,
    calls: Sequence[Call],
    actor: Any,
    as_of: AsOf,
    lines: Sequence[OutlookLine],
    chosen: OutlookLine | None,
    running: Call | None,
) -> list[MapView]:
    """Those of the plan page, before them the selected target's own parts, after them what is overdue in the running call."""
    found = map_views(plan, calls, actor, as_of, [each.target for each in lines])
    own = _of_target(plan, chosen, as_of) if chosen else None
    late = MapView(OVERDUE, _("Overdue"), lambda: overdue_by_place(running, as_of)) if running else None
    return [*([own] if own else []), *found, *([late] if late else [])]


def usual(views: Sequence[MapView]) -> str:
    """The view shown where none is asked for: what is listed or proposed, else the first."""
    return next((view.key for view in views if view.key in USUAL), views[0].key)


def _of_target(plan: Plan, chosen: OutlookLine, as_of: AsOf) -> MapView | None:
    line = chosen.line
    if line.indicator is None or line.indicator.by_place is None or line.indicator.key == COUNTS_BUILDING or line.value is None:
        return None
    indicator, target = line.indicator, line.target
    pattern = f"{line.records_url}&province={{code}}" if line.records_url else ""
    return MapView(SELECTED, target.measure.code, lambda: parts(plan, indicator, target, as_of), pattern)


def parts(plan: Plan, indicator: Indicator, target: Target, as_of: AsOf) -> dict[str, int]:
    """Whole numbers by province; what has no place is left out of a map."""
    found: Mapping[str, Decimal | int] = indicator.by_place(plan, target.indicator_options, as_of.day) if indicator.by_place else {}
    return {code: round(value) for code, value in found.items() if code}


def overdue_by_place(call: Call | None, as_of: AsOf) -> dict[str, int]:
    """Province code -> applications still in a step whose stage has closed. Two queries."""
    if call is None:
        return {}
    closed = {each.key for each in flow.overdue(call, as_of.moment)}
    found: Counter[str] = Counter()
    for place, states in flow.states_by_place(call.pk, as_of.day).items():
        found[place] += sum(number for state, number in states.items() if STEP_OF[state].value in closed)
    return {place: number for place, number in found.items() if place and number}
