"""Questions about unusual figures, found anew with every save. Five queries."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from pilotage.statistics.definition import Element
from pilotage.statistics.enums import ReturnState, Screen
from pilotage.statistics.models import Flag, Return, Value
from pilotage.statistics.outliers import oddities

Key = tuple[str, str, str]
HIGHEST = 999.0  # a score without end, as a number that can be stored and shown


def screen(report: Return) -> list[Flag]:
    """The return's questions as they stand now; an answer stays while its figure does."""
    kept = {(flag.element, flag.screen, flag.rule): flag for flag in report.flags.all()}
    found = {(flag.element, flag.screen, flag.rule): flag for flag in _found(report)}
    gone = [flag.pk for key, flag in kept.items() if key not in found or found[key].figure != flag.figure]
    Flag.objects.filter(pk__in=gone).delete()
    Flag.objects.bulk_create(flag for key, flag in found.items() if key not in kept or kept[key].pk in gone)
    return list(report.flags.order_by("id"))


def _found(report: Return) -> Iterator[Flag]:
    definition = report.version.definition
    figures = {value.element: value.current for value in report.values.all()}
    past, peers = _past(report), _peers(report)
    before = {code: rows[-1][1] for code, rows in past.items() if rows and rows[-1][0] == report.span.moved(-1).starts_on}
    for code, value in figures.items():
        element = definition.elements.get(code)
        if value is not None and element is not None:
            yield from _unusual(report, element, value, before.get(code), [figure for _day, figure in past[code]], peers[code])
    for check in definition.warnings(figures, before):
        for code in check.elements[:1]:
            yield Flag(report=report, element=code, screen=Screen.RULE, rule=check.key, figure=figures.get(code))


def _unusual(
    report: Return, element: Element, value: Decimal, before: Decimal | None, past: list[Decimal], peers: list[tuple[Decimal, Decimal]]
) -> Iterator[Flag]:
    is_stock = not element.is_flow and element.kind != "percent"
    for oddity in oddities(value, before, past, peers, is_stock=is_stock):
        score = max(-HIGHEST, min(HIGHEST, oddity.score))
        usual = oddity.usual if math.isfinite(oddity.usual) else None
        yield Flag(report=report, element=element.code, screen=oddity.screen, figure=value, score=score, usual=usual)


def _past(report: Return) -> dict[str, list[tuple[object, Decimal]]]:
    """The reporter's own figures of earlier periods, oldest first."""
    rows = Value.objects.filter(
        report__data_set=report.data_set_id, report__reporter=report.reporter, report__starts_on__lt=report.starts_on, current__isnull=False
    )
    found: dict[str, list[tuple[object, Decimal]]] = defaultdict(list)
    for code, day, figure in rows.order_by("report__starts_on").values_list("element", "report__starts_on", "current"):
        if figure is not None:
            found[code].append((day, figure))
    return found


def _peers(report: Return) -> dict[str, list[tuple[Decimal, Decimal]]]:
    """What the others have handed in for this period, each beside its figure of the period before."""
    rows = Value.objects.filter(
        report__data_set=report.data_set_id,
        report__starts_on__in=(report.starts_on, report.span.moved(-1).starts_on),
        current__isnull=False,
    ).exclude(report__reporter=report.reporter)
    now: dict[tuple[str, str], Decimal] = {}
    earlier: dict[tuple[str, str], Decimal] = {}
    handed_in = rows.exclude(report__state=ReturnState.DRAFT).order_by("report__reporter", "element")
    for reporter, code, day, figure in handed_in.values_list("report__reporter", "element", "report__starts_on", "current"):
        if figure is not None:
            (now if day == report.starts_on else earlier)[code, reporter] = figure
    found: dict[str, list[tuple[Decimal, Decimal]]] = defaultdict(list)
    for (code, reporter), figure in now.items():
        if (code, reporter) in earlier:
            found[code].append((figure, earlier[code, reporter]))
    return found
