"""What the parts of a report read, each thing once, all as of one day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Any

from django.utils.translation import get_language

from pilotage.plan.enums import Outlook
from pilotage.plan.models import Plan
from pilotage.plan.work.standing import MeasureLine, measure_lines
from pilotage.registry.models import localized
from pilotage.reports.papers.periods import Period
from pilotage.reports.papers.targets import TargetFact, facts_of
from pilotage.reports.regions import layout as regions
from pilotage.reports.regions.layout import RegionTable
from pilotage.reports.subjects import Subject, subject_of


class Sources:
    """``content`` is the template; ``previous`` what the report before it was made of, None for the first one.

    ``reader`` is in whose eyes records on their way are counted: who prepares the report, or set up its schedule.
    """

    def __init__(
        self, plan: Plan, content: Mapping[str, Any], period: Period, as_of: date, *, reader: Any, previous: Mapping[str, Any] | None = None
    ) -> None:
        self.plan, self.content, self.period, self.as_of, self.reader, self.previous = plan, content, period, as_of, reader, previous
        self._by_language: dict[tuple[str, str], Any] = {}

    # --- words ------------------------------------------------------------------------------
    def words(self, text: Mapping[str, str]) -> str:
        return localized(text["zh"], text["en"])

    def period_words(self) -> str:
        return self.period.words(get_language() or "zh-hans")

    def _spoken(self, name: str, make: Any) -> Any:
        """Read once for each language, because it holds words."""
        key = (name, get_language() or "")
        if key not in self._by_language:
            self._by_language[key] = make()
        return self._by_language[key]

    # --- records ----------------------------------------------------------------------------
    @property
    def targets(self) -> list[TargetFact]:
        return self._spoken("targets", lambda: facts_of(self.plan, self.as_of))

    def chosen(self, part: Mapping[str, Any]) -> list[TargetFact]:
        """The targets a part names, in its order; all where it names none."""
        if "targets" not in part:
            return self.targets
        by_code = {fact.code: fact for fact in self.targets}
        return [by_code[code] for code in part["targets"] if code in by_code]

    @property
    def measures(self) -> list[MeasureLine]:
        """Lights by the outlooks, as the cockpit shows them."""
        return self._spoken("measures", self._measure_lines)

    def _measure_lines(self) -> list[MeasureLine]:
        outlooks = {fact.target.pk: fact.status.value for fact in self.targets}
        return measure_lines(self.plan, self.as_of, self.reader, lines=[fact.outlook.line for fact in self.targets], statuses=outlooks)

    @property
    def measures_reported(self) -> int:
        """A lead unit has handed in a report, and none is overdue."""
        return sum(line.last_report is not None and not line.overdue for line in self.measures)

    @property
    def measures_late(self) -> int:
        return sum(bool(line.overdue) for line in self.measures)

    @cached_property
    def subject(self) -> Subject:
        return subject_of(self.plan)

    @property
    def regions(self) -> RegionTable:
        return self._spoken("regions", lambda: regions.table(self.plan, self.as_of, self.reader, subject=self.subject))

    # --- figures ----------------------------------------------------------------------------
    def target_counts(self) -> dict[str, int]:
        states = Counter(fact.status for fact in self.targets)
        return {
            "targets": len(self.targets),
            "targets_counted": sum(fact.value is not None for fact in self.targets),
            "targets_met": states[Outlook.MET],
            "targets_on_track": states[Outlook.ON_TRACK],
            "targets_at_risk": states[Outlook.AT_RISK] + states[Outlook.UNLIKELY] + states[Outlook.MISSED],
        }

    def facts(self) -> dict[str, Any]:
        """Numbers that the next report is compared with."""
        return {
            "targets": {fact.code: fact.figures() for fact in self.targets},
            "measures": {line.measure.code: {"light": line.light.value, "progress": line.progress} for line in self.measures},
            "provinces": {
                row.code: {"listed": row.listed, "building": row.building} for row in self.regions.rows if row.listed or row.building
            },
        }
