"""Named reads of the pipeline: the list by its filters, the funnel, and who stood where on a day."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import QuerySet

from pilotage.core import clock
from pilotage.finance.pipeline.durations import Duration, Spell, Way, duration, spells
from pilotage.finance.pipeline.enums import GONE, LINE, NEEQ, NEEQ_LINE, Market, Stage, line_of
from pilotage.finance.pipeline.history import Round, effective, rounds
from pilotage.finance.pipeline.models import ListingProject, StageStep

EXCHANGES = "exchanges"


@dataclass(frozen=True, slots=True)
class Filter:
    """What the list and the funnel are cut to.

    ``reached``: ever got there, by ``as_of`` and not before ``since``; ``since`` alone: the present stage began then or later;
    ``left``: was there when it was withdrawn or terminated, or left the market; ``paused``: is suspended there; ``overdue``: is suspended
    past the limit; ``round``: had that many rounds of inquiry.
    """

    market: str = ""
    stage: str = ""
    province: str = ""
    reached: str = ""
    left: str = ""
    paused: str = ""
    overdue: bool = False
    round: int = 0
    owner: int = 0
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
            round=int(given["round"]) if given.get("round", "").isdecimal() and len(given["round"]) < 5 else 0,
            owner=int(given["owner"]) if given.get("owner", "").isdecimal() and len(given["owner"]) < 10 else 0,
            overdue=given.get("overdue", "") == "1",
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
    """Two more queries where ``as_of`` or ``reached`` is asked for."""
    rows = in_scope(rows, asked.market, asked.province)
    if asked.words:
        rows = rows.filter(enterprise__name_zh__icontains=asked.words) | rows.filter(number__iexact=asked.words)
    if asked.reached:
        told = histories(rows.filter(pk__in=StageStep.objects.filter(stage=asked.reached).values("project")))
        rows = rows.filter(pk__in=[each.pk for each in told if _came(each, asked)])
    elif asked.as_of is not None:
        then = stages_on(rows, asked.as_of)
        wanted = stages_of(asked.stage) if asked.stage else None
        rows = rows.filter(pk__in=[pk for pk, stage in then.items() if wanted is None or stage in wanted])
    if asked.stage and asked.as_of is None:
        rows = rows.filter(state__in=stages_of(asked.stage))
    if asked.left:
        rows = rows.filter(state__in=GONE, left_from=asked.left)
    if asked.paused:
        rows = rows.filter(state=Stage.SUSPENDED, left_from=asked.paused)
    if asked.owner:
        rows = rows.filter(owner=asked.owner)
    if asked.round:
        rows = rows.filter(inquiry_round__gte=asked.round)
    if asked.overdue:
        rows = overdue(rows, clock.today())
    return rows if asked.reached or asked.since is None else rows.filter(stage_on__gte=asked.since)


def overdue(rows: QuerySet[ListingProject], today: date) -> QuerySet[ListingProject]:
    """Suspended past the last day of the limit."""
    return rows.filter(state=Stage.SUSPENDED, suspended_until__lt=today)


def _came(each: History, asked: Filter) -> bool:
    since, until = asked.since or date.min, asked.as_of or date.max
    return any(stage == asked.reached and since <= on <= until for on, stage in each.steps)


def in_scope(rows: QuerySet[ListingProject], market: str, province: str) -> QuerySet[ListingProject]:
    if market == EXCHANGES:
        rows = rows.exclude(market__in=NEEQ)
    elif market:
        rows = rows.filter(market=market)
    return rows.filter(enterprise__province=province) if province else rows


# --- histories -------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class History:
    """A project's stages in order with their days, corrections applied, without what was taken back; and its rounds of inquiry."""

    pk: int
    market: str
    province: str
    steps: list[tuple[date, str]] = field(default_factory=list)
    rounds: list[Round] = field(default_factory=list)

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
    names = ("project", "stage", "kind", "on", "corrects", "takes_back")
    steps = StageStep.objects.filter(project__in=rows.order_by().values("pk")).order_by("id").only(*names)
    for step in steps:
        told[step.project_id].append(step)
    for pk, own in told.items():
        held = effective(own)
        found[pk].steps.extend((step.on, step.stage) for step in held)
        found[pk].rounds.extend(rounds(held))
    return list(found.values())


def stages_on(rows: QuerySet[ListingProject], day: date) -> dict[int, str]:
    """project -> stage on that day, of those that were on the list by then."""
    return {each.pk: stage for each in histories(rows) if (stage := each.stage_on(day)) is not None}


# --- the funnel ------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class FunnelRow:
    """``reached``: ever got there; ``now``: is there; ``left``: withdrawn, terminated or left from there; ``suspended``: stopped there now."""

    stage: str
    reached: int
    now: int
    suspended: int
    left: int
    to_next: Duration | None


def funnel(rows: QuerySet[ListingProject], told: Sequence[History], market: str, until: date) -> list[FunnelRow]:
    """``told``: the histories of the rows. One more query. For a tier of the NEEQ its shorter line."""
    line = NEEQ_LINE if market in NEEQ else LINE
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


# --- rounds of inquiry -----------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class RoundRow:
    """``untold``: the inquiry went on without a day of answers being entered; such rounds count in no duration."""

    number: int
    asked: int
    untold: int
    to_answer: Duration


def rounds_told(told: Iterable[History], until: date) -> list[RoundRow]:
    """How many rounds of each number there were, and how long the answers took. Who was gone before answering waited at least so long."""
    by_number: dict[int, list[Round]] = defaultdict(list)
    for each in told:
        for one in each.rounds:
            by_number[one.number].append(one)
    return [_round_row(number, by_number[number], until) for number in sorted(by_number)]


def _round_row(number: int, found: Sequence[Round], until: date) -> RoundRow:
    known = [each for each in found if not each.left_to or each.left_to in GONE]
    waits = [_wait(each, until) for each in known]
    return RoundRow(number, len(found), len(found) - len(known), duration(waits))


def _wait(found: Round, until: date) -> Spell:
    end = found.answered_on or found.left_on or until
    return Spell(max(0, (end - found.asked_on).days), found.answered_on is not None)
