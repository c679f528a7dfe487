"""The parts of a report about the work itself: measures, calls, figures reported by units."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, Sum
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from pilotage.calls.flow import selectors as flow
from pilotage.calls.models import Call
from pilotage.core import charts
from pilotage.core.charts import FunnelRow
from pilotage.plan.work.enums import Light
from pilotage.plan.work.standing import MeasureLine, roll_up
from pilotage.reports.papers import periods as work_periods
from pilotage.reports.papers.paper import Block, chart, heading, note, paragraph, table
from pilotage.reports.papers.sources import Sources
from pilotage.reports.papers.words import in_english, number, of_unit, percent
from pilotage.statistics.definition import Element
from pilotage.statistics.models import DataSet, Value

WIDTH = 620
TONES = {Light.DONE: "good", Light.GREEN: "accent", Light.AMBER: "warn", Light.RED: "bad", Light.NONE: "neutral"}


# --- measures -------------------------------------------------------------------------------
def measures(sources: Sources, _part: Mapping[str, Any]) -> list[Block]:
    lines = sources.measures
    if not lines:
        return [note(_("No measures are entered."))]
    head = [
        (pgettext("work report", "No."), "l", 0.8),
        (_("Measure"), "l", 3.2),
        (_("Lead unit"), "l", 2),
        (_("Light"), "l", 1.1),
        (pgettext("work report", "Progress"), "r", 0.9),
        (_("Why"), "l", 3),
    ]
    return [*_areas(sources), table(head, [_measure_row(line) for line in lines]), *_late(lines)]


def _measure_row(line: MeasureLine) -> list[Any]:
    units = ("; " if in_english() else "、").join(unit.title for unit in line.measure.lead_units.all())
    light = str(line.light.label) + (_(" (by decision)") if line.is_overridden else "")
    return [line.measure.code, line.measure.title, units or "–", [light, TONES[line.light]], _percent(line.progress), line.why]


def _percent(value: float | None) -> str:
    return f"{number(value, 0)}%" if value is not None else number(None)


def _areas(sources: Sources) -> list[Block]:
    rows = [
        [roll.area.title, sum(roll.lights.values()), _percent(roll.progress)]
        for roll in roll_up(sources.plan, sources.as_of, lines=sources.measures)
    ]
    head = [(_("Area"), "l", 3), (_("Measures entered"), "r", 1), (_("Progress, weighted"), "r", 1)]
    return [table(head, rows)]


def _late(lines: list[MeasureLine]) -> list[Block]:
    late = [line.measure.code for line in lines if line.overdue]
    if not late:
        return [note(_("No report of a unit is overdue."))]
    return [note(_("Reports are overdue for: %(codes)s") % {"codes": ", ".join(late)})]


# --- a call ---------------------------------------------------------------------------------
def funnel(sources: Sources, part: Mapping[str, Any]) -> list[Block]:
    call = Call.objects.filter(plan=sources.plan, slug=part["call"]).prefetch_related("stages").first()
    if call is None:
        return [paragraph(_("The call %(call)s is not loaded.") % {"call": part["call"]})]
    steps = flow.funnel(call, sources.as_of)
    if not any(step.count for step in steps):
        return [paragraph(_("%(call)s: no application had been filed by this day.") % {"call": call.title})]
    heads = (_("Step"), _("Applications"), _("Share of the step before"), _("Days, median"))
    rows = [
        FunnelRow(step.title, step.count, percent(step.share) if place else "", number(step.median_days))
        for place, step in enumerate(steps)
    ]
    drawn = charts.funnel(rows, title=call.title, heads=heads, width=WIDTH)
    head = [(heads[0], "l", 3), *((words, "r", 1.3) for words in heads[1:])]
    lines = [[step.title, step.count, percent(step.share) if place else "–", step.median_days] for place, step in enumerate(steps)]
    return [heading(call.title), chart(drawn, _("From filing to listing: %(call)s.") % {"call": call.title}), table(head, lines)]


# --- reported figures -----------------------------------------------------------------------
def statistics(sources: Sources, _part: Mapping[str, Any]) -> list[Block]:
    """For each data set the newest period with approved figures, summed over those who report."""
    blocks: list[Block] = []
    for data_set in (
        DataSet.objects.filter(plan=sources.plan, is_used=True, current__isnull=False).select_related("current").order_by("slug")
    ):
        blocks += _data_set(sources, data_set)
    return blocks or [paragraph(_("No data sets of reported figures belong to this plan."))]


def _data_set(sources: Sources, data_set: DataSet) -> list[Block]:
    elements = data_set.definition.elements
    sums = Value.objects.filter(report__data_set=data_set, decided__isnull=False, report__ends_on__lte=sources.as_of).order_by()
    found = sums.values_list("element", "report__period", "report__ends_on").annotate(total=Sum("decided"), reporters=Count("report"))
    newest: dict[str, tuple[Any, ...]] = {}
    for code, period, ends_on, total, reporters in found:
        if code in elements and (code not in newest or newest[code][1] < ends_on):
            newest[code] = (period, ends_on, total, reporters)
    rows = [_element_row(element, newest[element.code]) for element in elements.values() if element.code in newest]
    if not rows:
        return [heading(data_set.title), paragraph(_("No approved figures by this day."))]
    head = [(_("Figure"), "l", 3), (pgettext("work report", "Period"), "l", 1.4), (_("Sum"), "r", 1.4), (_("Reporters"), "r", 0.9)]
    return [heading(data_set.title), table(head, rows)]


def _element_row(element: Element, found: tuple[Any, ...]) -> list[Any]:
    period, _ends_on, total, reporters = found
    words = work_periods.parse(period).words("en" if in_english() else "zh-hans")
    # a share of one body and a share of another have no sum
    shown = number(None) if element.kind == "percent" else of_unit(total, element.unit)
    return [element.title, words, shown, reporters]
