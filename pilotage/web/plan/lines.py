"""A target's line as the plan pages word it: what is promised, what is there, what that means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from pilotage.calls.enums import StageKind
from pilotage.calls.models import Call, Stage
from pilotage.plan.enums import TargetKind, TargetStatus
from pilotage.plan.models import Target
from pilotage.plan.progress import TargetLine, due_on
from pilotage.web import formats

IN_PERCENT = frozenset({TargetKind.GROWTH, TargetKind.RATE})
AFTERWARDS = frozenset({StageKind.UPDATE, StageKind.RE_EVALUATE})


@dataclass(frozen=True, slots=True)
class Steps:
    """How far the call behind a deliverable has come: by its calendar, not by what lies on desks."""

    done: int
    total: int
    current: str
    next_title: str
    next_at: datetime | None


def goal(target: Target) -> str:
    """不少于3,000家 · at least 3,000"""
    if target.kind == TargetKind.QUALITATIVE:
        return _("Qualitative")
    if target.kind == TargetKind.DELIVERABLE:
        return _("Deliverable")
    value = amount(target, target.value)
    if target.kind == TargetKind.ABOUT:
        return _("about %(value)s") % {"value": value}
    if target.kind == TargetKind.RANGE:
        dash = "–" if formats.in_english() else "—"
        return f"{formats.number(plain(target.value))}{dash}{amount(target, target.value_max)}"
    if target.kind == TargetKind.EXACT:
        return value
    if target.kind == TargetKind.GROWTH:
        return _("up by at least %(value)s") % {"value": value}
    return _("at least %(value)s") % {"value": value}


def amount(target: Target, value: Decimal | None) -> str:
    """The number with its Chinese classifier; in English the title names what is counted."""
    number = formats.number(plain(value))
    if target.kind in IN_PERCENT:
        return f"{number}%"
    return number if formats.in_english() else f"{number}{target.unit_zh}"


def figure(line: TargetLine) -> tuple[str, str]:
    """What is counted and its unit; money says its own."""
    target, indicator = line.target, line.indicator
    unit_zh = target.unit_zh or (indicator.unit_zh if indicator else "")
    if unit_zh == "万元":
        return formats.money(plain(line.value)), ""
    return formats.number(plain(line.value)), target.unit or (indicator.unit if indicator else "")


def sentence(line: TargetLine, steps: Steps | None) -> str:
    """What follows from value and status, in words."""
    target = line.target
    if line.why:
        return line.why
    if line.status == TargetStatus.CARRIES_OVER and target.measure.carries_over_to:
        return _("Result expected in %(year)d") % {"year": target.measure.carries_over_to.year}
    if line.status == TargetStatus.NOT_COUNTED or line.value is None:
        return _("No records in this system")
    if target.kind == TargetKind.QUALITATIVE:
        return _("The plan gives words and no number; this is how far it has come.")
    if target.kind == TargetKind.DELIVERABLE:
        return _deliverable(line, steps)
    if line.status == TargetStatus.MET:
        return _over(line)
    gap = _gap(target, line.value)
    told = {"gap": amount(target, abs(gap)), "day": formats.day(due_on(target))}
    if gap < 0:
        return _("%(gap)s above the target") % told
    if line.status == TargetStatus.MISSED:
        return _("%(gap)s short on %(day)s") % told
    return _("%(gap)s to go by %(day)s") % told


def _over(line: TargetLine) -> str:
    over = (line.value or Decimal(0)) - (line.target.value or Decimal(0))
    if over <= 0 or line.target.kind in {TargetKind.RANGE, TargetKind.ABOUT}:
        return _("Target reached")
    return _("%(over)s above the target") % {"over": amount(line.target, over)}


def _gap(target: Target, value: Decimal) -> Decimal:
    """What is missing; negative where a range, an exact or an about target has been overshot."""
    high = target.value_max if target.kind == TargetKind.RANGE else None
    if high is not None and value > high:
        return high - value
    return (target.value or Decimal(0)) - value


def _deliverable(line: TargetLine, steps: Steps | None) -> str:
    if line.status == TargetStatus.MET:
        return pgettext("deliverable", "Published")
    if steps and steps.next_title and steps.next_at:
        return _("Next: %(stage)s, %(day)s") % {"stage": steps.next_title, "day": formats.short_day(steps.next_at)}
    return _("Due by %(day)s") % {"day": formats.day(due_on(line.target))}


def steps_of(line: TargetLine, calls: Mapping[tuple[str, int], Call], now: datetime) -> Steps | None:
    options = line.target.indicator_options
    call = calls.get((str(options.get("directory", "")), int(options.get("edition") or 0)))
    if line.target.kind != TargetKind.DELIVERABLE or call is None:
        return None
    stages = [stage for stage in call.stage_by_key.values() if stage.kind not in AFTERWARDS]
    if line.status == TargetStatus.MET:
        return Steps(len(stages), len(stages), stages[-1].title, "", None)
    ended = [stage for stage in stages if _ended(stage, now)]
    running = [stage for stage in stages if stage not in ended and (stage.opens_at is None or stage.opens_at <= now)]
    later = [stage for stage in stages if stage.opens_at is not None and stage.opens_at > now]
    current = running[-1].title if running else (ended[-1].title if ended else "")
    return Steps(len(ended), len(stages), current, later[0].title if later else "", later[0].opens_at if later else None)


def _ended(stage: Stage, now: datetime) -> bool:
    """Publishing has no close: it ends when the record says so, which the status has told already."""
    return stage.closes_at is not None and stage.closes_at <= now


def plain(value: Decimal | None) -> Decimal | None:
    """300.0000 -> 300; 12.5000 -> 12.5"""
    if value is None:
        return None
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()


def publishing_calls(calls: Iterable[Call]) -> dict[tuple[str, int], Call]:
    """Calls by the directory and edition that their publication stage names."""
    found: dict[tuple[str, int], Call] = {}
    for call in calls:
        stage: Any = call.stage(StageKind.PUBLISH)
        if stage is not None and stage.options.get("directory"):
            found[str(stage.options["directory"]), int(stage.options.get("edition") or 0)] = call
    return found
