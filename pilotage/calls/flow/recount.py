"""Do the kept counts of calls say what the audit events and the records say? Reads every event once, in constant memory but for the sums."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from django.db import models
from django.db.models.functions import Cast
from django.utils.timezone import localdate

from pilotage.calls.enums import ApplicationState
from pilotage.calls.flow.history import (
    MOVE_COLUMNS,
    SPAN_COLUMNS,
    SUM_COLUMNS,
    Happened,
    History,
    MoveRow,
    SpanRow,
    building_days,
    nonzero,
)
from pilotage.calls.flow.steps import STOOD_BEFORE

BATCH = 2000
Sums = Counter[tuple[Any, ...]]
RECORD = ("id", "call_id", "kind", "province_id", "enterprise_id", "building_state", "created_at", "submitted_at", "updated_at", "state")


class Models:
    """The models to read: those in use, or in a migration those of its moment."""

    def __init__(self, get_model: Any):
        self.event, self.snapshot = get_model("audit", "AuditEvent"), get_model("audit", "AuditSnapshot")
        self.application, self.move, self.span = (get_model("calls", name) for name in ("Application", "Move", "BuildingSpan"))
        self.call = get_model("calls", "Call")
        self.sums: dict[str, type[models.Model]] = {name: get_model("calls", name) for name in SUM_COLUMNS}


def history_of(using: Models) -> History:
    return History(dict(using.call.objects.order_by("pk").values_list("pk", "plan_id")))


def happenings(using: Models) -> Iterator[Happened]:
    """What was brought in without events, then every event that changed a state, in order."""
    brought = using.move.objects.filter(event__lt=0).order_by("event")
    for batch in batches(brought.values_list("event", "day", "application_id", "to_state").iterator(BATCH)):
        records = _records(using, [row[2] for row in batch])
        for event, day, application, state in batch:
            yield _of_record(event, day, state, records[application])
    last = 0
    while batch := list(_events(using, last)):
        bodies = dict(using.snapshot.objects.filter(digest__in={row[3] for row in batch}).values_list("digest", "body"))
        begun = dict(using.application.objects.filter(pk__in={int(row[2]) for row in batch}).values_list("pk", "created_at"))
        yield from (_of_event(row, json.loads(bodies[row[3]]), begun) for row in batch if row[3] in bodies and int(row[2]) in begun)
        last = batch[-1][0]


def _moving(using: Models) -> models.QuerySet[Any]:
    """Events of applications that changed their state."""
    from pilotage.calls.transitions import APPLICATION  # the table imports the models; this module is read by a migration too

    verbs = [APPLICATION.audit_verb(verb) for verb in APPLICATION.by_verb]
    return using.event.objects.filter(object_type="calls.application", verb__in=verbs)


def _events(using: Models, last: int) -> Iterable[Any]:
    return _moving(using).filter(number__gt=last).order_by("number").values_list("number", "at", "object_id", "snapshot_digest")[:BATCH]


def _of_event(row: Sequence[Any], held: dict[str, Any], begun: dict[int, datetime]) -> Happened:
    number, at, key, _digest = row
    place, application = held.get("province_id") or "", int(key)
    return Happened(
        number, localdate(at), application, held["call_id"], held["kind"], place, held["enterprise_id"],
        held["state"], held["building_state"], localdate(begun[application]),
    )  # fmt: skip


def _of_record(event: int, day: date, state: str, record: dict[str, Any]) -> Happened:
    return Happened(
        event, day, record["id"], record["call_id"], record["kind"], record["province_id"] or "", record["enterprise_id"],
        state, record["building_state"], localdate(record["created_at"]),
    )  # fmt: skip


def _records(using: Models, keys: Iterable[int]) -> dict[int, dict[str, Any]]:
    return {row["id"]: row for row in using.application.objects.filter(pk__in=set(keys)).values(*RECORD)}


def batches(rows: Iterator[Any]) -> Iterator[list[Any]]:
    batch: list[Any] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


# --- what came without events ---------------------------------------------------------------
def unknown(using: Models) -> Iterator[dict[str, Any]]:
    """Applications past the draft of which no change of state is known at all, as rows brought in from elsewhere are."""
    rows = using.application.objects.exclude(state=ApplicationState.DRAFT)
    known = using.move.objects.filter(application=models.OuterRef("pk"))
    told = _moving(using).filter(object_id=Cast(models.OuterRef("pk"), models.CharField()))
    yield from rows.filter(~models.Exists(known), ~models.Exists(told)).order_by("pk").values(*RECORD).iterator(BATCH)


def brought_in(records: Iterable[dict[str, Any]], lowest: int) -> list[Happened]:
    """The best that a record alone tells: filed when it was filed, in its state since it was last changed.

    ``lowest`` is the lowest number of a change of state so far; the new ones lie below it.
    """
    found = []
    for record in records:
        if record["submitted_at"] is not None:
            found.append(_of_record(0, localdate(record["submitted_at"]), ApplicationState.SUBMITTED, record))
        if before := STOOD_BEFORE.get(record["state"]):
            found.append(_of_record(0, localdate(record["updated_at"]), before, record))
        if record["state"] != ApplicationState.SUBMITTED:
            found.append(_of_record(0, localdate(record["updated_at"]), record["state"], record))
    found.sort(key=lambda each: each.day)  # stable: filed before what came after on the same day
    first = min(lowest, 0) - len(found)
    return [each._replace(event=first + place) for place, each in enumerate(found)]


# --- compare --------------------------------------------------------------------------------
def differences(using: Models) -> Iterator[str]:
    """One line for everything that is kept and is not what a recount gives."""
    history = history_of(using)
    yield from _differing_moves(using, history.take(happenings(using)))
    spans = history.all_spans()
    kept_spans = Counter(SpanRow(*row) for row in using.span.objects.order_by("id").values_list(*SPAN_COLUMNS).iterator(BATCH))
    yield from _lines("BuildingSpan", kept_spans, Counter(spans))
    for name, sums in recounted(history).items():
        yield from _lines(name, kept(using, name), sums)
    yield from _differing_steps(using, history)
    for record in unknown(using):
        yield f"Application {record['id']}: {record['state']}, and no change of state is kept"


def recounted(history: History) -> dict[str, Sums]:
    spans = history.all_spans()
    return {
        "FlowDay": nonzero(history.flow),
        "StateDay": nonzero(history.states),
        "BuildingDay": building_days(spans),
        "PlanBuildingDay": building_days(spans, history.plans),
    }


def kept(using: Models, name: str) -> Sums:
    rows = using.sums[name]._default_manager.order_by().values_list(*SUM_COLUMNS[name]).iterator(BATCH)
    return nonzero(Counter({tuple(row[:-1]): row[-1] for row in rows}))


def _differing_moves(using: Models, expected: Iterator[MoveRow]) -> Iterator[str]:
    """Both in order of event, merged."""
    held = (MoveRow(*row) for row in using.move.objects.order_by("event").values_list(*MOVE_COLUMNS).iterator(BATCH))
    ours, theirs = next(held, None), next(expected, None)
    while ours or theirs:
        if theirs is None or (ours and ours.event < theirs.event):
            yield f"Move {ours.event}: kept {_words(ours)}, recounted nothing"  # type: ignore[union-attr,arg-type]
            ours = next(held, None)
        elif ours is None or theirs.event < ours.event:
            yield f"Move {theirs.event}: kept nothing, recounted {_words(theirs)}"
            theirs = next(expected, None)
        else:
            if ours != theirs:
                yield f"Move {ours.event}: kept {_words(ours)}, recounted {_words(theirs)}"
            ours, theirs = next(held, None), next(expected, None)


def _differing_steps(using: Models, history: History) -> Iterator[str]:
    for key, state, step, since in (
        using.application.objects.order_by("pk").values_list("pk", "state", "step", "step_since").iterator(BATCH)
    ):
        known = history.since(key)
        if known and known != (state, step, since):
            yield f"Application {key}: kept {_words((state, step, since))}, recounted {_words(known)}"


def _lines(name: str, held: Sums | Counter[SpanRow], expected: Sums | Counter[SpanRow]) -> Iterator[str]:
    for key in sorted({*held, *expected}, key=str):
        if held[key] != expected[key]:  # type: ignore[index]
            yield f"{name} {_words(key)}: kept {held[key]}, recounted {expected[key]}"  # type: ignore[index]


def _words(row: Iterable[Any]) -> str:
    return " ".join("-" if value in ("", None) else str(value) for value in row)
