"""The measures of the plan as work: how many stand how, and which want attention."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from pilotage.core.charts import Chart, bars
from pilotage.plan.enums import Outlook
from pilotage.plan.models import Plan
from pilotage.plan.work.enums import Light
from pilotage.plan.work.standing import MeasureLine, measure_lines
from pilotage.reports.cards import sources
from pilotage.reports.cards.kinds import Card, CardKind, Cell, Column, Figure, Nothing, register
from pilotage.reports.papers.words import number

# the signs of the outlooks say the same of measures
LOOKS = {
    Light.DONE: Outlook.MET.value,
    Light.GREEN: Outlook.ON_TRACK.value,
    Light.AMBER: Outlook.AT_RISK.value,
    Light.RED: Outlook.UNLIKELY.value,
    Light.NONE: Outlook.UNKNOWN.value,
}
ORDER = (Light.RED, Light.AMBER, Light.GREEN, Light.DONE, Light.NONE)


def measures_card(actor: Any, plan: Plan, as_of: date, _options: Mapping[str, str]) -> Card:
    lines = sources.once(
        ("measures", plan.pk, as_of), lambda: measure_lines(plan, as_of, actor, lines=sources.lines_of(plan, as_of, actor))
    )
    if not lines:
        raise Nothing(_("The plan has no measures yet."))
    counted = Counter(line.light for line in lines)
    title = _("State of the measures")

    def draw(width: int) -> Chart:
        return bars([(str(light.label), float(counted[light]), "") for light in ORDER if counted[light]], title=title, width=width)

    attention = counted[Light.RED] + counted[Light.AMBER]
    return Card(
        title,
        as_of,
        draw=draw,
        columns=(Column(_("Measure")), Column(_("Light")), Column(_("What decided it")), Column(_("Progress, %"), is_number=True)),
        rows=[_row(plan, line) for line in sorted(lines, key=lambda line: ORDER.index(line.light))],
        figure=Figure(
            number(attention),
            _("need attention"),
            below=ngettext("%(all)d measure in all", "%(all)d measures in all", len(lines)) % {"all": len(lines)},
        ),
        is_table=True,
    )


def _row(plan: Plan, line: MeasureLine) -> tuple[Cell, ...]:
    measure = line.measure
    page = sources.address("measures:detail", slug=plan.slug, code=measure.code)
    return (
        Cell(f"{measure.code} {measure.title}", url=page),
        Cell(str(line.light.label), state=("outlook", LOOKS[line.light])),
        Cell(line.why),
        Cell(line.progress, number(line.progress, 0)),
    )


register(CardKind("measures", gettext_lazy("Measures"), gettext_lazy("Which measures want attention, and why."), measures_card, width=2))
