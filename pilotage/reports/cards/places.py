"""Cards about places: a tile map of what is counted by province, and its table."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pilotage.core.charts import Chart, tiles
from pilotage.core.charts.provinces import PROVINCES
from pilotage.plan.models import Plan
from pilotage.plan.progress import TargetLine
from pilotage.reports.cards import sources
from pilotage.reports.cards.kinds import Card, CardKind, Cell, Column, Link, Nothing, Option, register
from pilotage.reports.papers.words import in_english, number, percent
from pilotage.reports.regions import layout as regions

Places = Mapping[str, Decimal | int]
SHOWN = ("building", "filed", "recommended", "listed", "labelled", "density", "quota", "gap")


def map_card(actor: Any, plan: Plan, as_of: date, options: Mapping[str, str]) -> Card:
    line, places = _counted(actor, plan, as_of, options["target"])
    title = _("%(target)s by province") % {"target": line.target.title}
    counts = {code: float(value) for code, value in places.items()}
    unit = sources.unit_of(line.target)

    def draw(width: int) -> Chart:
        return tiles(counts, title=title, english=in_english(), unit=unit, width=min(width, 460))

    return Card(title, as_of, draw=draw, columns=_columns(unit), rows=_rows(places), links=_links(plan))


def regions_card(actor: Any, plan: Plan, as_of: date, _options: Mapping[str, str]) -> Card:
    """Under the reader's reach: what is on its way elsewhere is left blank."""
    table = sources.once(("regions", plan.pk, as_of, getattr(actor, "pk", None)), lambda: regions.table(plan, as_of, actor))
    columns = [column for column in table.columns if column.key in SHOWN and not column.why_blank]
    rows = [row for row in table.rows if any(row.value(column.key) for column in columns)]
    if not rows:
        raise Nothing(_("Nothing has been counted in any province yet."))
    rows.sort(key=lambda row: (-(row.listed or 0), -(row.building or 0), row.code))
    return Card(
        _("Provinces side by side"),
        as_of,
        columns=(Column(_("Province")), *(Column(column.title, is_number=True) for column in columns)),
        rows=[(Cell(row.name), *(_figure(row.value(column.key), column.is_count) for column in columns)) for row in [*rows, table.total]],
        links=_links(plan),
        is_table=True,
    )


def _figure(value: Any, is_count: bool) -> Cell:
    return Cell(value, number(value, None if is_count else 2))


def _counted(actor: Any, plan: Plan, as_of: date, code: str) -> tuple[TargetLine, Places]:
    line = sources.line_of(plan, as_of, actor, code)
    if line.indicator is None or line.indicator.by_place is None:
        raise Nothing(_("%(target)s is not counted by province.") % {"target": line.target.title})
    places = line.indicator.by_place(plan, line.target.indicator_options, as_of)
    if not any(places.values()):
        raise Nothing(_("No province has anything counted for %(target)s yet.") % {"target": line.target.title})
    return line, places


def _columns(unit: str) -> tuple[Column, ...]:
    return Column(_("Province")), Column(unit or _("Counted value"), is_number=True), Column(_("Share"), is_number=True)


def _rows(places: Places) -> list[tuple[Cell, ...]]:
    """Those with most first; those with none are left to the map."""
    names = {code: name_en if in_english() else name_zh for code, *_place, name_zh, name_en in PROVINCES}
    total = sum(places.values()) or 1
    order = sorted((code for code in places if places[code]), key=lambda code: (-places[code], code))
    return [
        (
            Cell(names.get(code, code)),
            Cell(places[code], number(places[code])),
            Cell(float(places[code] / total), percent(places[code] / total)),
        )
        for code in order
    ]


def _links(plan: Plan) -> list[Link]:
    page = sources.address("regions:home", slug=plan.slug)
    return [Link(_("Regions"), page)] if page else []


TARGET = Option("target", gettext_lazy("Target"), sources.counted_choices)
register(
    CardKind(
        "province-map",
        gettext_lazy("Map of provinces"),
        gettext_lazy("What a target counts, as a map of equal tiles."),
        map_card,
        (TARGET,),
    )
)
register(
    CardKind(
        "regions",
        gettext_lazy("Table of provinces"),
        gettext_lazy("Building, filed, listed, density and quota by province, as far as you may see them."),
        regions_card,
        width=3,
    )
)
