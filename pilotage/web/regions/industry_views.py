"""The industry view of a plan: adoption, depth, effects with their spread, white spots; the evidence base of guidelines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_safe

from pilotage.core import charts
from pilotage.core.charts.provinces import class_limits, tone_of
from pilotage.core.tables import Column
from pilotage.reports.industries import view
from pilotage.reports.industries.effects import Effects, effect_by_industry
from pilotage.reports.industries.figures import Fault
from pilotage.reports.industries.view import EffectLine, IndustryRow, IndustryTable, WhiteSpots
from pilotage.reports.subjects import chosen, subjects
from pilotage.web import formats
from pilotage.web.charts import percent as share_of
from pilotage.web.regions.asked import Asked
from pilotage.web.regions.links import Links
from pilotage.web.regions.tables import percent
from pilotage.web.regions.views import as_file, asked_for, crumbs, frame, notes, plan_of

SPOTS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Line:
    """``levels``: number and address of the records, level by level."""

    code: str
    name: str
    entries: int
    url: str
    share: str
    bar: float
    depth: str
    levels: list[tuple[int, str]]
    note: str = ""


@login_not_required
@require_safe
def industries(request: HttpRequest, slug: str) -> HttpResponse:
    plan = plan_of(request, slug)
    asked = Asked.read(request, plan)
    offered = subjects(plan)
    subject = chosen(offered, asked.directory)
    day = asked.as_of.day
    table = view.table(plan, day, request.user, subject=subject)
    links = Links(subject, asked.as_of, request.user)
    industry = asked.industry if asked.industry in table.names else ""
    scenario = asked.scenario if any(row.code == asked.scenario for row in table.scenarios) else ""
    effects = view.effect_lines(plan, day, industry=industry, scenario=scenario, subject=subject)
    figure = next((line.key for line in effects.lines if line.key == asked.figure), effects.lines[0].key if effects.lines else "")
    by_industry = effect_by_industry(plan, day, figure, table.names, subject=subject)
    spots = view.white_spots(plan, day, subject=subject)
    context = {
        **frame(plan, asked, offered, subject),
        "table": table,
        "lead": lead(table),
        "lines": [line_of(row, table, links) for row in table.rows],
        "key_lines": [line_of(row, table, links) for row in table.key_rows],
        "mapping_is_ours": any(not row.is_verified for row in table.key_rows),
        "unmapped": pgettext("list separator", ", ").join(table.unmapped),
        "scenarios": [scenario_line(row, table, links) for row in table.scenarios],
        "effects": [effect_line(line) for line in effects.lines],
        "effects_chart": effects_chart(effects, _("Improvement of the effect figures")),
        "effects_of": effects,
        "effects_url": links.entries(industry=industry, scenario=scenario) if effects.entries else "",
        "figures": [(line.key, line.label, line.key == figure) for line in effects.lines],
        "figure_chart": effects_chart(by_industry, _("Improvement by industry")),
        "figure_lines": [effect_line(line) for line in by_industry.lines if line.row is not None],
        "few": sum(1 for line in by_industry.lines if line.row is None),
        "industries": [(code, table.names[code], code == industry) for code in sorted(table.names)],
        "choices": [(row.code, row.name, row.code == scenario) for row in table.scenarios],
        "effects_kept": asked.kept("industry", "scenario"),
        "figure_kept": asked.kept("figure"),
        "heat": heat(spots, links),
        "spots": spot_lines(spots, links),
        "spots_of": spots,
        "crumbs": crumbs(plan, _("Industry view")),
        "export_query": asked.query(),
    }
    return render(request, "regions/industries.html", context, status=400 if asked.as_of.fault else 200)


def lead(table: IndustryTable) -> str:
    used = sum(1 for row in table.scenarios if row.entries)
    text = ngettext(
        "%(count)s entry in %(industries)s industries; %(used)s of %(scenarios)s scenarios are in use.",
        "%(count)s entries in %(industries)s industries; %(used)s of %(scenarios)s scenarios are in use.",
        table.total,
    )
    return text % {"count": formats.number(table.total), "industries": len(table.rows), "used": used, "scenarios": len(table.scenarios)}


def line_of(row: IndustryRow, table: IndustryTable, links: Links) -> Line:
    return Line(
        code=row.code,
        name=row.name,
        entries=row.entries,
        url=links.entries(industry=row.divisions) if row.entries else "",
        share=percent(row.share),
        bar=share_of(row.entries, max((each.entries for each in table.rows), default=0)),
        depth=depth_words(row),
        levels=[_level(row, level, links) for level in table.level_names],
        note=" ".join(row.divisions),
    )


def _level(row: IndustryRow, level: str, links: Links) -> tuple[int, str]:
    count = row.levels.get(level, 0)
    return count, links.entries(industry=row.divisions, level=level) if count else ""


def depth_words(row: IndustryRow) -> str:
    """The median, and between which numbers the middle half lies."""
    found = row.depth
    if found is None:
        return formats.UNKNOWN
    middle = f"{short(found.q1)}–{short(found.q3)}"
    return f"{short(found.median)} ({middle})"


def short(value: float) -> str:
    return formats.number(value, 0 if float(value).is_integer() else 1)


def scenario_line(row: Any, table: IndustryTable, links: Links) -> dict[str, Any]:
    most = ""
    if row.of_industry:
        most = f"{table.names.get(row.industry, row.industry)} {formats.number(row.of_industry)}"
    return {
        "row": row,
        "url": links.entries(scenario=row.code) if row.entries else "",
        "share": percent(row.share),
        "bar": round(row.share * 100, 1),
        "most": most,
        "most_url": links.entries(scenario=row.code, industry=row.industry) if row.of_industry else "",
    }


# --- effects --------------------------------------------------------------------------------
def effect_line(line: EffectLine) -> dict[str, Any]:
    found = line.spread
    numbers = [signed(value) for value in (found.low, found.q1, found.median, found.q3, found.high)] if found else []
    return {"line": line, "numbers": numbers, "better": better_words(line.better), "left_out": left_out(line.faults)}


def better_words(better: str) -> str:
    return _("lower is better") if better == "lower" else _("higher is better")


def signed(value: float) -> str:
    return f"{formats.number(value, 1)}%"


def left_out(faults: Mapping[str, int]) -> str:
    words = {
        Fault.FROM_ZERO: _("%(count)s with 0 before"),
        Fault.MISSING: _("%(count)s with a blank"),
        Fault.NOT_A_NUMBER: _("%(count)s that are no number"),
    }
    return pgettext("list separator", ", ").join(
        words[Fault(key)] % {"count": formats.number(count)} for key, count in sorted(faults.items())
    )


def effects_chart(effects: Effects, title: str) -> SafeString:
    """The rows that may be shown, the worst and the best value as ends; '' where there are none."""
    rows = [line.row for line in effects.lines if line.row is not None]
    if not rows:
        return SafeString("")
    unit = _("Improvement in percent of the value before")
    chart = charts.spread(rows, title=title, unit=unit, heads=(_("Median"), _("Projects")), format_number=signed, width=720)
    return SafeString(chart.svg)


# --- white spots ----------------------------------------------------------------------------
def heat(found: WhiteSpots, links: Links) -> list[dict[str, Any]]:
    limits = class_limits(found.cells.values())
    white = {(spot.industry, spot.scenario): spot.expected for spot in found.spots}
    return [
        {
            "code": industry,
            "name": name,
            "size": found.sizes[industry],
            "url": links.entries(industry=industry),
            "cells": [_heat_cell(found, links, limits, white, industry, scenario) for scenario in found.scenarios],
        }
        for industry, name in found.industries.items()
    ]


def _heat_cell(
    found: WhiteSpots, links: Links, limits: list[int], white: Mapping[tuple[str, str], float], industry: str, scenario: str
) -> dict[str, Any]:
    count = found.cells.get((industry, scenario), 0)
    words = f"{found.industries[industry]} × {found.scenarios[scenario]}"
    hoped = white.get((industry, scenario))
    if hoped is not None:
        words = _("%(pair)s: none, %(count)s would be expected") % {"pair": words, "count": formats.number(hoped, 1)}
    return {
        "count": count,
        "tone": tone_of(count, limits),
        "url": links.entries(industry=industry, scenario=scenario) if count else "",
        "words": words,
        "is_white": hoped is not None,
    }


def spot_lines(found: WhiteSpots, links: Links) -> list[dict[str, Any]]:
    return [
        {
            "industry": found.industries[spot.industry],
            "scenario": found.scenarios[spot.scenario],
            "expected": formats.number(spot.expected, 1),
            "industry_url": links.entries(industry=spot.industry),
            "scenario_url": links.entries(scenario=spot.scenario),
        }
        for spot in found.spots[:SPOTS_SHOWN]
    ]


# --- as a file ------------------------------------------------------------------------------
@login_not_required
@require_safe
def export(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """Industries with their depth, and under each how many of its entries use each scenario."""
    plan, asked, subject = asked_for(request, slug, kind)
    table = view.table(plan, asked.as_of.day, request.user, subject=subject)
    spots = view.white_spots(plan, asked.as_of.day, subject=subject)
    heads = [
        _("Code"),
        _("Industry"),
        _("Listed"),
        _("Share"),
        _("Scenarios: lower quartile"),
        _("Scenarios: median"),
        _("Scenarios: upper quartile"),
    ]
    columns = [*(Column(title, 14) for title in (*heads, *table.level_names.values(), *spots.scenarios.values()))]
    rows = [_exported(row, table, spots) for row in table.rows]
    return as_file(kind, f"{plan.slug}-industries", columns, rows, title=_("Industry view"), notes=notes(plan, asked, subject))


def _exported(row: IndustryRow, table: IndustryTable, spots: WhiteSpots) -> list[Any]:
    depth = [row.depth.q1, row.depth.median, row.depth.q3] if row.depth else ["", "", ""]
    levels = [row.levels.get(level, 0) for level in table.level_names]
    return [
        row.code,
        row.name,
        row.entries,
        round(row.share, 4),
        *depth,
        *levels,
        *(spots.cells.get((row.code, code), 0) for code in spots.scenarios),
    ]
