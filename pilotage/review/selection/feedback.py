"""What an applicant may know of the judgement on the own application: figures over all experts, never who gave what."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Avg

from pilotage.calls.models import Application
from pilotage.review.enums import AssignmentState, Outcome
from pilotage.review.models import Assignment, Score, SelectionInputs, SelectionRow
from pilotage.review.options import review_options, rubric_of
from pilotage.review.scoring import RubricError
from pilotage.review.selection import reckoning
from pilotage.review.selectors import reason_for

LEAST_EXPERTS = 3  # with fewer a mean and a spread would tell what each gave
SOLVED_AGAIN = 1_000  # candidates up to which the score that would have been enough is solved for


@dataclass(frozen=True, slots=True)
class CriterionMean:
    title_zh: str
    title_en: str
    weight: Decimal
    scale: int
    mean: Decimal

    @property
    def share(self) -> float:
        return round(100 * float(self.mean) / self.scale, 1)


@dataclass(frozen=True, slots=True)
class Feedback:
    """``totals``: of the experts from low to high, empty below ``LEAST_EXPERTS``; ``enough``: the score that would have done."""

    row: SelectionRow
    finished: int
    totals: tuple[Decimal, ...]
    criteria: tuple[CriterionMean, ...]
    enough: Decimal | None

    @property
    def spread(self) -> Decimal | None:
        return self.totals[-1] - self.totals[0] if self.totals else None


def feedback_of(application: Application) -> Feedback | None:
    """None until the public notice of the call has opened, or where no selection decided. A constant number of queries."""
    row = reason_for(application)
    if row is None:
        return None
    kept = SelectionInputs.objects.filter(selection=row.selection_id).first()
    inputs = kept.read() if kept else None
    totals = _totals(inputs, application)
    finished = int(row.figures.get("finished", len(totals)))
    shown = totals if finished >= LEAST_EXPERTS else ()
    return Feedback(row, finished, shown, _criteria(application, finished), _enough(inputs, row, application))


def _totals(inputs: dict[str, Any] | None, application: Application) -> tuple[Decimal, ...]:
    """Sorted, so that nothing tells which expert gave which."""
    if inputs is None:
        return ()
    return tuple(sorted(Decimal(total) for number, _expert, total in inputs["scores"] if number == application.number))


def _criteria(application: Application, finished: int) -> tuple[CriterionMean, ...]:
    """Means by criterion of the rubric that the call has published."""
    seats = Assignment.objects.filter(application=application, state=AssignmentState.FINISHED)
    if finished < LEAST_EXPERTS or seats.count() < LEAST_EXPERTS:
        return ()
    try:
        rubric = rubric_of(application, review_options(application.call))
    except (KeyError, RubricError):
        return ()
    rows = Score.objects.filter(assignment__in=seats).order_by().values_list("criterion").annotate(mean=Avg("value"))
    means = dict(rows)
    return tuple(
        CriterionMean(each.title_zh, each.title_en, each.weight, rubric.scale, Decimal(means[each.key]).quantize(Decimal("0.01")))
        for each in rubric.criteria
        if means.get(each.key) is not None
    )


def _enough(inputs: dict[str, Any] | None, row: SelectionRow, application: Application) -> Decimal | None:
    """Solved for anew: a third of a second for 600 candidates; in large calls the bar has to do."""
    if inputs is None or row.outcome == Outcome.SELECTED or row.figures.get("bar") is None or len(inputs["candidates"]) > SOLVED_AGAIN:
        return None
    found = reckoning.enough(inputs, application.number)
    return Decimal(found) if found else None
