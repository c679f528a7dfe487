"""Which kinds of SQL each test issues: a pytest plugin, loaded by scripts/choose_postgresql.py only.

A kind is what two databases may answer differently: the verb, the tables, the functions and clauses, the columns compared where there are
any, which rows are locked, which constraint was run into. Values, the number of values and the order of plain conditions are no part of it.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

CLAUSES = re.compile(
    r"\b(GROUP BY|DISTINCT|CASE|EXISTS|HAVING|UNION|OVER|LIKE|ESCAPE|NULLS|LEFT OUTER JOIN|OFFSET|BETWEEN|MATCH|COLLATE|IS NULL|[A-Za-z_]\w*(?=\())"
)
TABLES = re.compile(r'(?:FROM|JOIN|INTO|UPDATE) "(\w+)"')
COMPARED = re.compile(r'"(\w+)" (?:[=<>]|LIKE|IN)')
PLAIN = {"IN", "AND", "IS NULL"}
SETTING_UP = ("CREATE", "DROP", "PRAGMA", "SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "ALTER")
_current: set[str] | None = None
_seen: dict[str, dict[str, Any]] = {}


def kind(sql: str) -> str:
    if not sql.startswith(("SELECT", "INSERT", "UPDATE", "DELETE")):
        return re.sub(r"\s+|\d+", " ", sql)[:300]
    sql = re.sub(r"'[^']*'", "''", sql)
    clauses, tables, nested = set(CLAUSES.findall(sql)), sorted(set(TABLES.findall(sql))), sql.count("(SELECT")
    parts: list[Any] = [sql[:6], tables, sorted(clauses)]
    if nested or (sql.startswith("SELECT") and clauses - PLAIN):
        parts += [nested, sorted(set(COMPARED.findall(sql)))]
    return repr(parts)


def note(told: str) -> None:
    if _current is not None:
        _current.add(told)


def _execute(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    if not sql.startswith(SETTING_UP):
        note(kind(sql))
    return execute(sql, params, many, context)


def _ours() -> str:
    """The line of ours that led here."""
    frame = sys._getframe(2)
    while frame:
        if "/pilotage/" in frame.f_code.co_filename:
            return f"{frame.f_code.co_filename.rpartition('/pilotage/')[2]}:{frame.f_code.co_name}"
        frame = frame.f_back  # type: ignore[assignment]
    return ""


def pytest_configure() -> None:
    from django.db import IntegrityError
    from django.db.backends.signals import connection_created
    from django.db.models import QuerySet
    from django.db.transaction import Atomic

    def listen(connection: Any, **_more: Any) -> None:
        if _execute not in connection.execute_wrappers:
            connection.execute_wrappers.append(_execute)

    connection_created.connect(listen, weak=False)
    lock, leave = QuerySet.select_for_update, Atomic.__exit__

    def select_for_update(self: Any, *args: Any, **options: Any) -> Any:
        note(f"lock {self.model._meta.label} {args} {options} {_ours()}")
        return lock(self, *args, **options)

    def leaving(self: Any, error: Any, value: Any, trace: Any) -> Any:
        if error and issubclass(error, IntegrityError):
            note(f"constraint {value}"[:100] + _ours())
        return leave(self, error, value, trace)

    QuerySet.select_for_update = select_for_update  # type: ignore[method-assign]
    Atomic.__exit__ = leaving  # type: ignore[method-assign]


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    global _current
    _current, started = set(), time.process_time()
    yield
    mark = item.get_closest_marker("django_db")
    commits = bool(mark and mark.kwargs.get("transaction")) or "transactional_db" in getattr(item, "fixturenames", ())
    if item.get_closest_marker("database"):
        _seen[item.nodeid] = {"kinds": sorted(_current), "seconds": time.process_time() - started, "commits": commits}
    _current = None


def pytest_sessionfinish() -> None:
    if _seen:
        name = os.environ.get("PYTEST_XDIST_WORKER", "all")
        (Path(os.environ["PILOTAGE_TEST_STATEMENTS"]) / f"{name}.json").write_text(json.dumps(_seen))
