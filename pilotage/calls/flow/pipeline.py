"""What a forecast may know of a call at the end of a day: what waits before each step, what was learnt, what is still to come.

Learnt is what the call itself and earlier calls of the same directory showed up to that day, nothing later; stated is what the
call file says under ``forecast``, else the figures below. The dates of stages are those set now.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.db.models import Max, Q, Sum
from django.utils.timezone import localdate
from django.utils.translation import pgettext

from pilotage.calls.enums import ApplicationKind, ApplicationState, StageKind
from pilotage.calls.flow import selectors as flow
from pilotage.calls.flow.models import FlowDay
from pilotage.calls.flow.steps import ORDER, RANK, STATES, STEP_OF, FlowStep
from pilotage.calls.models import Call, Stage
from pilotage.calls.selectors import with_content
from pilotage.core.running import running
from pilotage.plan.forecast.model import Arrivals, Pipeline, Place, Prior, Step

NEW = ApplicationKind.NEW.value
# ours, stated on the page; a call file says its own under forecast.priors
STATED = {
    "building": Prior(0.85, 10, 1, 2),
    "check": Prior(0.7, 10, 8, 18),
    "recommend": Prior(0.5, 10, 13, 28),
    "accept": Prior(0.97, 10, 3, 8),
    "select": Prior(0.5, 10, 30, 45),
    # of a selection of so many: the share good enough to be among them, were there room
    "select_of_a_total": Prior(0.9, 20, 30, 45),
    "publish": Prior(0.97, 30, 15, 30, 21),
}
TOGETHER = frozenset({FlowStep.SELECT, FlowStep.PUBLISH})
# in the memory of the process: the shared cache is a table, and a page that is only read must not write
_cache = LocMemCache("learnt", {"TIMEOUT": 600, "OPTIONS": {"MAX_ENTRIES": 1_000}})
PARTS = (0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0)  # of the window, at which earlier calls are read


def stated(call: Call, key: str) -> Prior:
    found = (_content(call).get("forecast") or {}).get("priors", {}).get(key)
    if found:
        return Prior(**found)
    return STATED["select_of_a_total" if key == FlowStep.SELECT and seats(call)[0] is not None else key]


def seats(call: Call) -> tuple[int | None, int]:
    """How many a selection takes (None: no number is set), and how many stand by behind them."""
    stage = call.stage(StageKind.SELECT)
    return (stage.options.get("total"), int(stage.options.get("reserve") or 0)) if stage else (None, 0)


def _content(call: Call) -> dict[str, Any]:
    return with_content(call.current).content if call.current else {}


def _day(stage: Stage | None, end: str) -> date | None:
    moment = getattr(stage, end) if stage else None
    return localdate(moment) if moment else None


def directory_of(call: Call) -> str:
    publish = call.stage(StageKind.PUBLISH)
    return str(publish.options.get("directory") or call.slug) if publish else ""


def earlier_calls(call: Call) -> list[Call]:
    """Calls of the same directory in earlier years. Two queries."""
    slug = directory_of(call)
    before = Call.objects.filter(year__lt=call.year, stages__kind=StageKind.PUBLISH).distinct().order_by("year", "pk")
    return [each for each in before.select_related(None).prefetch_related("stages") if slug and directory_of(each) == slug]


# --- what was learnt before -----------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Learnt:
    """Of all earlier calls of the directory together: who got on, who ended, how long it took, when they came."""

    beyond: Mapping[str, int]
    ended: Mapping[str, int]
    waits: Mapping[FlowStep, Mapping[int, int]]
    filed: int
    building: int
    profile: tuple[tuple[float, float], ...]


def learnt_before(call: Call, as_of: date) -> Learnt:
    """Kept for ten minutes: earlier years hardly change any more, and reading them takes longer than all the rest."""
    until = min(as_of, _over_by(call))
    key = f"calls.learnt.{call.pk}.{until.isoformat()}"
    found: Learnt | None = _cache.get(key)
    if found is None:
        found = _learn(earlier_calls(call), until)
        _cache.set(key, found)
    return found


def _over_by(call: Call) -> date:
    """The day from which nothing more can be learnt of the earlier calls: their last move, and the end of their windows."""
    key = f"calls.over.{call.pk}"
    found: date | None = _cache.get(key)
    if found is None:
        before = earlier_calls(call)
        moved = FlowDay.objects.filter(call__in=[each.pk for each in before]).aggregate(last=Max("day"))["last"]
        closed = [day for each in before if (day := _day(each.stage(StageKind.APPLY), "closes_at"))]
        found = max([moved or date.min, *closed])
        _cache.set(key, found)
    return found


def forget() -> None:
    """All that was kept of earlier calls, as when another database is opened."""
    _cache.clear()


def _learn(calls: Sequence[Call], as_of: date) -> Learnt:
    """Five queries for each call."""
    beyond: Counter[str] = Counter()
    ended: Counter[str] = Counter()
    came = building = 0
    for call in calls:
        own = passages(flow.positions_by_place(call.pk, as_of))
        beyond.update(own[0])
        ended.update(own[1])
        came += sum(number for _day, number in filed([call.pk], as_of))
        building += flow.building([call.pk], [as_of])[0]
    waits = flow.waits([call.pk for call in calls], as_of) if calls else {}
    return Learnt(dict(beyond), dict(ended), waits, came, building, profile(calls, as_of))


def passages(held: Mapping[tuple[str, str, str], int]) -> tuple[Counter[str], Counter[str]]:
    """Step -> how many have it behind them; step -> how many ended in it."""
    beyond: Counter[str] = Counter()
    ended: Counter[str] = Counter()
    for (_place, step, state), number in held.items():
        for before in ORDER[: RANK[FlowStep(step)]]:
            beyond[before] += number
        if STEP_OF[state] is FlowStep.ENDED:
            ended[step] += number
    return beyond, ended


# --- arrivals -------------------------------------------------------------------------------
def filed(calls: Collection[int], until: date) -> list[tuple[date, int]]:
    """How many new applications were handed in for the first time on each day. One query."""
    rows = FlowDay.objects.filter(call__in=calls, kind=NEW, from_state=ApplicationState.DRAFT, to_state=ApplicationState.SUBMITTED)
    return list(rows.filter(day__lte=until).order_by("day").values_list("day").annotate(Sum("count")))


def arrivals(call: Call, as_of: date, so_far: int, seen: tuple[tuple[float, float], ...]) -> Arrivals | None:
    """None once the window is over: nobody comes any more. ``seen``: the profile of earlier calls."""
    stage = call.stage(StageKind.APPLY)
    opens, closes = _day(stage, "opens_at"), _day(stage, "closes_at")
    if closes is not None and as_of >= closes:
        return None
    expected = (_content(call).get("forecast") or {}).get("expected")
    told = (float(expected[0]), float(expected[1])) if expected else None
    return Arrivals(so_far, opens, closes, told, seen)


def profile(calls: Sequence[Call], as_of: date) -> tuple[tuple[float, float], ...]:
    """(share of the window gone, share of all filed by then), the mean of the calls whose window was over by then; () without one."""
    shares = [share for call in calls if (share := _shares(call, as_of))]
    if not shares:
        return ()
    return tuple((part, sum(each[place] for each in shares) / len(shares)) for place, part in enumerate(PARTS))


def _shares(call: Call, as_of: date) -> list[float]:
    stage = call.stage(StageKind.APPLY)
    opens, closes = _day(stage, "opens_at"), _day(stage, "closes_at")
    if opens is None or closes is None or closes > as_of or closes <= opens:
        return []
    found = filed([call.pk], closes)
    total = sum(number for _day, number in found)
    ends = [opens + timedelta(days=round((closes - opens).days * part) - (part == 0)) for part in PARTS]
    return [number / total for number in running(found, ends)] if total else []


# --- enterprises building -------------------------------------------------------------------
def building_pipeline(call: Call, as_of: date) -> Pipeline:
    """One step: of those who file, the share that counts as an enterprise under construction or built."""
    before = learnt_before(call, as_of)
    counted = flow.building([call.pk], [as_of])[0]
    so_far = sum(number for _day, number in filed([call.pk], as_of))
    passed = counted + before.building
    step = Step(
        key="building",
        title=pgettext("flow", "Counts as building"),
        waiting=(),
        passed=passed,
        left=max(so_far + before.filed - passed, 0),
        waits=((0, passed),) if passed else (),
        prior=stated(call, "building"),
    )
    places = tuple(Place(code, (0,), number) for code, number in flow.building_by_place([call.pk], as_of).items() if code)
    return Pipeline(as_of, counted, (step,), arrivals(call, as_of, so_far, before.profile), places)


# --- the way into a directory ---------------------------------------------------------------
@dataclass(frozen=True)
class Way:
    """A call on its way to an edition, at the end of a day. ``counted`` and ``places``: what is listed by then already."""

    call: Call
    as_of: date
    counted: int
    places: Mapping[str, int]
    is_published: bool

    @cached_property
    def parts(self) -> list[tuple[FlowStep, tuple[FlowStep, ...]]]:
        """The steps of the call with those it has no stage for, which it passes with the next."""
        kinds = {stage.kind for stage in self.call.stage_by_key.values()}
        found: list[tuple[FlowStep, tuple[FlowStep, ...]]] = []
        held: tuple[FlowStep, ...] = ()
        for step in ORDER[1:-1]:
            held = (*held, step)
            if flow.STAGE_OF[step] in kinds:
                found.append((step, held))
                held = ()
        return found

    @cached_property
    def positions(self) -> dict[tuple[str, str, str], int]:
        return flow.positions_by_place(self.call.pk, self.as_of)

    @cached_property
    def held(self) -> dict[str, Counter[str]]:
        """Province -> state -> applications."""
        found: dict[str, Counter[str]] = defaultdict(Counter)
        for (place, _step, state), number in self.positions.items():
            found[place][state] += number
        return dict(found)

    @cached_property
    def states(self) -> Counter[str]:
        return sum(self.held.values(), Counter[str]())

    @cached_property
    def closed(self) -> int:
        """How many parts are over for good: nothing before the selection goes on once it was made, nothing at all after publication."""
        if self.is_published:
            return len(self.parts)
        chosen = sum(self.states[state] for state in (*STATES[FlowStep.PUBLISH], ApplicationState.LISTED))
        places = [place for place, (step, _all) in enumerate(self.parts) if step is FlowStep.SELECT]
        return places[0] + 1 if places and chosen else 0

    @cached_property
    def limited(self) -> FlowStep:
        """Where the number of seats bites: at the publication where a reserve fills what becomes free, else at the selection."""
        return FlowStep.PUBLISH if seats(self.call)[1] else FlowStep.SELECT

    @cached_property
    def standing_by(self) -> int:
        return self.states[ApplicationState.RESERVE] if self.limited is FlowStep.PUBLISH else 0

    def pipeline(self) -> Pipeline:
        before = learnt_before(self.call, self.as_of)
        to_come = None
        if not self.closed:
            so_far = sum(number for _day, number in filed([self.call.pk], self.as_of))
            to_come = arrivals(self.call, self.as_of, so_far, before.profile)
        beyond, ended = passages(self.positions)
        beyond.update(before.beyond)
        ended.update(before.ended)
        waits, ages = flow.waits([self.call.pk], self.as_of), self._ages()
        for step, days in before.waits.items():
            waits[step] = dict(Counter(waits.get(step, {})) + Counter(days))
        steps = tuple(self._step(place, beyond, ended, waits, ages) for place in range(len(self.parts)))
        return Pipeline(self.as_of, self.counted, steps, to_come, self._places())

    def _step(
        self,
        place: int,
        beyond: Mapping[str, int],
        ended: Mapping[str, int],
        waits: Mapping[FlowStep, Mapping[int, int]],
        ages: Mapping[FlowStep, Counter[int]],
    ) -> Step:
        step, parts = self.parts[place]
        stage = self.call.stage(flow.STAGE_OF[step])
        total = seats(self.call)[0]
        # who gets through under a limit says nothing of the share that would have
        is_bounded = step is FlowStep.SELECT and total is not None
        passed, left = (0, 0) if is_bounded else (beyond[step], sum(ended[each] for each in parts))
        waited = Counter[int]({0: self.standing_by}) if step is FlowStep.PUBLISH and self.standing_by else Counter[int]()
        for each in parts:
            waited.update(ages.get(each, {}))
        gone = () if step in TOGETHER else tuple(sorted(waits.get(step, {}).items()))
        return Step(
            key=step.value,
            title=flow.step_title(self.call, step),
            waiting=() if place < self.closed else tuple(sorted(waited.items())),
            passed=passed,
            left=left,
            waits=gone,
            prior=stated(self.call, step.value),
            opens_on=_day(stage, "opens_at"),
            closes_on=_day(stage, "closes_at"),
            together=step in TOGETHER,
            limit=total if step is self.limited else None,
        )

    def _ages(self) -> dict[FlowStep, Counter[int]]:
        """Step -> days waited -> how many are in it now. One query over the steps that hold any."""
        still = [step for _step, parts in self.parts[self.closed :] for step in parts]
        held = [step for step in still if any(self.states[state] for state in STATES[step])]
        own = {state.value for step in held for state in STATES[step]}
        if not own:
            return {}
        entered: dict[FlowStep, Counter[int]] = defaultdict(Counter)
        rows = FlowDay.objects.filter(
            Q(from_state__in=own) | Q(to_state__in=own), call=self.call.pk, kind=NEW, day__lte=self.as_of
        ).order_by()
        for source, target, day, waited, number in rows.values_list("from_state", "to_state", "day", "waited_days", "count"):
            if STEP_OF[source] == STEP_OF[target]:
                continue
            age = (self.as_of - day).days
            if target in own:
                entered[STEP_OF[target]][age] += number
            if source in own:
                entered[STEP_OF[source]][age + waited] -= number
        return {step: Counter({age: number for age, number in ages.items() if number > 0}) for step, ages in entered.items()}

    def _places(self) -> tuple[Place, ...]:
        stage = self.call.stage(StageKind.SELECT)
        caps = (stage.options.get("per_province") or {}) if stage else {}
        has_step = any(step is self.limited for step, _all in self.parts)
        found = []
        for code in sorted({code for code in {*self.held, *self.places} if code}):
            of: Mapping[str, int] = self.held.get(code, {})
            waiting = tuple(
                0 if place < self.closed else sum(of.get(state.value, 0) for step in parts for state in STATES[step])
                for place, (_step, parts) in enumerate(self.parts)
            )
            limit = caps.get(code, caps.get("default")) if has_step else None
            found.append(Place(code, waiting, self.places.get(code, 0), limit, self.limited.value if limit is not None else ""))
        return tuple(found)


def publication_pipeline(call: Call, as_of: date, *, is_published: bool) -> Pipeline:
    """The edition itself as one record that waits for the selection and the publication."""
    way = Way(call, as_of, int(is_published), {}, is_published)
    last = len(way.parts) - 1
    dated = [place for place, (step, _parts) in enumerate(way.parts) if step in TOGETHER and place >= min(way.closed, last)]
    steps = tuple(_dated(call, way.parts[place][0], is_first=place == dated[0] and not is_published) for place in dated)
    return Pipeline(as_of, int(is_published), steps)


def _dated(call: Call, step: FlowStep, *, is_first: bool) -> Step:
    stage, prior = call.stage(flow.STAGE_OF[step]), stated(call, step.value)
    sure = Prior(0.98, 50, prior.days, prior.days_90, prior.slip_90)
    opens, closes = _day(stage, "opens_at"), _day(stage, "closes_at")
    return Step(step.value, flow.step_title(call, step), ((0, 1),) if is_first else (), 0, 0, (), sure, opens, closes, True)
