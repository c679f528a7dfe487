"""Whose turn is it to write? Threads and processes on one SQLite file queue up in the order in which they came.

SQLite lets one connection write and has the others try again after random pauses: under load a few wait very long.
Data: a file beside the database that stays empty. A place in the queue is an exclusive lock on one byte of it; the byte's
number is the moment of arrival, so nothing has to be counted or cleaned up. Byte 0 is the turn itself.
Algorithm: lock the byte of one's arrival; wait until no byte before it is locked; then lock byte 0 and let go of the place.
Those who may wait (saves in passing) stand in a second lane, whose bytes all come after those of the first.
Invariants: byte 0 has one holder; within a lane the turn goes by order of arrival; a process that dies leaves no trace, because
the kernel takes its locks back (they belong to the open file, not to the process: ``man fcntl``, open file description locks).
Refuses: to wait longer than told (``Busy``).
"""

from __future__ import annotations

import fcntl
import os
import struct
import threading
import time
from bisect import insort
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path

from django.db import OperationalError

IS_POSSIBLE = hasattr(fcntl, "F_OFD_SETLK")  # Linux; elsewhere SQLite's own waiting must do
_TURN = 0
_SECOND_LANE = 1 << 60  # nanoseconds since the start of the machine stay far below
_SHORTEST, _LONGEST = 0.0005, 0.005  # seconds between two looks at who is before us

_patience: ContextVar[float | None] = ContextVar("patience", default=None)  # of whoever stands back
_news = threading.Condition()
_waiting: dict[str, list[int]] = defaultdict(list)  # of this process: only its first looks at the file


class Busy(OperationalError):
    """Nobody gave up the turn in time. Nothing was written."""


@contextmanager
def standing_back(seconds: float) -> Iterator[None]:
    """Whatever is written in here goes after everybody else's, and waits no longer than that."""
    token = _patience.set(seconds)
    try:
        yield
    finally:
        _patience.reset(token)


def patience() -> float | None:
    """For how many seconds whoever stands back here waits; None: nobody does."""
    return _patience.get()


class Place:
    """One connection's way through the queue of the file ``path``: ``take()`` the turn, ``give_up()`` after it."""

    def __init__(self, path: str | Path):
        self.path = str(path)
        self._file: int | None = None
        self.has_turn = False

    def take(self, seconds: float) -> None:
        """Wait for the turn, at most ``seconds``; who stands back, for as long as said there. Raises :class:`Busy`."""
        limit = patience()
        until = time.monotonic() + (seconds if limit is None else min(seconds, limit))
        file = self._open()
        arrival = self._line_up(file)
        try:
            self._wait(file, arrival, until)
        finally:
            with _news:
                _waiting[self.path].remove(arrival)
                _news.notify_all()
            _lock(file, fcntl.F_UNLCK, arrival)
        self.has_turn = True

    def give_up(self) -> None:
        if self.has_turn and self._file is not None:
            self.has_turn = False
            _lock(self._file, fcntl.F_UNLCK, _TURN)
            with _news:
                _news.notify_all()

    def close(self) -> None:
        self.give_up()
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _open(self) -> int:
        if self._file is None:
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
        return self._file

    def _line_up(self, file: int) -> int:
        arrival = time.monotonic_ns() + (1 if patience() is None else _SECOND_LANE)
        while not _lock(file, fcntl.F_WRLCK, arrival):
            arrival += 1  # another came in the same nanosecond
        with _news:
            insort(_waiting[self.path], arrival)
        return arrival

    def _wait(self, file: int, arrival: int, until: float) -> None:
        pause = _SHORTEST
        while True:
            with _news:
                is_first_here = _news.wait_for(lambda: _waiting[self.path][0] == arrival, max(0.0, until - time.monotonic()))
            if is_first_here and not _is_anybody_before(file, arrival) and _lock(file, fcntl.F_WRLCK, _TURN):
                return
            if time.monotonic() >= until:
                raise Busy("the write queue did not move in time")
            with _news:
                _news.wait(pause)  # or until somebody of this process is done
            pause = min(pause * 1.1, _LONGEST)


def _lock(file: int, kind: int, byte: int) -> bool:
    """Lock or free one byte without waiting; whether it worked."""
    with suppress(BlockingIOError, PermissionError):
        fcntl.fcntl(file, fcntl.F_OFD_SETLK, _region(kind, byte, 1))
        return True
    return False


def _is_anybody_before(file: int, arrival: int) -> bool:
    asked = fcntl.fcntl(file, fcntl.F_OFD_GETLK, _region(fcntl.F_RDLCK, 1, arrival - 1)) if arrival > 1 else b""
    return bool(asked) and struct.unpack_from("h", asked)[0] != fcntl.F_UNLCK


def _region(kind: int, start: int, length: int) -> bytes:
    return struct.pack("hhqqi4x", kind, os.SEEK_SET, start, length, 0)
