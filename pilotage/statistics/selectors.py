"""Named reads: what stands around a return, who owes what, how complete a period is, what counted when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q

from pilotage.statistics.enums import ReturnState
from pilotage.statistics.models import DataSet, Decision, Return, Value, ValueRevision
from pilotage.statistics.reporters import Reporter
from pilotage.statistics.spans import Span

Figures = dict[str, Decimal | None]


def around(report: Return) -> tuple[Figures, Figures]:
    """The same reporter's figures of the period before and of the one after. One query."""
    before, after = report.span.moved(-1).starts_on, report.span.moved(1).starts_on
    rows = Value.objects.filter(
        report__data_set=report.data_set_id, report__reporter=report.reporter, report__starts_on__in=(before, after)
    ).order_by("id")
    found: dict[date, Figures] = {before: {}, after: {}}
    for code, day, figure in rows.values_list("element", "report__starts_on", "current"):
        found[day][code] = figure
    return found[before], found[after]


@dataclass(frozen=True, slots=True)
class Counted:
    """One approved figure that counts."""

    reporter: str
    province: str
    starts_on: date
    ends_on: date
    figure: Decimal


def counted_rows(data_set: DataSet, element: str, until: date, *, province: str = "") -> list[Counted]:
    """Every approved figure of the element of periods over by ``until``, by period. One query."""
    rows = Value.objects.filter(report__data_set=data_set, element=element, decided__isnull=False, report__ends_on__lte=until)
    if province:
        rows = rows.filter(report__province=province)
    columns = ("report__reporter", "report__province_id", "report__starts_on", "report__ends_on", "decided")
    ordered = rows.order_by("report__starts_on", "report__reporter").values_list(*columns)
    return [Counted(reporter, place or "", starts, ends, figure) for reporter, place, starts, ends, figure in ordered]


@dataclass(frozen=True, slots=True)
class Cell:
    """One reporter in one period: its return if it has handed one in, else whether it is late."""

    span: Span
    report: Return | None
    is_late: bool


@dataclass(frozen=True, slots=True)
class GridRow:
    reporter: Reporter
    cells: list[Cell]

    @property
    def handed_in(self) -> int:
        return sum(1 for cell in self.cells if cell.report is not None and cell.report.state not in NOT_HANDED_IN)


NOT_HANDED_IN = frozenset({ReturnState.DRAFT, ReturnState.RETURNED})


def completeness(
    reports: Iterable[Return], reporters: Sequence[Reporter], periods: Sequence[Span], today: date, days: int
) -> list[GridRow]:
    """Reporters by periods. No query where ``reports`` are there."""
    found = {(report.reporter, report.period): report for report in reports}
    rows = []
    for reporter in reporters:
        cells = []
        for span in periods:
            report = found.get((reporter.code, span.key))
            owed = report is None or report.state in NOT_HANDED_IN
            cells.append(Cell(span, report, owed and span.due_on(days) < today))
        rows.append(GridRow(reporter, cells))
    return rows


@dataclass(frozen=True, slots=True)
class Owed:
    """A return that is due or overdue and not handed in."""

    data_set: DataSet
    reporter: Reporter
    span: Span
    due_on: date
    report: Return | None

    def is_late(self, today: date) -> bool:
        return self.due_on < today


def owed(
    data_set: DataSet, reporters: Sequence[Reporter], reports: Iterable[Return], today: date, *, last: int | None = None
) -> list[Owed]:
    """What these reporters have not handed in of periods that are over, oldest first; of the ``last`` periods only, where given."""
    definition = data_set.definition
    found = {(report.reporter, report.period): report for report in reports}
    spans = definition.spans(today)
    open_ones = []
    for span in spans[-last:] if last else spans:
        for reporter in reporters:
            report = found.get((reporter.code, span.key))
            if report is None or report.is_open_to_reporter:
                open_ones.append(Owed(data_set, reporter, span, span.due_on(definition.deadline_days), report))
    return open_ones


def figures_shown(report: Return, *, working: bool) -> Figures:
    """What the reader may see: what is being written, or what was handed in last. One query."""
    if working:
        return {value.element: value.current for value in report.values.all()}
    return figures_as_of(report, report.submitted_at)


def figures_as_of(report: Return, moment: datetime | None) -> Figures:
    """What had been said by that moment; everything where there was no handing in, as with figures on public record."""
    rows = ValueRevision.objects.filter(value__report=report)
    if moment is not None:
        approved = Decision.objects.filter(value__report=report).order_by().values("revision")
        rows = rows.filter(Q(recorded_at__lte=moment) | Q(pk__in=approved))
    found: Figures = {}
    for code, figure in rows.order_by("number").values_list("value__element", "figure"):
        found[code] = figure
    return found


def decisions_of(report: Return) -> dict[str, list[Decision]]:
    """Every approval of each figure, oldest first. One query."""
    rows = Decision.objects.filter(value__report=report).select_related("value", "revision", "revision__by", "by").order_by("at", "id")
    found: dict[str, list[Decision]] = defaultdict(list)
    for decision in rows:
        found[decision.value.element].append(decision)
    return found


def revisions_of(report: Return) -> list[ValueRevision]:
    """Everything that was ever said in this return, newest first. One query."""
    rows = ValueRevision.objects.filter(value__report=report).select_related("value", "by", "value__decided_revision")
    return list(rows.order_by("-recorded_at", "-id"))


def latest_by_reporter(rows: Iterable[Counted], until: date) -> dict[str, Counted]:
    """Of each reporter, the newest figure of a period over by ``until``; ``rows`` in order of their periods."""
    return {row.reporter: row for row in rows if row.ends_on <= until}


def data_set_named(plan: Any, options: Any, key: str = "data_set") -> DataSet | None:
    return DataSet.objects.filter(plan=plan, slug=str(options.get(key, ""))).select_related("current", "plan").first()
