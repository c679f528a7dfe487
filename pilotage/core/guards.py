"""Are the triggers there on which search and the audit chain rely?

Data: the triggers that the migrations made; on SQLite a later change of a table's columns or constraints
makes the table anew and drops its triggers without a word.
Algorithm: each room registers its guard: how to name what is missing, and how to make it again.
``restore`` runs after every ``migrate``; ``pilotage verify`` names what is missing at any time.
Invariants: after ``migrate`` nothing is missing; restoring what is there changes nothing.
Refuses: nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.db import connection


@dataclass(frozen=True, slots=True)
class Guard:
    """``names``: the triggers that must exist. ``restore``: makes all of them anew, in the open transaction."""

    names: Callable[[], Iterable[str]]
    restore: Callable[[], None]


_guards: dict[str, Guard] = {}


def register(name: str, guard: Guard) -> None:
    _guards[name] = guard


def missing() -> Iterator[tuple[str, list[str]]]:
    """``(guard, names of triggers)`` for each guard that is not whole."""
    there = existing()
    for name, guard in _guards.items():
        lost = [trigger for trigger in guard.names() if trigger not in there]
        if lost:
            yield name, lost


def restore(**kwargs: object) -> None:
    """Make what is missing again; takes and ignores what a signal sends."""
    for name, _lost in list(missing()):
        _guards[name].restore()


def existing() -> set[str]:
    """Names of the triggers and, on PostgreSQL, indexes of this database."""
    queries = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal UNION SELECT indexname FROM pg_indexes",
    }
    with connection.cursor() as cursor:
        cursor.execute(queries[connection.vendor])
        return {row[0] for row in cursor.fetchall()}
