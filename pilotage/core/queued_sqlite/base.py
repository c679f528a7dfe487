"""Django's SQLite backend, with turns for those who write: see ``core.write_queue`` and docs/adr/0011-write-queue.md."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.backends.sqlite3 import base

from pilotage.core import write_queue


class DatabaseWrapper(base.DatabaseWrapper):
    """Every outermost transaction takes a turn before it begins and gives it up when it ends; savepoints inside take none."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self._place: write_queue.Place | None = None
        self._only_reads = False

    @contextmanager
    def only_reading(self) -> Iterator[None]:
        """A transaction begun in here takes no turn and can write nothing: see ``core.one_state``."""
        with self.cursor() as cursor:
            cursor.execute("PRAGMA query_only = ON")
        self._only_reads = True
        try:
            yield
        finally:
            self._only_reads = False
            with self.cursor() as cursor:
                cursor.execute("PRAGMA query_only = OFF")

    def _start_transaction_under_autocommit(self) -> None:
        if self._only_reads:
            self.cursor().execute("BEGIN")
            return
        self._take_turn()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._give_up_turn()
            raise

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]
        self._give_up_turn()  # when it failed, a rollback follows

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._give_up_turn()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            if self._place:
                self._place.close()
                self._place = None

    def _take_turn(self) -> None:
        if not write_queue.IS_POSSIBLE or self.is_in_memory_db():
            return
        path = f"{self.settings_dict['NAME']}-queue"
        if self._place is None or self._place.path != path:
            self._place = write_queue.Place(path)
        if not self._place.has_turn:
            self._place.take(self.settings_dict["OPTIONS"].get("timeout", 5.0))

    def _give_up_turn(self) -> None:
        if self._place:
            self._place.give_up()
