"""The regional layout of a plan: map, table beside it, places, and the table as a file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from pilotage.core.tables import XLSX_TYPE, Column, write_csv, write_xlsx
from pilotage.plan.models import Plan
from pilotage.plan.rules import visible_plans
from pilotage.reports.industries.view import industry_names
from pilotage.reports.regions import layout as regions
from pilotage.reports.regions.layout import RegionRow, RegionTable
from pilotage.reports.regions.places import Place, places
from pilotage.reports.regions.reach import reach
from pilotage.reports.subjects import Subject, chosen, subjects
from pilotage.web import formats
from pilotage.web.regions import maps, tables
from pilotage.web.regions.asked import Asked, slider
from pilotage.web.regions.links import Links

KINDS = ("xlsx", "csv")
GROUP_KEYS = ("building", "filed", "recommended", "listed", "labelled", "share")


def plan_of(request: HttpRequest, slug: str) -> Plan:
    return get_object_or_404(visible_plans(request.user), slug=slug)


@login_not_required
@require_safe
def home(request: HttpRequest, slug: str) -> HttpResponse:
    plan = plan_of(request, slug)
    asked = Asked.read(request, plan)
    offered = subjects(plan)
    subject = chosen(offered, asked.directory)
    table = read(plan, asked, request, subject)
    names = names_of(table)
    links = Links(subject, asked.as_of, request.user, table.industry)
    found = maps.region_map(table, asked.measure, asked.query(province="{code}").replace("%7B", "{").replace("%7D", "}"), asked.map)
    context = {
        **frame(plan, asked, offered, subject),
        "table": table,
        "columns": [head for head in heads(table, asked) if asked.level != "group" or head["column"].key in GROUP_KEYS],
        "rows": tables.lines(table, links, names, asked.sort),
        "total": tables.total_line(table, links, names),
        "groups": _groups(plan, asked, request, table, links) if asked.level == "group" else [],
        "levels": _levels(asked),
        "blank": tables.blank_columns(table),
        "map": found,
        "map_kinds": _map_kinds(asked, found),
        "measure_kept": asked.kept("measure", "industry"),
        "measures": [(column.key, column.title, column.key == found.measure.key) for column in maps.measures(table)],
        "industries": sorted(names.items()),
        "concentration": concentration_words(table),
        "places": _by_group(places(plan, asked.as_of.day, request.user)),
        "own": table.reach,
        "crumbs": crumbs(plan, _("Regional layout")),
        "export_query": asked.query(),
        "close_url": asked.query(province="-") if table.province else "",
    }
    return render(request, "regions/home.html", context, status=400 if asked.as_of.fault else 200)


def read(plan: Plan, asked: Asked, request: HttpRequest, subject: Subject) -> RegionTable:
    """An officer finds the own province open; ``province=-`` closes it."""
    province = asked.province or reach(request.user, subject.calls).home
    return regions.table(plan, asked.as_of.day, request.user, subject=subject, province=province, industry=asked.industry)


def names_of(table: RegionTable) -> dict[str, str]:
    """The industries named in the table, and those one can choose. One query."""
    codes = {code for row in table.rows for code in row.quotients} | ({table.industry} if table.industry else set())
    return industry_names(codes)


def crumbs(plan: Plan, title: str) -> list[tuple[str, str]]:
    own = reverse("plan:detail", args=[plan.slug])
    return [(pgettext("navigation", "Plan"), reverse("home")), (str(plan.starts_on.year), own), (title, "")]


def frame(plan: Plan, asked: Asked, offered: Sequence[Subject], subject: Subject) -> dict[str, Any]:
    """What both pages have above their tables: the day, the slider, the directory."""
    shown = [each for each in offered if each.entries or each is subject]
    return {
        "plan": plan,
        "asked": asked,
        "as_of": asked.as_of,
        "slider": slider(plan, asked.as_of),
        "subject": subject,
        "subjects": [(each.directory, each.title, each is subject) for each in shown],
        "time_kept": asked.kept("as_of"),
        "subject_kept": asked.kept("directory", "industry"),
        "today_url": "?" + urlencode(asked.kept("as_of")),
    }


def heads(table: RegionTable, asked: Asked) -> list[dict[str, Any]]:
    """The heads of the columns; each sorts, largest first, and the other way round when it does already."""
    present = asked.sort or f"-{tables.DEFAULT_SORT}"
    found = []
    for column in tables.shown_columns(table):
        wanted = column.key if present == f"-{column.key}" else f"-{column.key}"
        order = "descending" if present == f"-{column.key}" else "ascending" if present == column.key else ""
        found.append({"column": column, "url": asked.query(sort=wanted), "order": order})
    return found


def _levels(asked: Asked) -> list[dict[str, Any]]:
    is_group = asked.level == "group"
    return [
        {"url": asked.query(level=None), "label": pgettext("level of places", "Provinces"), "current": not is_group},
        {"url": asked.query(level="group"), "label": _("City groups"), "current": is_group},
    ]


def _map_kinds(asked: Asked, found: maps.RegionMap) -> list[dict[str, Any]]:
    if not found.has_areas:
        return []
    return [
        {"url": asked.query(map=None), "label": _("Tiles"), "current": not found.areas},
        {"url": asked.query(map="area"), "label": _("Map"), "current": bool(found.areas)},
    ]


def _groups(plan: Plan, asked: Asked, request: HttpRequest, table: RegionTable, links: Links) -> list[tables.Line]:
    rows = regions.city_groups(plan, asked.as_of.day, request.user, subject=table.subject)
    columns = [column for column in tables.shown_columns(table) if column.key in GROUP_KEYS]
    return [tables.Line(row, tables.cells_of(row, columns, links, {})) for row in rows]


def concentration_words(table: RegionTable) -> str:
    found = table.concentration
    if found.top is None or found.hhi is None or found.gini is None:
        return ""
    return _(
        "%(occupied)s of %(places)s mainland provinces have entries; the first five hold %(top)s. "
        "Herfindahl index %(hhi)s, Gini coefficient %(gini)s (0: even, 1: all in one place)."
    ) % {
        "occupied": found.occupied,
        "places": found.places,
        "top": tables.percent(found.top),
        "hhi": formats.number(found.hhi, 3),
        "gini": formats.number(found.gini, 2),
    }


def _by_group(found: Sequence[Place]) -> list[tuple[str, list[Place]]]:
    groups: dict[str, list[Place]] = defaultdict(list)
    for place in found:
        groups[place.group].append(place)
    return list(groups.items())


# --- as a file ------------------------------------------------------------------------------
def asked_for(request: HttpRequest, slug: str, kind: str) -> tuple[Plan, Asked, Subject]:
    """What a file is to show; an unknown plan or kind of file is a 404."""
    plan = plan_of(request, slug)
    if kind not in KINDS:
        raise Http404
    asked = Asked.read(request, plan)
    return plan, asked, chosen(subjects(plan), asked.directory)


@login_not_required
@require_safe
def export(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """The table as seen: the same columns, order and cities."""
    plan, asked, subject = asked_for(request, slug, kind)
    table = read(plan, asked, request, subject)
    names, links = names_of(table), Links(table.subject, asked.as_of, request.user, table.industry)
    shown = tables.shown_columns(table)
    if asked.level == "group":
        shown = [column for column in shown if column.key in GROUP_KEYS]
        found = _groups(plan, asked, request, table, links)
    else:
        provinces = tables.lines(table, links, names, asked.sort)
        found = [each for line in provinces for each in (line, *line.lines)] + [tables.total_line(table, links, names)]
    rows = [_exported(line.row, line.cells) for line in found]
    columns = [Column(_("Code"), 10), Column(_("Place"), 22), *(Column(column.title, 14) for column in shown)]
    return as_file(kind, f"{plan.slug}-regions", columns, rows, title=_("Regional layout"), notes=notes(plan, asked, table.subject))


def _exported(row: RegionRow, cells: Sequence[tables.Cell]) -> list[Any]:
    return [row.code, row.name, *("" if cell.value is None else cell.value for cell in cells)]


def notes(plan: Plan, asked: Asked, subject: Subject) -> list[str]:
    return [plan.title, subject.title, _("As of %(day)s") % {"day": formats.day(asked.as_of.day)}]


def as_file(
    kind: str, name: str, columns: Sequence[Column], rows: Sequence[Sequence[Any]], *, title: str, notes: Sequence[str]
) -> HttpResponse:
    if kind == "csv":
        response = HttpResponse(write_csv(columns, rows), content_type="text/csv; charset=utf-8")
    else:
        response = HttpResponse(write_xlsx(columns, rows, title=title, notes=notes), content_type=XLSX_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return response
