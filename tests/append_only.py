"""Lifting the audit chain's database triggers: for emptying the database between tests, and for tampering on purpose."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.test import TransactionTestCase

from pilotage.audit import append_only


@contextmanager
def lifted() -> Iterator[None]:
    """Inside the block the audit tables can be changed as by somebody who may alter tables."""
    with connection.cursor() as cursor:
        for statement in append_only.drop(connection.vendor):
            cursor.execute(statement)
    try:
        yield
    finally:
        append_only.restore()


def let_flush_empty_the_chain() -> None:
    """Transactional tests end with a flush of every table, the chain's too."""
    original = TransactionTestCase._fixture_teardown

    def teardown(self: Any) -> None:
        with lifted():
            original(self)

    TransactionTestCase._fixture_teardown = teardown  # type: ignore[method-assign]
