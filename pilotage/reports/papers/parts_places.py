"""The parts of a report about places and industries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from pilotage.core.charts import bars, spread, tiles
from pilotage.core.wording import in_english
from pilotage.reports.industries import view as by_industry
from pilotage.reports.papers.paper import Block, chart, note, paragraph, table
from pilotage.reports.papers.sources import Sources
from pilotage.reports.papers.words import number, percent
from pilotage.reports.regions.layout import RegionRow

MOST_BARS = 15
WIDTH = 620
COLUMNS = ("building", "filed", "recommended", "listed", "labelled", "share", "density", "quota", "gap")


# --- provinces ------------------------------------------------------------------------------
def regions(sources: Sources, part: Mapping[str, Any]) -> list[Block]:
    found = sources.regions
    rows = sorted((row for row in found.rows if _counts(row)), key=lambda row: (-row.listed, -(row.building or 0), row.code))
    if not rows:
        return [paragraph(_("No province has a project that is filed or listed yet."))]
    shown = rows[: part.get("limit", len(rows))]
    columns = [column for column in found.columns if column.key in COLUMNS and not column.why_blank]
    head = [(pgettext("place", "Province"), "l", 1.6), *((column.title, "r", 1.0) for column in columns)]
    lines = [[row.name, *(_figure(row, column.key) for column in columns)] for row in [*shown, found.total]]
    blocks = [table(head, lines)]
    if len(shown) < len(rows):
        blocks.append(note(_("The %(shown)s first of %(all)s provinces; the total is over all.") % {"shown": len(shown), "all": len(rows)}))
    blocks += [note(f"{column.title}: {column.meaning}") for column in columns if column.key in {"density", "quota", "gap"}]
    blocks += [note(f"{column.title}: {column.why_blank}") for column in found.columns if column.key in COLUMNS and column.why_blank]
    spread_over = found.concentration
    if spread_over.top is not None:
        blocks.insert(
            0,
            paragraph(
                _("%(total)s listed projects lie in %(occupied)s provinces; the first five hold %(share)s.")
                % {"total": number(spread_over.total), "occupied": number(spread_over.occupied), "share": percent(spread_over.top)}
            ),
        )
    return blocks


def _counts(row: RegionRow) -> bool:
    return bool(row.listed or row.building or row.filed or row.recommended)


def _figure(row: RegionRow, key: str) -> Any:
    value = row.value(key)
    if key == "share":
        return percent(value, 1)
    if value is None or isinstance(value, int):
        return value
    return round(float(value), 2)


def region_map(sources: Sources, _part: Mapping[str, Any]) -> list[Block]:
    listed = {row.code: row.listed for row in sources.regions.rows if row.code and row.listed}
    key, counts = ("listed", listed) if listed else ("building", {row.code: row.building for row in sources.regions.rows if row.building})
    if not counts:
        return [paragraph(_("No province has a project that is filed or listed yet."))]
    title = _("Listed projects by province") if key == "listed" else _("Enterprises building, by province")
    drawn = tiles(counts, title=title, english=in_english(), width=520)
    said = _("%(title)s: %(count)s provinces with at least one; one tile for each province, without borders.")
    return [chart(drawn, said % {"title": title, "count": len(counts)})]


# --- industries -----------------------------------------------------------------------------
def industries(sources: Sources, part: Mapping[str, Any]) -> list[Block]:
    found = by_industry.table(sources.plan, sources.as_of, sources.reader, subject=sources.subject)
    rows = [row for row in found.rows if row.entries]
    if not rows:
        return [paragraph(_("No list was published by this day, so nothing can be said by industry."))]
    shown = rows[: part.get("limit", len(rows))]
    drawn = bars(
        [(row.name, float(row.entries), percent(row.share)) for row in rows[:MOST_BARS]],
        title=_("Listed projects by industry"),
        width=WIDTH,
    )
    head = [
        (_("Code"), "l", 0.6),
        (_("Industry"), "l", 3),
        (_("Entries"), "r", 1),
        (_("Share"), "r", 1),
        (_("Scenarios used, median"), "r", 1.4),
    ]
    lines = [
        [
            row.code,
            row.name,
            row.entries,
            percent(row.share, 1),
            (number(row.depth.median, 1), round(row.depth.median, 1)) if row.depth else None,
        ]
        for row in shown
    ]
    blocks = [
        chart(drawn, _("Listed projects by industry, the %(count)s with most of them.") % {"count": min(len(rows), MOST_BARS)}),
        table(head, lines),
    ]
    used = [row for row in found.scenarios if row.entries]
    if used:
        head = [(pgettext("scenario", "Scenario"), "l", 3), (_("Entries"), "r", 1), (_("Share"), "r", 1)]
        blocks.append(table(head, [[row.name, row.entries, percent(row.share, 1)] for row in used]))
    return blocks


def effects(sources: Sources, part: Mapping[str, Any]) -> list[Block]:
    rows = by_industry.effects(sources.plan, sources.as_of, subject=sources.subject)[: part.get("limit")]
    if not rows:
        return [paragraph(_("Too few projects have given figures before and after, so no effect can be shown."))]
    heads = (_("Median"), _("Projects"))
    drawn = spread(
        rows,
        title=_("Effects of listed projects"),
        unit=_("Improvement, %"),
        heads=heads,
        format_number=lambda v: number(v, 1),
        width=WIDTH,
    )
    head = [
        (_("Effect figure"), "l", 2.4),
        *(
            (words, "r", 1.0)
            for words in (_("Lowest shown"), _("First quarter"), _("Median"), _("Third quarter"), _("Highest shown"), _("Projects"))
        ),
    ]
    lines = [
        [row.label, *((number(value, 1), round(value, 1)) for value in (row.low, row.q1, row.median, row.q3, row.high)), row.count]
        for row in rows
    ]
    said = _("Improvement in percent as the projects declared it; half of them lie inside the box.")
    return [chart(drawn, said), table(head, lines)]
