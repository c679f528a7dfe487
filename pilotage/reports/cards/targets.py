"""Cards of the plan's targets with their forecasts: all of them on a line each, and one in full as a fan chart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pilotage.core.charts import Chart, fan, sparkline
from pilotage.plan.enums import TargetKind
from pilotage.plan.models import Plan
from pilotage.plan.progress import due_on
from pilotage.reports.cards import sources
from pilotage.reports.cards.kinds import Card, CardKind, Cell, Column, Link, Nothing, Option, register
from pilotage.reports.cards.numbers import figure_of
from pilotage.reports.cards.outlook import Seen, seen, seen_of
from pilotage.reports.papers.words import day, in_english, number, percent, span

TONES = {
    "met": "good",
    "on_track": "accent",
    "in_progress": "accent",
    "at_risk": "warn",
    "unlikely": "bad",
    "missed": "bad",
}


def targets_card(actor: Any, plan: Plan, as_of: date, _options: Mapping[str, str]) -> Card:
    lines = [each for each in seen(plan, as_of, actor) if each.line.target.kind != TargetKind.QUALITATIVE]
    if not lines:
        raise Nothing(_("The plan promises no numbers yet."))
    return Card(
        _("Targets of the plan"),
        as_of,
        columns=(
            Column(_("Target")),
            Column(_("Present value"), is_number=True),
            Column(_("Goal"), is_number=True),
            Column(_("Course")),
            Column(_("Forecast at the due date (80%)"), is_number=True),
            Column(_("Chance in time"), is_number=True),
            Column(_("Judgement")),
        ),
        rows=[_row(plan, each) for each in lines],
        is_table=True,
    )


def _row(plan: Plan, each: Seen) -> tuple[Cell, ...]:
    target, forecast = each.line.target, each.forecast
    low, high = forecast.intervals[80] if forecast else (None, None)
    return (
        Cell(f"{target.code} {target.title}", url=sources.address("plan:target", slug=plan.slug, code=target.code)),
        Cell(each.line.value, number(each.line.value), url=each.line.records_url or ""),
        Cell(target.value, sources.goal_words(target)),
        Cell(None, picture=_spark(each)),
        Cell(_between(low, high) if forecast else None, _between(low, high)),
        Cell(forecast.chance if forecast else None, percent(forecast.chance if forecast else None)),
        Cell(each.state[2], state=each.state[:2]),
    )


def _whole(value: float | None) -> float | None:
    return None if value is None else round(value) if abs(value) >= 10 else round(value, 1)


def _between(low: float | None, high: float | None) -> str:
    """302—335, or the one number where both ends print the same."""
    first, last = _whole(low), _whole(high)
    return number(first) if first == last else span(first, last)


def _spark(each: Seen) -> Chart | None:
    """None where there is no course to draw."""
    if len(each.course) < 2:
        return None
    ahead = each.forecast.intervals[80] if each.forecast else None
    values = [sources.plain(value) for _day, value in each.trend]
    return sparkline(values, goal=sources.plain(each.line.target.value), tone=TONES.get(each.state[1], "neutral"), ahead=ahead)


def fan_card(actor: Any, plan: Plan, as_of: date, options: Mapping[str, str]) -> Card:
    each = seen_of(plan, as_of, actor, options["target"])
    target, forecast = each.line.target, each.forecast
    if not each.course and forecast is None:
        raise Nothing(
            _("Nothing has been counted yet for %(target)s, so neither course nor forecast can be drawn.") % {"target": target.title}
        )
    page = sources.address("plan:target", slug=plan.slug, code=target.code)
    return Card(
        f"{target.code} {target.title}",
        as_of,
        draw=lambda width: _fan(each, width),
        columns=(
            Column(_("Day")),
            Column(_("Median or count"), is_number=True),
            Column("10%", is_number=True),
            Column("90%", is_number=True),
        ),
        rows=_figures(each),
        links=[Link(_("How the forecast was made"), page)] if page and forecast else [],
        note=_said(each),
        figure=replace(figure_of(each.line), state=each.state),
    )


def _fan(each: Seen, width: int) -> Chart:
    target, forecast = each.line.target, each.forecast
    last = forecast.path[-1].day if forecast and forecast.path else due_on(target)
    first = each.course[0][0] if each.course else last
    return fan(
        [(when, float(value)) for when, value in each.course],
        forecast.path if forecast else [],
        goal=sources.plain(target.value),
        goal_label=_("Target %(goal)s") % {"goal": sources.goal_words(target)},
        title=_("%(title)s: course and forecast") % {"title": target.title},
        unit=sources.unit_of(target),
        format_number=lambda value: sources.axis(round(value, 1) if abs(value) < 10 else round(value)),
        day_label=sources.day_label(first, last),
        end_label=sources.day_label(first, last)(last),
        dash="–" if in_english() else "—",
        size=(width, 260 if width < 520 else 320),
    )


def _figures(each: Seen) -> list[tuple[Cell, ...]]:
    counted = [(Cell(when, day(when)), Cell(value, number(value)), Cell(None, "–"), Cell(None, "–")) for when, value in each.course]
    path = each.forecast.path if each.forecast else ()
    ahead = [
        (Cell(band.day, day(band.day)), *(Cell(value, number(_whole(value))) for value in (band.q50, band.q10, band.q90))) for band in path
    ]
    return [*counted, *ahead]


def _said(each: Seen) -> str:
    """The forecast in a sentence, or why there is none."""
    forecast = each.forecast
    if forecast is None:
        return each.why_none
    low, high = forecast.intervals[80]
    return _("By %(day)s %(low)s with 80%% probability, median %(median)s; met in time with %(chance)s.") % {
        "day": day(forecast.due_on),
        "low": _between(low, high),
        "median": number(_whole(forecast.median)),
        "chance": percent(forecast.chance),
    }


register(
    CardKind(
        "targets",
        gettext_lazy("All targets"),
        gettext_lazy("A line for each target: value, course, forecast, judgement."),
        targets_card,
        width=3,
    )
)
register(
    CardKind(
        "fan",
        gettext_lazy("Course and forecast"),
        gettext_lazy("One target in full: what was counted and where it is likely to end."),
        fan_card,
        (Option("target", gettext_lazy("Target"), sources.counted_choices),),
        width=2,
    )
)
