"""Which applications did a number count? Filters that only addresses carry: the list opens from a figure, exactly its records."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pilotage.calls import selectors
from pilotage.calls.flow import selectors as flow
from pilotage.calls.flow.steps import ORDER
from pilotage.calls.flow.titles import passed_title, waiting_title
from pilotage.calls.models import Application, Call
from pilotage.core import clock
from pilotage.web import formats

BUILDING = "building"
STEPS = {step.value: step for step in ORDER[:-1]}


@dataclass(frozen=True, slots=True)
class Counted:
    """``counted=building``, ``passed=<step>``, ``at=<step>``, ``as_of=<day>``; what is none of these is left out.

    With a day before today, states and steps are those of its end.
    """

    counted: str = ""
    passed: str = ""
    at: str = ""
    as_of: date | None = None

    @classmethod
    def read(cls, query: QueryDict) -> Counted:
        passed, at = query.get("passed", ""), query.get("at", "")
        return cls(
            BUILDING if query.get("counted") == BUILDING else "",
            passed if passed in STEPS else "",
            at if at in STEPS else "",
            _earlier(query.get("as_of", "")),
        )

    def apply(self, rows: QuerySet[Application], call: Call, state: str = "") -> QuerySet[Application]:
        """``state``: the state asked for, as it was on the day."""
        if self.counted:
            rows = rows.filter(pk__in=selectors.applications_building([call.slug], self.as_of).values("pk"))
        if self.passed:
            rows = flow.that_passed(rows, STEPS[self.passed], self.as_of)
        if self.at:
            rows = flow.that_wait(rows, STEPS[self.at], self.as_of)
        if self.as_of is None:
            return rows.filter(state=state) if state else rows
        then = flow.positions(rows, self.as_of)
        return then.filter(then_state=state) if state else then.filter(then_state__isnull=False)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        found = {"counted": self.counted, "passed": self.passed, "at": self.at, "as_of": self.as_of.isoformat() if self.as_of else ""}
        return [(name, value) for name, value in found.items() if value]

    @property
    def query(self) -> str:
        return urlencode(self.pairs)

    def chips(self, call: Call) -> list[tuple[str, Counted]]:
        """What is on, in words, each with what is left without it. One query where enterprises are counted."""
        found = []
        if self.counted:
            number = selectors.enterprises_building([call.slug], self.as_of).count()
            words = ngettext("Building: %(number)s enterprise", "Building: %(number)s enterprises", number)
            found.append((words % {"number": formats.number(number)}, replace(self, counted="")))
        if self.passed:
            found.append((passed_title(STEPS[self.passed]), replace(self, passed="")))
        if self.at:
            found.append((waiting_title(STEPS[self.at]), replace(self, at="")))
        if self.as_of:
            found.append((_("As of %(day)s") % {"day": formats.day(self.as_of)}, replace(self, as_of=None)))
        return found


def _earlier(text: str) -> date | None:
    """A day before today; any other reads as now."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day < clock.today() else None
