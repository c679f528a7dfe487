"""Named reads of screenings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Count, F, OuterRef, QuerySet, Subquery

from pilotage.finance.channels.selectors import current_plan
from pilotage.finance.screening.enums import OF_LETTER, Answer, ScreeningState
from pilotage.finance.screening.models import Screening, ScreeningResult


def latest(plan: Any = None, *, before: Screening | None = None) -> Screening | None:
    """The last one done whose rules and facts are of one day. One query, two without a plan."""
    owner = plan or current_plan()
    found = Screening.objects.filter(plan=owner, state=ScreeningState.DONE, rule_date=F("facts_on")).order_by("-id")
    return (found.filter(pk__lt=before.pk) if before else found).first()


def latest_verdicts(enterprise_ids: Iterable[int]) -> dict[int, dict[str, Answer]]:
    """enterprise -> channel key -> answer of the last screening that says how things stand; absent where there is none. Three queries."""
    screening = latest()
    found: dict[int, dict[str, Answer]] = defaultdict(dict)
    if screening is not None:
        rows = ScreeningResult.objects.filter(screening=screening, enterprise__in=list(enterprise_ids)).order_by()
        for enterprise, channel, verdict in rows.values_list("enterprise_id", "channel", "verdict"):
            found[enterprise][channel] = OF_LETTER[verdict]
    return dict(found)


def changed(before: Screening, after: Screening) -> list[tuple[int, str, str, str]]:
    """``(enterprise, channel key, letter before, letter after)`` where they differ; who is in one of the two only is no change. One query."""
    own = ScreeningResult.objects.filter(screening=before, enterprise=OuterRef("enterprise"), channel=OuterRef("channel"))
    rows = ScreeningResult.objects.filter(screening=after).annotate(before=Subquery(own.values("verdict")[:1]))
    different = rows.filter(before__isnull=False).exclude(verdict=F("before")).order_by("enterprise_id", "channel")
    return list(different.values_list("enterprise_id", "channel", "before", "verdict"))


def counts_of(results: QuerySet[ScreeningResult]) -> dict[str, dict[Answer, int]]:
    """channel key -> answer -> enterprises. One query."""
    found: dict[str, dict[Answer, int]] = defaultdict(dict)
    for channel, verdict, count in results.order_by().values_list("channel", "verdict").annotate(Count("pk")):
        found[channel][OF_LETTER[verdict]] = count
    return dict(found)


def by_province(results: QuerySet[ScreeningResult]) -> dict[str, int]:
    rows = results.order_by().values_list("enterprise__province").annotate(Count("pk"))
    return {code: count for code, count in rows if code}
