"""Keeps what is counted of the flow of applications, in the transaction of each change of state."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db import connection, models
from django.utils.timezone import localdate

from pilotage.audit.signals import Moved
from pilotage.calls.enums import ApplicationState
from pilotage.calls.flow.history import MOVE_COLUMNS, SPAN_COLUMNS, SUM_COLUMNS, MoveRow, SpanRow, add_move, files, nonzero
from pilotage.calls.flow.models import BuildingDay, BuildingSpan, FlowDay, Move, PlanBuildingDay, StateDay
from pilotage.calls.flow.steps import STEP_OF, is_counted, place_of
from pilotage.calls.models import Application, Call
from pilotage.core import bulk

Sums = Counter[tuple[Any, ...]]
SUMS: tuple[type[models.Model], ...] = (FlowDay, StateDay, BuildingDay, PlanBuildingDay)


def keep(moves: Sequence[Moved]) -> None:
    """Three statements whatever the number; one read and at most four more where enterprises begin or cease to count."""
    rows = [_row(move) for move in moves]
    write_moves(rows)
    flow: Sums = Counter()
    states: Sums = Counter()
    for row in rows:
        add_move(flow, states, row)
    add_up(FlowDay, flow)
    add_up(StateDay, states)
    _stand([move for move in moves if _may_stand(move)])


def _row(move: Moved) -> MoveRow:
    application, day = move.obj, localdate(move.event.at)
    waited = max((day - _entered(move)).days, 0)
    place = application.province_id or ""
    before = move.before.get("step", application.step) or STEP_OF[move.source].value
    after = place_of(move.target, move.source, before)
    return MoveRow(
        move.event.number, application.pk, application.call_id, application.kind, place,
        move.source, move.target, before, after, day, waited,
    )  # fmt: skip


def _entered(move: Moved) -> date:
    """When it came into the step it was in; a draft when it was begun."""
    row: Application = move.obj
    known = move.before.get("step_since", row.step_since)
    filed = row.submitted_at if move.source != ApplicationState.DRAFT else None
    return known or localdate(filed or row.created_at)


def write_moves(rows: Iterable[MoveRow]) -> None:
    bulk.insert_rows(Move, MOVE_COLUMNS, ((*row[:9], _day(row.day), row.waited_days) for row in rows))


def add_up(model: type[models.Model], sums: Sums) -> None:
    """Add to the sums of one table; a day may stand anywhere in the key."""
    *key, column = SUM_COLUMNS[model.__name__]
    place = key.index("day")
    bulk.add_up(model, key, column, {(*k[:place], _day(k[place]), *k[place + 1 :]): amount for k, amount in sums.items()})


def _day(day: date) -> Any:
    return connection.ops.adapt_datefield_value(day)


# --- enterprises building -------------------------------------------------------------------
def _may_stand(move: Moved) -> bool:
    return files(move.source, move.target) or (move.target == ApplicationState.WITHDRAWN and move.obj.submitted_at is not None)


class Standing:
    """What stands of some enterprises in the calls of their plans, and how it changes with the acts taken in."""

    def __init__(self, applications: Sequence[Application]):
        """One query. Read under the lock that every act holds until it is committed."""
        # (plan, enterprise) -> application -> (province, call)
        self.held: dict[tuple[int, int], dict[int, tuple[str, int]]] = defaultdict(dict)
        self.opened: list[SpanRow] = []
        self.closed: dict[date, list[int]] = defaultdict(list)
        self.of_call: Sums = Counter()
        self.of_plan: Sums = Counter()
        plans, enterprises = {row.call.plan_id for row in applications}, {row.enterprise_id for row in applications}
        spans = BuildingSpan.objects.filter(call__in=Call.objects.filter(plan__in=plans), enterprise__in=enterprises, until__isnull=True)
        columns = ("call__plan", "enterprise", "application", "province", "call")
        for plan, enterprise, application, province, call in spans.order_by("id").values_list(*columns):
            self.held[plan, enterprise][application] = province, call

    def take(self, move: Moved) -> None:
        application, day = move.obj, localdate(move.event.at)
        standing = self.held[application.call.plan_id, application.enterprise_id]
        held = standing.pop(application.pk, None)
        province = next((place for place, _call in standing.values()), application.province_id or "")
        counts = is_counted(move.target, application.building_state)
        if held is not None and counts and held[0] == province:
            standing[application.pk] = held
            return
        if held is not None:
            self.closed[day].append(application.pk)
            self._count(application, held[0], day, -1)
        if counts:
            self._count(application, province, day, 1)
            standing[application.pk] = province, application.call_id
            self.opened.append(SpanRow(application.pk, application.call_id, application.enterprise_id, province, day, None))

    def _count(self, application: Application, province: str, day: date, step: int) -> None:
        """Once in the call and once in the plan, where nothing else of the enterprise stands there."""
        others = self.held[application.call.plan_id, application.enterprise_id].values()
        if not others:
            self.of_plan[application.call.plan_id, province, day] += step
        if all(call != application.call_id for _place, call in others):
            self.of_call[application.call_id, province, day] += step


def _stand(moves: Sequence[Moved]) -> None:
    if not moves:
        return
    standing = Standing([move.obj for move in moves])
    for move in moves:
        standing.take(move)
    for day, keys in standing.closed.items():
        BuildingSpan.objects.filter(application__in=keys, until__isnull=True).update(until=day)
    write_spans(standing.opened)
    add_up(BuildingDay, nonzero(standing.of_call))
    add_up(PlanBuildingDay, nonzero(standing.of_plan))


def write_spans(spans: Iterable[SpanRow]) -> None:
    rows = ((*span[:4], _day(span.since), None if span.until is None else _day(span.until)) for span in spans)
    bulk.insert_rows(BuildingSpan, SPAN_COLUMNS, rows)
