"""What do the approved figures of a data set make on a day?

Data: approved figures, each of a reporter and a period; what counts on a day is what speaks of periods that are over by then,
as it is approved now, so a correction changes past days too (``changes`` says by whom and why).
Algorithm: a stock is, on a day, the sum over reporters of the newest figure of each; a flow the sum of all periods from the
plan's first day on, or of the same stretch elsewhere. A rate divides what the same reporters gave of both elements; growth
compares with the same sum at an earlier day, for the same reporters where each has both.
Invariants: one query an element whatever the number of days.
Refuses, with a sentence: to add up percentages of several reporters, to divide by nothing or by zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from pilotage.plan.indicators import CannotCount
from pilotage.plan.models import Plan
from pilotage.statistics.definition import Element
from pilotage.statistics.models import DataSet
from pilotage.statistics.selectors import Counted, counted_rows, data_set_named
from pilotage.statistics.spans import MONTHS, span_at, span_of

Figures = dict[str, Decimal]
YEAR_BEFORE = "year_before"


@dataclass(frozen=True)
class Series:
    """The approved figures of one element up to a day."""

    data_set: DataSet
    element: Element
    until: date
    province: str = ""

    @cached_property
    def rows(self) -> list[Counted]:
        return counted_rows(self.data_set, self.element.code, self.until, province=self.province)

    def counted(self, day: date, since: date) -> list[Counted]:
        """The very figures that count on a day; ``since``: from when a flow is added up."""
        over = [row for row in self.rows if row.ends_on <= day]
        if self.element.is_flow:
            return [row for row in over if row.starts_on >= since]
        return list({row.reporter: row for row in over}.values())

    def by_reporter(self, day: date, since: date) -> Figures:
        found: Figures = {}
        for row in self.counted(day, since):
            found[row.reporter] = found.get(row.reporter, Decimal(0)) + row.figure
        return found

    def value(self, day: date, since: date) -> Decimal | None:
        figures = self.by_reporter(day, since)
        if len(figures) > 1 and self.element.kind == "percent":
            raise CannotCount(_("“%(title)s” is a percentage and cannot be added up over reporters.") % {"title": self.element.title})
        return total(figures.values())


def total(figures: Iterable[Decimal]) -> Decimal | None:
    listed = list(figures)
    return sum(listed, Decimal(0)) if listed else None


def series(plan: Plan, options: Mapping[str, Any], until: date, *, element: str = "element", data_set: str = "data_set") -> Series | None:
    """None where the plan has no such data set or element yet. One query."""
    found = data_set_named(plan, options, data_set)
    if found is None or found.current is None:
        return None
    asked = found.definition.elements.get(str(options.get(element, "")))
    return Series(found, asked, until, str(options.get("place") or "")) if asked is not None else None


# --- value ------------------------------------------------------------------------------------
def value(plan: Plan, options: Mapping[str, Any], as_of: date) -> Decimal | None:
    found = series(plan, options, as_of)
    return found.value(as_of, plan.starts_on) if found else None


def value_history(plan: Plan, options: Mapping[str, Any], days: Sequence[date]) -> list[Decimal | int | None]:
    found = series(plan, options, days[-1]) if days else None
    return _over(days, lambda day: found.value(day, plan.starts_on) if found else None)


def value_by_place(plan: Plan, options: Mapping[str, Any], as_of: date) -> dict[str, Decimal | int]:
    found = series(plan, options, as_of)
    if found is None or found.element.kind == "percent":
        return {}
    return by_province(found, as_of, plan.starts_on)


def by_province(found: Series, day: date, since: date) -> dict[str, Decimal | int]:
    places: dict[str, Decimal | int] = {}
    for row in found.counted(day, since):
        if row.province:
            places[row.province] = places.get(row.province, Decimal(0)) + row.figure
    return places


# --- rate -------------------------------------------------------------------------------------
def _both(plan: Plan, options: Mapping[str, Any], until: date) -> tuple[Series, Series] | None:
    above = series(plan, options, until)
    below = series(plan, options, until, element="of", data_set="of_data_set" if "of_data_set" in options else "data_set")
    return (above, below) if above and below else None


def rate(plan: Plan, options: Mapping[str, Any], as_of: date) -> Decimal | None:
    found = _both(plan, options, as_of)
    return _rate(*found, as_of, plan.starts_on) if found else None


def _rate(above: Series, below: Series, day: date, since: date) -> Decimal | None:
    """In percent. Over the reporters that gave both, where the two come from the same ones."""
    upper, lower = above.by_reporter(day, since), below.by_reporter(day, since)
    if not upper:
        return None
    if above.data_set.pk == below.data_set.pk:
        upper = {code: figure for code, figure in upper.items() if code in lower}
        lower = {code: figure for code, figure in lower.items() if code in upper}
    if not lower:
        raise CannotCount(_("There are no approved figures of “%(title)s” to divide by.") % {"title": below.element.title})
    return _percent(total(upper.values()), total(lower.values()), below.element)


def _percent(upper: Decimal | None, lower: Decimal | None, below: Element) -> Decimal | None:
    if not lower:
        raise CannotCount(_("“%(title)s” is zero, so nothing can be divided by it.") % {"title": below.title})
    return None if upper is None else upper * 100 / lower


def rate_history(plan: Plan, options: Mapping[str, Any], days: Sequence[date]) -> list[Decimal | int | None]:
    found = _both(plan, options, days[-1]) if days else None
    return _over(days, lambda day: _rate(*found, day, plan.starts_on) if found else None)


def rate_by_place(plan: Plan, options: Mapping[str, Any], as_of: date) -> dict[str, Decimal | int]:
    """Each province's own rate; none where it cannot be reckoned."""
    found = _both(plan, options, as_of)
    if found is None:
        return {}
    upper, lower = (by_province(each, as_of, plan.starts_on) for each in found)
    return {code: Decimal(figure) * 100 / lower[code] for code, figure in upper.items() if lower.get(code)}


# --- growth -----------------------------------------------------------------------------------
def growth(plan: Plan, options: Mapping[str, Any], as_of: date) -> Decimal | None:
    found = series(plan, options, as_of)
    return _growth(found, options, as_of, plan) if found else None


def growth_history(plan: Plan, options: Mapping[str, Any], days: Sequence[date]) -> list[Decimal | int | None]:
    found = series(plan, options, days[-1]) if days else None
    return _over(days, lambda day: _growth(found, options, day, plan) if found else None)


def growth_by_place(plan: Plan, options: Mapping[str, Any], as_of: date) -> dict[str, Decimal | int]:
    found = series(plan, options, as_of)
    if found is None or found.element.kind == "percent":
        return {}
    day, since, base_since = base_of(found, options, as_of, plan)
    now, before = by_province(found, as_of, since), by_province(found, day, base_since)
    return {code: (figure - Decimal(before[code])) * 100 / Decimal(before[code]) for code, figure in now.items() if before.get(code)}


def base_of(found: Series, options: Mapping[str, Any], day: date, plan: Plan) -> tuple[date, date, date]:
    """(last day of the base, from when a flow is added up now, from when in the base).

    ``base`` names a period (2022-12, 2022Q4, 2022): a stock is taken at its end, a flow over the whole of it. Without one,
    what was a year before the newest figures.
    """
    base = str(options.get("base") or YEAR_BEFORE)
    if base != YEAR_BEFORE:
        span = span_of(base)
        return span.ends_on, plan.starts_on, span.starts_on
    newest = max((row.ends_on for row in found.rows if row.ends_on <= day), default=day)
    year_before = span_at(newest, found.data_set.definition.period).moved(-12 // MONTHS[found.data_set.definition.period]).ends_on
    return year_before, plan.starts_on, plan.starts_on.replace(year=plan.starts_on.year - 1, day=1)


def _growth(found: Series, options: Mapping[str, Any], day: date, plan: Plan) -> Decimal | None:
    base_day, since, base_since = base_of(found, options, day, plan)
    now, before = found.by_reporter(day, since), found.by_reporter(base_day, base_since)
    if not now:
        return None
    both = {code for code in now if code in before}
    if not both:
        sentence = _("There is no approved figure of “%(title)s” for %(day)s to compare with.")
        raise CannotCount(sentence % {"title": found.element.title, "day": base_day.isoformat()})
    base = total(before[code] for code in both)
    if not base:
        raise CannotCount(_("“%(title)s” was zero in the base period, so its growth cannot be told.") % {"title": found.element.title})
    return ((total(now[code] for code in both) or Decimal(0)) - base) * 100 / base


def _over(days: Sequence[date], reckon: Callable[[date], Decimal | None]) -> list[Decimal | int | None]:
    """None for a day on which nothing can be told."""
    found: list[Decimal | int | None] = []
    for day in days:
        try:
            found.append(reckon(day))
        except CannotCount:
            found.append(None)
    return found
