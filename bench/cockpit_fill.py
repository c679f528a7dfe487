"""Five years of applications for ``bench/cockpit.py``: rows, every change of state, and the sums kept of them.

The same ones every time. Written past the services in bulk, with the sums that the services would have kept; the ways through
the steps are made up: most are handed in in the last days, two thirds pass the city, half of these are recommended.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from pilotage.calls.flow.history import MoveRow, SpanRow, add_move, building_days, nonzero
from pilotage.calls.flow.steps import STEP_OF, is_counted, place_of

YEARS = (2019, 2020, 2021, 2022, 2023)
LISTED = 3_000  # of each year
ENTERPRISES = 4  # applications for each enterprise


@dataclass
class Filled:
    flow: Counter[tuple[Any, ...]] = field(default_factory=Counter)
    states: Counter[tuple[Any, ...]] = field(default_factory=Counter)
    spans: list[SpanRow] = field(default_factory=list)


def way(dice: random.Random, opens: date, is_listed: bool) -> list[tuple[str, date]]:
    """States with their days."""
    filed = opens + timedelta(days=round(30 * dice.random() ** 0.4))
    found = [("submitted", filed)]
    chance = dice.random()
    if chance < 0.03 and not is_listed:
        return [*found, ("withdrawn", filed + timedelta(days=dice.randint(1, 40)))]
    checked = filed + timedelta(days=dice.randint(1, 15))
    if chance < 0.35 and not is_listed:
        return [*found, ("not_recommended", checked)]
    found.append(("checked", checked))
    if chance < 0.65 and not is_listed:
        return found if chance < 0.45 else [*found, ("not_recommended", checked + timedelta(days=12))]
    sent = max(checked + timedelta(days=dice.randint(2, 20)), opens + timedelta(days=40))
    found += [("shortlisted", checked + timedelta(days=2)), ("recommended", sent)]
    found += [
        ("accepted", min(sent + timedelta(days=dice.randint(1, 6)), opens + timedelta(days=68))),
        ("under_review", opens + timedelta(days=68)),
    ]
    if not is_listed:
        return [*found, ("not_selected", opens + timedelta(days=100))]
    return [*found, *((state, opens + timedelta(days=days)) for state, days in (("selected", 100), ("in_notice", 103), ("listed", 120)))]


def rows(
    total: int, calls: Sequence[tuple[int, date]], places: Sequence[str], filled: Filled
) -> Iterator[tuple[tuple[Any, ...], list[MoveRow]]]:
    """(application row, its changes of state); the sums go into ``filled``."""
    dice = random.Random(2023)
    each, event = total // len(calls), -20 * total
    weights = [1 + 40 // (place + 1) for place in range(len(places))]
    homes = dice.choices(places, weights, k=total // ENTERPRISES)
    for number in range(each * len(calls)):
        call, opens = calls[number // each]
        enterprise = number % (total // ENTERPRISES) + 1
        place = homes[enterprise - 1]
        moves = []
        state, step, since = "draft", "file", opens
        for target, day in sorted(way(dice, opens, number % each < LISTED), key=lambda pair: pair[1]):
            event += 1
            now = place_of(target, state, step)
            moves.append(MoveRow(event, number + 1, call, "new", place, state, target, step, now, day, (day - since).days))
            since = since if STEP_OF[state] == STEP_OF[target] else day
            state, step = target, now
            add_move(filled.flow, filled.states, moves[-1])
        building = "built" if dice.random() < 0.8 else "planned"
        if is_counted("submitted", building):
            until = since if state == "withdrawn" else None
            filled.spans.append(SpanRow(number + 1, call, enterprise, place, moves[0].day, until))
        yield (number + 1, call, enterprise, place, state, step, since, moves[0].day, building), moves


# --- writing --------------------------------------------------------------------------------
class Writer:
    """One table after another, without indexes and triggers, which are made anew at the end."""

    TABLES = ("calls_application", "calls_move", "calls_buildingspan", "registry_enterprise", "directory_entry")

    def __init__(self, db: str):
        from django.db import connection

        connection.ensure_connection()
        self.db, self.raw = db, connection.connection
        self.later: list[str] = []

    def __enter__(self) -> Writer:
        if self.db == "sqlite":
            self.raw.execute("PRAGMA synchronous=OFF")
            self.raw.execute("PRAGMA foreign_keys=OFF")
            names = ", ".join(f"'{table}'" for table in self.TABLES)
            found = self.raw.execute(
                f"SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND type IN ('index', 'trigger') AND tbl_name IN ({names})"
            ).fetchall()
            for kind, name, _sql in found:
                self.raw.execute(f'DROP {kind} "{name}"')
            self.later = [sql for _kind, _name, sql in found]
            self.raw.execute("BEGIN")
            return self
        self.raw.execute("SET session_replication_role = replica")
        self.raw.execute("SET maintenance_work_mem = '512MB'")
        names = ", ".join(f"'{table}'" for table in self.TABLES)
        found = self.raw.execute(
            f"SELECT indexname, indexdef FROM pg_indexes WHERE tablename IN ({names}) AND indexname NOT IN (SELECT conname FROM pg_constraint)"
        ).fetchall()
        for name, _definition in found:
            self.raw.execute(f'DROP INDEX "{name}"')
        self.later = [definition for _name, definition in found]
        return self

    def __exit__(self, *_error: object) -> None:
        for definition in self.later:
            self.raw.execute(definition)
        if self.db == "sqlite":
            self.raw.execute("COMMIT")
            self.raw.execute("ANALYZE")
            self.raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self.raw.execute("PRAGMA foreign_keys=ON")
        else:
            self.raw.execute("RESET session_replication_role")
            self.raw.execute("VACUUM ANALYZE")

    def write(self, table: str, columns: Sequence[str], found: Iterable[Sequence[Any]]) -> None:
        names = ", ".join(f'"{column}"' for column in columns)
        if self.db == "sqlite":
            plain = ([value.isoformat() if isinstance(value, date) else value for value in row] for row in found)
            self.raw.executemany(f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(columns))})", plain)
            return
        with self.raw.cursor().copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in found:
                copy.write_row(row)


def with_defaults(model: Any, given: Sequence[str]) -> tuple[list[str], list[Any]]:
    """All columns of the table beginning with those given, and what the others hold."""
    from django.db.models import JSONField
    from django.db.models.fields import NOT_PROVIDED

    columns, values = list(given), []
    for each in model._meta.concrete_fields:
        if each.column in given:
            continue
        columns.append(each.column)
        if isinstance(each, JSONField):
            values.append("{}")
        elif each.null:
            values.append(None)
        else:
            default = each.default
            values.append("" if default is NOT_PROVIDED else default() if callable(default) else default)
    return columns, values


def fill(db: str, total: int, calls: Sequence[Any], places: Sequence[str], user: int) -> None:
    """``calls``: (Call, day its window opens), oldest first."""
    from pilotage.calls.flow.history import SUM_COLUMNS
    from pilotage.calls.models import Application, BuildingSpan, Move
    from pilotage.calls.services.flow import SUMS
    from pilotage.registry.models import Enterprise

    filled = Filled()
    versions = {call.pk: call.current_id for call, _opens in calls}
    plans = {call.pk: call.plan_id for call, _opens in calls}
    own = ("id", "call_id", "enterprise_id", "province_id", "state", "step", "step_since", "building_state", "version_id", "number", "project_title",
           "created_by_id", "created_at", "updated_at", "submitted_at", "kind")  # fmt: skip
    columns, rest = with_defaults(Application, own)
    move_columns = [f.column for f in Move._meta.concrete_fields]
    order = [MoveRow._fields.index(name.removesuffix("_id")) for name in move_columns]
    with Writer(db) as writer:
        heads = ("id", "name_zh", "created_at", "updated_at")
        names, others = with_defaults(Enterprise, heads)
        writer.write(
            "registry_enterprise", names,
            ((key, f"演示企业{key}", "2019-01-01 00:00:00", "2019-01-01 00:00:00", *others) for key in range(1, total // ENTERPRISES + 1)),
        )  # fmt: skip
        made: list[tuple[Any, ...]] = []
        moves: list[list[Any]] = []
        for row, its in rows(total, [(call.pk, opens) for call, opens in calls], places, filled):
            key, call, enterprise, place, state, step, since, filed, building = row
            at = f"{filed} 02:00:00"
            made.append(
                (
                    key,
                    call,
                    enterprise,
                    place,
                    state,
                    step,
                    since,
                    building,
                    versions[call],
                    f"B-{key}",
                    f"项目{key}",
                    user,
                    at,
                    at,
                    at,
                    "new",
                    *rest,
                )
            )
            moves += ([move[position] for position in order] for move in its)
            if len(made) == 20_000:
                _flush(writer, columns, made, move_columns, moves)
        _flush(writer, columns, made, move_columns, moves)
        span_columns = ("application_id", "call_id", "enterprise_id", "province", "since", "until")
        writer.write(BuildingSpan._meta.db_table, span_columns, filled.spans)
        sums = {
            "FlowDay": filled.flow, "StateDay": nonzero(filled.states),
            "BuildingDay": building_days(filled.spans), "PlanBuildingDay": building_days(filled.spans, plans),
        }  # fmt: skip
        for model in SUMS:
            found = sums[model.__name__]
            writer.write(model._meta.db_table, SUM_COLUMNS[model.__name__], ((*key, amount) for key, amount in found.items()))


def _flush(
    writer: Writer, columns: Sequence[str], made: list[tuple[Any, ...]], move_columns: Sequence[str], moves: list[list[Any]]
) -> None:
    writer.write("calls_application", columns, made)
    writer.write("calls_move", move_columns, moves)
    made.clear()
    moves.clear()
