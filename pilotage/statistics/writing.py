"""How a figure is written: a revision for what was said, a decision for what counts. Called by services inside their transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pilotage.core import clock
from pilotage.statistics.models import DataSet, Decision, Return, Value, ValueRevision
from pilotage.statistics.reporters import Reporter
from pilotage.statistics.spans import Span


@dataclass(frozen=True, slots=True)
class Written:
    element: str
    before: Decimal | None
    after: Decimal | None


def begun(data_set: DataSet, reporter: Reporter, span: Span, **facts: Any) -> tuple[Return, bool]:
    """The return of this reporter and period, with ``facts`` where it begins now; and whether it does."""
    return Return.objects.get_or_create(
        data_set=data_set,
        reporter=reporter.code,
        starts_on=span.starts_on,
        defaults={
            "version": data_set.version_now,
            "province_id": reporter.province,
            "prefecture_id": reporter.prefecture,
            "period": span.key,
            "ends_on": span.ends_on,
            "due_on": span.due_on(data_set.definition.deadline_days),
            "created_at": clock.now(),
            **facts,
        },
    )


def write_figures(report: Return, figures: Mapping[str, Decimal | None], *, actor: Any, why: str = "", source: str = "") -> list[Written]:
    """A revision for every figure that changes; what was said before stays. At most five queries."""
    values = {value.element: value for value in report.values.all()}
    new = [Value(report=report, element=code) for code in figures if code not in values and figures[code] is not None]
    Value.objects.bulk_create(new)
    values |= {value.element: value for value in new}
    changed = [(values[code], figure) for code, figure in figures.items() if code in values and values[code].current != figure]
    written = [Written(value.element, value.current, figure) for value, figure in changed]
    numbers = _next_numbers([value for value, _figure in changed])
    ValueRevision.objects.bulk_create(
        ValueRevision(
            value=value,
            number=numbers[value.pk],
            figure=figure,
            valid_from=report.starts_on,
            valid_to=report.ends_on,
            recorded_at=clock.now(),
            by=actor,
            why=why,
            source=source,
        )
        for value, figure in changed
    )
    for value, figure in changed:
        value.current = figure
    Value.objects.bulk_update([value for value, _figure in changed], ["current"])
    return written


def _next_numbers(values: list[Value]) -> dict[int, int]:
    newest: dict[int, int] = {value.pk: 0 for value in values}
    for value, number in ValueRevision.objects.filter(value__in=newest).values_list("value", "number").order_by("number"):
        newest[value] = number
    return {value: number + 1 for value, number in newest.items()}


def decide(report: Return, *, actor: Any, why: str = "") -> list[Written]:
    """What was said last counts from now on. Four queries."""
    values = {value.pk: value for value in Value.objects.filter(report=report)}
    newest: dict[int, ValueRevision] = {}
    for revision in ValueRevision.objects.filter(value__in=values).order_by("number"):
        newest[revision.value_id] = revision
    changed = [(values[pk], revision) for pk, revision in newest.items() if values[pk].decided_revision_id != revision.pk]
    written = [Written(value.element, value.decided, revision.figure) for value, revision in changed]
    now = clock.now()
    Decision.objects.bulk_create(
        Decision(value=value, revision=revision, at=now, by=actor, why=why or revision.why) for value, revision in changed
    )
    for value, revision in changed:
        value.decided, value.decided_revision = revision.figure, revision
    Value.objects.bulk_update([value for value, _revision in changed], ["decided", "decided_revision"])
    return written
