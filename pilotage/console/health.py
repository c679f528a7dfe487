"""Is this installation sound? Each finding is one line: good, advice, or fault."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.core.files.storage import default_storage
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from pilotage.audit import services as audit
from pilotage.console import recounting
from pilotage.console.backup import file_columns
from pilotage.console.checks import sqlite_advice
from pilotage.core import guards
from pilotage.review.selection import decision_files


class Level(StrEnum):
    GOOD = "good"
    ADVICE = "advice"
    FAULT = "FAULT"


@dataclass(frozen=True, slots=True)
class Finding:
    level: Level
    text: str


def findings() -> Iterator[Finding]:
    """Stops after pending migrations: what follows would read tables that are not there yet."""
    pending = pending_migrations()
    if pending:
        yield Finding(Level.FAULT, f"{pending} migration(s) are pending: run `pilotage migrate`")
        return
    yield Finding(Level.GOOD, "every migration is applied")
    yield from database()
    yield from triggers()
    yield from chain()
    yield from decisions()
    yield from counts()
    yield from files()


def pending_migrations() -> int:
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def database() -> Iterator[Finding]:
    if connection.vendor != "sqlite":
        yield Finding(Level.GOOD, f"PostgreSQL {connection.pg_version // 10000} answers")  # type: ignore[attr-defined]
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA quick_check")
        verdict = cursor.fetchone()[0]
    yield Finding(Level.GOOD if verdict == "ok" else Level.FAULT, f"SQLite's own check of the database says: {verdict}")
    advice = sqlite_advice()
    if advice:
        yield Finding(Level.ADVICE, " ".join(advice))


def triggers() -> Iterator[Finding]:
    lost = dict(guards.missing())
    for name, names in lost.items():
        yield Finding(Level.FAULT, f"{name}: the database lacks {', '.join(names)}; `pilotage migrate` makes them again")
    if not lost:
        yield Finding(Level.GOOD, "the triggers that keep search current and what only grows append-only are there")


def chain() -> Iterator[Finding]:
    (number, digest), breaks = audit.check()
    for found in breaks[:20]:
        yield Finding(Level.FAULT, f"audit event {found.number}: {found.what}")
    if not breaks:
        yield Finding(Level.GOOD, f"the audit chain of {number} event(s) is unbroken, head {digest}")


def decisions() -> Iterator[Finding]:
    broken = decision_files.broken()
    for name in broken:
        yield Finding(Level.FAULT, f"the decision file of {name} is not the one whose digest stands in the audit chain")
    if not broken:
        yield Finding(Level.GOOD, "every decision file is the one whose digest stands in the audit chain")


def counts() -> Iterator[Finding]:
    differing = recounting.lasting_differences()
    for line in differing[:20]:
        yield Finding(Level.FAULT, f"{line}; `pilotage recount` sets it right")
    if not differing:
        yield Finding(Level.GOOD, "every kept count is what a recount gives")


def files() -> Iterator[Finding]:
    """Every file that a row names is there; where the row keeps its SHA-256, the bytes fit."""
    checked = faults = 0
    for model, field in file_columns():
        keeps_digest = any(f.name == "sha256" for f in model._meta.concrete_fields)
        names = ["pk", field.name, *(["sha256"] if keeps_digest else [])]
        for pk, name, *digest in model._default_manager.exclude(**{field.name: ""}).order_by("pk").values_list(*names).iterator(2000):
            checked += 1
            fault = _fault(name, digest[0] if digest else None)
            if fault:
                faults += 1
                yield Finding(Level.FAULT, f"{model._meta.verbose_name} {pk}: {fault}")
    if not faults:
        yield Finding(Level.GOOD, f"{checked} file(s) are there and unchanged")


def _fault(name: str, sha256: str | None) -> str:
    if not default_storage.exists(name):
        return f"its file {name} is missing"
    if sha256:
        with default_storage.open(name) as file:
            digest = hashlib.sha256()
            for block in file.chunks():
                digest.update(block)
        if digest.hexdigest() != sha256:
            return f"its file {name} was changed"
    return ""
