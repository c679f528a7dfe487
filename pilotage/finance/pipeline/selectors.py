"""Named reads of the pipeline: the list by its filters, the funnel, and who stood where on a day."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db.models import QuerySet

from pilotage.finance.pipeline.durations import Duration, Way, duration, spells
from pilotage.finance.pipeline.enums import GONE, LINE, NEEQ, NEEQ_LINE, Market, Stage, line_of
from pilotage.finance.pipeline.history import effective
from pilotage.finance.pipeline.models import ListingProject, StageStep

EXCHANGES = "exchanges"


@dataclass(frozen=True, slots=True)
class Filter:
    """What the list and the funnel are cut to. ``reached``: ever got there; ``left``: was there when it was withdrawn or terminated;
    ``paused``: is suspended there.
    """

    market: str = ""
    stage: str = ""
    province: str = ""
    reached: str = ""
    left: str = ""
    paused: str = ""
    words: str = ""
    as_of: date | None = None
    since: date | None = None

    @classmethod
    def read(cls, given: Mapping[str, str]) -> Filter:
        """From an address; what is of no known value is left out."""
        stages = set(Stage.values)
        market = given.get("market", "")
        return cls(
            market=market if market in {*Market.values, EXCHANGES} else "",
            stage=given.get("stage", "") if given.get("stage", "") in {*stages, "tutoring"} else "",
            province=given.get("province", "") if given.get("province", "").isdecimal() else "",
            reached=given.get("reached", "") if given.get("reached", "") in stages else "",
            left=given.get("left", "") if given.get("left", "") in stages else "",
            paused=given.get("paused", "") if given.get("paused", "") in stages else "",
            words=given.get("q", "").strip()[:100],
            as_of=_day(given.get("as_of", "")),
            since=_day(given.get("since", "")),
        )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def stages_of(name: str) -> tuple[str, ...]:
    """``tutoring`` stands for filed and accepted."""
    return (Stage.TUTORING_FILED, Stage.TUTORING_ACCEPTED) if name == "tutoring" else (name,)


def filtered(rows: QuerySet[ListingProject], asked: Filter) -> QuerySet[ListingProject]:
    """Two more queries where ``as_of`` is asked for."""
    rows = in_scope(rows, asked.market, asked.province)
    if asked.words:
        rows = rows.filter(enterprise__name_zh__icontains=asked.words) | rows.filter(number__iexact=asked.words)
    if asked.as_of is not None:
        then = stages_on(rows, asked.as_of)
        wanted = stages_of(asked.stage) if asked.stage else None
        rows = rows.filter(pk__in=[pk for pk, stage in then.items() if wanted is None or stage in wanted])
        return _since(rows, asked)
    if asked.stage:
        rows = rows.filter(state__in=stages_of(asked.stage))
    if asked.reached:
        rows = rows.filter(pk__in=StageStep.objects.filter(stage=asked.reached).values("project"))
    if asked.left:
        rows = rows.filter(state__in=GONE, left_from=asked.left)
    if asked.paused:
        rows = rows.filter(state=Stage.SUSPENDED, left_from=asked.paused)
    return _since(rows, asked)


def _since(rows: QuerySet[ListingProject], asked: Filter) -> QuerySet[ListingProject]:
    """``since``: the present stage began on that day or later."""
    return rows.filter(stage_on__gte=asked.since) if asked.since else rows


def in_scope(rows: QuerySet[ListingProject], market: str, province: str) -> QuerySet[ListingProject]:
    if market == EXCHANGES:
        rows = rows.exclude(market__in=NEEQ)
    elif market:
        rows = rows.filter(market=market)
    return rows.filter(enterprise__province=province) if province else rows


# --- histories -------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class History:
    """A project's stages in order with their days, corrections applied."""

    pk: int
    market: str
    province: str
    steps: list[tuple[date, str]] = field(default_factory=list)

    def stage_on(self, day: date) -> str | None:
        """None before it was on the list."""
        return next((stage for on, stage in reversed(self.steps) if on <= day), None)

    def way(self) -> Way:
        entered: dict[str, date] = {}
        for on, stage in self.steps:
            entered.setdefault(stage, on)
        ended = self.steps[-1][0] if self.steps and self.steps[-1][1] in GONE else None
        return Way(tuple(str(each) for each in line_of(self.market)), entered, ended)


def histories(rows: QuerySet[ListingProject]) -> list[History]:
    """Two queries."""
    found = {
        pk: History(pk, market, province or "")
        for pk, market, province in rows.order_by("pk").values_list("pk", "market", "enterprise__province")
    }
    told = defaultdict(list)
    steps = StageStep.objects.filter(project__in=rows.order_by().values("pk")).order_by("id").only("project", "stage", "on", "corrects")
    for step in steps:
        told[step.project_id].append(step)
    for pk, own in told.items():
        found[pk].steps.extend((step.on, step.stage) for step in effective(own))
    return list(found.values())


def stages_on(rows: QuerySet[ListingProject], day: date) -> dict[int, str]:
    """project -> stage on that day, of those that were on the list by then."""
    return {each.pk: stage for each in histories(rows) if (stage := each.stage_on(day)) is not None}


# --- the funnel ------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class FunnelRow:
    """``reached``: ever got there; ``now``: is there; ``left``: withdrawn or terminated from there; ``suspended``: stopped there now."""

    stage: str
    reached: int
    now: int
    suspended: int
    left: int
    to_next: Duration | None


def funnel(rows: QuerySet[ListingProject], market: str, until: date) -> list[FunnelRow]:
    """Three queries. For a tier of the NEEQ its shorter line."""
    line = NEEQ_LINE if market in NEEQ else LINE
    told = histories(rows)
    ways = [each.way() for each in told]
    reached = Counter(stage for way in ways for stage in way.entered)
    states = list(rows.order_by().values_list("state", "left_from"))
    now = Counter(state for state, _left in states)
    paused = Counter(left for state, left in states if state == Stage.SUSPENDED)
    left = Counter(left for state, left in states if state in GONE)
    nexts: Iterable[Stage | None] = (*line[1:], None)
    return [
        FunnelRow(
            stage, reached[stage], now[stage], paused[stage], left[stage], duration(spells(ways, stage, then, until)) if then else None
        )
        for stage, then in zip(line, nexts, strict=True)
    ]
