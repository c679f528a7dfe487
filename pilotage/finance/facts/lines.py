"""One thing that somebody states: what is wrong with it?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from pilotage.finance.facts.enums import Board, Tier
from pilotage.finance.facts.metrics import SIGNED, STATED, TITLES, YEARLY
from pilotage.finance.rules.model import LARGEST
from pilotage.registry.enums import Ownership

CODES: dict[str, frozenset[str]] = {
    "ownership": frozenset(Ownership.values),
    "neeq_tier": frozenset(Tier.values),
    "board": frozenset(Board.values),
}
FIRST_YEAR, LAST_YEAR = 1990, 2100


@dataclass(frozen=True, slots=True)
class Line:
    """``value`` in the unit of the metric: a whole number, a code, a day, or None to take back. ``year`` of a yearly metric.

    Of a title only False can be stated ("we hold none"): that it is held stands in the register with its issuer.
    """

    metric: str
    value: int | str | bool | date | None
    year: int | None = None

    def columns(self) -> dict[str, Any]:
        """The columns of a Fact."""
        value = self.value
        return {
            "metric": self.metric,
            "year": self.year,
            "number": value if isinstance(value, int) and not isinstance(value, bool) else None,
            "code": value if isinstance(value, str) else "",
            "truth": value if isinstance(value, bool) else None,
            "day": value if isinstance(value, date) else None,
        }


def faults_of(line: Line) -> Iterator[str]:
    """Sentences, none where the line can be stated."""
    if line.metric in TITLES:
        if line.value is not None and line.value is not False:
            yield _("A title is entered in the register, with its issuer and term. Here it can only be said that none is held.")
        return
    metric = STATED.get(line.metric)
    if metric is None:
        yield _("There is no metric “%(name)s”.") % {"name": line.metric}
        return
    if line.metric in YEARLY and not (line.year and FIRST_YEAR <= line.year <= LAST_YEAR):
        yield _("Say of which year.")
    if line.metric not in YEARLY and line.year is not None:
        yield _("This is stated for a day, not for a year.")
    if line.value is not None:
        yield from _value_faults(line, metric.unit)


def _value_faults(line: Line, unit: str) -> Iterator[str]:
    value = line.value
    if unit == "day":
        if not isinstance(value, date):
            yield _("A day is expected.")
    elif unit == "code":
        if value not in CODES[line.metric]:
            yield _("“%(code)s” is not one of the codes: %(codes)s.") % {"code": value, "codes": ", ".join(sorted(CODES[line.metric]))}
    elif not isinstance(value, int) or isinstance(value, bool):
        yield _("A whole number is expected.")
    elif abs(value) > LARGEST:
        yield _("The number is too large to be true. Look at its unit.")
    elif value < 0 and line.metric not in SIGNED:
        yield _("This cannot be below zero. Leave out what is not known.")
