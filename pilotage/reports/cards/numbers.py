"""Cards of one number: any registered indicator, or one target of the plan with what it is measured by."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pilotage.core.charts import Chart, lines
from pilotage.plan import indicators
from pilotage.plan.enums import TargetKind
from pilotage.plan.models import Plan
from pilotage.plan.progress import TargetLine, due_on
from pilotage.reports.cards import sources
from pilotage.reports.cards.kinds import Card, CardKind, Cell, Column, Figure, Link, Nothing, Option, register
from pilotage.reports.papers.words import day, number, percent

Points = Sequence[tuple[date, Decimal | int | float]]


def number_card(actor: Any, plan: Plan, as_of: date, options: Mapping[str, str]) -> Card:
    """Under the indicator's own rule for its records; the number itself is public, as on the plan page."""
    indicator = indicators.get(options["indicator"])
    if indicator is None:
        raise Nothing(_("This indicator is not counted here any more. Choose another one in the card's settings."))
    narrowed = sources.options_in(options.get("options", ""))
    value = indicator.count(plan, narrowed, as_of)
    if value is None:
        raise Nothing(_("Nothing has been counted yet: %(formula)s") % {"formula": indicator.formula})
    records = indicator.records_url(plan, narrowed, actor) if indicator.records_url else None
    url = indicators.as_counted(records, as_of) if records else ""
    days = sources.month_ends(plan.starts_on, as_of)
    points = known(days, sources.indicator_history(indicator, plan, narrowed, days))
    return Card(
        indicator.name,
        as_of,
        draw=trend(points, indicator.name, indicator.unit),
        columns=(Column(_("Day")), Column(indicator.unit or _("Counted value"), is_number=True)),
        rows=[(Cell(when, day(when)), Cell(found, number(found), url=url if when == as_of else "")) for when, found in points]
        or [(Cell(as_of, day(as_of)), Cell(value, number(value), url=url))],
        figure=Figure(number(value), indicator.unit, url),
        note=indicator.formula,
    )


def target_card(actor: Any, plan: Plan, as_of: date, options: Mapping[str, str]) -> Card:
    line = sources.line_of(plan, as_of, actor, options["target"])
    target = line.target
    days = sources.month_ends(plan.starts_on, as_of)
    points = known(days, sources.history_of(line, plan, days))
    page = sources.address("plan:target", slug=plan.slug, code=target.code)
    return Card(
        target.title,
        as_of,
        draw=trend(points, target.title, sources.unit_of(target), line),
        columns=(Column(_("Day")), Column(_("Counted value"), is_number=True)),
        rows=[(Cell(when, day(when)), Cell(found, number(found))) for when, found in points]
        or ([(Cell(as_of, day(as_of)), Cell(line.value, number(line.value)))] if line.value is not None else []),
        figure=figure_of(line),
        links=[Link(_("Target %(code)s") % {"code": target.code}, page)] if page else [],
    )


def figure_of(line: TargetLine) -> Figure:
    """The value over its target, the share, and the day it is due."""
    target = line.target
    words = number(line.value) if line.value is not None else _("Not counted here")
    told = {"goal": sources.goal_words(target), "day": day(due_on(target)), "share": percent(line.share)}
    is_share = line.share is not None and target.kind in {TargetKind.MINIMUM, TargetKind.EXACT, TargetKind.ABOUT, TargetKind.DELIVERABLE}
    below = _("%(share)s of the target %(goal)s, due %(day)s") if is_share else _("Target %(goal)s, due %(day)s")
    return Figure(
        words,
        sources.unit_of(target) if line.value is not None else "",
        line.records_url or "",
        below % told,
        ("target", str(line.status), str(line.status.label)),
    )


def known(days: Sequence[date], values: Sequence[Decimal | int | None]) -> list[tuple[date, Decimal | int]]:
    return [(when, value) for when, value in zip(days, values, strict=False) if value is not None]


def trend(points: Points, title: str, unit: str, line: TargetLine | None = None) -> Callable[[int], Chart] | None:
    """Two points at least make a line."""
    if len(points) < 2:
        return None
    drawn = [(when, float(value)) for when, value in points]
    goal = sources.plain(line.target.value) if line is not None else None
    label = _("Target %(goal)s") % {"goal": sources.goal_words(line.target)} if line is not None else ""

    def draw(width: int) -> Chart:
        return lines(
            [("", drawn)],
            title=_("%(title)s, by month") % {"title": title},
            unit=unit,
            goal=goal,
            goal_label=label,
            format_number=sources.axis,
            day_label=sources.day_label(drawn[0][0], drawn[-1][0]),
            size=(width, 190 if width < 520 else 240),
        )

    return draw


register(
    CardKind(
        "number",
        gettext_lazy("One number"),
        gettext_lazy("Any registered indicator: its value, where it is kept its course, and the way to its records."),
        number_card,
        (
            Option("indicator", gettext_lazy("Indicator"), sources.indicator_choices),
            Option(
                "options",
                gettext_lazy("Narrowed to"),
                is_required=False,
                help=gettext_lazy("As in a plan file, for example: call=5g-factory-directory-2023; edition=2023"),
            ),
        ),
    )
)
register(
    CardKind(
        "target",
        gettext_lazy("Target"),
        gettext_lazy("One target of the plan: value, target, share and course."),
        target_card,
        (Option("target", gettext_lazy("Target"), sources.target_choices),),
    )
)
