"""Lifting the database triggers of tables that only grow: for emptying the database between tests, and for tampering on purpose."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.test import TransactionTestCase

from pilotage.core.append_only import all_guarded


@contextmanager
def lifted() -> Iterator[None]:
    """Inside the block these tables can be changed as by somebody who may alter tables."""
    with connection.cursor() as cursor:
        for guarded in all_guarded():
            for statement in guarded.drop(connection.vendor):
                cursor.execute(statement)
    try:
        yield
    finally:
        for guarded in all_guarded():
            guarded.restore()


def let_flush_empty_the_chain() -> None:
    """Transactional tests end with a flush of every table, the chain's too."""
    original = TransactionTestCase._fixture_teardown

    def teardown(self: Any) -> None:
        with lifted():
            original(self)

    TransactionTestCase._fixture_teardown = teardown  # type: ignore[method-assign]
