"""What was forecast in the middle of the year, beside what came of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from pilotage.plan.enums import TargetKind
from pilotage.plan.models import TargetReading
from pilotage.plan.outlook_words import sure
from pilotage.reports.papers.paper import Block, note, paragraph, table
from pilotage.reports.papers.sources import Sources
from pilotage.reports.papers.targets import TargetFact, amount
from pilotage.reports.papers.words import UNKNOWN, day, span

MOST_READINGS = 4  # of one target: the mid-year one, and the further ones spread over the time left


def forecast_review(sources: Sources, part: Mapping[str, Any]) -> list[Block]:
    by_target = _readings(sources)
    shown = [(fact, reading) for fact in sources.chosen(part) for reading in by_target.get(fact.code, ())]
    if not shown:
        return [paragraph(_("No forecast was kept in this period, so none can be set beside the outcome."))]
    rows = [_row(sources, fact, reading) for fact, reading in shown]
    head = [
        (pgettext("work report", "No."), "l", 0.9),
        (_("Target"), "l", 2.4),
        (_("Forecast of"), "l", 1.9),
        (_("Counted then"), "r", 1.1),
        (_("Range (80%)"), "r", 1.3),
        (pgettext("work report", "Chance"), "r", 0.8),
        (_("Outcome"), "r", 1.5),
        (_("Within the range"), "l", 1.4),
    ]
    return [*_summary(sources, shown), table(head, rows), note(_rule())]


def _rule() -> str:
    return _(
        "The forecast of mid-year is the last one kept on or before 30 June; further ones follow. They are shown as they were made and are not "
        "reckoned again. A good forecast has eight of ten outcomes within its range of 80%."
    )


def _readings(sources: Sources) -> dict[str, list[TargetReading]]:
    """Of each target with a forecast: the nearest on or before mid-year, then at most three later ones. One query."""
    middle = date(sources.period.first.year, 6, 30)
    rows = TargetReading.objects.filter(plan=sources.plan, day__gte=sources.plan.starts_on, day__lte=sources.as_of).order_by("day", "id")
    found: dict[str, list[TargetReading]] = defaultdict(list)
    for row in rows:
        if row.forecast:
            found[row.target_code].append(row)
    return {code: _chosen(readings, middle) for code, readings in found.items()}


def _chosen(readings: Sequence[TargetReading], middle: date) -> list[TargetReading]:
    before = [row for row in readings if row.day <= middle]
    after = [row for row in readings if row.day > middle]
    step = max(1, -(-len(after) // (MOST_READINGS - 1)))
    return [*before[-1:], *after[::-1][::step][::-1]]


def _is_over(sources: Sources, reading: TargetReading) -> bool:
    return date.fromisoformat(reading.forecast["due_on"]) <= sources.as_of


def _inside(fact: TargetFact, reading: TargetReading) -> bool:
    low, high = reading.forecast["intervals"]["80"]
    return fact.value is not None and low <= float(fact.value) <= high


def _row(sources: Sources, fact: TargetFact, reading: TargetReading) -> list[Any]:
    low, high = reading.forecast["intervals"]["80"]
    places = 0 if high >= 10 else 1
    outcome: Any = _("%(value)s, not due yet") % {"value": amount(fact.target, fact.value)}
    inside: Any = UNKNOWN
    if _is_over(sources, reading) and fact.value is not None:
        outcome = amount(fact.target, fact.value)
        inside = [_("within"), "good"] if _inside(fact, reading) else [_above_or_below(fact, high), "warn"]
    return [
        fact.code,
        fact.target.title,
        day(reading.day),
        amount(fact.target, reading.value),
        span(round(low, places), round(high, places)),
        sure(reading.forecast["chance"]),
        outcome,
        inside,
    ]


def _above_or_below(fact: TargetFact, high: float) -> str:
    return _("above it") if float(fact.value or 0) > high else _("below it")


def _summary(sources: Sources, shown: Sequence[tuple[TargetFact, TargetReading]]) -> list[Block]:
    """How many mid-year forecasts held what they said."""
    middle = date(sources.period.first.year, 6, 30)
    over = [
        (fact, reading)
        for fact, reading in shown
        if reading.day <= middle and _is_over(sources, reading) and fact.value is not None and fact.target.kind != TargetKind.QUALITATIVE
    ]
    if not over:
        return [paragraph(_("No target that was forecast at mid-year is due yet."))]
    held = sum(_inside(fact, reading) for fact, reading in over)
    words = ngettext(
        "%(held)s of %(count)s outcome lies within the 80%% range forecast at mid-year.",
        "%(held)s of %(count)s outcomes lie within the 80%% range forecast at mid-year.",
        len(over),
    )
    return [paragraph(words % {"held": held, "count": len(over)})]
