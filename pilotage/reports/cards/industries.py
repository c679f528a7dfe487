"""Cards about industries: how many entries each has, and what the projects say they gained."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pilotage.core.charts import Chart, bars, spread
from pilotage.plan.models import Plan
from pilotage.reports.cards import sources
from pilotage.reports.cards.kinds import Card, CardKind, Cell, Column, Link, Nothing, register
from pilotage.reports.industries import view as industries
from pilotage.reports.papers.words import number, percent

MOST_BARS = 12


def industries_card(actor: Any, plan: Plan, as_of: date, _options: Mapping[str, str]) -> Card:
    table = sources.once(("industries", plan.pk, as_of), lambda: industries.table(plan, as_of, actor))
    rows = [row for row in table.rows if row.entries]
    if not rows:
        raise Nothing(_("No entry has been published yet, so nothing can be said by industry."))
    title = _("Listed by industry")

    def draw(width: int) -> Chart:
        shown = [(row.name, float(row.entries), percent(row.share)) for row in rows[:MOST_BARS]]
        return bars(shown, title=title, width=width)

    note = _("The %(count)d industries with most entries of %(all)d; all are in the table.") % {"count": MOST_BARS, "all": len(rows)}
    return Card(
        title,
        as_of,
        draw=draw,
        columns=(Column(_("Industry")), Column(_("Entries"), is_number=True), Column(_("Share"), is_number=True)),
        rows=[(Cell(row.name), Cell(row.entries, number(row.entries)), Cell(row.share, percent(row.share))) for row in rows],
        links=_links(plan),
        note=note if len(rows) > MOST_BARS else "",
    )


def effects_card(_actor: Any, plan: Plan, as_of: date, _options: Mapping[str, str]) -> Card:
    rows = sources.once(("effects", plan.pk, as_of), lambda: industries.effects(plan, as_of))
    if not rows:
        raise Nothing(_("Too few projects have given figures before and after, so no effect can be shown."))
    title = _("Effects of listed projects")
    heads = (_("Median"), _("Projects"))

    def draw(width: int) -> Chart:
        return spread(
            rows, title=title, unit=_("Improvement, %"), heads=heads, format_number=lambda value: number(round(value, 1)), width=width
        )

    return Card(
        title,
        as_of,
        draw=draw,
        columns=(
            Column(_("Effect figure")),
            *(
                Column(name, is_number=True)
                for name in (_("Lowest shown"), _("First quarter"), _("Median"), _("Third quarter"), _("Highest shown"), _("Projects"))
            ),
        ),
        rows=[
            (
                Cell(row.label),
                *(Cell(value, number(value, 1)) for value in (row.low, row.q1, row.median, row.q3, row.high)),
                Cell(row.count, number(row.count)),
            )
            for row in rows
        ],
        links=_links(plan),
        note=_("Improvement in percent as the projects declared it; half of them lie inside the box."),
    )


def _links(plan: Plan) -> list[Link]:
    page = sources.address("regions:industries", slug=plan.slug)
    return [Link(_("Industries"), page)] if page else []


register(CardKind("industries", gettext_lazy("Industries"), gettext_lazy("Listed entries by industry, as bars."), industries_card))
register(
    CardKind(
        "effects",
        gettext_lazy("Effects"),
        gettext_lazy("What listed projects gained: median and spread of each effect figure."),
        effects_card,
        width=2,
    )
)
