"""Lifting the audit chain's database triggers: for emptying the database between tests, and for tampering on purpose."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.test import TransactionTestCase

TABLES = ("audit_auditevent", "audit_auditsnapshot")


@contextmanager
def lifted() -> Iterator[None]:
    """Inside the block the audit tables can be changed as by somebody who may alter tables."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN {TABLES}")
            triggers = cursor.fetchall()
            for name, _sql in triggers:
                cursor.execute(f"DROP TRIGGER {name}")
            restore = [sql for _name, sql in triggers]
        else:
            for table in TABLES:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            restore = [f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in TABLES]
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for statement in restore:
                cursor.execute(statement)


def let_flush_empty_the_chain() -> None:
    """Transactional tests end with a flush of every table, the chain's too."""
    original = TransactionTestCase._fixture_teardown

    def teardown(self: Any) -> None:
        with lifted():
            original(self)

    TransactionTestCase._fixture_teardown = teardown  # type: ignore[method-assign]
