"""The plan's targets as cards read them: the line, how it stands, its course so far, and the forecast where there is one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from pilotage.plan.forecast.model import Forecast
from pilotage.plan.models import Plan
from pilotage.plan.outlook import outlooks
from pilotage.plan.progress import TargetLine
from pilotage.reports.cards import sources
from pilotage.reports.cards.kinds import Nothing


@dataclass(frozen=True, slots=True)
class Seen:
    """``state``: kind, value and word of how the target stands. ``why_none`` says why there is no forecast."""

    line: TargetLine
    state: tuple[str, str, str]
    forecast: Forecast | None
    why_none: str
    trend: Sequence[tuple[date, Decimal | int | None]]

    @property
    def course(self) -> list[tuple[date, Decimal | int]]:
        return [(day, value) for day, value in self.trend if value is not None]


def seen(plan: Plan, as_of: date, actor: Any) -> list[Seen]:
    """One for each target in the plan's order; read once a page."""
    return sources.once(("seen", plan.pk, as_of, getattr(actor, "pk", None)), lambda: _read(plan, as_of, actor))


def seen_of(plan: Plan, as_of: date, actor: Any, code: str) -> Seen:
    found = next((each for each in seen(plan, as_of, actor) if each.line.target.code == code), None)
    if found is None:
        raise Nothing(_("The plan has no target %(code)s any more. Choose another one in the card's settings.") % {"code": code})
    return found


def _read(plan: Plan, as_of: date, actor: Any) -> list[Seen]:
    return [
        Seen(
            each.line, ("outlook", str(each.outlook), str(each.outlook.label)), each.forecast, each.why_none, _of_the_plan(plan, each.trend)
        )
        for each in outlooks(plan, as_of, actor)
    ]


def _of_the_plan(plan: Plan, trend: Sequence[tuple[date, Decimal | None]]) -> Sequence[tuple[date, Decimal | None]]:
    """From the plan's first day on, where that leaves enough to be a course."""
    since = [(day, value) for day, value in trend if day >= plan.starts_on]
    return since if len(since) > 1 else trend
