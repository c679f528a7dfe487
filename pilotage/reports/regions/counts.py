"""What the regional tables count on a day: by province from kept sums, by city from the records of the provinces asked for.

A city is a pair of province and prefecture; the prefecture is '' for what lies directly under the province (municipalities).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date

from django.db.models import Count, Q

from pilotage.calls.flow import selectors as flow
from pilotage.calls.flow.models import BuildingSpan
from pilotage.calls.flow.steps import FlowStep
from pilotage.calls.models import Application, Call, Quota
from pilotage.calls.selectors import ON_LIST
from pilotage.core import clock
from pilotage.directory.enums import CountDimension
from pilotage.directory.models import Edition
from pilotage.directory.selectors.entries import stored_counts
from pilotage.reports.industries.counts import entries_on

City = tuple[str, str]
# what an application must have behind it
STEPS = {"filed": FlowStep.FILE, "recommended": FlowStep.RECOMMEND}
_ON_LIST = frozenset(state.value for state in ON_LIST)
CROSSED_MOST = 50_000  # entries of which provinces are crossed with all industries


# --- applications ---------------------------------------------------------------------------
def building(calls: Sequence[Call], day: date) -> Counter[str]:
    """Province -> enterprises under construction or built, each once. One query."""
    return Counter(flow.building_by_place([call.pk for call in calls], day)) if calls else Counter()


def building_by_city(calls: Sequence[Call], day: date, provinces: Collection[str]) -> Counter[City]:
    """One query over the spans of these provinces."""
    spans = BuildingSpan.objects.filter(flow.standing_on(day), call__in=[call.pk for call in calls], province__in=provinces).order_by()
    rows = spans.values_list("province", "enterprise__prefecture").annotate(number=Count("enterprise", distinct=True))
    return Counter({(province, prefecture or ""): number for province, prefecture, number in rows})


def steps(calls: Sequence[Call], day: date) -> dict[str, Counter[str]]:
    """``STEPS`` -> province -> applications that have it behind them. Two queries a call."""
    found: dict[str, Counter[str]] = {name: Counter() for name in STEPS}
    for call in calls:
        for name, step in STEPS.items():
            found[name].update(flow.by_province(call, step.value, day))
    return found


def on_list(calls: Sequence[Call], day: date) -> Counter[str]:
    """Province -> applications on a recommender's list, sent up or not. One query a call."""
    found: Counter[str] = Counter()
    for call in calls:
        for province, states in flow.states_by_place(call.pk, day).items():
            found[province] += sum(number for state, number in states.items() if state in _ON_LIST)
    return found


def steps_by_city(calls: Sequence[Call], day: date, provinces: Collection[str]) -> dict[str, Counter[City]]:
    """The same by city. Two queries over the applications of these provinces; of a past day each state is looked up."""
    rows = Application.objects.filter(call__in=[call.pk for call in calls], province__in=provinces).order_by()
    found: dict[str, Counter[City]] = {}
    for name, step in STEPS.items():
        passed = flow.that_passed(rows, step, day)
        found[name] = _by_city(passed.values_list("province", "prefecture").annotate(number=Count("pk")))
    return found


def quotas(calls: Sequence[Call]) -> dict[str, int]:
    """Province -> the limits of its recommenders together; absent where none is known. One query."""
    rows = Quota.objects.filter(call__in=[call.pk for call in calls], limit__isnull=False, recommender__province__isnull=False)
    found: Counter[str] = Counter()
    for province, limit in rows.order_by("id").values_list("recommender__province", "limit"):
        found[province] += limit or 0
    return dict(found)


# --- entries --------------------------------------------------------------------------------
def listed(editions: Sequence[Edition], day: date) -> Counter[str]:
    """Province -> entries in force on the day. One query, from stored counts where the day is today."""
    if day >= clock.today():
        return Counter(
            {code: number for (dimension, code), number in stored_counts(editions).items() if dimension == CountDimension.PROVINCE}
        )
    rows = entries_on(editions, day).values_list("province").annotate(number=Count("pk"))
    return Counter({province or "": number for province, number in rows})


def labelled(editions: Sequence[Edition], day: date) -> Counter[City]:
    """City -> entries in force on the day that had a label by then. One query over those with a label."""
    rows = entries_on(editions, day).exclude(label="").filter(labelled_on__lte=day)
    return _by_city(rows.values_list("province", "prefecture").annotate(number=Count("pk")))


def listed_by_city(editions: Sequence[Edition], day: date, provinces: Collection[str]) -> Counter[City]:
    """One query over the entries of these provinces."""
    rows = entries_on(editions, day).filter(province__in=provinces)
    return _by_city(rows.values_list("province", "prefecture").annotate(number=Count("pk")))


def of_industry(editions: Sequence[Edition], day: date, industry: str, provinces: Collection[str] = ()) -> Counter[City]:
    """City -> entries of one industry. One query over the entries of the industry."""
    rows = entries_on(editions, day).filter(industry=industry)
    if provinces:
        rows = rows.filter(province__in=provinces)
    return _by_city(rows.values_list("province", "prefecture").annotate(number=Count("pk")))


def by_industry(editions: Sequence[Edition], day: date) -> dict[tuple[str, str], int]:
    """(province, industry) -> entries; ask only of up to ``CROSSED_MOST``. One query."""
    rows = entries_on(editions, day).filter(Q(province__isnull=False), Q(industry__isnull=False))
    grouped = rows.values_list("province", "industry").annotate(number=Count("pk"))
    return {(province, industry): number for province, industry, number in grouped}


def _by_city(rows: object) -> Counter[City]:
    return Counter({(province or "", prefecture or ""): number for province, prefecture, number in rows})  # type: ignore[attr-defined]


def over_provinces(cities: Counter[City]) -> Counter[str]:
    found: Counter[str] = Counter()
    for (province, _prefecture), number in cities.items():
        found[province] += number
    return found
