"""What must the kept counts be? Reckoned anew from the events, one after another: the slow reference of services.flow.

Data: every event of every application that changed its state, in order, with what the application held then. Algorithm: one
pass; per application its state and the day it entered its step, per enterprise and plan what stands. Invariants: the sums
hold no zero; spans of one enterprise and plan that overlap share a province. Refuses nothing: a state that does not
follow from the one before is taken as it is recorded. No database.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from pilotage.calls.enums import ApplicationState
from pilotage.calls.flow.steps import STEP_OF, FlowStep, is_counted, place_of

DRAFT = ApplicationState.DRAFT.value
# the acts that hand in, after which what the form says of the building is what counts
FILED = frozenset({ApplicationState.SUBMITTED.value, ApplicationState.RESUBMITTED.value})
OPEN_TO_FILER = frozenset({DRAFT, ApplicationState.RETURNED.value})


class Happened(NamedTuple):
    """One event: what the application was after it."""

    event: int
    day: date
    application: int
    call: int
    kind: str
    province: str
    enterprise: int
    state: str
    building_state: str
    begun: date  # when the draft was made


class MoveRow(NamedTuple):
    event: int
    application: int
    call: int
    kind: str
    province: str
    from_state: str
    to_state: str
    step_before: str
    step: str
    day: date
    waited_days: int


class SpanRow(NamedTuple):
    application: int
    call: int
    enterprise: int
    province: str
    since: date
    until: date | None


# the columns of the kept rows, in the order of the tuples above; of a sum the key, then what is summed
MOVE_COLUMNS = (
    "event", "application_id", "call_id", "kind", "province", "from_state", "to_state", "step_before", "step", "day", "waited_days",
)  # fmt: skip
SPAN_COLUMNS = ("application_id", "call_id", "enterprise_id", "province", "since", "until")
SUM_COLUMNS = {
    "FlowDay": ("call_id", "kind", "from_state", "to_state", "day", "waited_days", "count"),
    "StateDay": ("call_id", "kind", "step", "state", "province", "day", "change"),
    "BuildingDay": ("call_id", "province", "day", "change"),
    "PlanBuildingDay": ("plan_id", "province", "day", "change"),
}


def files(source: str, target: str) -> bool:
    return source in OPEN_TO_FILER and target in FILED


@dataclass(slots=True)
class History:
    """Feed it with :meth:`take`; afterwards ``flow``, ``states`` and ``all_spans()`` are what the tables must hold."""

    plans: Mapping[int, int]  # call -> plan
    flow: Counter[tuple[Any, ...]] = field(default_factory=Counter)
    states: Counter[tuple[Any, ...]] = field(default_factory=Counter)
    spans: list[SpanRow] = field(default_factory=list)
    _at: dict[int, tuple[str, str, date]] = field(default_factory=dict)  # state, step, since
    # (plan, enterprise) -> application -> (province, since, call)
    _open: dict[tuple[int, int], dict[int, tuple[str, date, int]]] = field(default_factory=lambda: defaultdict(dict))

    def take(self, events: Iterable[Happened]) -> Iterator[MoveRow]:
        for each in events:
            state, step, since = self._at.get(each.application, (DRAFT, FlowStep.FILE.value, each.begun))
            move = _move(each, state, step, since)
            self._at[each.application] = (each.state, move.step, since if STEP_OF[state] == STEP_OF[each.state] else each.day)
            add_move(self.flow, self.states, move)
            self._stand(each, state)
            yield move

    def since(self, application: int) -> tuple[str, str, date] | None:
        """State, step, and the day the step was entered."""
        return self._at.get(application)

    def _stand(self, each: Happened, before: str) -> None:
        if not files(before, each.state) and each.state != ApplicationState.WITHDRAWN:
            return
        standing = self._open[self.plans[each.call], each.enterprise]
        held = standing.pop(each.application, None)
        shared = next(iter(standing.values()), None)
        province = shared[0] if shared else each.province
        counts = is_counted(each.state, each.building_state)
        if held and counts and held[0] == province:
            standing[each.application] = held
            return
        if held:
            self.spans.append(SpanRow(each.application, each.call, each.enterprise, held[0], held[1], each.day))
        if counts:
            standing[each.application] = (province, each.day, each.call)

    def all_spans(self) -> list[SpanRow]:
        still = [
            SpanRow(application, call, enterprise, province, since, None)
            for (_plan, enterprise), standing in self._open.items()
            for application, (province, since, call) in standing.items()
        ]
        return [*self.spans, *still]


def _move(each: Happened, state: str, step: str, since: date) -> MoveRow:
    waited = max((each.day - since).days, 0)
    now = place_of(each.state, state, step)
    return MoveRow(each.event, each.application, each.call, each.kind, each.province, state, each.state, step, now, each.day, waited)


def add_move(flow: Counter[tuple[Any, ...]], states: Counter[tuple[Any, ...]], move: MoveRow) -> None:
    """Keys in the order of the tables' unique constraints."""
    flow[move.call, move.kind, move.from_state, move.to_state, move.day, move.waited_days] += 1
    if move.from_state != DRAFT:
        states[move.call, move.kind, move.step_before, move.from_state, move.province, move.day] -= 1
    if move.to_state != DRAFT:
        states[move.call, move.kind, move.step, move.to_state, move.province, move.day] += 1


def building_days(spans: Iterable[SpanRow], plans: Mapping[int, int] | None = None) -> Counter[tuple[Any, ...]]:
    """(call, province, day) -> change of the number of distinct enterprises at the end of the day; with ``plans`` of each plan."""
    grouped: dict[tuple[int, str, int], list[SpanRow]] = defaultdict(list)
    for span in spans:
        grouped[plans[span.call] if plans else span.call, span.province, span.enterprise].append(span)
    days: Counter[tuple[Any, ...]] = Counter()
    for (scope, province, _enterprise), held in grouped.items():
        for since, until in _merged(held):
            days[scope, province, since] += 1
            if until is not None:
                days[scope, province, until] -= 1
    return nonzero(days)


def _merged(spans: list[SpanRow]) -> Iterator[tuple[date, date | None]]:
    """The days on which at least one stands, as few stretches as there are."""
    stretches = sorted((span.since, span.until or date.max) for span in spans if span.until is None or span.until > span.since)
    first, last = stretches[0] if stretches else (date.max, date.max)
    for since, until in stretches[1:]:
        if since > last:
            yield first, last
            first, last = since, until
        last = max(last, until)
    if stretches:
        yield first, None if last == date.max else last


def nonzero(sums: Counter[tuple[Any, ...]]) -> Counter[tuple[Any, ...]]:
    return Counter({key: value for key, value in sums.items() if value})
