"""Reads that must agree with one another, seen as the database stood at the first of them while others go on writing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def one_state() -> Iterator[None]:
    """For what is printed, signed or kept and made of many queries: its sums and its lines are of the same moment.

    Nothing can be written inside. Holds up nobody, so it may take as long as it takes. Inside a transaction that has begun already
    its own view holds: on SQLite that is one state as well.
    """
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    else:
        with connection.only_reading(), transaction.atomic():  # type: ignore[attr-defined]  # core.queued_sqlite
            yield
