"""The parts of a report about targets: table, course, changes since the last report."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from pilotage.core.charts import fan
from pilotage.plan.enums import TargetKind
from pilotage.plan.outlook import in_words
from pilotage.reports.papers.paper import Block, chart, heading, note, paragraph, table
from pilotage.reports.papers.sources import Sources
from pilotage.reports.papers.targets import TargetFact, amount, chance_words, goal_words, range_words, status_words
from pilotage.reports.papers.words import day, number

SIZE = (620, 250)


# --- table ----------------------------------------------------------------------------------
def targets(sources: Sources, part: Mapping[str, Any]) -> list[Block]:
    rows = [_target_row(fact) for fact in sources.chosen(part)]
    if not rows:
        return [note(_("No targets are entered."))]
    head = [
        (pgettext("work report", "No."), "l", 0.9),
        (_("Target"), "l", 2.6),
        (_("Goal"), "r", 1.5),
        (pgettext("work report", "Value"), "r", 1.1),
        (_("Due"), "l", 1.9),
        (_("Forecast (80%)"), "r", 1.3),
        (pgettext("work report", "Chance"), "r", 0.8),
        (_("State"), "l", 1.4),
    ]
    return [
        table(head, rows),
        note(_("“–” means that nothing can be counted or forecast yet, not zero.")),
    ]


def _target_row(fact: TargetFact) -> list[Any]:
    target = fact.target
    return [
        fact.code,
        target.title,
        goal_words(target),
        amount(target, fact.value),
        day(fact.due_on),
        range_words(fact.forecast),
        chance_words(fact.forecast),
        fact.state_cell,
    ]


# --- course ---------------------------------------------------------------------------------
def target_charts(sources: Sources, part: Mapping[str, Any]) -> list[Block]:
    """A fan for each target that is counted, with what the forecast knows in words."""
    blocks: list[Block] = []
    for fact in sources.chosen(part):
        points = [(at, float(value)) for at, value in fact.outlook.trend if value is not None]
        if fact.target.kind in {TargetKind.QUALITATIVE, TargetKind.DELIVERABLE} or not (points or fact.forecast):
            continue
        blocks += [heading(f"{fact.code} {fact.target.title}"), _fan(fact, points), *[note(each) for each in in_words(fact.outlook)[:3]]]
    return blocks or [note(_("None of these targets is counted by day, so no course can be drawn."))]


def _fan(fact: TargetFact, points: list[tuple[date, float]]) -> Block:
    target = fact.target
    title = _("%(title)s: values so far and forecast") % {"title": target.title}
    drawn = fan(
        points,
        fact.forecast.path if fact.forecast else (),
        goal=float(target.value) if target.value is not None else None,
        goal_label=goal_words(target),
        title=title,
        unit=target.unit,
        format_number=lambda value: number(round(value) if abs(value) >= 10 else round(value, 1)),
        day_label=date.isoformat,  # short, so that the last one finds its room
        empty=_("No values yet"),
        size=SIZE,
    )
    said = {
        "title": target.title,
        "value": amount(target, fact.value),
        "range": range_words(fact.forecast),
        "chance": chance_words(fact.forecast),
    }
    if fact.forecast is None:
        return chart(drawn, _("%(title)s: %(value)s so far.") % said)
    return chart(drawn, _("%(title)s: %(value)s so far; forecast %(range)s (80%%), chance of being met %(chance)s.") % said)


# --- changes --------------------------------------------------------------------------------
def changes(sources: Sources, part: Mapping[str, Any]) -> list[Block]:
    if sources.previous is None:
        return [paragraph(_("This is the first report of its kind, so nothing can be compared."))]
    before = sources.previous["facts"]["targets"]
    rows = [row for fact in sources.chosen(part) if (row := _changed(fact, before.get(fact.code)))]
    since = _("Compared with the report whose figures are as of %(day)s.") % {"day": day(date.fromisoformat(sources.previous["as_of"]))}
    if not rows:
        return [paragraph(_("No target has changed.")), note(since)]
    said = ngettext("%(count)s target has changed.", "%(count)s targets have changed.", len(rows)) % {"count": len(rows)}
    head = [
        (pgettext("work report", "No."), "l", 0.9),
        (_("Target"), "l", 2.8),
        (pgettext("work report", "Before"), "r", 1.2),
        (pgettext("work report", "Now"), "r", 1.2),
        (_("Difference"), "r", 1.1),
        (_("State"), "l", 2.4),
    ]
    return [paragraph(said), table(head, rows), note(since)]


def _changed(fact: TargetFact, before: Mapping[str, Any] | None) -> list[Any] | None:
    now, target = fact.figures(), fact.target
    if before is None:
        return [fact.code, target.title, _("not in it"), amount(target, fact.value), number(None), fact.state_cell]
    if (before["value"], before["status"]) == (now["value"], now["status"]):
        return None
    gap = None if before["value"] is None or now["value"] is None else now["value"] - before["value"]
    state = fact.state_cell
    if before["status"] != now["status"]:
        state = [f"{status_words(before['status'])} → {fact.status_words}", fact.tone]
    return [fact.code, target.title, amount(target, before["value"]), amount(target, fact.value), _signed(gap), state]


def _signed(gap: Any) -> str:
    return f"+{number(gap)}" if gap is not None and gap > 0 else number(gap)
