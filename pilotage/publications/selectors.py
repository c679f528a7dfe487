"""Named reads of published cases."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, QuerySet
from django.db.models.functions import Coalesce

from pilotage.core.search import match
from pilotage.publications.models import Case

ORDER = ("-sort_year", "programme_zh", "id")


@dataclass(frozen=True, slots=True)
class Programme:
    case: Case
    count: int

    @property
    def name(self) -> str:
        return self.case.programme


def case_list(cases: QuerySet[Case], *, text: str = "", programme: str = "") -> QuerySet[Case]:
    """Of the cases the reader may see, those asked for, with their province, newest first, those without a year last; page them by :data:`ORDER`. One query."""
    cases = match(cases, text).select_related("province").annotate(sort_year=Coalesce("year", 0))
    return cases.filter(programme_zh=programme) if programme else cases


def programmes(cases: QuerySet[Case]) -> list[Programme]:
    """The programmes that have cases, with their number. One query."""
    rows = cases.values("programme_zh", "programme_en").annotate(count=Count("pk")).order_by("programme_zh", "programme_en")
    return [Programme(Case(programme_zh=row["programme_zh"], programme_en=row["programme_en"]), row["count"]) for row in rows]
