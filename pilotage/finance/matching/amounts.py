"""What money came through which channel, where, to whom and when: closed introductions, pledges disbursed, notes issued.

Data: one flow is one contract, loan or note with its day and its amount in whole yuan. Each source is a query set with the same columns.
Invariants: money is counted once: an introduction whose loan or note stands in the records of its own kind is not counted beside it.
Figures and records come from the same query sets, so a number opens exactly what it counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, QuerySet, Sum, Value
from django.db.models.functions import Coalesce, ExtractQuarter, ExtractYear

from pilotage.finance.matching.enums import IntroductionState, NoteState
from pilotage.finance.matching.models import Introduction
from pilotage.finance.matching.note_check import CHANNEL as NOTES_CHANNEL
from pilotage.finance.matching.paper_models import BondNote
from pilotage.finance.pledges.models import Pledge

PLEDGE_CHANNEL = "ip-pledge"
DIMENSIONS = ("channel", "kind", "province", "industry", "quarter")
_ROW = ("flow_channel", "flow_province", "flow_industry", "flow_year", "flow_quarter")


@dataclass(frozen=True, slots=True)
class Asked:
    """Blank: all. ``quarter`` as ``2024-Q1``; days are inclusive."""

    kind: str = ""
    channels: tuple[str, ...] = ()
    province: str = ""
    industry: str = ""
    quarter: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """``amount`` in whole yuan."""

    count: int = 0
    amount: int = 0

    def plus(self, other: Figure) -> Figure:
        return Figure(self.count + other.count, self.amount + other.amount)


@dataclass(frozen=True, slots=True, order=True)
class Flow:
    """One contract, loan or note. ``amount`` in whole yuan; ``province`` blank: not known."""

    on: date
    amount: int
    enterprise: int
    province: str


# --- the three sources -----------------------------------------------------------------------
def introductions() -> QuerySet[Any]:
    rows = Introduction.objects.filter(state=IntroductionState.CLOSED)
    note = BondNote.objects.filter(
        state=NoteState.ISSUED,
        issuer=OuterRef("need__enterprise"),
        underwriter=OuterRef("offer__organisation"),
        issued_on__gte=OuterRef("closed_on"),
    )
    rows = rows.exclude(Exists(note), need__channel=NOTES_CHANNEL)
    loan = Pledge.objects.filter(
        enterprise=OuterRef("need__enterprise"), organisation=OuterRef("offer__organisation"), disbursed_on__gte=OuterRef("closed_on")
    )
    rows = rows.exclude(Exists(loan), need__channel=PLEDGE_CHANNEL)
    return _flow(rows, "need__enterprise", F("need__channel"), F("amount"), F("closed_on"))


def pledges() -> QuerySet[Any]:
    """Loans by the day on which they were paid out."""
    rows = Pledge.objects.filter(disbursed_on__isnull=False)
    return _flow(rows, "enterprise", Value(PLEDGE_CHANNEL), F("amount"), F("disbursed_on"))


def notes() -> QuerySet[Any]:
    rows = BondNote.objects.filter(state=NoteState.ISSUED)
    return _flow(rows, "issuer", Value(NOTES_CHANNEL), F("issued_amount"), F("issued_on"))


def _flow(rows: QuerySet[Any], enterprise: str, channel: Any, amount: Any, on: Any) -> QuerySet[Any]:
    return rows.annotate(
        flow_channel=channel,
        flow_enterprise=F(enterprise),
        flow_amount=amount,
        flow_on=on,
        flow_year=ExtractYear(on),
        flow_quarter=ExtractQuarter(on),
        flow_province=Coalesce(F(f"{enterprise}__province"), Value("")),
        flow_industry=Coalesce(F(f"{enterprise}__industry"), Value("")),
    )


SOURCES: dict[str, Callable[[], QuerySet[Any]]] = {"introduction": introductions, "pledge": pledges, "note": notes}
# sources all of whose records are of one channel
_CHANNEL_OF = {"pledge": PLEDGE_CHANNEL, "note": NOTES_CHANNEL}


def rows_of(kind: str, asked: Asked) -> QuerySet[Any]:
    """The records of one kind that are asked for."""
    rows = SOURCES[kind]()
    other = asked.channels and kind in _CHANNEL_OF and _CHANNEL_OF[kind] not in asked.channels
    if other or asked.kind not in {"", kind}:
        return rows.none()
    wanted: dict[str, Any] = {}
    if asked.channels:
        wanted["flow_channel__in"] = asked.channels
    if asked.province:
        wanted["flow_province"] = "" if asked.province == "none" else asked.province
    if asked.industry:
        wanted["flow_industry"] = "" if asked.industry == "none" else asked.industry
    if asked.quarter:
        year, _bar, number = asked.quarter.partition("-Q")
        if not (year.isdecimal() and number in {"1", "2", "3", "4"}):
            return rows.none()
        wanted |= {"flow_year": int(year), "flow_quarter": int(number)}
    if asked.since:
        wanted["flow_on__gte"] = asked.since
    if asked.until:
        wanted["flow_on__lte"] = asked.until
    return rows.filter(**wanted)


# --- figures ---------------------------------------------------------------------------------
def figures(asked: Asked) -> dict[str, dict[str, Figure]]:
    """dimension -> value -> figure, with ``total`` under the dimension blank. One query for each source."""
    found: dict[str, dict[str, Figure]] = defaultdict(lambda: defaultdict(Figure))
    for kind in SOURCES:
        rows = rows_of(kind, asked)
        grouped = rows.order_by().values_list(*_ROW).annotate(n=Count("pk"), total=Sum("flow_amount"))
        for channel, province, industry, year, quarter, count, amount in grouped:
            one = Figure(count, amount or 0)
            values = (channel, kind, province or "none", industry or "none", f"{year}-Q{quarter}")
            for dimension, value in (*zip(DIMENSIONS, values, strict=True), ("", "total")):
                found[dimension][value] = found[dimension][value].plus(one)
    return {dimension: dict(values) for dimension, values in found.items()}


def total(asked: Asked) -> Figure:
    return figures(asked).get("", {}).get("total", Figure())


def flows(asked: Asked) -> list[Flow]:
    """Each by itself, in order of day. One query for each source."""
    names = ("flow_on", "flow_amount", "flow_enterprise", "flow_province")
    return sorted(Flow(*row) for kind in SOURCES for row in rows_of(kind, asked).order_by().values_list(*names))
