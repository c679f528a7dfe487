"""A data set's own page: the national series as chart and table; and the very figures a number is made of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pilotage.core import charts, clock
from pilotage.plan.indicators import CannotCount
from pilotage.plan.writing import sources
from pilotage.statistics import counting, rules
from pilotage.statistics.definition import Element
from pilotage.statistics.models import DataSet, Value
from pilotage.statistics.reporters import reporters_of
from pilotage.statistics.selectors import Counted
from pilotage.statistics.spans import Span, span_at, span_of
from pilotage.web import formats
from pilotage.web.statistics import desk, words
from pilotage.web.statistics.access import readable_data_set

POINTS = 60


@login_not_required
@require_safe
def data_set(request: HttpRequest, slug: str) -> HttpResponse:
    found = readable_data_set(request, slug)
    element = _element(request, found)
    points, owed = _points(found, element), len(reporters_of(found))
    concerned = rules.concerns(request.user, found)
    values = {
        "data_set": found,
        "help": found.definition.help,
        "element": element,
        "elements": [
            {"code": each.code, "title": each.title, "current": each.code == element.code} for each in found.definition.elements.values()
        ],
        "chart": _chart(element, [point for point in points if point.count >= owed]),
        "is_partial": any(point.count < owed for point in points),
        "points": [
            {"period": words.period(row.span), "value": words.figure(row.value), "count": row.count, "sources": row.sources}
            for row in reversed(points)
        ],
        "is_one": found.definition.level == "unit" and len(found.definition.content["reports"]["units"]) == 1,
        "concerned": concerned,
        "grid": _grid(request, found) if concerned else None,
        "is_verified": found.definition.content.get("verified", True),
        "sources": sources(found.definition.content.get("source")),
        "checks": found.definition.checks,
    }
    return render(request, "statistics/data_set.html", values)


def _element(request: HttpRequest, found: DataSet) -> Element:
    elements = found.definition.elements
    return elements.get(request.GET.get("element", "")) or next(iter(elements.values()))


@dataclass(frozen=True, slots=True)
class Point:
    """One period of the national series: the sum, of how many figures, and where those on public record stand."""

    span: Span
    value: Decimal | None
    count: int
    sources: list[str]


def _points(found: DataSet, element: Element) -> list[Point]:
    """What the approved figures of each period make; only periods of which something is approved. One query."""
    rows = Value.objects.filter(report__data_set=found, element=element.code, decided__isnull=False, report__ends_on__lt=clock.today())
    columns = ("report__period", "decided", "decided_revision__source")
    by_period: dict[str, list[tuple[Decimal, str]]] = defaultdict(list)
    for period, figure, source in rows.order_by("report__starts_on", "report__reporter").values_list(*columns):
        by_period[period].append((figure, source))
    return [_point(element, period, figures) for period, figures in list(by_period.items())[-POINTS:]]


def _point(element: Element, period: str, figures: Sequence[tuple[Decimal, str]]) -> Point:
    adds_up = element.kind != "percent" or len(figures) == 1
    value = sum((figure for figure, _source in figures), Decimal(0)) if adds_up else None
    return Point(span_of(period), value, len(figures), sorted({source for _figure, source in figures if source}))


def _chart(element: Element, points: Sequence[Point]) -> SafeString:
    series = [(point.span.ends_on, float(point.value)) for point in points if point.value is not None]
    drawn = charts.lines(
        [(element.title, series)],
        title=element.title,
        unit=element.unit,
        format_number=words.figure,
        day_label=short_month,
        empty=_("Nothing is approved yet."),
        size=(760, 300),
    )
    return mark_safe(drawn.svg)  # noqa: S308  drawn here, every word in it escaped


def short_month(day: date) -> str:
    """2023年6月 · Jun 2023"""
    return f"{formats.SHORT_MONTHS[day.month - 1]} {day.year}" if formats.in_english() else f"{day.year}年{day.month}月"


def _grid(request: HttpRequest, found: DataSet) -> dict[str, Any]:
    reports = rules.visible_returns(request.user).filter(data_set=found).select_related("version").order_by("starts_on", "reporter")
    return desk.grid(request, found, reporters_of(found), reports, 12)


# --- what a number is made of -----------------------------------------------------------------
@login_not_required
@require_safe
def counted(request: HttpRequest, slug: str) -> HttpResponse:
    """The approved figures that make an indicator's number on a day; to the public the number alone."""
    found = readable_data_set(request, slug)
    day = _day(request)
    options = {
        "data_set": slug,
        **{key: request.GET[key] for key in ("element", "of", "of_data_set", "base", "place") if request.GET.get(key)},
    }
    groups = [group for key in ("element", "of") if (group := _group(request, found, options, key, day))]
    if "base" in options:
        groups += _base(request, found, options, day)
    value, fault = _number(found, options, day)
    values = {
        "data_set": found,
        "day": day,
        "groups": groups,
        "value": value,
        "fault": fault,
        "is_rate": "of" in options or "base" in options,
    }
    return render(request, "statistics/counted.html", values)


def _day(request: HttpRequest) -> date:
    try:
        return date.fromisoformat(request.GET.get("as_of", ""))
    except ValueError:
        return clock.today()


def _number(found: DataSet, options: dict[str, str], day: date) -> tuple[str, str]:
    """The number in words, or the sentence why there is none."""
    reckon = counting.rate if "of" in options else counting.growth if "base" in options else counting.value
    try:
        value = reckon(found.plan, options, day)
    except CannotCount as error:
        return "", str(error)
    except ValueError:
        return "", _("“%(base)s” is no period.") % {"base": options.get("base", "")[:20]}
    return (words.figure(round(value, 2)), "") if value is not None else ("", _("Nothing is approved yet."))


def _group(request: HttpRequest, found: DataSet, options: dict[str, str], key: str, day: date) -> dict[str, Any] | None:
    other = "of_data_set" if key == "of" and "of_data_set" in options else "data_set"
    series = counting.series(found.plan, options, day, element=key, data_set=other) if key in options else None
    if series is None:
        return None
    return _listed(request, series, series.counted(day, found.plan.starts_on))


def _base(request: HttpRequest, found: DataSet, options: dict[str, str], day: date) -> list[dict[str, Any]]:
    """The figures that growth compares with."""
    series = counting.series(found.plan, options, day)
    try:
        base_day, _since, base_since = counting.base_of(series, options, day, found.plan) if series else (day, day, day)
    except ValueError:
        return []
    return [_listed(request, series, series.counted(base_day, base_since), _("base"))] if series else []


def _listed(request: HttpRequest, series: counting.Series, rows: Sequence[Counted], note: str = "") -> dict[str, Any]:
    names = {reporter.code: reporter for reporter in reporters_of(series.data_set)}
    seen = _seen(request, series.data_set)
    shown = [_row(series.data_set, row, names) for row in rows if (row.reporter, row.starts_on) in seen]
    total = counting.total(row.figure for row in rows)
    return {
        "element": series.element,
        "note": note,
        "data_set": series.data_set,
        "rows": shown,
        "hidden": len(rows) - len(shown),
        "count": len(rows),
        "total": words.figure(total) if series.element.kind != "percent" else "",
    }


def _seen(request: HttpRequest, found: DataSet) -> set[tuple[str, date]]:
    if not rules.concerns(request.user, found):
        return set()
    return set(rules.visible_returns(request.user).filter(data_set=found).order_by().values_list("reporter", "starts_on"))


def _row(found: DataSet, row: Counted, names: dict[str, Any]) -> dict[str, Any]:
    span = span_at(row.starts_on, found.definition.period)
    name = names[row.reporter].name if row.reporter in names else row.reporter
    return {
        "name": name,
        "period": words.period(span),
        "figure": words.figure(row.figure),
        "url": desk.return_url(found, row.reporter, span.key),
    }
