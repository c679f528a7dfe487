"""How far the applications of one call have come, step by step, and what is overdue in it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import ngettext

from pilotage.accounts.enums import Role
from pilotage.accounts.rules import has_role
from pilotage.calls.enums import StageKind
from pilotage.calls.flow import selectors as flow
from pilotage.calls.models import Call
from pilotage.plan.indicators import named
from pilotage.plan.outlook import OutlookLine
from pilotage.web import formats
from pilotage.web.charts import percent
from pilotage.web.plan.days import AsOf
from pilotage.web.plan.lines import publishing_calls

# who finds in the list of applications what the funnel counts
SEES_RECORDS = (Role.SECRETARIAT, Role.AUDITOR, Role.PROVINCE_OFFICER)


@dataclass(frozen=True, slots=True)
class FunnelRow:
    """``width`` in percent of the first step; share and median as written."""

    title: str
    count: int
    width: float
    share: str
    median: str
    url: str | None


@dataclass(frozen=True, slots=True)
class OverdueStep:
    title: str
    count: int
    url: str | None


@dataclass(frozen=True, slots=True)
class FunnelCard:
    call: Call
    rows: list[FunnelRow]
    overdue: list[OverdueStep]


def funnel_card(
    calls: Sequence[Call], chosen: OutlookLine | None, as_of: AsOf, actor: Any, provinces: Collection[str] | None
) -> FunnelCard | None:
    """Three queries; None without a call that had begun on that day. ``provinces`` narrows the counts; None: the whole country."""
    call = call_of(calls, chosen, as_of)
    if call is None:
        return None
    links = has_role(actor, *SEES_RECORDS, call=call)
    steps = flow.funnel(call, as_of.day, provinces)
    first = steps[0].count if steps else 0
    rows = [
        FunnelRow(
            title=step.title,
            count=step.count,
            width=percent(step.count, first),
            share="" if step.share is None else f"{round(step.share * 100)}%",
            median=formats.UNKNOWN if step.median_days is None else days(step.median_days),
            url=step.url if links else None,
        )
        for step in steps
    ]
    late = [OverdueStep(each.title, each.count, each.url if links else None) for each in flow.overdue(call, as_of.moment, provinces)]
    return FunnelCard(call, rows, late)


def call_of(calls: Sequence[Call], chosen: OutlookLine | None, as_of: AsOf) -> Call | None:
    """The call that the selected target counts, where it has begun; else the newest that runs, else the newest that has begun."""
    begun = [call for call in calls if _begun(call, as_of)]
    own = _counted_by(chosen, begun) if chosen else None
    running = [call for call in begun if _runs(call, as_of)]
    return own or next(iter([*running, *begun]), None)


def _counted_by(chosen: OutlookLine, calls: Sequence[Call]) -> Call | None:
    options = chosen.line.target.indicator_options
    slugs = set(map(str, named(options, "call", "calls")))
    published = publishing_calls(calls).get((str(options.get("directory", "")), int(options.get("edition") or 0)))
    return next((call for call in calls if call.slug in slugs), published)


def _begun(call: Call, as_of: AsOf) -> bool:
    stage = call.stage(StageKind.APPLY)
    return bool(stage and stage.opens_at and stage.opens_at <= as_of.moment)


def _runs(call: Call, as_of: AsOf) -> bool:
    return any(
        stage.opens_at and stage.opens_at <= as_of.moment and (stage.closes_at is None or stage.closes_at > as_of.moment)
        for stage in call.stage_by_key.values()
    )


def days(number: float) -> str:
    """8天 · 8 days; a half is kept."""
    shown = formats.number(int(number) if number == int(number) else round(number, 1))
    return ngettext("%(number)s day", "%(number)s days", 1 if number == 1 else 2) % {"number": shown}
